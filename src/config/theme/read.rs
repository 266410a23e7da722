//! Reading one file of a theme: its base, its palette, its roles.

use std::collections::BTreeMap;

use super::style::KEYS;
use super::{ANSI, Background, Color, ROLES, Role, Style};
use crate::config::document::{Document, Node};
use crate::config::fault::{Fault, Reason};

/// The names that a theme gives to colors.
pub(super) type Palette = BTreeMap<String, Color>;

/// What may stand at the top of a theme.
const SECTIONS: [&str; 5] = ["about", "base", "background", "palette", "roles"];

/// The value of one of [`SECTIONS`].
pub(super) fn section<'d>(document: &'d Document<'d>, name: &str) -> Option<Node<'d>> {
    document.root().entries().ok()?.into_iter().find(|node| node.name() == name)
}

/// Tells of every key at the top that means nothing.
pub(super) fn check_sections(document: &Document<'_>, faults: &mut Vec<Fault>) {
    for node in document.root().entries().unwrap_or_default() {
        if SECTIONS.contains(&node.name()) {
            continue;
        }
        let reason = match Role::find(node.name()) {
            Some(_) => Reason::new("a role stands under [roles]"),
            None => Reason::unknown("section of a theme", node.name(), SECTIONS.into_iter()),
        };
        faults.push(node.misplaced(reason));
    }
}

/// A text at the top, where it is given.
pub(super) fn text<'d>(document: &'d Document<'d>, name: &str, faults: &mut Vec<Fault>) -> Option<&'d str> {
    let node = section(document, name)?;
    node.text().map_err(|reason| faults.push(node.fault(reason))).ok()
}

/// The background that a theme is made for, where it is given.
pub(super) fn background(document: &Document<'_>, faults: &mut Vec<Fault>) -> Option<Background> {
    let word = text(document, "background", faults)?;
    match word {
        "dark" => return Some(Background::Dark),
        "light" => return Some(Background::Light),
        _ => {}
    }
    let reason = Reason::unknown("background", word, ["dark", "light"].into_iter());
    faults.extend(section(document, "background").map(|node| node.fault(reason)));
    None
}

/// Puts the colors that `document` names into `palette`, over those of the same name.
pub(super) fn palette(document: &Document<'_>, palette: &mut Palette, faults: &mut Vec<Fault>) {
    let Some(node) = section(document, "palette") else { return };
    let entries = node.entries().map_err(|reason| faults.push(node.fault(reason)));
    for entry in entries.unwrap_or_default() {
        match color(&entry, &Palette::new()) {
            Ok(color) => {
                palette.insert(entry.name().to_owned(), color);
            }
            Err(reason) => faults.push(entry.fault(reason)),
        }
    }
}

/// Puts the roles that `document` gives into `styles`. A faulty one is left as it was.
pub(super) fn roles(
    document: &Document<'_>,
    palette: &Palette,
    styles: &mut [Style; Role::COUNT],
    faults: &mut Vec<Fault>,
) {
    let Some(node) = section(document, "roles") else { return };
    let entries = node.entries().map_err(|reason| faults.push(node.fault(reason)));
    let mut waiting: Vec<(String, Node<'_>)> =
        entries.unwrap_or_default().into_iter().map(|node| (node.name().to_owned(), node)).collect();
    while let Some((path, node)) = waiting.pop() {
        let (nested, own) = split(&path, &node);
        let Some(role) = Role::find(&path) else {
            if nested.is_empty() {
                let names = ROLES.iter().map(|info| info.name);
                faults.push(node.misplaced(Reason::unknown("role", &path, names)));
            }
            waiting.extend(nested);
            continue;
        };
        let only_nested = own.is_empty() && !nested.is_empty();
        waiting.extend(nested);
        let read = if node.is_table() { style(&own, palette) } else { plain_color(&node, palette) };
        match read {
            Ok(_) if only_nested => {}
            Ok(style) => styles[role as usize] = style,
            Err(mut found) => faults.append(&mut found),
        }
    }
}

/// The entries of a table at `path` that lead on to roles (`risk` to `critical`), and the others.
type Split<'d> = (Vec<(String, Node<'d>)>, Vec<Node<'d>>);

fn split<'d>(path: &str, node: &Node<'d>) -> Split<'d> {
    let (mut nested, mut own) = (Vec::new(), Vec::new());
    let is_group = Role::find(path).is_none() && leads_on(path);
    for entry in node.entries().unwrap_or_default() {
        let further = format!("{path}.{}", entry.name());
        if is_group || Role::find(&further).is_some() || leads_on(&further) {
            nested.push((further, entry));
        } else {
            own.push(entry);
        }
    }
    (nested, own)
}

/// Whether the name of some role begins with `path` and a dot.
fn leads_on(path: &str) -> bool {
    ROLES.iter().any(|info| info.name.strip_prefix(path).is_some_and(|rest| rest.starts_with('.')))
}

fn plain_color(node: &Node<'_>, palette: &Palette) -> Result<Style, Vec<Fault>> {
    let color = color(node, palette).map_err(|reason| vec![node.fault(reason)])?;
    Ok(Style { fg: Some(color), ..Style::default() })
}

fn style(entries: &[Node<'_>], palette: &Palette) -> Result<Style, Vec<Fault>> {
    let mut style = Style::default();
    let mut faults = Vec::new();
    for entry in entries {
        let Some(name) = KEYS.into_iter().find(|key| *key == entry.name()) else {
            faults.push(entry.misplaced(Reason::unknown("part of a style", entry.name(), KEYS.into_iter())));
            continue;
        };
        if let Err(reason) = attribute(&mut style, name, entry, palette) {
            faults.push(entry.fault(reason));
        }
    }
    if faults.is_empty() { Ok(style) } else { Err(faults) }
}

fn attribute(style: &mut Style, name: &str, entry: &Node<'_>, palette: &Palette) -> Result<(), Reason> {
    match name {
        "fg" => style.fg = Some(color(entry, palette)?),
        "bg" => style.bg = Some(color(entry, palette)?),
        _ => {
            if let Some(place) = style.attributes.named(name) {
                *place = entry.flag()?;
            }
        }
    }
    Ok(())
}

/// A color: a number, a name of the palette, or a name that is always known.
fn color(node: &Node<'_>, palette: &Palette) -> Result<Color, Reason> {
    if let Ok(number) = node.whole() {
        let number = u8::try_from(number);
        return number.map(Color::numbered).map_err(|_| Reason::new("a numbered color is one of 0 to 255"));
    }
    let name = node.text().map_err(|_| node.expected("a color: a name, \"#rrggbb\" or 0 to 255"))?;
    if let Some(color) = palette.get(name) {
        return Ok(*color);
    }
    Color::named(name).ok_or_else(|| {
        if name.starts_with('#') {
            return Reason::new("expected # and six hexadecimal digits, as in \"#0f1720\"");
        }
        let known = palette.keys().map(String::as_str).chain(ANSI).chain(["default"]);
        Reason::unknown("color", name, known)
    })
}
