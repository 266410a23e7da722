//! What the columns say of an event, line by line.

use std::cmp::Ordering;

use super::{Fact, Tone};
use crate::detect::explain::Explained;
use crate::detect::rules::RuleInfo;
use crate::event::address::AddressKind;
use crate::event::agent;
use crate::event::field::{FIRST_SEEN, Field, FieldRef};
use crate::event::outcome::Outcome;
use crate::investigation::Investigation;
use crate::report::overview;
use crate::score::Level;
use crate::score::rank::{self, Context};
use crate::store::flags::RecordKind;
use crate::store::{Column, Row};

/// What the columns say of an event.
pub(super) fn facts(inv: &Investigation, row: &Row<'_>) -> Vec<Fact> {
    let mut facts = vec![Fact::Risk(row.risk(), rank::place_of(row), place_told(row))];
    facts.extend(inv.factors(row).into_iter().map(Fact::Factor));
    facts.extend(rules(inv, row));
    facts.extend(inv.techniques(row).iter().map(|id| Fact::Technique(inv.judgment.attack.title(id))));
    facts.push(Fact::Gap);
    facts.extend(who(row));
    facts.extend(whence(row));
    facts.extend(what(row));
    facts.extend(peculiar(row));
    facts.extend(place(inv, row));
    facts.push(Fact::Gap);
    facts
}

/// Why it ranks at another level than that of its points.
fn place_told(row: &Row<'_>) -> &'static str {
    match rank::place_of(row).cmp(&Level::of(row.risk())) {
        Ordering::Equal => "",
        Ordering::Greater => ", by a rule",
        Ordering::Less => ", as it is a habit",
    }
}

/// The rules that it hit, the highest level first.
fn rules(inv: &Investigation, row: &Row<'_>) -> Vec<Fact> {
    let infos = inv.judgment.rules.infos();
    let numbers = inv.hits.get(row.hits()).iter();
    let mut hit: Vec<(u32, &RuleInfo)> =
        numbers.filter_map(|n| Some((*n, infos.get(*n as usize).filter(|info| info.tells())?))).collect();
    hit.sort_by_key(|(_, info)| std::cmp::Reverse(info.level));
    hit.into_iter().map(|(number, info)| Fact::Rule(number, info.level, info.title.clone())).collect()
}

/// The reasons of a rule, once the record is there.
pub(super) fn because(explained: Explained) -> Vec<Fact> {
    let matched = explained.matched.into_iter().map(|matched| Fact::Because {
        field: matched.field,
        value: matched.value,
        wanted: matched.wanted,
    });
    let together = explained.together.into_iter().map(|value| Fact::Because {
        field: String::new(),
        value,
        wanted: String::new(),
    });
    matched.chain(together).collect()
}

fn value(label: &'static str, field: Field, text: &str) -> Option<Fact> {
    let field = Some((FieldRef::Column(field), text.to_owned()));
    (!text.is_empty()).then(|| Fact::Value { label, text: text.to_owned(), field, tone: Tone::Plain })
}

fn note(label: &'static str, text: String, tone: Tone) -> Fact {
    Fact::Value { label, text, field: None, tone }
}

fn who(row: &Row<'_>) -> Vec<Fact> {
    let identity = row.identity();
    let facts = [
        value("actor", Field::Actor, row.actor()),
        value("principal", Field::Principal, row.word(identity.principal)),
        value("identity", Field::Kind, row.word(identity.kind)),
        value("role", Field::Role, row.word(identity.role)),
        value("key", Field::Key, row.word(identity.access_key)),
        value("session", Field::Session, row.session())
            .filter(|_| row.session() != row.word(identity.access_key)),
    ];
    facts.into_iter().flatten().collect()
}

fn whence(row: &Row<'_>) -> Vec<Fact> {
    let ip = row.text(Column::Ip);
    let kind = row.address_kind();
    let mut facts: Vec<Fact> = value("address", Field::Ip, ip).into_iter().collect();
    if let Some(Fact::Value { text, .. }) = facts.first_mut()
        && matches!(kind, AddressKind::Public | AddressKind::Private)
    {
        text.push_str(&format!(" ({})", kind.name()));
    }
    let agent = row.text(Column::Agent);
    let family = agent::family(agent);
    if family != agent && !family.is_empty() {
        facts.push(note("program", family.to_owned(), Tone::Plain));
    }
    facts.extend(value("agent", Field::Agent, agent));
    facts.extend(value("account", Field::Account, row.account()));
    facts.extend(value("region", Field::Region, row.text(Column::Region)));
    facts
}

fn what(row: &Row<'_>) -> Vec<Fact> {
    let mut facts = Vec::new();
    facts.extend(value("time", Field::Time, &row.time().to_string()));
    facts.extend(value("service", Field::Service, row.service()));
    facts.extend(value("target", Field::Target, row.text(Column::Target)));
    let tone = match row.outcome() {
        Outcome::Success => Tone::Plain,
        Outcome::Denied => Tone::Denied,
        _ => Tone::Failed,
    };
    let outcome = value("outcome", Field::Outcome, Outcome::name(row.outcome()));
    facts.extend(outcome.map(|fact| match fact {
        Fact::Value { label, text, field, .. } => {
            let error = row.text(Column::Error);
            let text = if error.is_empty() { text } else { format!("{text}: {error}") };
            Fact::Value { label, text, field, tone }
        }
        other => other,
    }));
    facts
}

/// What is not as usual.
fn peculiar(row: &Row<'_>) -> Vec<Fact> {
    let context = Context::from_bits(row.context());
    let mut facts = Vec::new();
    let first: Vec<&str> = FIRST_SEEN
        .iter()
        .enumerate()
        .filter(|(bit, _)| context.first_seen() >> bit & 1 == 1)
        .map(|(_, name)| *name)
        .collect();
    if !first.is_empty() {
        facts.push(note("first seen", format!("{} new for this actor", first.join(", ")), Tone::Warning));
    }
    if context.after_denial() {
        facts.push(note(
            "after",
            "went through after it was denied in this session".to_owned(),
            Tone::Warning,
        ));
    }
    if context.new_network() {
        facts.push(note("network", "new for the whole log".to_owned(), Tone::Warning));
    }
    if context.habit() {
        facts.push(note("habit", "done with the same outcome on two days before".to_owned(), Tone::Plain));
    }
    if row.kind() != RecordKind::Event {
        facts.extend(value("record", Field::Record, row.kind().name()));
    }
    let marks = overview::marks(row.flags());
    if !marks.is_empty() {
        facts.push(note("note", marks.join(", "), Tone::Warning));
    }
    facts
}

/// Where the record stands.
fn place(inv: &Investigation, row: &Row<'_>) -> Vec<Fact> {
    let at = row.locator();
    let mut facts: Vec<Fact> = value("id", Field::Id, &row.id()).into_iter().collect();
    let file = inv.files.name(at.file);
    let text = format!("{file}, byte {}", inv.files.offset(at.file, at.offset));
    let field = Some((FieldRef::Column(Field::File), file));
    facts.push(Fact::Value { label: "file", text, field, tone: Tone::Plain });
    for other in inv.table.origins(row.number()) {
        let offset = inv.files.offset(other.file, other.offset);
        let text = format!("{}, byte {offset}", inv.files.name(other.file));
        facts.push(note("also at", text, Tone::Plain));
    }
    facts
}
