//! The modifiers behind a field, and which of them can stand together.

use super::{Place, Unit, Whom};
use crate::query::Op;
use crate::text::nearest;

/// Every modifier there is.
const MODIFIERS: [&str; 36] = [
    "contains",
    "startswith",
    "endswith",
    "all",
    "cased",
    "re",
    "i",
    "m",
    "s",
    "cidr",
    "exists",
    "fieldref",
    "base64",
    "base64offset",
    "utf16le",
    "utf16be",
    "utf16",
    "wide",
    "windash",
    "expand",
    "lt",
    "lte",
    "gt",
    "gte",
    "neq",
    "minute",
    "hour",
    "day",
    "week",
    "month",
    "year",
    "otheraccount",
    "everybody",
    "everyidentity",
    "administrator",
    "element",
];

/// What the modifiers of an item add up to.
#[derive(Default)]
pub(super) struct Modifiers<'m> {
    pub(super) place: Option<Place>,
    pub(super) cased: bool,
    pub(super) all: bool,
    pub(super) negated: bool,
    pub(super) regex: bool,
    pub(super) flags: (bool, bool, bool),
    pub(super) cidr: bool,
    pub(super) exists: bool,
    pub(super) fieldref: bool,
    pub(super) op: Option<Op>,
    pub(super) unit: Option<Unit>,
    pub(super) other_account: bool,
    /// Whom a policy has to be about.
    pub(super) policy: Option<Whom>,
    pub(super) element: bool,
    /// What is done to the values, in order.
    pub(super) changes: Vec<&'m str>,
}

impl<'m> Modifiers<'m> {
    /// What these words add up to.
    ///
    /// # Errors
    /// There is no such modifier, or one of them would be passed over beside another.
    pub(super) fn read(words: &[&'m str]) -> Result<Self, String> {
        let mut out = Self::default();
        for word in words {
            match *word {
                "contains" => out.place = Some(Place::Anywhere),
                "startswith" => out.place = Some(Place::Beginning),
                "endswith" => out.place = Some(Place::End),
                "all" => out.all = true,
                "cased" => out.cased = true,
                "neq" => out.negated = true,
                "re" => out.regex = true,
                "i" if out.regex => out.flags.0 = true,
                "m" if out.regex => out.flags.1 = true,
                "s" if out.regex => out.flags.2 = true,
                "i" | "m" | "s" => return Err(format!("the modifier {word} belongs behind re")),
                "cidr" => out.cidr = true,
                "exists" => out.exists = true,
                "fieldref" => out.fieldref = true,
                "lt" => out.op = Some(Op::Less),
                "lte" => out.op = Some(Op::LessOrEqual),
                "gt" => out.op = Some(Op::Greater),
                "gte" => out.op = Some(Op::GreaterOrEqual),
                "minute" => out.unit = Some(Unit::Minute),
                "hour" => out.unit = Some(Unit::Hour),
                "day" => out.unit = Some(Unit::Day),
                "week" => out.unit = Some(Unit::Week),
                "month" => out.unit = Some(Unit::Month),
                "year" => out.unit = Some(Unit::Year),
                "otheraccount" => out.other_account = true,
                "everybody" => out.policy = Some(Whom::Everybody),
                "everyidentity" => out.policy = Some(Whom::EveryIdentity),
                "administrator" => out.policy = Some(Whom::Administrator),
                "element" => out.element = true,
                "base64" | "base64offset" | "utf16le" | "utf16be" | "utf16" | "wide" | "windash"
                | "expand" => {
                    out.changes.push(word);
                }
                _ => {
                    let near = nearest(word, MODIFIERS.into_iter());
                    let near = near.map_or_else(
                        || format!("there are {}", MODIFIERS.join(", ")),
                        |near| format!("did you mean {near}?"),
                    );
                    return Err(format!("there is no modifier {word}; {near}"));
                }
            }
        }
        stand_together(words)?;
        Ok(out)
    }
}

/// Modifiers that say where a text stands, of which there is one; that compare numbers; that take a part of a time.
const PLACES: [&str; 3] = ["contains", "startswith", "endswith"];
const OPS: [&str; 4] = ["lt", "lte", "gt", "gte"];
const UNITS: [&str; 6] = ["minute", "hour", "day", "week", "month", "year"];

/// What most of them can stand beside.
const OTHERS: [&str; 3] = ["neq", "all", "expand"];

/// Refuses what would be passed over beside another modifier.
fn stand_together(words: &[&str]) -> Result<(), String> {
    for word in words {
        let (kind, beside): (&[&str], &[&str]) = match *word {
            "otheraccount" => (&[], &["neq", "expand"]),
            "everybody" | "everyidentity" | "administrator" | "exists" => (&[], &["neq"]),
            "element" => (&[], &["neq", "all"]),
            "cidr" => (&[], &OTHERS),
            "fieldref" => (&PLACES, &OTHERS),
            op if OPS.contains(&op) => (&UNITS, &OTHERS),
            unit if UNITS.contains(&unit) => (&OPS, &OTHERS),
            _ => (&MODIFIERS, &[]),
        };
        let fits = |other: &str| other == *word || kind.contains(&other) || beside.contains(&other);
        let is_second = |other: &str| PLACES.contains(word) && PLACES.contains(&other) && other != *word;
        if let Some(stray) = words.iter().find(|other| is_second(other) || !fits(other)) {
            return Err(format!("{stray} cannot stand beside {word}; leave one of them out"));
        }
    }
    Ok(())
}
