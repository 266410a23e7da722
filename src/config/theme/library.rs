//! All themes by name: those that are built in, and the user's over them.

use std::borrow::Cow;
use std::path::Path;

use super::read::{self, Palette};
use super::{Background, Role, Style, Theme};
use crate::config::document::Document;
use crate::config::fault::{self, Fault, Reason};
use crate::config::file::read_if_there;

/// The theme that stands below every other.
pub const DEFAULT: &str = "default";

/// The themes of the repository, read by the code that reads the user's.
const BUILT_IN: [(&str, &str); 5] = [
    (DEFAULT, include_str!("../../../themes/default.toml")),
    ("light", include_str!("../../../themes/light.toml")),
    ("high-contrast", include_str!("../../../themes/high-contrast.toml")),
    ("harbor", include_str!("../../../themes/harbor.toml")),
    ("ember", include_str!("../../../themes/ember.toml")),
];

/// A theme as text.
#[derive(Clone, Debug)]
struct Source {
    name: Cow<'static, str>,
    file: String,
    text: Cow<'static, str>,
}

/// Every theme there is. The user's come before built-in ones of the same name.
#[derive(Clone, Debug)]
pub struct Themes {
    sources: Vec<Source>,
}

impl Themes {
    /// The themes of the program.
    pub fn built_in() -> Self {
        let source = |(name, text)| Source {
            name: Cow::Borrowed(name),
            file: format!("themes/{name}.toml"),
            text: Cow::Borrowed(text),
        };
        Self { sources: BUILT_IN.into_iter().map(source).collect() }
    }

    /// The themes of the program, and every `NAME.toml` of `folder` over them. A folder that is not there is empty.
    pub fn with_folder(folder: Option<&Path>) -> (Self, Vec<Fault>) {
        let mut themes = Self::built_in();
        let mut faults = Vec::new();
        let mut paths: Vec<_> = folder
            .and_then(|folder| std::fs::read_dir(folder).ok())
            .into_iter()
            .flat_map(|entries| entries.filter_map(|entry| Some(entry.ok()?.path())))
            .filter(|path| path.extension().is_some_and(|end| end == "toml"))
            .collect();
        paths.sort();
        let mut own = Vec::new();
        for path in paths {
            let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
            match read_if_there(&path) {
                Ok(text) => own.extend(name.zip(text).map(|(name, text)| Source {
                    name: Cow::Owned(name),
                    file: path.display().to_string(),
                    text: Cow::Owned(text),
                })),
                Err(fault) => faults.push(*fault),
            }
        }
        themes.sources.splice(0..0, own);
        (themes, faults)
    }

    /// Adds the theme `text` under a name, over those of the same name; `file` is how faults name it.
    #[must_use]
    pub fn with(mut self, name: &str, file: &str, text: &str) -> Self {
        let source =
            Source { name: name.to_owned().into(), file: file.to_owned(), text: text.to_owned().into() };
        self.sources.insert(0, source);
        self
    }

    /// The names: the built-in ones first, then the user's by letter.
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = BUILT_IN.iter().map(|(name, _)| (*name).to_owned()).collect();
        for source in &self.sources {
            if !names.iter().any(|name| *name == source.name) {
                names.push(source.name.clone().into_owned());
            }
        }
        names
    }

    /// The theme of that name, and what was wrong with it.
    ///
    /// A faulty role looks as in the base; a file that is no TOML, or no theme of
    /// that name, gives the default, and the faults say so.
    pub fn get(&self, name: &str) -> (Theme, Vec<Fault>) {
        let Some(chain) = self.chain(name) else {
            let names = self.names();
            let reason = Reason::unknown("theme", name, names.iter().map(String::as_str));
            let (theme, _) = self.get_default();
            return (theme, vec![Fault::of_file(name, instead(reason))]);
        };
        let (theme, mut faults) = build(name, &chain.sources);
        faults.extend(chain.fault);
        fault::sort(&mut faults);
        match theme {
            Some(theme) => (theme, faults),
            None => (self.get_default().0, faults),
        }
    }

    /// The built-in default, whatever the user's file of that name says.
    fn get_default(&self) -> (Theme, Vec<Fault>) {
        let default = self.sources.iter().rev().find(|source| source.name == DEFAULT);
        let (theme, faults) = build(DEFAULT, default.as_slice());
        (theme.unwrap_or_else(|| blank(DEFAULT)), faults)
    }

    /// The theme of that name, its base, the base of that, down to the default.
    ///
    /// A theme whose base is its own name stands on the built-in theme of that name. Each is used
    /// once, so that a circle ends.
    fn chain(&self, name: &str) -> Option<Chain<'_>> {
        let mut used: Vec<usize> = Vec::new();
        let mut next = self.place(name, &used);
        next?;
        let mut fault = None;
        while let Some(place) = next {
            used.push(place);
            let source = self.sources.get(place)?;
            let (document, _) = Document::parse(source.file.clone(), &source.text);
            let base = read::section(&document, "base").and_then(|node| Some((node.text().ok()?, node)));
            next = base.as_ref().and_then(|(base, _)| self.place(base, &used));
            if let (None, Some((base, node))) = (next, &base) {
                fault = Some(node.fault(self.no_base(base)));
            }
            if next.is_none() {
                next = self.built_in_default(&used);
            }
        }
        Some(Chain { sources: used.into_iter().filter_map(|place| self.sources.get(place)).collect(), fault })
    }

    fn place(&self, name: &str, used: &[usize]) -> Option<usize> {
        let same = |(place, source): &(usize, &Source)| source.name == name && !used.contains(place);
        self.sources.iter().enumerate().find(same).map(|(place, _)| place)
    }

    fn built_in_default(&self, used: &[usize]) -> Option<usize> {
        let place = self.sources.iter().rposition(|source| source.name == DEFAULT)?;
        (!used.contains(&place)).then_some(place)
    }

    fn no_base(&self, base: &str) -> Reason {
        let names = self.names();
        if names.iter().any(|name| name == base) {
            return Reason::new("the themes stand on each other in a circle");
        }
        Reason::unknown("theme", base, names.iter().map(String::as_str))
    }
}

/// The files that make a theme, from the top down.
struct Chain<'t> {
    sources: Vec<&'t Source>,
    fault: Option<Fault>,
}

fn instead(reason: Reason) -> Reason {
    Reason { message: format!("{}; the theme {DEFAULT} is used", reason.message), ..reason }
}

fn blank(name: &str) -> Theme {
    Theme {
        name: name.to_owned(),
        about: String::new(),
        background: Background::Dark,
        styles: [Style::default(); Role::COUNT],
    }
}

/// Lays the files over each other, the last at the bottom; `None` where one of them is no TOML.
fn build(name: &str, chain: &[&Source]) -> (Option<Theme>, Vec<Fault>) {
    let mut faults = Vec::new();
    let mut documents = Vec::new();
    for source in chain.iter().rev() {
        let (document, found) = Document::parse(source.file.clone(), &source.text);
        faults.extend(found.into_iter().map(|fault| Fault {
            message: format!("{}; the theme {DEFAULT} is used", fault.message),
            ..fault
        }));
        documents.push(document);
    }
    if !faults.is_empty() {
        return (None, faults);
    }
    let mut theme = blank(name);
    let mut palette = Palette::new();
    for document in &documents {
        read::check_sections(document, &mut faults);
        read::palette(document, &mut palette, &mut faults);
    }
    for document in &documents {
        if let Some(background) = read::background(document, &mut faults) {
            theme.background = background;
        }
        theme.about = read::text(document, "about", &mut faults).unwrap_or_default().to_owned();
        read::text(document, "base", &mut faults);
        read::roles(document, &palette, &mut theme.styles, &mut faults);
    }
    (Some(theme), faults)
}
