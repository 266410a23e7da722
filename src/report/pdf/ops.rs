//! The marks of a page as operations of `printpdf`.
//!
//! Heights are turned around here, PDF counts from below. Colors and fonts are said
//! once for all marks in a row that share them.

use std::collections::BTreeMap;

use printpdf::{
    Actions, BorderArray, Color as Ink, ColorArray, Destination, HighlightingMode, Line, LinePoint,
    LinkAnnotation, Op, PaintMode, PdfFontHandle, Point, Polygon, PolygonRing, Pt, Rect, Rgb, TextItem,
    TextMatrix, WindingOrder,
};

use super::file::font_id;
use super::flow::Spot;
use super::look::{Color, PAGE_HEIGHT};
use super::page::{Mark, Page, Target};

/// How far the handles of a curve stand out for a quarter of a circle.
const QUARTER: f32 = 0.552_28;

/// What has been said so far.
#[derive(Default)]
struct State {
    ops: Vec<Op>,
    in_text: bool,
    fill: Option<Color>,
    outline: Option<(Color, f32)>,
    font: Option<(u16, f32)>,
}

/// The operations of a page. Links to anchors that are nowhere are left out.
pub(crate) fn from(page: &Page, anchors: &BTreeMap<String, Spot>) -> Vec<Op> {
    let mut state = State::default();
    for mark in &page.marks {
        state.mark(mark, anchors);
    }
    state.text(false);
    state.ops
}

impl State {
    fn mark(&mut self, mark: &Mark, anchors: &BTreeMap<String, Spot>) {
        match mark {
            Mark::Text { x, y, font, size, color, text } => {
                self.words((*x, *y), (*font, *size), *color, text);
            }
            Mark::Area { x, y, w, h, color } => {
                self.text(false);
                self.fill(*color);
                let rectangle = Rect { mode: Some(PaintMode::Fill), ..rect((*x, *y), (*w, *h)) };
                self.ops.push(Op::DrawRectangle { rectangle });
            }
            Mark::Line { from, to, width, color } => {
                self.text(false);
                self.outline(*color, *width);
                let points = [*from, *to].map(|p| LinePoint { p: point(p), bezier: false });
                self.ops.push(Op::DrawLine { line: Line { points: points.to_vec(), is_closed: false } });
            }
            Mark::Disk { x, y, r, color } => {
                self.text(false);
                self.fill(*color);
                self.ops.push(Op::DrawPolygon { polygon: disk((*x, *y), *r) });
            }
            Mark::Link { x, y, w, h, to } => {
                if let Some(actions) = action(to, anchors) {
                    self.ops.push(link(rect((*x, *y), (*w, *h)), actions));
                }
            }
        }
    }

    fn words(&mut self, at: (f32, f32), font: (u16, f32), color: Color, text: &str) {
        self.text(true);
        self.fill(color);
        if self.font != Some(font) {
            let handle = PdfFontHandle::External(font_id(usize::from(font.0)));
            self.ops.push(Op::SetFont { font: handle, size: round(font.1) });
            self.font = Some(font);
        }
        let Point { x, y } = point(at);
        self.ops.push(Op::SetTextMatrix { matrix: TextMatrix::Translate(x, y) });
        self.ops.push(Op::ShowText { items: vec![TextItem::Text(text.to_owned())] });
    }

    /// Begins or ends text.
    fn text(&mut self, on: bool) {
        if self.in_text != on {
            self.ops.push(if on { Op::StartTextSection } else { Op::EndTextSection });
            self.in_text = on;
        }
    }

    fn fill(&mut self, color: Color) {
        if self.fill != Some(color) {
            self.ops.push(Op::SetFillColor { col: ink(color) });
            self.fill = Some(color);
        }
    }

    fn outline(&mut self, color: Color, width: f32) {
        if self.outline != Some((color, width)) {
            self.ops.push(Op::SetOutlineColor { col: ink(color) });
            self.ops.push(Op::SetOutlineThickness { pt: round(width) });
            self.outline = Some((color, width));
        }
    }
}

fn ink(color: Color) -> Ink {
    let [r, g, b] = color.map(|part| (f32::from(part) / 255.0 * 1000.0).round() / 1000.0);
    Ink::Rgb(Rgb { r, g, b, icc_profile: None })
}

/// A distance in hundredths of a point: finer than any printer, and short in the file.
fn round(value: f32) -> Pt {
    let rounded = (value * 100.0).round() / 100.0;
    Pt(if rounded.is_finite() { rounded } else { 0.0 })
}

fn point((x, y): (f32, f32)) -> Point {
    Point { x: round(x), y: round(PAGE_HEIGHT - y) }
}

/// A rectangle from its upper left corner.
fn rect((x, y): (f32, f32), (w, h): (f32, f32)) -> Rect {
    let corner = point((x, y + h));
    Rect { x: corner.x, y: corner.y, width: round(w), height: round(h), mode: None, winding_order: None }
}

fn disk((x, y): (f32, f32), r: f32) -> Polygon {
    let q = r * QUARTER;
    let around = [
        (r, 0.0, false),
        (r, q, true),
        (q, r, true),
        (0.0, r, false),
        (-q, r, true),
        (-r, q, true),
        (-r, 0.0, false),
        (-r, -q, true),
        (-q, -r, true),
        (0.0, -r, false),
        (q, -r, true),
        (r, -q, true),
        (r, 0.0, false),
    ];
    let points = around.into_iter().map(|(dx, dy, bezier)| LinePoint { p: point((x + dx, y + dy)), bezier });
    let rings = vec![PolygonRing { points: points.collect() }];
    Polygon { rings, mode: PaintMode::Fill, winding_order: WindingOrder::NonZero }
}

fn action(to: &Target, anchors: &BTreeMap<String, Spot>) -> Option<Actions> {
    let (page, y) = match to {
        Target::Anchor(name) => anchors.get(name).map(|spot| (spot.page, spot.y))?,
        Target::Spot(page, y) => (*page, *y),
    };
    let top = round(PAGE_HEIGHT - y + 4.0).0;
    Some(Actions::Goto(Destination::Xyz { page: page + 1, left: None, top: Some(top), zoom: None }))
}

fn link(rect: Rect, actions: Actions) -> Op {
    let (border, color) = (BorderArray::Solid([0.0; 3]), ColorArray::Transparent);
    let link = LinkAnnotation::new(rect, actions, Some(border), Some(color), Some(HighlightingMode::Invert));
    Op::LinkAnnotation { link }
}
