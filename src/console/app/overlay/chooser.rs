//! A list to choose from, narrowed by typing: palette, help, themes, columns, orders, presets, fields.

use std::cmp::Reverse;

use fuzzy_matcher::FuzzyMatcher as _;
use fuzzy_matcher::skim::SkimMatcherV2;

use crate::case::Subject;
use crate::config::{Theme, Themes};
use crate::console::app::action::{Action, Category, Copied, Least, Pivot, Preset, Progress, commands};
use crate::console::app::keymap::{Context, Keymap};
use crate::console::app::line::Line;
use crate::console::app::rules::draft::Drafting;
use crate::console::app::scroll;
use crate::event::field::{FIELDS, Field, FieldRef};
use crate::query::order::Sort;

/// What is chosen.
#[derive(Clone, PartialEq, Debug)]
pub enum Purpose {
    /// Any command.
    Palette,
    /// The keys of a context.
    Help,
    /// A theme; the one that was there before.
    Themes(Box<Theme>),
    /// The columns of the list; those that were there before.
    Columns(Vec<Field>),
    /// The fields of a new rule.
    Parts(Box<Drafting>),
    /// One of a few actions, under this title.
    Actions(&'static str),
}

/// One entry.
#[derive(Clone, PartialEq, Debug)]
pub struct Entry {
    /// What is searched and shown.
    pub label: String,
    /// A line about it.
    pub about: String,
    /// The keys that do the same.
    pub keys: String,
    /// Under which heading it stands.
    pub heading: &'static str,
    /// What choosing it does.
    pub pick: Pick,
}

/// What choosing an entry does.
#[derive(Clone, PartialEq, Debug)]
pub enum Pick {
    /// This action.
    Run(Action),
    /// Takes the theme of that name.
    Theme(String),
    /// Switches the column on or off.
    Column(Field),
    /// Switches a field of a new rule on or off.
    Part(usize),
}

/// An entry that fits what was typed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hit {
    /// Its place among the entries.
    pub entry: usize,
    /// Which letters of the label fit, as numbers of characters.
    pub letters: Vec<usize>,
}

/// The list.
#[derive(Clone, Debug)]
pub struct Chooser {
    /// What is chosen.
    pub purpose: Purpose,
    /// What is typed.
    pub line: Line,
    /// All entries.
    pub entries: Vec<Entry>,
    /// Those that fit, the best first.
    pub hits: Vec<Hit>,
    /// The entry of the cursor, a place in `hits`.
    pub cursor: usize,
    /// The columns that are switched on.
    pub on: Vec<Field>,
    /// What in the case is decided on, as it was at that revision.
    pub about: Option<(Subject, i64)>,
}

impl Entry {
    /// One that runs an action.
    pub fn running(action: Action, label: impl Into<String>, about: impl Into<String>) -> Self {
        let (label, about, keys) = (label.into(), about.into(), String::new());
        Self { label, about, keys, heading: "", pick: Pick::Run(action) }
    }
}

impl Chooser {
    fn new(purpose: Purpose, entries: Vec<Entry>) -> Self {
        let (line, hits, on) = (Line::default(), Vec::new(), Vec::new());
        let mut chooser = Self { purpose, line, entries, hits, cursor: 0, on, about: None };
        chooser.narrow();
        chooser
    }

    /// Every command that works, with the keys that run it in `context`.
    pub fn palette(keymap: &Keymap, context: Context) -> Self {
        // Moving and typing are for keys; nobody looks for them by name.
        let named = |category| !matches!(category, Category::Typing | Category::Moving);
        let entries = commands().into_iter().filter(|command| named(command.category)).map(|command| {
            let later = command.action.later();
            Entry {
                keys: keys(keymap, context, &command.action),
                about: later
                    .map_or_else(|| command.about.clone(), |later| format!("{} ({later})", command.about)),
                label: command.line,
                heading: "",
                pick: Pick::Run(command.action),
            }
        });
        Self::new(Purpose::Palette, entries.collect())
    }

    /// The keys of `context`, by heading.
    pub fn help(keymap: &Keymap, context: Context) -> Self {
        let mut entries: Vec<Entry> = Vec::new();
        for (binding, action) in keymap.bindings(context) {
            match entries.iter_mut().find(|entry| entry.pick == Pick::Run(action.clone())) {
                Some(entry) => entry.keys.push_str(&format!("  {}", binding.keys.label())),
                None => entries.push(Entry {
                    label: action
                        .later()
                        .map_or_else(|| action.about(), |later| format!("{} ({later})", action.about())),
                    about: action.to_string(),
                    keys: binding.keys.label(),
                    heading: action.info().category.name(),
                    pick: Pick::Run(action.clone()),
                }),
            }
        }
        let place = |entry: &Entry| Category::ALL.iter().position(|c| c.name() == entry.heading);
        entries.sort_by_key(place);
        Self::new(Purpose::Help, entries)
    }

    /// All themes, the cursor on the one in use.
    pub fn themes(themes: &Themes, now: &Theme) -> Self {
        let entry = |name: String| Entry {
            about: themes.get(&name).0.about,
            label: name.clone(),
            keys: String::new(),
            heading: "",
            pick: Pick::Theme(name),
        };
        let names = themes.names();
        let at = names.iter().position(|name| *name == now.name).unwrap_or(0);
        let mut chooser =
            Self::new(Purpose::Themes(Box::new(now.clone())), names.into_iter().map(entry).collect());
        chooser.cursor = at;
        chooser
    }

    /// All columns: those in use first, in their order.
    pub fn columns(on: &[Field]) -> Self {
        let mut chooser = Self::new(Purpose::Columns(on.to_vec()), Vec::new());
        chooser.on = on.to_vec();
        chooser.list_columns();
        chooser
    }

    fn list_columns(&mut self) {
        let off = FIELDS.iter().map(|info| info.field).filter(|field| !self.on.contains(field));
        let entry = |field: Field| Entry {
            label: field.name().to_owned(),
            about: field.info().about.to_owned(),
            keys: String::new(),
            heading: "",
            pick: Pick::Column(field),
        };
        self.entries = self.on.iter().copied().chain(off).map(entry).collect();
        self.hits = self.fitting();
        self.cursor = self.cursor.min(self.hits.len().saturating_sub(1));
    }

    /// The fields of an event that a new rule can be made of.
    pub fn parts(drafting: Drafting) -> Self {
        let entries = drafting.parts.iter().enumerate().map(|(n, part)| Entry {
            label: part.field.clone(),
            about: part.value.clone(),
            keys: String::new(),
            heading: "",
            pick: Pick::Part(n),
        });
        let entries = entries.collect();
        Self::new(Purpose::Parts(Box::new(drafting)), entries)
    }

    /// Whether the entry is switched on; `None` where it is none that can be.
    pub fn is_on(&self, entry: &Entry) -> Option<bool> {
        match (&entry.pick, &self.purpose) {
            (Pick::Column(field), _) => Some(self.on.contains(field)),
            (Pick::Part(n), Purpose::Parts(drafting)) => Some(drafting.parts.get(*n)?.on),
            _ => None,
        }
    }

    /// The fields to sort by.
    pub fn sorts() -> Self {
        let entry = |field: Field| (Action::Sort(Some(Sort::by(field))), field.name(), field.info().about);
        Self::actions("Sort by", Sort::FIELDS.into_iter().map(entry))
    }

    /// The ready-made queries.
    pub fn presets() -> Self {
        let entry = |preset: &Preset| (Action::Preset(Some(*preset)), preset.name(), preset.about());
        Self::actions("Hunts", Preset::ALL.iter().map(entry))
    }

    /// What events can share.
    pub fn pivots() -> Self {
        let entry = |pivot: &Pivot| (Action::Pivot(Some(*pivot)), pivot.name(), pivot.about());
        Self::actions("Events of the same", Pivot::ALL.iter().map(entry))
    }

    /// What can be copied.
    pub fn copies() -> Self {
        let entry = |what: &Copied| (Action::Copy(Some(*what)), what.name(), what.about());
        Self::actions("Copy", Copied::ALL.iter().map(entry))
    }

    /// How far a finding or an incident can have come, which was at that revision.
    pub fn states(subject: Subject, seen: i64) -> Self {
        let entry = |p: &Progress| (Action::State(Some(*p)), p.name(), p.about());
        let chooser = Self::actions("State", Progress::ALL.iter().map(entry));
        Self { about: Some((subject, seen)), ..chooser }
    }

    /// A few actions of the case, under a title.
    pub fn of_case(title: &'static str, entries: Vec<Entry>) -> Self {
        Self::new(Purpose::Actions(title), entries)
    }

    /// Offers more.
    pub fn add(&mut self, entries: Vec<Entry>) {
        self.entries.extend(entries);
        self.narrow();
    }

    /// The levels of rules.
    pub fn levels() -> Self {
        let entry = |least: &Least| (Action::Gather(Some(*least)), least.name(), least.about());
        Self::actions("An incident for each rule that hit, of level", Least::ALL.iter().map(entry))
    }

    /// The fields whose values can be counted.
    pub fn fields() -> Self {
        let of = |field: Field| Action::Frequency(Some(FieldRef::Column(field)));
        Self::actions(
            "Count the values of",
            FIELDS.iter().map(|info| (of(info.field), info.name, info.about)),
        )
    }

    fn actions<'a>(title: &'static str, actions: impl Iterator<Item = (Action, &'a str, &'a str)>) -> Self {
        let entry = |(action, label, about): (Action, &str, &str)| Entry {
            label: label.to_owned(),
            about: about.to_owned(),
            keys: String::new(),
            heading: "",
            pick: Pick::Run(action),
        };
        Self::new(Purpose::Actions(title), actions.map(entry).collect())
    }

    /// Finds what fits the typed text, and puts the cursor on the best.
    pub fn narrow(&mut self) {
        self.hits = self.fitting();
        self.cursor = 0;
        if self.purpose == Purpose::Help {
            // It stays in its order, and the cursor goes to what was meant.
            let closeness = |(n, hit): &(usize, &Hit)| (self.closeness(hit.entry), Reverse(*n));
            self.cursor = self.hits.iter().enumerate().max_by_key(closeness).map_or(0, |(n, _)| n);
        }
    }

    /// How closely an entry fits what is typed: as a whole, as its beginning, as one of its keys, as the beginning of a word, within it,
    /// in what is said about it, or (0) only by its letters.
    fn closeness(&self, entry: usize) -> u8 {
        let typed = self.line.text().trim();
        let (Some(entry), false) = (self.entries.get(entry), typed.is_empty()) else { return 0 };
        let (label, low) = (entry.label.to_lowercase(), typed.to_lowercase());
        let fits = [
            label == low,
            label.starts_with(&low),
            entry.keys.split_whitespace().any(|key| key == typed),
            label.split(|c: char| !c.is_alphanumeric()).any(|word| word.starts_with(&low)),
            label.contains(&low),
            entry.about.to_lowercase().contains(&low),
        ];
        fits.iter().position(|fits| *fits).map_or(0, |place| (fits.len() - place) as u8)
    }

    fn fitting(&self) -> Vec<Hit> {
        let typed = self.line.text().trim();
        if typed.is_empty() {
            return (0..self.entries.len()).map(|entry| Hit { entry, letters: Vec::new() }).collect();
        }
        let matcher = SkimMatcherV2::default();
        let mut found: Vec<((u8, i64), Hit)> = Vec::new();
        for (place, entry) in self.entries.iter().enumerate() {
            let closeness = self.closeness(place);
            let (score, letters) = match matcher.fuzzy_indices(&entry.label, typed) {
                Some(fit) => fit,
                None if closeness > 0 => (0, Vec::new()),
                None => continue,
            };
            found.push(((closeness, score), Hit { entry: place, letters }));
        }
        if self.purpose == Purpose::Help {
            // In whole sentences the letters of nearly any word can be found.
            let close = found.iter().any(|((closeness, _), _)| *closeness > 0);
            found.retain(|((closeness, _), _)| *closeness > 0 || !close);
            return found.into_iter().map(|(_, hit)| hit).collect();
        }
        found.sort_by_key(|(score, hit)| (Reverse(*score), hit.entry));
        found.into_iter().map(|(_, hit)| hit).collect()
    }

    /// The entry of the cursor.
    pub fn chosen(&self) -> Option<&Entry> {
        self.hits.get(self.cursor).and_then(|hit| self.entries.get(hit.entry))
    }

    /// Moves the cursor; it goes around at the ends.
    pub fn step(&mut self, by: isize) {
        self.cursor = scroll::around(self.cursor, by, self.hits.len());
    }

    /// Puts the label of the chosen entry into the line, to add to it.
    pub fn complete(&mut self) {
        if let Some(label) = self.chosen().map(|entry| entry.label.clone()) {
            self.line = Line::new(format!("{label} "));
            self.narrow();
        }
    }

    /// Switches the column or field of the cursor on or off.
    pub fn toggle(&mut self) {
        let chosen = self.chosen().map(|entry| entry.pick.clone());
        if let (Some(Pick::Part(at)), Purpose::Parts(drafting)) = (chosen, &mut self.purpose) {
            return drafting.toggle(at);
        }
        let Some(Pick::Column(field)) = self.chosen().map(|entry| entry.pick.clone()) else { return };
        match self.on.iter().position(|on| *on == field) {
            Some(_) if self.on.len() == 1 => {}
            Some(place) => {
                self.on.remove(place);
            }
            None => self.on.push(field),
        }
        self.list_columns();
        self.follow(field);
    }

    /// Moves the column of the cursor among those that are on.
    pub fn reorder(&mut self, by: isize) {
        let Some(Pick::Column(field)) = self.chosen().map(|entry| entry.pick.clone()) else { return };
        let Some(place) = self.on.iter().position(|on| *on == field) else { return };
        let Some(to) = place.checked_add_signed(by).filter(|to| *to < self.on.len()) else { return };
        self.on.swap(place, to);
        self.list_columns();
        self.follow(field);
    }

    fn follow(&mut self, field: Field) {
        let pick = Pick::Column(field);
        let place = |hit: &Hit| self.entries.get(hit.entry).is_some_and(|entry| entry.pick == pick);
        self.cursor = self.hits.iter().position(place).unwrap_or(self.cursor);
    }
}

/// The keys that run an action in a context, in words.
fn keys(keymap: &Keymap, context: Context, action: &Action) -> String {
    let keys: Vec<String> = keymap.keys_for(context, action).iter().map(|keys| keys.label()).collect();
    keys.join("  ")
}

#[cfg(test)]
mod tests;
