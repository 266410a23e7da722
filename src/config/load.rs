//! The four layers, put one over the other: defaults, `config.toml`, the environment, the command line.
//!
//! Each value is checked by the layer it stands in, so that a faulty one
//! leaves what the layers below gave. The origin of every value is kept, for `trailhound config show`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::document::{Document, Node};
use super::environment::PREFIX;
use super::fault::{self, COMMAND_LINE, ENVIRONMENT, Fault, Reason};
use super::file::read_if_there;
use super::given::{Given, Surroundings, Value};
use super::notify;
use super::settings::{self, SETTINGS, Setting, Settings};
use super::{Dirs, Environment, Pick, PickFlags, Themes};

/// The name of the file of settings.
pub const FILE: &str = "config.toml";

/// Variables with our prefix that are no settings: where the settings lie, and what only tests ask for.
const OTHER_VARIABLES: [&str; 2] = ["CONFIG", "BLESS"];

/// What the command line says of settings, as it was typed: the checks are those of every layer.
#[derive(Clone, Default, Debug)]
#[expect(missing_docs, reason = "each is the setting of that name")]
pub struct Flags {
    /// A file of settings in the place of the usual one.
    pub config: Option<PathBuf>,
    pub theme: Option<String>,
    pub colors: Option<String>,
    pub keymap: Option<String>,
    pub time_zone: Option<String>,
    pub mouse: Option<String>,
    pub columns: Option<String>,
    pub sort: Option<String>,
    pub scoring: Option<String>,
    pub scoring_file: Option<String>,
    pub sensitive_apis: Option<String>,
    pub rules: Option<String>,
    pub builtin_rules: Option<String>,
    pub exclude_rules: Option<String>,
    pub environment_file: Option<String>,
    pub min_risk: Option<String>,
    pub record_cap: Option<String>,
    pub inflate_cap: Option<String>,
    pub inflate_ratio: Option<String>,
    pub threads: Option<String>,
    pub aws_profile: Option<String>,
    pub endpoint_url: Option<String>,
    pub path_style: Option<String>,
    pub requester_pays: Option<String>,
    pub s3_cache: Option<String>,
    pub buckets: Option<String>,
    /// What is wanted of sources in AWS, which is no setting.
    pub pick: PickFlags,
}

impl Flags {
    fn of(&self, key: &str) -> Option<&str> {
        match key {
            "theme" => self.theme.as_deref(),
            "colors" => self.colors.as_deref(),
            "keymap" => self.keymap.as_deref(),
            "time_zone" => self.time_zone.as_deref(),
            "mouse" => self.mouse.as_deref(),
            "columns" => self.columns.as_deref(),
            "sort" => self.sort.as_deref(),
            "scoring" => self.scoring.as_deref(),
            "scoring_file" => self.scoring_file.as_deref(),
            "sensitive_apis" => self.sensitive_apis.as_deref(),
            "rules" => self.rules.as_deref(),
            "builtin_rules" => self.builtin_rules.as_deref(),
            "exclude_rules" => self.exclude_rules.as_deref(),
            "environment_file" => self.environment_file.as_deref(),
            "min_risk" => self.min_risk.as_deref(),
            "record_cap" => self.record_cap.as_deref(),
            "inflate_cap" => self.inflate_cap.as_deref(),
            "inflate_ratio" => self.inflate_ratio.as_deref(),
            "threads" => self.threads.as_deref(),
            "aws_profile" => self.aws_profile.as_deref(),
            "endpoint_url" => self.endpoint_url.as_deref(),
            "path_style" => self.path_style.as_deref(),
            "requester_pays" => self.requester_pays.as_deref(),
            "s3_cache" => self.s3_cache.as_deref(),
            "buckets" => self.buckets.as_deref(),
            _ => None,
        }
    }
}

/// Where the value of a setting came from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Origin {
    /// It is built in.
    Default,
    /// A line of a file.
    File {
        /// The file as it was named.
        file: String,
        /// The line, from 1.
        line: usize,
    },
    /// A variable of the environment.
    Environment,
    /// A flag.
    CommandLine,
}

/// The settings, what they came from, and what was wrong.
#[derive(Debug)]
pub struct Loaded {
    /// The settings, complete: a faulty value left the one below it.
    pub settings: Settings,
    /// The user's folders.
    pub dirs: Dirs,
    /// Every theme, built in or the user's.
    pub themes: Themes,
    /// Everything that was wrong, from top to bottom; empty when all is well.
    pub faults: Vec<Fault>,
    origins: BTreeMap<&'static str, Origin>,
}

impl Loaded {
    /// Where the value of a setting came from.
    pub fn origin(&self, key: &str) -> &Origin {
        self.origins.get(key).unwrap_or(&Origin::Default)
    }

    /// The settings as a `config.toml`, each line with its origin.
    pub fn show(&self) -> String {
        settings::write(&self.settings, |setting| match self.origin(setting.key) {
            Origin::Default => "default".to_owned(),
            Origin::File { file, line } => format!("{}:{line}", crate::text::visible(file)),
            Origin::Environment => setting.variable(),
            Origin::CommandLine => setting.flag(),
        })
    }

    /// The user's keys: the file of the settings, or the usual one where there is one. `None`: no such file.
    ///
    /// # Errors
    /// The file cannot be read, or was named in the settings and is not there.
    pub fn keymap(&self) -> Result<Option<(String, String)>, Box<Fault>> {
        let usual = || self.dirs.config.as_ref().map(|dir| dir.join("keymap.toml"));
        let named = self.settings.keymap.clone();
        let Some(path) = named.clone().or_else(usual) else { return Ok(None) };
        let file = path.display().to_string();
        match read_if_there(&path)? {
            Some(text) => Ok(Some((file, text))),
            None if named.is_some() => Err(Box::new(no_such(file))),
            None => Ok(None),
        }
    }
}

/// Loads the settings for `environment` and `flags`, with the folders and themes that belong to them.
pub fn load(environment: &Environment, flags: &Flags, dirs: Dirs) -> Loaded {
    let (themes, mut faults) =
        Themes::with_folder(dirs.config.as_ref().map(|dir| dir.join("themes")).as_deref());
    let names = themes.names();
    let around = Surroundings { themes: &names, home: dirs.home.as_deref(), base: None };
    let mut layers = Layers { settings: Settings::default(), origins: BTreeMap::new(), faults: Vec::new() };
    layers.file(config_path(environment, flags, &dirs), &around);
    layers.environment(environment, &around);
    layers.flags(flags, &around);
    let (pick, mut wrong) = Pick::read(&flags.pick);
    layers.settings.pick = pick;
    faults.append(&mut wrong);
    faults.append(&mut layers.faults);
    fault::sort(&mut faults);
    Loaded { settings: layers.settings, origins: layers.origins, dirs, themes, faults }
}

/// The file of settings, and whether the user named it: then it has to be there.
fn config_path(environment: &Environment, flags: &Flags, dirs: &Dirs) -> Option<(PathBuf, bool)> {
    let named = flags.config.clone().or_else(|| environment.path(&format!("{PREFIX}CONFIG")));
    named.map(|path| (path, true)).or_else(|| Some((dirs.config.as_ref()?.join(FILE), false)))
}

struct Layers {
    settings: Settings,
    origins: BTreeMap<&'static str, Origin>,
    faults: Vec<Fault>,
}

impl Layers {
    fn file(&mut self, path: Option<(PathBuf, bool)>, around: &Surroundings<'_>) {
        let Some((path, named)) = path else { return };
        let file = path.display().to_string();
        match read_if_there(&path) {
            Ok(Some(text)) => self.text(&file, &text, &Surroundings { base: path.parent(), ..*around }),
            Ok(None) if named => self.faults.push(no_such(file)),
            Ok(None) => {}
            Err(fault) => self.faults.push(*fault),
        }
    }

    fn text(&mut self, file: &str, text: &str, around: &Surroundings<'_>) {
        let (document, mut faults) = Document::parse(file, text);
        self.faults.append(&mut faults);
        for node in document.root().entries().unwrap_or_default() {
            self.entry(&node, around);
        }
    }

    fn entry(&mut self, node: &Node<'_>, around: &Surroundings<'_>) {
        let Some(setting) = Setting::find(node.key()) else {
            return self.table(node, around);
        };
        let given = Given { value: Value::Typed(node), around };
        if let Err(reason) = (setting.set)(&mut self.settings, &given) {
            let fault = if setting.tells_its_value() { node.fault(reason) } else { node.misplaced(reason) };
            self.faults.push(fault);
            return;
        }
        let origin = Origin::File { file: node.file().to_owned(), line: node.line() };
        self.origins.insert(setting.key, origin);
    }

    /// A table of settings, which goes no deeper than the names of settings do; or what is no setting.
    fn table(&mut self, node: &Node<'_>, around: &Surroundings<'_>) {
        let inside = |key: &str| key.strip_prefix(node.key()).is_some_and(|rest| rest.starts_with('.'));
        match node.entries() {
            Ok(entries) if keys().any(inside) => entries.iter().for_each(|entry| self.entry(entry, around)),
            _ => self.faults.push(node.misplaced(unknown_key(node))),
        }
    }

    fn environment(&mut self, environment: &Environment, around: &Surroundings<'_>) {
        for (name, value) in environment.own() {
            let Some(setting) = settings::all().find(|s| s.variable() == variable(name)) else {
                if !OTHER_VARIABLES.contains(&name) {
                    self.faults.push(unknown_variable(name, &value));
                }
                continue;
            };
            self.plain(setting, &value, around, Origin::Environment);
        }
    }

    fn flags(&mut self, flags: &Flags, around: &Surroundings<'_>) {
        for setting in SETTINGS {
            if let Some(value) = flags.of(setting.key) {
                self.plain(setting, value, around, Origin::CommandLine);
            }
        }
    }

    fn plain(&mut self, setting: &'static Setting, value: &str, around: &Surroundings<'_>, origin: Origin) {
        let given = Given { value: Value::Plain(value), around };
        match (setting.set)(&mut self.settings, &given) {
            Ok(()) => {
                self.origins.insert(setting.key, origin);
            }
            Err(reason) if origin == Origin::CommandLine => {
                self.faults.push(Fault::of_value(COMMAND_LINE, setting.flag(), value, reason));
            }
            Err(reason) => self.faults.push(of_variable(setting.variable(), value, reason)),
        }
    }
}

fn no_such(file: String) -> Fault {
    Fault::of_file(file, Reason::new("there is no such file"))
}

fn keys() -> impl Iterator<Item = &'static str> + Clone {
    settings::all().map(|setting| setting.key)
}

/// What is said of a key that is no setting: the nearest one that stands in the same table.
fn unknown_key(node: &Node<'_>) -> Reason {
    let table = node.key().strip_suffix(node.name()).unwrap_or_default();
    let known = keys().filter_map(|key| key.strip_prefix(table)?.split('.').next());
    Reason::unknown("setting", node.name(), known)
}

/// The whole name of a variable, as settings give theirs.
fn variable(name: &str) -> String {
    format!("{PREFIX}{}", name.to_ascii_uppercase())
}

/// A fault of a variable; its value is left out where it could be a secret.
fn of_variable(name: String, value: &str, reason: Reason) -> Fault {
    let secret = name.strip_prefix(PREFIX).is_some_and(notify::owns);
    let fault = Fault::of_value(ENVIRONMENT, name, value, reason);
    Fault { value: fault.value.filter(|_| !secret), ..fault }
}

fn unknown_variable(name: &str, value: &str) -> Fault {
    let known: Vec<String> = settings::all().map(Setting::variable).collect();
    let known = known.iter().filter_map(|known| known.strip_prefix(PREFIX));
    let reason = Reason::unknown("setting", &name.to_ascii_uppercase(), known);
    let suggestion = reason.suggestion.map(|name| format!("{PREFIX}{name}"));
    of_variable(format!("{PREFIX}{name}"), value, Reason { suggestion, ..reason })
}

#[cfg(test)]
mod tests;
