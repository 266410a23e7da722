//! Where CloudTrail puts its files in a bucket, and which of the folders are worth a look.
//!
//! `[prefix/]AWSLogs/[o-organization/]account/CloudTrail/region/2026/01/10/account_CloudTrail_region_20260110T1041Z_x.json.gz`:
//! the account, the region and the day of delivery stand in the key. What is not
//! wanted is therefore left out by its folder, before anything in it is listed.
//! Pure: nothing here asks anybody anything, and the clock is handed in.

use crate::event::time::{DAY_MS, Time};

/// What is wanted of a bucket. An empty list wants everything.
#[derive(Clone, Default, Debug)]
pub struct Wanted {
    /// Accounts, by their twelve digits.
    pub accounts: Vec<String>,
    /// Regions.
    pub regions: Vec<String>,
    /// Only what was delivered at this time or later.
    pub since: Option<Time>,
    /// Only events until this time; what is delivered up to [`LATE_MS`] later is looked at.
    pub until: Option<Time>,
    /// The time now, behind which nothing was delivered.
    pub now: Time,
    /// Take the prefix as it is, and everything below it.
    pub exact: bool,
}

/// How late CloudTrail usually delivers an event, at most, in milliseconds.
pub const LATE_MS: i64 = 3_600_000;

/// The kind of file that a folder beside `CloudTrail/` holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// `CloudTrail`: management and data events.
    Events,
    /// `CloudTrail-Insight`.
    Insight,
    /// `CloudTrail-NetworkActivity`.
    Network,
    /// `CloudTrail-Aggregated`.
    Aggregated,
    /// `CloudTrail-Digest`: hashes and signatures, no events.
    Digest,
}

impl Kind {
    fn of(folder: &str) -> Option<Self> {
        Some(match folder {
            "CloudTrail" => Self::Events,
            "CloudTrail-Insight" => Self::Insight,
            "CloudTrail-NetworkActivity" => Self::Network,
            "CloudTrail-Aggregated" => Self::Aggregated,
            "CloudTrail-Digest" => Self::Digest,
            _ => return None,
        })
    }
}

/// What the folder of a key says.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Place<'a> {
    /// Whether `AWSLogs/` is above it.
    pub delivered: bool,
    /// The account, or what stands in its place.
    pub account: Option<&'a str>,
    /// The folder of the service, and what kind of CloudTrail it is; `None` in it for another service.
    pub kind: Option<(&'a str, Option<Kind>)>,
    /// The region.
    pub region: Option<&'a str>,
    /// Year, month and day, as far as they are there.
    pub date: [Option<u16>; 3],
}

/// Reads the complete folders of a key or prefix; what stands behind the last `/` is not looked at.
pub fn place(key: &str) -> Place<'_> {
    let folder = key.rfind('/').map_or("", |end| &key[..end]);
    let mut parts = folder.split('/').skip_while(|part| *part != "AWSLogs");
    let mut found = Place { delivered: parts.next().is_some(), ..Place::default() };
    let mut parts = parts.skip_while(|part| part.starts_with("o-"));
    found.account = parts.next();
    found.kind = parts.next().map(|part| (part, Kind::of(part)));
    found.region = parts.next();
    for slot in &mut found.date {
        *slot = parts.next().and_then(|part| part.parse().ok());
    }
    found
}

/// What to do with a folder.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Plan {
    /// Nothing in it is wanted; with what to say of it, where it could be missed.
    Leave(Option<&'static str>),
    /// Look at the folders in it one by one, and take the files that lie in it.
    Open,
    /// Take everything below it.
    Whole,
    /// Take everything below these folders of it.
    These(Vec<String>),
}

/// How many levels of folders are opened one by one where no `AWSLogs/` is above them.
const OUTSIDE: usize = 4;

impl Wanted {
    /// What to do with a folder, which ends in `/` or is empty.
    pub fn plan(&self, folder: &str) -> Plan {
        if self.exact {
            return Plan::Whole;
        }
        let place = place(folder);
        if !self.may_hold(&place) {
            return Plan::Leave(None);
        }
        match place.kind {
            Some((_, Some(Kind::Digest))) => {
                return Plan::Leave(Some("folder CloudTrail-Digest, which holds hashes and no events"));
            }
            Some((_, None)) => return Plan::Leave(Some("folder of another service below AWSLogs")),
            _ => {}
        }
        if !place.delivered {
            let deep = folder.matches('/').count() >= OUTSIDE;
            return if deep { Plan::Whole } else { Plan::Open };
        }
        match (place.region, place.date) {
            (None, _) => Plan::Open,
            (Some(_), [_, Some(_), _]) if self.bounds().is_none() => Plan::Whole,
            (Some(_), [.., Some(_)]) => Plan::Whole,
            (Some(_), date) => match self.bounds() {
                Some((from, to)) => Plan::These(days(folder, date, from, to)),
                None => Plan::Open,
            },
        }
    }

    /// Whether an object is wanted, by all that its key says.
    pub fn takes(&self, key: &str) -> bool {
        let name = key.rsplit('/').next().unwrap_or_default();
        if !is_log_name(name) {
            return false;
        }
        let place = place(key);
        let other = matches!(place.kind, Some((_, None | Some(Kind::Digest))));
        if !self.exact && (other || !self.may_hold(&place)) {
            return false;
        }
        let Some(delivered) = delivery(name) else { return true };
        self.since.is_none_or(|since| delivered >= since)
            && self.until.is_none_or(|until| delivered <= until.plus_millis(LATE_MS))
    }

    /// Whether account, region and date let anything be in there.
    fn may_hold(&self, place: &Place<'_>) -> bool {
        let wants = |list: &[String], value: Option<&str>| {
            list.is_empty() || value.is_none_or(|value| list.iter().any(|wanted| wanted == value))
        };
        let in_time = match (self.bounds(), span(place.date)) {
            (Some((from, to)), Some((first, last))) => first <= to && last >= from,
            _ => true,
        };
        wants(&self.accounts, place.account) && wants(&self.regions, place.region) && in_time
    }

    /// The first and last day of delivery, where the time is bounded at its beginning.
    fn bounds(&self) -> Option<(i64, i64)> {
        let day = |time: Time| time.millis().map(|ms| ms.div_euclid(DAY_MS));
        let from = self.since.and_then(day);
        let to = self.until.and_then(|until| day(until.plus_millis(LATE_MS)));
        if from.is_none() && to.is_none() {
            return None;
        }
        // CloudTrail began in November 2013; nothing was delivered after now.
        Some((from.unwrap_or(15_900), to.unwrap_or_else(|| day(self.now).unwrap_or(i64::MAX / DAY_MS))))
    }
}

/// The days that a date covers, as far as it is known; days are counted from 1970.
fn span(date: [Option<u16>; 3]) -> Option<(i64, i64)> {
    let at = |year: u16, month: u16, day: u16| {
        let text = format!("{year:04}-{month:02}-{day:02}T00:00:00Z");
        Time::parse(text.as_bytes()).millis().map(|ms| ms.div_euclid(DAY_MS))
    };
    match date {
        [Some(year), None, _] => Some((at(year, 1, 1)?, at(year, 12, 31)?)),
        [Some(year), Some(month), None] => {
            let next = if month == 12 { at(year.saturating_add(1), 1, 1)? } else { at(year, month + 1, 1)? };
            Some((at(year, month, 1)?, next - 1))
        }
        [Some(year), Some(month), Some(day)] => at(year, month, day).map(|day| (day, day)),
        _ => None,
    }
}

/// The folders of days between two days, inside of what a folder covers; whole months and years in one.
fn days(folder: &str, date: [Option<u16>; 3], from: i64, to: i64) -> Vec<String> {
    let (first, last) = span(date).unwrap_or((from, to));
    let (mut day, last) = (from.max(first), to.min(last));
    let root = root(folder, date);
    let mut found = Vec::new();
    while day <= last {
        let Some(c) = Time::from_millis(day.saturating_mul(DAY_MS)).civil() else { break };
        let (year, month) = (u16::try_from(c.year).unwrap_or(9999), u16::from(c.month));
        let whole = |date| span(date).filter(|(start, end)| *start == day && *end <= last);
        let (text, end) = if let Some((_, end)) = whole([Some(year), None, None]) {
            (format!("{root}{year:04}/"), end)
        } else if let Some((_, end)) = whole([Some(year), Some(month), None]) {
            (format!("{root}{year:04}/{month:02}/"), end)
        } else {
            (format!("{root}{year:04}/{month:02}/{:02}/", c.day), day)
        };
        found.push(text);
        day = end.saturating_add(1);
    }
    found
}

/// A folder without the date at its end.
fn root(folder: &str, date: [Option<u16>; 3]) -> &str {
    let mut rest = folder;
    for _ in date.iter().flatten() {
        let cut = rest.trim_end_matches('/');
        rest = cut.rfind('/').map_or("", |end| &rest[..=end]);
    }
    rest
}

/// Endings of objects that are taken for logs.
const ENDINGS: [&str; 9] =
    [".json", ".json.gz", ".jsonl", ".jsonl.gz", ".ndjson", ".gz", ".zst", ".log", ".csv"];

fn is_log_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    !name.is_empty() && (ENDINGS.iter().any(|end| name.ends_with(end)) || !name.contains('.'))
}

/// When a file was delivered, by its name: `111122223333_CloudTrail_us-east-1_20260110T1041Z_x.json.gz`.
pub fn delivery(name: &str) -> Option<Time> {
    let stamp = name
        .split('_')
        .find(|part| part.len() == 14 && part.as_bytes().get(8) == Some(&b'T') && part.ends_with('Z'))?;
    let digits =
        |from: usize, to: usize| stamp.get(from..to).filter(|text| text.bytes().all(|b| b.is_ascii_digit()));
    let text = format!(
        "{}-{}-{}T{}:{}:00Z",
        digits(0, 4)?,
        digits(4, 6)?,
        digits(6, 8)?,
        digits(9, 11)?,
        digits(11, 13)?
    );
    Some(Time::parse(text.as_bytes())).filter(|time| time.is_known())
}

#[cfg(test)]
mod tests;
