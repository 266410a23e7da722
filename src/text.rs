//! Text from outside, made safe to show, measured and cut; and the nearest known word to a misspelt one.
//!
//! Every string of a log is an attacker's. What a terminal, a table or a message
//! would act on instead of showing is replaced here by something that can be seen.

use std::borrow::Cow;
use std::fmt::Write as _;

use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;

/// Whether a character would do something instead of being seen.
///
/// Control characters of both ranges, bidirectional marks and overrides, zero-width
/// characters, line and paragraph separators, tag and variation characters, the byte order mark.
pub fn is_hostile(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// `text` with every hostile character as a visible escape: `␛` and its like for C0, `\u{202e}` for the rest.
///
/// Runs of combining marks are cut to four, so that no text climbs over its neighbours.
pub fn visible(text: &str) -> Cow<'_, str> {
    escaped(text, is_hostile)
}

/// As [`visible`] for a terminal: what terminals do not agree on how wide it is becomes an escape as well.
///
/// Where a letter joins the one before it (vowel signs and conjuncts of Indic scripts, shades of skin, flags), one
/// terminal draws two columns and the next one three, and what is written over it later leaves a rest on the screen.
pub fn drawable(text: &str) -> Cow<'_, str> {
    escaped(text, |c| is_hostile(c) || (!c.is_ascii() && joins(c) && !is_plain_mark(c)))
}

/// Whether a character makes one cluster with a letter before it, or two of its kind do.
fn joins(c: char) -> bool {
    let pair: String = ['a', c].into_iter().collect();
    matches!(c, '\u{1f1e6}'..='\u{1f1ff}') || pair.graphemes(true).count() == 1
}

/// Marks that take no column in any terminal, of Latin, Greek, Cyrillic, Hebrew, Arabic, Thai, Lao and Japanese; and the
/// two letters that join and take one in all of them.
fn is_plain_mark(c: char) -> bool {
    matches!(c,
        '\u{300}'..='\u{36f}' | '\u{483}'..='\u{487}' | '\u{591}'..='\u{5c7}' | '\u{610}'..='\u{61a}' | '\u{64b}'..='\u{65f}'
        | '\u{670}' | '\u{6d6}'..='\u{6ed}' | '\u{e31}' | '\u{e33}'..='\u{e3a}' | '\u{e47}'..='\u{e4e}' | '\u{eb1}'
        | '\u{eb3}'..='\u{ebc}' | '\u{ec8}'..='\u{ece}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}'
        | '\u{20d0}'..='\u{20ff}' | '\u{3099}' | '\u{309a}' | '\u{fe20}'..='\u{fe2f}')
}

/// `text` with some of its characters as escapes.
fn escaped(text: &str, is_escaped: impl Fn(char) -> bool) -> Cow<'_, str> {
    if text.is_ascii() && !text.bytes().any(|b| b.is_ascii_control()) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    let mut marks = 0;
    for c in text.chars() {
        if is_escaped(c) {
            push_escape(&mut out, c);
            marks = 0;
        } else if unicode_width::UnicodeWidthChar::width(c) == Some(0) {
            marks += 1;
            if marks <= 4 {
                out.push(c);
            }
        } else {
            marks = 0;
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// As [`visible`], but lines stay lines: for files whose cells may have several.
pub fn visible_lines(text: &str) -> Cow<'_, str> {
    if !text.contains('\n') {
        return visible(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for line in text.split_inclusive('\n') {
        let end = ["\r\n", "\n"].into_iter().find(|end| line.ends_with(end)).unwrap_or_default();
        out.push_str(&visible(line.strip_suffix(end).unwrap_or(line)));
        out.push_str(end);
    }
    Cow::Owned(out)
}

fn push_escape(out: &mut String, c: char) {
    match c {
        '\0'..='\u{1f}' => out.push(char::from_u32(0x2400 + c as u32).unwrap_or('\u{fffd}')),
        '\u{7f}' => out.push('␡'),
        _ => {
            let _ = write!(out, "\\u{{{:x}}}", c as u32);
        }
    }
}

/// How many terminal columns `text` takes.
pub fn width(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.width() }
}

/// `text` cut to `columns`, with `…` at the end where something was cut.
pub fn clip(text: &str, columns: usize) -> Cow<'_, str> {
    if width(text) <= columns {
        return Cow::Borrowed(text);
    }
    let Some(room) = columns.checked_sub(1) else { return Cow::Borrowed("") };
    let mut used = 0;
    let kept: String = text
        .graphemes(true)
        .take_while(|g| {
            used += width(g);
            used <= room
        })
        .collect();
    Cow::Owned(kept + "…")
}

/// `text` cut to `columns` in the middle, so that both ends can be read: for ARNs, keys, paths. Of a session that is called by a mail
/// address the part before the `@` stays: behind it, all people of a house look alike.
pub fn clip_middle(text: &str, columns: usize) -> Cow<'_, str> {
    if width(text) <= columns || columns < 5 {
        return clip(text, columns);
    }
    if let Some((role, person)) =
        text.rsplit_once('/').and_then(|(role, name)| Some((role, name.split_once('@')?.0)))
        && let Some(room) =
            columns.checked_sub(width(person) + "/@…".chars().count()).filter(|room| *room >= 5)
    {
        return Cow::Owned(format!("{}/{person}@…", clip_middle(role, room)));
    }
    let tail_room = (columns - 1) / 2;
    let mut used = 0;
    let mut tail: Vec<&str> = text
        .graphemes(true)
        .rev()
        .take_while(|g| {
            used += width(g);
            used <= tail_room
        })
        .collect();
    tail.reverse();
    let tail = tail.concat();
    let head = clip(text, columns - width(&tail));
    Cow::Owned(format!("{head}{tail}"))
}

/// `text` cut or filled with spaces to exactly `columns`.
pub fn fit(text: &str, columns: usize) -> String {
    let clipped = clip(text, columns);
    let fill = columns.saturating_sub(width(&clipped));
    let mut out = clipped.into_owned();
    out.extend(std::iter::repeat_n(' ', fill));
    out
}

/// A count with thousands separated by commas: `12,345`.
pub fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// `1 event`, `2 events`.
pub fn plural(n: u64, one: &str) -> String {
    let ending = if n == 1 { "" } else { "s" };
    format!("{} {one}{ending}", count(n))
}

/// The candidate that `word` was probably meant to be; `None` when nothing is near.
///
/// Near is one edit in four letters or less, two in eight, three beyond; a swap of neighbours is one edit.
/// A candidate of which `word` is the beginning is near as well.
pub fn nearest<'a>(word: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    let letters = word.chars().count();
    if letters == 0 || letters > 64 {
        return None;
    }
    let limit = match letters {
        1..=4 => 1,
        5..=8 => 2,
        _ => 3,
    };
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        let lower = candidate.to_lowercase();
        let prefix = letters >= 3 && lower.starts_with(&word);
        let distance = if prefix { 1 } else { edits(&word, &lower) };
        if distance <= limit && best.is_none_or(|(d, _)| distance < d) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// How many edits apart two words are: insert, delete, replace, swap neighbours.
fn edits(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replace = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = replace.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_terminals_measure_differently_is_not_drawn() {
        for (text, drawn) in [
            ("क्षि", "क\\u{94d}ष\\u{93f}"),
            ("🇪🇷", "\\u{1f1ea}\\u{1f1f7}"),
            ("👍🏽", "👍\\u{1f3fd}"),
            ("❤\u{fe0f}", "❤\\u{fe0f}"),
            ("e\u{301} น้ำ 가 が か\u{3099} ש\u{5b8}", "e\u{301} น้ำ 가 が か\u{3099} ש\u{5b8}"),
            ("plain 漢字", "plain 漢字"),
        ] {
            assert_eq!(drawable(text), drawn);
            assert_eq!(drawable(drawn), drawn);
            let one_by_one: usize = drawn.chars().map(|c| width(c.encode_utf8(&mut [0; 4]))).sum();
            assert_eq!(width(drawn), one_by_one, "{drawn}");
        }
    }

    #[test]
    fn hostile_text_can_be_seen_and_does_nothing() {
        for (text, shown) in [
            ("plain", "plain"),
            ("\x1b]52;c;ZXZpbA==\x07", "␛]52;c;ZXZpbA==␇"),
            ("\u{9b}31m", "\\u{9b}31m"),
            ("a\u{202e}b", "a\\u{202e}b"),
            ("zero\u{200b}width", "zero\\u{200b}width"),
            ("line\nbreak\ttab\r", "line␊break␉tab␍"),
            ("İstanbul 東京", "İstanbul 東京"),
            ("e\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}x", "e\u{301}\u{301}\u{301}\u{301}x"),
        ] {
            assert_eq!(visible(text), shown);
        }
        assert_eq!(visible_lines("a\x1b\r\nb\rc\n\n\u{202e}"), "a␛\r\nb␍c\n\n\\u{202e}");
        assert_eq!(visible_lines("a\r"), "a␍");
    }

    #[test]
    fn cutting_counts_columns() {
        assert_eq!(clip("abcdef", 4), "abc…");
        assert_eq!(clip("東京都庁", 5), "東京…");
        assert_eq!(clip("abc", 3), "abc");
        assert_eq!(clip("abc", 0), "");
        assert_eq!(clip_middle("arn:aws:iam::1:user/alice", 11), "arn:a…alice");
        assert_eq!(fit("ab", 4), "ab  ");
        let session = "PlatformAdmin/anna.adler@halden.example";
        assert_eq!(clip_middle(session, 28), "PlatformAdmin/anna.adler@…");
        assert_eq!(clip_middle(session, 20), "Pla…min/anna.adler@…");
        assert_eq!(clip_middle(session, 16), "Platform…example");
    }

    #[test]
    fn counts_read_well() {
        assert_eq!(
            (count(0), count(999), count(1000), count(1_234_567)),
            ("0".into(), "999".into(), "1,000".into(), "1,234,567".into())
        );
        assert_eq!((plural(1, "row"), plural(2, "row")), ("1 row".into(), "2 rows".into()));
    }

    #[test]
    fn the_nearest_word_is_found() {
        let words = || ["actor", "account", "action", "outcome", "region"].into_iter();
        assert_eq!(nearest("actro", words()), Some("actor"));
        assert_eq!(nearest("out", words()), Some("outcome"));
        assert_eq!(nearest("regoin", words()), Some("region"));
        assert_eq!(nearest("zzz", words()), None);
        assert_eq!(nearest("", words()), None);
    }

    proptest! {
        #[test]
        fn clipping_never_exceeds_the_room(text in prop_oneof![any::<String>(), "(\\PC{0,12}[/@.]?){0,5}"], columns in 0usize..40) {
            let safe = visible(&text);
            prop_assert!(width(&clip(&safe, columns)) <= columns);
            prop_assert!(width(&clip_middle(&safe, columns)) <= columns);
            prop_assert!(!safe.chars().any(is_hostile));
        }
    }
}
