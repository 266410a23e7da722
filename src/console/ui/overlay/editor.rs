//! The editor of rules: the text with its lines numbered and colored, and what the rule would catch beside or below it.

use ratatui::layout::Position;

use crate::config::Role;
use crate::console::app::layout::Area;
use crate::console::app::model::Model;
use crate::console::app::rules::editor::Editor;
use crate::console::app::rules::trial::{Sample, Verdict};
use crate::console::app::scroll;
use crate::console::ui::paint::{Canvas, columns, wrapped};
use crate::console::ui::time::Precision;
use crate::detect::lint::Weight;
use crate::text::{count, drawable, plural, width};

/// From this width on both stand side by side.
const WIDE: u16 = 110;

/// From this height on there is room for long messages, and for events below them.
const TALL: u16 = 20;

/// How many columns the numbers of lines take.
const NUMBERS: u16 = 5;

pub(super) fn draw(canvas: &mut Canvas<'_>, model: &Model, editor: &Editor) -> Option<Position> {
    let body = model.layout().body;
    canvas.fill(body, Role::Popup);
    let (text, told) = parts(body);
    let changed = if editor.is_changed() { " *" } else { "" };
    let inside = canvas.boxed(text, &format!("{}{changed}", editor.file), true);
    let cursor = lines(canvas, editor, inside);
    let inside = canvas.boxed(told, "over all that is loaded", false);
    verdict(canvas, editor, inside);
    if let Some(search) = &editor.search {
        let y = text.y + text.height.saturating_sub(1);
        canvas.put(text.x + 2, y, text.width.saturating_sub(4), &format!(" search {search}▏"), Role::Key);
    }
    cursor
}

fn parts(body: Area) -> (Area, Area) {
    if body.width >= WIDE {
        let width = body.width / 5 * 3;
        let told = Area { x: body.x + width, width: body.width - width, ..body };
        return (Area { width, ..body }, told);
    }
    let height = body.height / 5 * 3;
    let told = Area { y: body.y + height, height: body.height - height, ..body };
    (Area { height, ..body }, told)
}

fn lines(canvas: &mut Canvas<'_>, editor: &Editor, area: Area) -> Option<Position> {
    let (line, letter) = editor.buffer.cursor();
    let all = editor.buffer.lines();
    let rows = usize::from(area.height);
    // The cursor is kept in the middle, as far as there are lines on both sides.
    let top = scroll::top(line.saturating_sub(rows / 2), line, all.len(), rows);
    let room = area.width.saturating_sub(NUMBERS + 1);
    let before: String = all.get(line)?.chars().take(letter).collect();
    let at = width(&drawable(&before));
    // What is searched for begins at the cursor and is seen to its end, before the sign that there is more.
    let ahead = editor.search.as_ref().map_or(1, |search| width(search) + 1);
    let ahead = ahead.clamp(1, usize::from(room / 2).max(1));
    let skip = (at + ahead).saturating_sub(usize::from(room));
    for (n, text) in all.iter().enumerate().skip(top).take(rows) {
        let y = area.y + (n - top) as u16;
        // What is missing at the end of a text is told in its last line.
        let last = if n + 1 == all.len() { usize::MAX } else { n + 1 };
        let fault = fault_at(&editor.verdict, n + 1..=last);
        let number = if fault.is_some() { Role::Error } else { Role::Muted };
        canvas.put_right(area.x + NUMBERS - 1, y, NUMBERS, &(n + 1).to_string(), number);
        let shown: String = text.chars().skip(skip).collect();
        let x = area.x + NUMBERS;
        let end = canvas.put(x, y, room, &shown, Role::Text);
        if skip == 0 {
            color(canvas, (x, y), room, text);
        }
        if let Some(why) = fault {
            let left = (area.x + area.width).saturating_sub(end + 2);
            canvas.put(end + 2, y, left, &format!("◂ {why}"), Role::Error);
        }
    }
    let y = area.y + (line - top) as u16;
    Some(Position { x: area.x + NUMBERS + (at - skip) as u16, y })
}

/// What is wrong with a line.
fn fault_at(verdict: &Verdict, lines: std::ops::RangeInclusive<usize>) -> Option<&str> {
    let found = verdict.faults.iter().chain(&verdict.failed).find(|(at, _)| lines.contains(at));
    found.map(|(_, why)| why.as_str())
}

/// Gives the parts of a line of YAML their colors.
fn color(canvas: &mut Canvas<'_>, at: (u16, u16), room: u16, text: &str) {
    let mut tint = |from: usize, to: usize, role: Role| {
        let columns_to = |end: usize| columns(text.get(..end).unwrap_or_default()).min(room);
        let (from, to) = (columns_to(from), columns_to(to));
        canvas.tint(Area { x: at.0 + from, y: at.1, width: to.saturating_sub(from), height: 1 }, role);
    };
    let indent = text.len() - text.trim_start_matches([' ', '-']).len();
    let rest = text.get(indent..).unwrap_or_default();
    if rest.starts_with('#') || text.starts_with("---") {
        return tint(0, text.len(), Role::Muted);
    }
    tint(0, indent, Role::JsonPunct);
    let key = rest.find(": ").or_else(|| rest.ends_with(':').then(|| rest.len() - 1));
    let value = match key {
        Some(end) => {
            tint(indent, indent + end, Role::JsonKey);
            tint(indent + end, indent + end + 1, Role::JsonPunct);
            indent + end + 1
        }
        None => indent,
    };
    let end = text.find(" #").filter(|end| *end >= value).unwrap_or(text.len());
    let role = match text.get(value..end).unwrap_or_default().trim() {
        "true" | "false" | "null" => Role::JsonWord,
        word if !word.is_empty() && word.parse::<f64>().is_ok() => Role::JsonNumber,
        _ => Role::JsonString,
    };
    tint(value, end, role);
    tint(end, text.len(), Role::Muted);
}

/// What is told of a rule, line by line from the top of an area.
struct Page<'c, 'b> {
    canvas: &'c mut Canvas<'b>,
    area: Area,
    /// How many lines are taken.
    taken: u16,
}

impl Page<'_, '_> {
    /// One line, cut where it is too long.
    fn line(&mut self, text: &str, role: Role) {
        if self.taken < self.area.height {
            let (x, y) = (self.area.x + 1, self.area.y + self.taken);
            self.canvas.put(x, y, self.area.width.saturating_sub(2), text, role);
            self.taken += 1;
        }
    }

    /// A message in as many lines as it needs: its end says what to do.
    fn message(&mut self, text: &str, role: Role) {
        if self.taken < self.area.height {
            for line in wrapped(text, self.area.width.saturating_sub(2)) {
                self.line(&line, role);
            }
        }
    }

    /// A message of which there may be many: on a low panel the lines that come `behind` are to be seen as well.
    fn more(&mut self, text: &str, role: Role, behind: usize) {
        let lines = wrapped(text, self.area.width.saturating_sub(2)).len();
        let fits = usize::from(self.taken) + lines + behind <= usize::from(self.area.height);
        if self.area.height < TALL && !fits { self.line(text, role) } else { self.message(text, role) }
    }
}

fn verdict(canvas: &mut Canvas<'_>, editor: &Editor, area: Area) {
    let mut page = Page { canvas, area, taken: 0 };
    catch(&mut page, editor);
    let verdict = &editor.verdict;
    for (line, why) in &verdict.faults {
        page.message(&format!("line {line}: {why}"), Role::Error);
    }
    if verdict.examples > 0 {
        let failed = verdict.failed.len() as u64;
        let role = if failed > 0 { Role::Error } else { Role::Muted };
        page.line(
            &format!("{}, {}", plural(verdict.examples as u64, "example"), plural(failed, "failure")),
            role,
        );
    }
    // Of the events one is enough to give way for.
    let mut behind = verdict.failed.len() + verdict.lint.len() + verdict.samples.len().min(1);
    for (line, why) in &verdict.failed {
        behind -= 1;
        page.more(&format!("line {line}: {why}"), Role::Error, behind);
    }
    for finding in &verdict.lint {
        behind -= 1;
        let role = if finding.weight == Weight::Warning { Role::Warning } else { Role::Muted };
        let text = format!("line {}: {}: {}", finding.line, finding.weight.name(), finding.text);
        page.more(&text, role, behind);
    }
    for sample in &verdict.samples {
        let text = sample_text(page.canvas, sample);
        page.line(&text, if sample.sign == ' ' { Role::Text } else { Role::Key });
    }
}

/// How many events the rule would catch.
fn catch(page: &mut Page<'_, '_>, editor: &Editor) {
    let verdict = &editor.verdict;
    let trying = if editor.is_trying() { " …" } else { "" };
    if verdict.rule.is_none() {
        return match verdict.generation {
            0 => page.line("trying the rule …", Role::Muted),
            _ => page.line(&format!("there is no rule here that can be tried{trying}"), Role::Title),
        };
    }
    let (gained, lost) = (count(verdict.gained as u64), count(verdict.lost as u64));
    let hits = plural(verdict.hits as u64, "hit");
    let against = match editor.is_saved() {
        true => format!("+{gained} -{lost} against the saved rule"),
        false => "not saved yet".to_owned(),
    };
    page.line(&format!("{hits}, {against}{trying}"), Role::Title);
    if let Some(times) = verdict.together {
        page.line(&format!("on several events, found {}", plural(times as u64, "time")), Role::Muted);
    }
    if verdict.untold > 0 {
        let events = plural(verdict.untold as u64, "event");
        page.more(&format!("no baseline yet for {events}: nothing known to compare with"), Role::Warning, 1);
    }
    if let Some((attack, benign)) = verdict.labeled {
        let role = if benign == 0 { Role::Muted } else { Role::Warning };
        let (attack, benign) = (count(attack as u64), count(benign as u64));
        page.line(&format!("{attack} of an attack, {benign} benign"), role);
    }
}

fn sample_text(canvas: &Canvas<'_>, sample: &Sample) -> String {
    let time = canvas.clock.cell(sample.time, Precision::Full);
    format!("{} {time} {:>3} {}", sample.sign, sample.risk, sample.text)
}
