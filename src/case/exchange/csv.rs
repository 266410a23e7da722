//! Indicators as comma-separated values.
//!
//! Columns are known by their heads, in any order; a file without a head is a list of values, one
//! a line. The value column may be harmless for spreadsheets and mails, as ours is.

use std::io::{self, Write};

use super::{Fault, Imported, indicator};
use crate::case::model::{Indicator, Kind};
use crate::event::time::Time;
use crate::report::csv::{Style, Writer};

/// The heads that are written, and those of others that mean the same.
const HEADS: [(&str, &[&str]); 6] = [
    ("kind", &["type", "indicator_type", "ioc_type"]),
    ("value", &["indicator", "ioc", "observable", "pattern"]),
    ("first_seen", &["first", "valid_from"]),
    ("last_seen", &["last"]),
    ("source", &["origin", "reference"]),
    ("note", &["description", "comment", "name"]),
];

/// What others call a kind.
const KINDS: [(&str, Kind); 17] = [
    ("ipv4", Kind::Ip),
    ("ipv6", Kind::Ip),
    ("ip-src", Kind::Ip),
    ("ip-dst", Kind::Ip),
    ("ipv4-addr", Kind::Ip),
    ("ipv6-addr", Kind::Ip),
    ("address", Kind::Ip),
    ("cidr", Kind::Ip),
    ("key", Kind::AccessKey),
    ("accesskeyid", Kind::AccessKey),
    ("useragent", Kind::UserAgent),
    ("agent", Kind::UserAgent),
    ("account-id", Kind::Account),
    ("domain-name", Kind::Domain),
    ("hostname", Kind::Domain),
    ("s3-bucket", Kind::Bucket),
    ("session-name", Kind::Session),
];

/// The kind that a word stands for, in our words or in those of others.
pub(super) fn kind_of(word: &str) -> Option<Kind> {
    let word = word.trim();
    let other = || KINDS.iter().find(|(name, _)| name.eq_ignore_ascii_case(word)).map(|(_, kind)| *kind);
    word.parse().ok().or_else(other)
}

/// Writes indicators with a head.
///
/// # Errors
/// Those of the writer.
pub fn export(out: &mut dyn Write, indicators: &[Indicator], style: Style) -> io::Result<()> {
    let mut csv = Writer::new(out, style);
    let heads = HEADS.map(|(head, _)| head);
    csv.row(&[&heads[..], &["private", "added", "added_by"]].concat())?;
    let time = |time: Time| if time.is_known() { time.to_string() } else { String::new() };
    for i in indicators {
        let (first, last, added) = (time(i.first), time(i.last), time(i.added));
        let private = if i.private { "yes" } else { "no" };
        let cells =
            [i.kind.name(), &i.value, &first, &last, &i.source, &i.note, private, &added, &i.added_by];
        csv.row(&cells)?;
    }
    Ok(())
}

/// Reads indicators; lines that cannot be used are told.
pub fn import(text: &str, source: &str) -> Imported {
    let mut imported = Imported { counted: "line", ..Imported::default() };
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter(text))
        .comment(Some(b'#'))
        .from_reader(text.as_bytes());
    let mut columns: Option<Columns> = None;
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(e) => {
                let at = e.position().map_or(0, csv::Position::line);
                imported.faults.push(Fault { at, reason: format!("this is no line of values: {e}") });
                continue;
            }
        };
        let at = record.position().map_or(0, csv::Position::line);
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        let Some(known) = &columns else {
            let (heads, is_head) = Columns::of(&record);
            if !is_head {
                take(&mut imported, &heads, &record, at, source);
            }
            columns = Some(heads);
            continue;
        };
        take(&mut imported, known, &record, at, source);
    }
    imported
}

fn take(imported: &mut Imported, columns: &Columns, record: &csv::StringRecord, at: u64, source: &str) {
    match columns.indicator(record, source) {
        Ok(indicator) => imported.indicators.push(indicator),
        Err(reason) => imported.faults.push(Fault { at, reason }),
    }
}

/// What the first line is parted by: whichever of the usual signs stands in it most often.
fn delimiter(text: &str) -> u8 {
    let line =
        text.lines().find(|line| !line.trim().is_empty() && !line.starts_with('#')).unwrap_or_default();
    let often = |sign: u8| line.bytes().filter(|b| *b == sign).count();
    // On a tie the last of them is taken, which is the comma.
    [b'\t', b';', b','].into_iter().max_by_key(|sign| often(*sign)).unwrap_or(b',')
}

/// Where the values stand in a line.
#[derive(Clone, Copy, Default)]
struct Columns {
    places: [Option<usize>; HEADS.len()],
}

impl Columns {
    /// The columns that a first line names, and whether it names any.
    fn of(record: &csv::StringRecord) -> (Self, bool) {
        let place = |(head, others): (&str, &[&str])| {
            let same = |cell: &str| {
                let cell = cell.trim().to_ascii_lowercase().replace([' ', '-'], "_");
                cell == head || others.contains(&cell.as_str())
            };
            record.iter().position(same)
        };
        let places = HEADS.map(place);
        let value_only = Self { places: [None, Some(0), None, None, None, None] };
        match (places.get(1).copied().flatten(), record.len()) {
            (Some(_), _) => (Self { places }, true),
            // Two cells of which the first is a kind: lists are often written so.
            (None, 2..) if record.get(0).is_some_and(|cell| kind_of(cell).is_some()) => {
                (Self { places: [Some(0), Some(1), None, None, None, None] }, false)
            }
            _ => (value_only, false),
        }
    }

    fn indicator(&self, record: &csv::StringRecord, source: &str) -> Result<super::NewIndicator, String> {
        let [kind, value, first, last, origin, note] =
            self.places.map(|place| place.and_then(|n| record.get(n)).unwrap_or_default().trim());
        let kind = match kind {
            "" => None,
            word => Some(kind_of(word).ok_or_else(|| unknown_kind(word))?),
        };
        let mut indicator = indicator(kind, value, source)?;
        indicator.first = time("first_seen", first)?;
        indicator.last = time("last_seen", last)?;
        if !origin.is_empty() {
            indicator.source = format!("{source}: {}", super::plain(origin));
        }
        indicator.note = super::plain(note);
        Ok(indicator)
    }
}

fn unknown_kind(word: &str) -> String {
    word.parse::<Kind>().map_or_else(|fault| fault.to_string(), |kind| kind.name().to_owned())
}

fn time(column: &str, text: &str) -> Result<Time, String> {
    let time = if text.is_empty() { Time::UNKNOWN } else { Time::parse(text.as_bytes()) };
    if text.is_empty() || time.is_known() {
        return Ok(time);
    }
    Err(format!("{column}: `{}` is no time; write 2026-01-10T10:38:41Z", crate::text::visible(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(imported: &Imported) -> Vec<(Kind, &str)> {
        imported.indicators.iter().map(|i| (i.kind, i.value.as_str())).collect()
    }

    #[test]
    fn heads_may_stand_in_any_order_and_have_others_names() {
        let text = "Description;Indicator;Type;First Seen\r\nscanner;203.0.113.7;ip-src;2026-03-02T09:00:00Z\r\n\
                    ;evil.example.com;hostname;\r\n";
        let imported = import(text, "feed.csv");
        assert_eq!(imported.faults, []);
        assert_eq!(values(&imported), [(Kind::Ip, "203.0.113.7"), (Kind::Domain, "evil.example.com")]);
        let first = &imported.indicators[0];
        assert_eq!((first.note.as_str(), first.source.as_str()), ("scanner", "feed.csv"));
        assert_eq!(first.first.to_string(), "2026-03-02T09:00:00Z");
    }

    #[test]
    fn lists_without_a_head_are_read() {
        let plain = import("# from a mail\n203[.]0[.]113[.]7\n\nAKIAEXAMPLEEXAMPLE12\n", "m");
        assert_eq!(values(&plain), [(Kind::Ip, "203.0.113.7"), (Kind::AccessKey, "AKIAEXAMPLEEXAMPLE12")]);
        let pairs = import("user-agent,python-requests/2.31\nbucket,payroll\n", "m");
        assert_eq!(values(&pairs), [(Kind::UserAgent, "python-requests/2.31"), (Kind::Bucket, "payroll")]);
    }

    #[test]
    fn faults_name_their_line_and_the_rest_is_taken() {
        let text = "kind,value,first_seen\nip,203.0.113.7,\nip,nowhere,\nmutex,x,\nip,203.0.113.8,soon\n,\"two\nlines\",\nip,203.0.113.9,\n";
        let imported = import(text, "x");
        assert_eq!(values(&imported), [(Kind::Ip, "203.0.113.7"), (Kind::Ip, "203.0.113.9")]);
        let lines: Vec<u64> = imported.faults.iter().map(|fault| fault.at).collect();
        assert_eq!(lines, [3, 4, 5, 6], "{:?}", imported.faults);
        let said: Vec<String> = imported.faults.iter().map(ToString::to_string).collect();
        assert!(said[0].starts_with("3: `nowhere` is no value of kind ip"), "{said:?}");
        assert!(said[1].contains("no kind of indicator of this name"), "{said:?}");
        assert!(said[2].contains("`soon` is no time"), "{said:?}");
    }

    #[test]
    fn what_is_written_for_a_spreadsheet_is_read_back_as_it_was() {
        let hostile = ["=cmd|' /C calc'!A0", "@SUM(1)", "two\r\nlines, \"quoted\"", "-1", "plain", "＝x"];
        let indicators: Vec<Indicator> = hostile
            .iter()
            .enumerate()
            .map(|(n, value)| crate::case::tests::indicator(n as i64, Kind::UserAgent, value))
            .collect();
        let mut out = Vec::new();
        export(&mut out, &indicators, Style::default()).unwrap();
        let text = String::from_utf8(out).unwrap();
        for line in text.lines() {
            for cell in line.split(',') {
                assert!(!cell.trim_start_matches('"').starts_with(['=', '@', '-', '＝']), "{cell}");
            }
        }
        let back = import(&text, "x");
        assert_eq!(back.faults, []);
        assert_eq!(back.indicators.iter().map(|i| i.value.as_str()).collect::<Vec<_>>(), hostile);
    }
}
