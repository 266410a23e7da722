//! What is wanted of a source in AWS: checked here, but no setting, for it belongs to one run.

use super::fault::{COMMAND_LINE, Fault, Reason};
use crate::cloud::address::is_region;
use crate::event::account;
use crate::event::time::{DAY_MS, Time};
use crate::query;

/// What was typed.
#[derive(Clone, Default, Debug)]
#[expect(missing_docs, reason = "each is the flag of that name")]
pub struct PickFlags {
    pub accounts: Vec<String>,
    pub regions: Vec<String>,
    pub since: Option<String>,
    pub until: Option<String>,
    pub days: Option<String>,
    pub events: Vec<String>,
    pub max_files: Option<String>,
    pub exact_path: bool,
}

/// What is wanted.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Pick {
    /// Accounts, by their twelve digits; all when empty.
    pub accounts: Vec<String>,
    /// Regions; all when empty.
    pub regions: Vec<String>,
    /// From when on.
    pub since: Option<Bound>,
    /// Until when.
    pub until: Option<Bound>,
    /// Only events of these names; all when empty.
    pub events: Vec<String>,
    /// At most this many objects of each bucket.
    pub max_files: Option<usize>,
    /// Whether prefixes are taken as they are.
    pub exact_path: bool,
}

/// A time, or so long before now.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Bound {
    /// A time.
    At(Time),
    /// So many milliseconds before now.
    Ago(i64),
}

impl Bound {
    /// The time that it is at `now`.
    pub fn at(self, now: Time) -> Time {
        match self {
            Self::At(time) => time,
            Self::Ago(ms) => now.plus_millis(ms.saturating_neg()),
        }
    }
}

impl Pick {
    /// The first flag that only a source in AWS understands, where one was given.
    pub fn cloud_flag(&self) -> Option<&'static str> {
        [
            (!self.accounts.is_empty(), "--account"),
            (!self.regions.is_empty(), "--region"),
            (self.since.is_some(), "--since or --days"),
            (self.until.is_some(), "--until"),
            (self.max_files.is_some(), "--max-files"),
            (self.exact_path, "--exact-path"),
        ]
        .into_iter()
        .find_map(|(given, flag)| given.then_some(flag))
    }

    /// This, narrowed by what was typed behind a source: each that was typed takes the place of what holds for all.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn with(&self, flags: &PickFlags) -> Result<Self, String> {
        let (typed, faults) = Self::read(flags);
        if let Some(fault) = faults.first() {
            return Err(fault.to_string());
        }
        let either = |typed: Vec<String>, all: &[String]| if typed.is_empty() { all.to_vec() } else { typed };
        Ok(Self {
            accounts: either(typed.accounts, &self.accounts),
            regions: either(typed.regions, &self.regions),
            events: either(typed.events, &self.events),
            since: typed.since.or(self.since),
            until: typed.until.or(self.until),
            max_files: typed.max_files.or(self.max_files),
            exact_path: typed.exact_path || self.exact_path,
        })
    }

    /// Checks what was typed; what is wrong is left out and told.
    pub(super) fn read(flags: &PickFlags) -> (Self, Vec<Fault>) {
        let mut checks = Checks::default();
        let days = checks.one("--days", flags.days.as_deref(), |text| {
            let days = text.parse().ok().filter(|days| (1..=36_500).contains(days));
            let ago = |days: i64| Bound::Ago(days * DAY_MS);
            days.map(ago).ok_or_else(|| Reason::new("expected a number of days, at least 1"))
        });
        let pick = Self {
            accounts: checks.all(
                "--account",
                &flags.accounts,
                |text| account::is_id(text),
                "an account has twelve digits",
            ),
            regions: checks.all("--region", &flags.regions, is_region, "a region is written us-east-1"),
            since: checks
                .one("--since", flags.since.as_deref(), |text| bound(text, query::beginning))
                .or(days),
            until: checks.one("--until", flags.until.as_deref(), |text| bound(text, query::ending)),
            events: flags.events.clone(),
            max_files: checks.one("--max-files", flags.max_files.as_deref(), |text| {
                let number = text.parse().ok().filter(|n| *n > 0);
                number.ok_or_else(|| Reason::new("expected a number of objects, at least 1"))
            }),
            exact_path: flags.exact_path,
        };
        (pick, checks.faults)
    }
}

fn bound(text: &str, absolute: fn(&str) -> Option<Time>) -> Result<Bound, Reason> {
    let ago = query::length(text.strip_prefix('-').unwrap_or(text)).map(Bound::Ago);
    ago.or_else(|| absolute(text).map(Bound::At)).ok_or_else(|| {
        Reason::new(
            "expected a time such as 2026-03-02 or 2026-03-02T10:00Z, or how long ago, such as 12h or 7d",
        )
    })
}

#[derive(Default)]
struct Checks {
    faults: Vec<Fault>,
}

impl Checks {
    fn one<T>(
        &mut self,
        flag: &str,
        text: Option<&str>,
        read: impl Fn(&str) -> Result<T, Reason>,
    ) -> Option<T> {
        let text = text?;
        match read(text.trim()) {
            Ok(value) => Some(value),
            Err(reason) => {
                self.faults.push(Fault::of_value(COMMAND_LINE, flag, text, reason));
                None
            }
        }
    }

    fn all(&mut self, flag: &str, texts: &[String], sound: fn(&str) -> bool, wanted: &str) -> Vec<String> {
        let read = |text: &str| if sound(text) { Ok(text.to_owned()) } else { Err(Reason::new(wanted)) };
        texts.iter().filter_map(|text| self.one(flag, Some(text), read)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn since(text: &str) -> PickFlags {
        PickFlags { since: Some(text.into()), ..PickFlags::default() }
    }

    #[test]
    fn times_are_read_as_in_queries_and_as_lengths_before_now() {
        let now = Time::parse(b"2026-03-03T12:00:00Z");
        for (text, at) in [
            ("2026-03-02", "2026-03-02T00:00:00Z"),
            ("2026-03-02T10:30", "2026-03-02T10:30:00Z"),
            ("7d", "2026-02-24T12:00:00Z"),
            ("-12h", "2026-03-03T00:00:00Z"),
        ] {
            let (pick, faults) = Pick::read(&since(text));
            assert_eq!((pick.since.unwrap().at(now).to_string().as_str(), faults), (at, vec![]), "{text}");
        }
        let until =
            PickFlags { until: Some("2026-03-02".into()), days: Some("7".into()), ..PickFlags::default() };
        let (pick, _) = Pick::read(&until);
        assert_eq!(
            pick.until.unwrap().at(now).to_string(),
            "2026-03-03T00:00:00Z",
            "the day itself is wanted"
        );
        assert_eq!(pick.since, Some(Bound::Ago(7 * DAY_MS)));
        assert_eq!(pick.cloud_flag(), Some("--since or --days"));
    }

    #[test]
    fn everything_that_is_wrong_is_told() {
        let flags = PickFlags {
            accounts: vec!["1111".into()],
            regions: vec!["mars".into()],
            days: Some("0".into()),
            max_files: Some("no".into()),
            ..since("yesterday")
        };
        let (pick, faults) = Pick::read(&flags);
        assert_eq!((pick, faults.len()), (Pick::default(), 5));
        assert!(
            faults.iter().any(|f| f.to_string().contains("--since yesterday: expected a time")),
            "{faults:?}"
        );
    }
}
