//! The detail of the event under the cursor.
//!
//! ```text
//! ┌ StopLogging ───────────────────────────────┐
//! │ 95 ▲ critical                              │
//! │ +50 critical action: StopLogging           │
//! │ actor      bert-jan                        │
//! │ ▸ requestParameters {1}                    │
//! ```
//!
//! A line that is too long is cut in the middle of its value; the one under the cursor is shown whole.

use super::paint::{Canvas, columns, last_word, risk_role};
use crate::config::Role;
use crate::console::app::detail::{Detail, DetailLine, Fact, Record, Tone};
use crate::console::app::layout::Area;
use crate::console::app::model::{Focus, Model};
use crate::console::app::tree::{Kind, Node};
use crate::query::Pattern;
use crate::report::table::sign;
use crate::text::{clip_middle, drawable};
use unicode_segmentation::UnicodeSegmentation as _;

/// Where values begin, behind their labels.
const LABEL: usize = 11;

/// A piece of a line.
type Piece = (String, Role);

pub(super) fn draw(canvas: &mut Canvas<'_>, model: &Model, area: Area) {
    let focus = model.focus == Focus::Detail && model.overlays.is_empty();
    let title = model.detail.as_ref().map_or("Detail", |detail| detail.title.as_str());
    let inside = canvas.boxed(area, title, focus);
    let Some(detail) = &model.detail else { return };
    let pattern = model.search.pattern();
    let lines = detail.lines();
    let width = usize::from(inside.width);
    let rows = usize::from(inside.height);
    let focused = model.focus == Focus::Detail;
    let shown = |n: usize, line: DetailLine| {
        let pieces = pieces(detail, line);
        // What a call changed, and what caught it, is read at once; of other lines the one under the cursor is whole.
        if focused && n == detail.cursor {
            wrapped(&pieces, width).into_iter().take(rows.max(1)).collect()
        } else if is_told(detail, line) {
            wrapped(&pieces, width).into_iter().take(TOLD_ROWS).collect()
        } else {
            vec![shortened(pieces, width)]
        }
    };
    let mut top = detail.top;
    if focused {
        // The lines down to the cursor may need more rows than there are: what is above gives way.
        let needs = |top: usize| {
            let down_to = lines.iter().enumerate().skip(top).take_while(|(n, _)| *n <= detail.cursor);
            down_to.map(|(n, line)| shown(n, *line).len()).sum::<usize>()
        };
        while top < detail.cursor && needs(top) > rows {
            top += 1;
        }
    }
    let (mut y, mut seen) = (0, top);
    for (n, line) in lines.iter().enumerate().skip(top) {
        if y >= rows {
            break;
        }
        for row in shown(n, *line).into_iter().take(rows - y) {
            let at = Area { y: inside.y + y as u16, height: 1, ..inside };
            put_row(canvas, at, &row, pattern.as_ref());
            if focused && n == detail.cursor {
                canvas.tint(at, Role::Selection);
            }
            y += 1;
        }
        seen = n + 1;
    }
    more(canvas, area, lines.len(), seen);
}

/// The most rows of a sentence that is not under the cursor.
const TOLD_ROWS: usize = 3;

/// Whether a line says what a call changed, what is dangerous about that, or which rule caught it.
fn is_told(detail: &Detail, line: DetailLine) -> bool {
    let DetailLine::Fact(at) = line else { return false };
    matches!(detail.facts.get(at), Some(Fact::Change(_) | Fact::Danger(..) | Fact::Rule(..)))
}

/// Says in the border below how much there is further down.
fn more(canvas: &mut Canvas<'_>, area: Area, lines: usize, seen: usize) {
    let rest = lines.saturating_sub(seen);
    if rest > 0 {
        let text = format!(" {rest} more ");
        canvas.put_right(area.x + area.width - 1, area.y + area.height - 1, area.width, &text, Role::Muted);
    }
}

fn put_row(canvas: &mut Canvas<'_>, at: Area, row: &[Piece], pattern: Option<&Pattern>) {
    let end = at.x + at.width;
    let mut x = at.x;
    for (text, role) in row {
        let found = pattern.is_some_and(|pattern| !text.trim().is_empty() && pattern.matches(text));
        let role = if found { Role::Match } else { *role };
        x = canvas.put(x, at.y, end.saturating_sub(x), text, role);
    }
}

/// One row of the pieces: the last one, the value, gives way in its middle, because both ends of a name tell.
fn shortened(mut pieces: Vec<Piece>, width: usize) -> Vec<Piece> {
    if let Some((value, others)) = pieces.split_last_mut() {
        let before: usize = others.iter().map(|(text, _)| usize::from(columns(text))).sum();
        value.0 = clip_middle(&value.0, width.saturating_sub(before)).into_owned();
    }
    pieces
}

/// The pieces of a line, safe to show.
fn pieces(detail: &Detail, line: DetailLine) -> Vec<Piece> {
    let pieces = match line {
        DetailLine::Fact(at) => detail.facts.get(at).map(fact).unwrap_or_default(),
        DetailLine::Node(at) => match detail.tree().and_then(|tree| tree.nodes().get(at)) {
            Some(value) => node(value),
            None => Vec::new(),
        },
        DetailLine::Notice => match &detail.record {
            Record::Unreadable(reason) => vec![(format!(" {reason}"), Role::Error)],
            _ => vec![(" reading the record …".to_owned(), Role::Muted)],
        },
    };
    pieces.into_iter().map(|(text, role)| (drawable(&text).into_owned(), role)).collect()
}

fn fact(fact: &Fact) -> Vec<Piece> {
    match fact {
        Fact::Risk(risk, level, why) => {
            vec![(format!(" {risk} {} {}{why}", sign(*level), level.name()), risk_role(*level))]
        }
        Fact::Factor(factor) => {
            vec![
                (format!(" {:>4} ", format!("{:+}", factor.points)), Role::Accent),
                (factor.reason.clone(), Role::Text),
            ]
        }
        Fact::Rule(_, level, title) => {
            vec![
                (format!(" {:>4} ", sign(*level)), risk_role(*level)),
                (format!("{} rule: ", level.name()), risk_role(*level)),
                (title.clone(), Role::Text),
            ]
        }
        Fact::Because { field, value, wanted } => {
            let mut pieces = vec![(format!("        {field}"), Role::JsonKey)];
            if wanted.is_empty() || value == wanted {
                pieces
                    .push((format!("{}{value}", if field.is_empty() { "" } else { " " }), Role::JsonString));
            } else {
                pieces.push((format!(" ~ {wanted} "), Role::Muted));
                pieces.push((value.clone(), Role::JsonString));
            }
            pieces
        }
        Fact::Change(sentence) => vec![(" change ".to_owned(), Role::Muted), (sentence.clone(), Role::Title)],
        Fact::Danger(kind, reason) => {
            vec![(format!("   ! {kind}: "), Role::Warning), (reason.clone(), Role::Warning)]
        }
        Fact::Technique(title) => vec![(" ATT&CK ".to_owned(), Role::Muted), (title.clone(), Role::Text)],
        Fact::Value { label, text, tone, .. } => {
            let role = match tone {
                Tone::Plain => Role::Text,
                Tone::Denied => Role::OutcomeDenied,
                Tone::Failed => Role::OutcomeError,
                Tone::Warning => Role::Warning,
            };
            vec![(format!(" {label:<LABEL$}"), Role::Muted), (text.clone(), role)]
        }
        Fact::Gap => Vec::new(),
    }
}

fn node(node: &Node) -> Vec<Piece> {
    let indent = "  ".repeat(node.depth.min(24));
    let fold = match (node.kind, node.open) {
        (Kind::Text | Kind::Number | Kind::Word | Kind::Object(0) | Kind::List(0), _) => "  ",
        (_, true) => "▾ ",
        (_, false) => "▸ ",
    };
    let role = match node.kind {
        Kind::Object(_) | Kind::List(_) => Role::JsonPunct,
        Kind::Text => Role::JsonString,
        Kind::Number => Role::JsonNumber,
        Kind::Word => Role::JsonWord,
    };
    vec![
        (format!(" {indent}{fold}"), Role::JsonPunct),
        (node.key.clone(), Role::JsonKey),
        (" ".to_owned(), Role::Text),
        (node.text.clone(), role),
    ]
}

/// The rows that the pieces fill; every row but the first begins a little further in. A row ends behind a space
/// where one is near its end.
fn wrapped(pieces: &[Piece], width: usize) -> Vec<Vec<Piece>> {
    const INDENT: usize = 4;
    let mut rows = vec![Vec::new()];
    let mut used = 0;
    for (text, role) in pieces {
        let mut piece = String::new();
        for letter in text.graphemes(true) {
            let wide = usize::from(columns(letter));
            if used + wide > width && width > INDENT + 2 {
                let kept = piece.split_off(last_word(&piece, (width / 3) as u16));
                push(&mut rows, std::mem::replace(&mut piece, kept), *role);
                rows.push(vec![(" ".repeat(INDENT), Role::Text)]);
                used = INDENT + usize::from(columns(&piece));
            }
            piece.push_str(letter);
            used += wide;
        }
        push(&mut rows, piece, *role);
    }
    rows
}

fn push(rows: &mut [Vec<Piece>], piece: String, role: Role) {
    if let (Some(row), false) = (rows.last_mut(), piece.is_empty()) {
        row.push((piece, role));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_wrapped_between_words() {
        let text = "tried to put policy locations-access on user ci-deploy: all of it";
        let rows = wrapped(&[("change ".to_owned(), Role::Text), (text.to_owned(), Role::JsonKey)], 30);
        let rows: Vec<String> =
            rows.iter().map(|row| row.iter().map(|(piece, _)| piece.as_str()).collect()).collect();
        assert_eq!(
            rows,
            ["change tried to put policy ", "    locations-access on user ", "    ci-deploy: all of it"]
        );
    }

    #[test]
    fn long_lines_are_wrapped_and_nothing_of_them_is_lost() {
        let text = "arn:aws:iam::111122223333:role/a-role-with-a-long-name".to_owned();
        let rows = wrapped(&[("key ".to_owned(), Role::JsonKey), (text.clone(), Role::JsonString)], 20);
        assert!(rows.len() > 2);
        let joined: String =
            rows.iter().flatten().map(|(piece, _)| piece.as_str()).filter(|piece| *piece != "    ").collect();
        assert_eq!(joined, format!("key {text}"));
        for row in &rows {
            assert!(row.iter().map(|(piece, _)| columns(piece)).sum::<u16>() <= 20);
        }
    }
}
