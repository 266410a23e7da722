//! The settings, and one table that says of each what it is, how it is checked and how it is written.
//!
//! The table feeds all layers, `trailhound config show` and the documents. A
//! setting is named the same everywhere: `min_risk` in the file is
//! `TRAILHOUND_MIN_RISK` in the environment and `--min-risk` on the command line.

mod listed;

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use super::buckets::BucketSetting;
use super::fault::Reason;
use super::given::{Given, UNITS, read_field};
use super::notify::{self, Notify};
use super::pick::Pick;
use super::theme::Depth;
use crate::event::field::Field;
use crate::query::order::Sort;

pub use listed::SETTINGS;

/// What the user can choose, checked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settings {
    /// The name of the theme.
    pub theme: String,
    /// How many colors to use; `None`: what the terminal is found to have.
    pub colors: Option<Depth>,
    /// The user's keys; `None`: `keymap.toml` beside `config.toml`, where there is one.
    pub keymap: Option<PathBuf>,
    /// In which zone times are shown.
    pub time_zone: TimeZone,
    /// Whether the console takes the mouse from the terminal.
    pub mouse: bool,
    /// The columns of the list of events, from the left.
    pub columns: Vec<Field>,
    /// The order of the list of events.
    pub sort: Sort,
    /// Which set of weights scores events.
    pub scoring: Scoring,
    /// Weights that replace those of [`scoring`](Self::scoring).
    pub scoring_file: Option<PathBuf>,
    /// A table of sensitive calls, `service:Action` to risk and reason, over the built-in one.
    pub sensitive_apis: Option<PathBuf>,
    /// Files and folders of rules.
    pub rules: Vec<PathBuf>,
    /// Whether the rules that come with trailhound are used.
    pub builtin_rules: bool,
    /// The ids of rules that are left out.
    pub exclude_rules: Vec<String>,
    /// What is known of one's own organization.
    pub environment_file: Option<PathBuf>,
    /// The least risk, 0-100, that the headless commands print.
    pub min_risk: u8,
    /// The largest record that is read, in bytes; a larger one is rejected.
    pub record_cap: u64,
    /// The most that one file may inflate to, in bytes; what is beyond is rejected.
    pub inflate_cap: u64,
    /// How many times its size a large file may inflate to; 0 for any.
    pub inflate_ratio: u64,
    /// How many threads read and score; `None`: one for each processor.
    pub threads: Option<NonZeroUsize>,
    /// The profile by which AWS is reached.
    pub aws_profile: Option<String>,
    /// Another address for the services of AWS.
    pub endpoint_url: Option<String>,
    /// Whether bucket names stand in the path.
    pub path_style: bool,
    /// Whether requests are paid by the reader.
    pub requester_pays: bool,
    /// How many bytes of objects are kept on disk; 0: none.
    pub s3_cache: u64,
    /// The buckets that `s3://` stands for.
    pub buckets: Vec<BucketSetting>,
    /// What is wanted of sources in AWS in this run.
    pub pick: Pick,
    /// Whither messages go.
    pub notify: Notify,
}

/// In which zone times are shown. They are kept in UTC always.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TimeZone {
    /// Coordinated universal time, as the records have it.
    Utc,
    /// The zone of this computer.
    Local,
}

/// Which set of weights scores events.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scoring {
    /// Tiers, targets, outcomes and context.
    Default,
    /// The plain additive table: the same points as older tools give.
    Classic,
}

impl Default for Settings {
    fn default() -> Self {
        use Field::{Actor, Event, Ip, Outcome, Risk, Time};
        Self {
            theme: "default".to_owned(),
            colors: None,
            keymap: None,
            time_zone: TimeZone::Utc,
            mouse: false,
            columns: vec![Risk, Time, Event, Actor, Ip, Outcome],
            sort: Sort::by(Risk),
            scoring: Scoring::Default,
            scoring_file: None,
            sensitive_apis: None,
            rules: Vec::new(),
            builtin_rules: true,
            exclude_rules: Vec::new(),
            environment_file: None,
            min_risk: 30,
            record_cap: 8 << 20,
            inflate_cap: 4 << 30,
            inflate_ratio: 250,
            threads: None,
            aws_profile: None,
            endpoint_url: None,
            path_style: false,
            requester_pays: false,
            s3_cache: 0,
            buckets: Vec::new(),
            pick: Pick::default(),
            notify: Notify::default(),
        }
    }
}

/// One row of the table of settings.
#[derive(Debug)]
pub struct Setting {
    /// The key in `config.toml`.
    pub key: &'static str,
    /// One line for help and the documents.
    pub about: &'static str,
    /// What values it takes, for the documents.
    pub values: &'static str,
    /// Checks a value and puts it in.
    pub(super) set: fn(&mut Settings, &Given<'_>) -> Result<(), Reason>,
    /// The value as `config.toml` would hold it; `None` where it is left to trailhound.
    pub(super) show: fn(&Settings) -> Option<String>,
}

/// Every setting, those of messages included, which have no flag.
pub fn all() -> impl Iterator<Item = &'static Setting> + Clone {
    SETTINGS.iter().chain(notify::ROWS)
}

impl Setting {
    /// The setting of that key, which is the whole path of keys in the file.
    pub fn find(key: &str) -> Option<&'static Self> {
        all().find(|setting| setting.key == key)
    }

    /// Whether a fault may repeat the value: not where it could be a secret.
    pub(super) fn tells_its_value(&self) -> bool {
        !notify::owns(self.key)
    }

    /// The variable that sets it: `TRAILHOUND_MIN_RISK`, `TRAILHOUND_NOTIFY_SLACK_CHANNEL`.
    pub fn variable(&self) -> String {
        format!("{}{}", super::environment::PREFIX, self.key.to_ascii_uppercase().replace('.', "_"))
    }

    /// The flag that sets it: `--min-risk`. Those of messages have none.
    pub fn flag(&self) -> String {
        format!("--{}", self.key.replace('_', "-"))
    }

    /// The value in `settings` as `config.toml` would hold it; `None` where it is left to trailhound.
    pub fn show(&self, settings: &Settings) -> Option<String> {
        (self.show)(settings)
    }
}

pub(super) fn put<T>(place: &mut T, value: Result<T, Reason>) -> Result<(), Reason> {
    value.map(|value| *place = value)
}

/// An order as it is written: a field that rows can be sorted by, with a `-` in front to turn it around.
pub(crate) fn read_sort(text: &str) -> Result<Sort, Reason> {
    let turned = text.strip_prefix('-');
    let word = turned.unwrap_or(text);
    let field = read_field(word)?;
    if !Sort::FIELDS.contains(&field) {
        let names: Vec<&str> = Sort::FIELDS.iter().map(|field| field.name()).collect();
        return Err(Reason::new(format!("rows cannot be sorted by {word}, only by {}", names.join(", "))));
    }
    let usual = Sort::by(field);
    Ok(Sort { descending: usual.descending != turned.is_some(), ..usual })
}

/// An order as [`read_sort`] reads it.
pub(crate) fn write_sort(sort: Sort) -> String {
    let usual = sort == Sort::by(sort.by);
    format!("{}{}", if usual { "" } else { "-" }, sort.by.name())
}

pub(super) fn word_of<T: PartialEq>(words: &[(&str, T)], value: &T) -> Option<String> {
    words.iter().find(|(_, other)| other == value).map(|(name, _)| quoted(name))
}

pub(super) fn shown_path(path: Option<&Path>) -> Option<String> {
    path.map(|path| quoted(&path.to_string_lossy()))
}

pub(super) fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

pub(super) fn quoted_list(texts: &[impl AsRef<str>]) -> String {
    let texts: Vec<String> = texts.iter().map(|text| quoted(text.as_ref())).collect();
    format!("[{}]", texts.join(", "))
}

fn shown_bytes(bytes: u64) -> String {
    let unit = UNITS.iter().find(|(name, size)| name.len() == 3 && bytes.is_multiple_of(*size));
    unit.map_or_else(|| bytes.to_string(), |(name, size)| format!("{} {name}", bytes / size))
}

/// Every setting as a line of `config.toml`, with what `note` says of it behind; unset ones as a comment.
pub(super) fn write(settings: &Settings, note: impl Fn(&Setting) -> String) -> String {
    all()
        .map(|setting| match setting.show(settings) {
            Some(value) => format!("{} = {value}  # {}\n", setting.key, note(setting)),
            None => format!("# {} =  # {}\n", setting.key, note(setting)),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_named_alike_in_every_layer() {
        let setting = Setting::find("min_risk").unwrap();
        assert_eq!(
            (setting.variable().as_str(), setting.flag().as_str()),
            ("TRAILHOUND_MIN_RISK", "--min-risk")
        );
        let mut keys: Vec<_> = all().map(|setting| setting.key).collect();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), all().count());
    }

    #[test]
    fn an_order_begins_with_the_risk_and_can_be_reversed() {
        for (text, field, descending) in [
            ("risk", Field::Risk, true),
            ("-risk", Field::Risk, false),
            ("time", Field::Time, false),
            ("-eventTime", Field::Time, true),
        ] {
            assert_eq!(read_sort(text), Ok(Sort { by: field, descending }), "{text}");
        }
        assert_eq!(read_sort("file").unwrap_err().suggestion, None);
        assert_eq!(read_sort("-tiem").unwrap_err().suggestion.as_deref(), Some("time"));
    }

    #[test]
    fn sizes_are_shown_in_the_largest_unit_that_fits() {
        for (bytes, shown) in
            [(8 << 20, "8 MiB"), (4 << 30, "4 GiB"), (1 << 10, "1 KiB"), (500_000, "500000")]
        {
            assert_eq!(shown_bytes(bytes), shown);
        }
    }
}
