//! Charts as PNG pictures, for the file names that other tools expect, and for slides.
//!
//! The font is one that comes with the program, so that a picture is the same on every machine. It has no letters
//! of East Asia: such a name is written with escapes. The bytes depend on nothing but the chart.

use std::sync::OnceLock;

use plotters::coord::Shift;
use plotters::prelude::*;
use thiserror::Error;

use crate::report::paper::{Bar, Chart, Marks};
use crate::text::{clip, visible};

/// The size of every picture, in points.
const SIZE: (u32, u32) = (1200, 720);
/// The name under which the font is registered.
const FONT: &str = "sans-serif";
/// The colors of bars, ordinary points and points out of the ordinary.
const BAR: RGBColor = RGBColor(31, 95, 168);
const ODD: RGBColor = RGBColor(192, 40, 27);
/// How many columns the name of a bar may take.
const NAME: usize = 24;

/// Why a picture could not be made.
#[derive(Debug, Error)]
pub enum PngError {
    /// The chart has marks of a kind that is not drawn as a picture.
    #[error("a chart of this kind is not drawn as PNG; bars and points are")]
    Kind,
    /// The font is not what it should be.
    #[error("the built-in font cannot be used")]
    Font,
    /// What the library says.
    #[error("the picture cannot be drawn: {0}")]
    Draw(String),
}

/// A chart as the bytes of a PNG file.
///
/// # Errors
/// For charts that are neither bars nor points.
pub fn render(chart: &Chart) -> Result<Vec<u8>, PngError> {
    register_font()?;
    let mut pixels = vec![0u8; SIZE.0 as usize * SIZE.1 as usize * 3];
    {
        let area = BitMapBackend::with_buffer(&mut pixels, SIZE).into_drawing_area();
        area.fill(&WHITE).map_err(drawing)?;
        let rest =
            area.margin(14, 0, 0, 0).titled(&shown(&chart.title), (FONT, 30).into_font()).map_err(drawing)?;
        match &chart.marks {
            Marks::Bars { bars, unit } => draw_bars(&rest, bars, unit)?,
            Marks::Scatter { x, y, normal, odd } => draw_points(&rest, (x, y), normal, odd)?,
            Marks::Activity { .. } | Marks::Field { .. } => return Err(PngError::Kind),
        }
        area.present().map_err(drawing)?;
    }
    encode(&pixels)
}

type Area<'a> = DrawingArea<BitMapBackend<'a>, Shift>;

fn drawing(e: impl std::fmt::Display) -> PngError {
    PngError::Draw(e.to_string())
}

fn register_font() -> Result<(), PngError> {
    static DONE: OnceLock<bool> = OnceLock::new();
    let done = DONE.get_or_init(|| {
        plotters::style::register_font(FONT, FontStyle::Normal, dejavu::sans::regular()).is_ok()
    });
    if *done { Ok(()) } else { Err(PngError::Font) }
}

/// Text that the font has letters for.
fn shown(text: &str) -> String {
    let mut out = String::new();
    for c in visible(text).chars() {
        // Latin, Greek, Cyrillic and the marks of punctuation; beyond them the font has gaps.
        if (c as u32) < 0x530 || ('\u{2010}'..='\u{2044}').contains(&c) || ('␀'..='␡').contains(&c) {
            out.push(c);
        } else {
            out.push_str(&c.escape_unicode().to_string());
        }
    }
    out
}

fn draw_bars(area: &Area<'_>, bars: &[Bar], unit: &str) -> Result<(), PngError> {
    let most = bars.iter().map(|b| b.value).fold(0.0, f64::max).max(1.0);
    let count = i32::try_from(bars.len()).unwrap_or(i32::MAX).max(1);
    let mut chart = ChartBuilder::on(area)
        .margin(20)
        .x_label_area_size(60)
        .y_label_area_size(220)
        .build_cartesian_2d(0.0..most * 1.1, (0..count - 1).into_segmented())
        .map_err(drawing)?;
    let name = |at: &SegmentValue<i32>| match at {
        SegmentValue::CenterOf(n) => {
            let bar = usize::try_from(count - 1 - n).ok().and_then(|n| bars.get(n));
            bar.map(|bar| clip(&shown(&bar.name), NAME).into_owned()).unwrap_or_default()
        }
        _ => String::new(),
    };
    chart
        .configure_mesh()
        .disable_y_mesh()
        .x_desc(unit)
        .y_labels(bars.len().max(1))
        .y_label_formatter(&name)
        .x_label_formatter(&|x| format!("{x:.0}"))
        .label_style((FONT, 16))
        .draw()
        .map_err(drawing)?;
    let rows = (0..count).rev().zip(bars);
    for (n, bar) in rows {
        let from = (0.0, SegmentValue::Exact(n));
        let to = (bar.value, SegmentValue::Exact(n + 1));
        let mut bar_shape = Rectangle::new([from, to], BAR.filled());
        bar_shape.set_margin(4, 4, 0, 0);
        chart.draw_series([bar_shape]).map_err(drawing)?;
        let place = (bar.value, SegmentValue::CenterOf(n));
        let value = Text::new(format!(" {}", bar.value), place, (FONT, 16));
        chart.draw_series([value]).map_err(drawing)?;
    }
    Ok(())
}

fn draw_points(
    area: &Area<'_>,
    (x, y): (&str, &str),
    normal: &[(f64, f64)],
    odd: &[(f64, f64)],
) -> Result<(), PngError> {
    let all = || normal.iter().chain(odd);
    // Bytes span many sizes, so both axes are logarithmic.
    let most = |of: fn(&(f64, f64)) -> f64| all().map(of).fold(9.0, f64::max).ln_1p() * 1.03;
    let mut chart = ChartBuilder::on(area)
        .margin(20)
        .x_label_area_size(60)
        .y_label_area_size(110)
        .build_cartesian_2d(0.0..most(|p| p.0), 0.0..most(|p| p.1))
        .map_err(drawing)?;
    let amount = |n: &f64| size(n.exp_m1());
    chart
        .configure_mesh()
        .x_desc(format!("{} (logarithmic)", shown(x)))
        .y_desc(format!("{} (logarithmic)", shown(y)))
        .disable_mesh()
        .x_labels(8)
        .y_labels(8)
        .x_label_formatter(&amount)
        .y_label_formatter(&amount)
        .label_style((FONT, 16))
        .draw()
        .map_err(drawing)?;
    for (points, color, name) in [(normal, BAR, "Normal"), (odd, ODD, "Anomaly")] {
        chart
            .draw_series(
                points
                    .iter()
                    .map(|&(x, y)| Circle::new((x.max(0.0).ln_1p(), y.max(0.0).ln_1p()), 4, color.filled())),
            )
            .map_err(drawing)?
            .label(format!("{name} ({})", points.len()))
            .legend(move |place| Circle::new(place, 5, color.filled()));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperRight)
        .label_font((FONT, 16))
        .background_style(WHITE)
        .border_style(BLACK)
        .draw()
        .map_err(drawing)
}

/// An amount in a few signs: `512`, `9.1k`, `3.0G`.
fn size(amount: f64) -> String {
    const UNITS: [(&str, f64); 4] = [("T", 1e12), ("G", 1e9), ("M", 1e6), ("k", 1e3)];
    match UNITS.iter().find(|(_, unit)| amount >= *unit) {
        Some((name, unit)) => format!("{:.1}{name}", amount / unit),
        None => format!("{amount:.0}"),
    }
}

/// The picture as a PNG file, without anything that changes from one run to the next.
fn encode(pixels: &[u8]) -> Result<Vec<u8>, PngError> {
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, SIZE.0, SIZE.1);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Best);
    encoder.set_adaptive_filter(png::AdaptiveFilterType::Adaptive);
    let mut writer = encoder.write_header().map_err(drawing)?;
    writer.write_image_data(pixels).map_err(drawing)?;
    writer.finish().map_err(drawing)?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bars(bars: &[(&str, f64)]) -> Chart {
        let bars = bars.iter().map(|(n, v)| Bar { name: (*n).to_owned(), value: *v, level: None }).collect();
        Chart {
            title: "Events by service".to_owned(),
            marks: Marks::Bars { unit: "events".to_owned(), bars },
        }
    }

    fn scatter(normal: Vec<(f64, f64)>, odd: Vec<(f64, f64)>) -> Chart {
        let marks = Marks::Scatter { x: "in".to_owned(), y: "out".to_owned(), normal, odd };
        Chart { title: "Bytes".to_owned(), marks }
    }

    fn pixels(png: &[u8]) -> Vec<[u8; 3]> {
        let mut reader = png::Decoder::new(png).read_info().unwrap();
        let mut out = vec![0; reader.output_buffer_size()];
        let info = reader.next_frame(&mut out).unwrap();
        assert_eq!((info.width, info.height), SIZE);
        out.chunks(3).map(|p| [p[0], p[1], p[2]]).collect()
    }

    fn count(png: &[u8], color: RGBColor) -> usize {
        pixels(png).iter().filter(|p| **p == [color.0, color.1, color.2]).count()
    }

    #[test]
    fn bars_are_as_long_as_their_values() {
        let both = count(&render(&bars(&[("ec2", 100.0), ("s3", 50.0)])).unwrap(), BAR);
        let one = count(&render(&bars(&[("ec2", 100.0), ("s3", 0.0)])).unwrap(), BAR);
        let share = both as f64 / one as f64;
        assert!((1.45..1.55).contains(&share), "{share}");
    }

    #[test]
    fn points_out_of_the_ordinary_are_red() {
        let calm = render(&scatter(vec![(1.0, 1.0), (5.0, 2.0)], vec![])).unwrap();
        let odd = render(&scatter(vec![(1.0, 1.0)], vec![(9e9, 5.0)])).unwrap();
        // The legend has a red point in any case.
        assert!(count(&odd, ODD) > count(&calm, ODD));
        assert!(count(&calm, BAR) > count(&odd, BAR));
    }

    #[test]
    fn the_same_chart_gives_the_same_bytes_and_letters_are_drawn() {
        let chart = bars(&[("iam", 3.0), ("한국", 2.0), ("a\u{1b}[31m\u{202e}", 1.0)]);
        assert_eq!(render(&chart).unwrap(), render(&chart).unwrap());
        let named = render(&chart).unwrap();
        let nameless = render(&bars(&[("", 3.0), ("", 2.0), ("", 1.0)])).unwrap();
        let dark = |png: &[u8]| pixels(png).iter().filter(|p| p.iter().all(|&c| c < 90)).count();
        assert!(dark(&named) > dark(&nameless) + 100, "names are there");
        assert_eq!(shown("한a"), "\\u{d55c}a");
    }

    #[test]
    fn nothing_to_draw_is_a_picture_as_well() {
        assert!(!render(&bars(&[])).unwrap().is_empty());
        assert!(!render(&scatter(vec![], vec![])).unwrap().is_empty());
        let field = Chart {
            title: String::new(),
            marks: Marks::Field { rows: vec![], columns: vec![], cells: vec![] },
        };
        assert!(matches!(render(&field), Err(PngError::Kind)));
    }
}
