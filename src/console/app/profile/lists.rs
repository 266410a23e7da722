//! Panels of values and how often they were met.

use super::Scene;
use crate::console::app::board::{Body, Cell, Head, Item, Lead, Note, Panel, Table};
use crate::console::app::page::Scope;
use crate::event::agent;
use crate::event::field::{Field, FieldRef};
use crate::investigation::Investigation;
use crate::profile::describe::{Profile, Seen};
use crate::profile::theft::stretch;
use crate::query::{self, Expr, Pattern, Term, Test};
use crate::store::Column;
use crate::text::{count, plural};

/// So many names of one program are looked for at most; of more the program's name is.
const NAMES: usize = 200;

impl Scene<'_> {
    /// What there is in numbers, and who is behind it.
    pub(super) fn overview(&self) -> Panel {
        let p = &self.told.profile;
        let inv = self.request.inv();
        let mut items = numbers(p, inv.judgment.scoring.critical_at, inv.event_count());
        // The largest session comes first; of many sessions one does not speak for all.
        let origin = p.sessions.first().filter(|_| p.sessions.len() == 1 || p.actors.len() == 1);
        if let Some(origin) = origin.map(|session| &session.origin).filter(|origin| !origin.name.is_empty()) {
            let cells = vec![Cell::Dim("behind it".to_owned()), Cell::Text(origin.name.clone())];
            let note = Note::new("known by", origin.known_by);
            items
                .push(Item::new("behind it", cells).of(Field::Actor, origin.name.clone()).noting(vec![note]));
        }
        let mut title = format!("{} {}", p.kind.name(), p.name);
        if let Some(account) = self.subject.account.as_deref().filter(|account| !account.is_empty()) {
            title.push_str(&format!(" in {account}"));
        }
        Panel::new("overview", title, Body::Table(Table::new(Vec::new(), items)))
    }
}

/// The numbers, each with what it means under the cursor. `all` is how many events there are of anybody.
fn numbers(p: &Profile, critical: u32, all: u64) -> Vec<Item> {
    let row = |label: &str, cell: Cell, says: String| {
        let cells = vec![Cell::Dim(label.to_owned()), cell];
        Item::new(label, cells).noting(vec![Note::new(label, says)])
    };
    // The riskiest in rank may owe it to a rule that gives no points.
    let riskiest = match p.riskiest.iter().find(|event| event.risk == p.risk) {
        _ if p.risk == 0 => "no event has any points".to_owned(),
        Some(event) => format!("the highest: {} ({}), {}", event.event, event.service, event.outcome),
        None => "the most points that one of these events has".to_owned(),
    };
    let own = |n: u64| format!("{} of these events", part(n, p.events));
    let spans = match p.first.is_known() {
        true => format!("{} from the first event to the last", stretch(p.first, p.last)),
        false => "none of these events says when it was".to_owned(),
    };
    vec![
        row("risk", Cell::Risk(p.risk), riskiest).to(Lead::All),
        row("events", Cell::Count(p.events), format!("{} of all that are here", part(p.events, all)))
            .to(Lead::All),
        row("writes", Cell::Count(p.writes), format!("{} changed something, or tried to", own(p.writes)))
            .to(asked("writes", "access:write")),
        row("denied", Cell::Count(p.denied), format!("{} were denied", own(p.denied)))
            .of(Field::Outcome, "denied"),
        row("risky", Cell::Count(p.risky), format!("{} have {critical} points and more", own(p.risky)))
            .to(asked("risky", &format!("risk>={critical}"))),
        row("first", Cell::Time(p.first), spans.clone()),
        row("last", Cell::Time(p.last), spans),
        row(
            "bytes",
            Cell::Text(format!("{} in, {} out", count(p.bytes_in), count(p.bytes_out))),
            "what events on data say that they moved".to_owned(),
        ),
    ]
}

/// A part of a whole in hundredths, in words.
fn part(n: u64, whole: u64) -> String {
    match n.saturating_mul(100).checked_div(whole) {
        Some(0) | None if n > 0 => "less than 1 %".to_owned(),
        percent => format!("{} %", percent.unwrap_or_default()),
    }
}

/// The events that a query finds.
fn asked(label: &str, text: &str) -> Lead {
    query::parse(text).map_or(Lead::Nothing, |query| {
        Lead::Within(Box::new(Scope { label: label.to_owned(), expr: query.expr().clone() }))
    })
}

/// A panel of values of a field.
fn seen(name: &'static str, title: &str, what: &'static str, seen: &[Seen], field: Option<Field>) -> Panel {
    let heads = vec![
        Head::text(what, 15, 48),
        Head::new("share"),
        Head::new("events"),
        Head::new("writes").spare(3),
        Head::new("denied").spare(2),
        Head::new("first").spare(4),
        Head::new("last").spare(5),
    ];
    let items = seen.iter().map(|s| item(s, field)).collect();
    let title = format!("{title} · {}", count(seen.len() as u64));
    Panel::new(name, title, Body::Table(Table::new(heads, items))).or("None of the events says any.")
}

fn item(s: &Seen, field: Option<Field>) -> Item {
    let name = if s.name.is_empty() { "(none)".to_owned() } else { s.name.clone() };
    let cells = vec![
        Cell::Text(name),
        Cell::Share(s.share),
        Cell::Count(s.events),
        Cell::Count(s.writes),
        Cell::Count(s.denied),
        Cell::Time(s.first),
        Cell::Time(s.last),
    ];
    let note = Note::new("", s.name.clone());
    let numbers = format!(
        "{} ({:.1} %), {}, {} denied; {} to {}",
        plural(s.events, "event"),
        s.share * 100.0,
        plural(s.writes, "write"),
        count(s.denied),
        s.first,
        s.last
    );
    let item = Item::new(s.name.clone(), cells).noting(vec![note, Note::new("", numbers)]);
    match field {
        Some(field) => item.of(field, s.name.clone()),
        None => item,
    }
}

pub(super) fn services(p: &Profile) -> Panel {
    seen("services", "Services", "service", &p.services, Some(Field::Service))
}

pub(super) fn outcomes(p: &Profile) -> Panel {
    seen("outcomes", "Denied and done", "outcome", &p.outcomes, Some(Field::Outcome))
}

pub(super) fn addresses(p: &Profile) -> Panel {
    seen("addresses", "Addresses", "address", &p.addresses, Some(Field::Ip))
}

pub(super) fn regions(p: &Profile) -> Panel {
    seen("regions", "Regions", "region", &p.regions, Some(Field::Region))
}

pub(super) fn calls(p: &Profile) -> Panel {
    seen("calls", "Calls", "event", &p.calls, Some(Field::Event))
}

pub(super) fn actors(p: &Profile) -> Panel {
    seen("who", "Actors", "actor", &p.actors, Some(Field::Actor))
}

pub(super) fn accounts(p: &Profile) -> Panel {
    seen("accounts", "Accounts", "account", &p.accounts, Some(Field::Account))
}

/// Programs by family: the events name them in full, with versions.
pub(super) fn agents(p: &Profile, inv: &Investigation) -> Panel {
    let mut panel = seen("agents", "Programs", "program", &p.agents, None);
    if let Body::Table(table) = &mut panel.body {
        for (item, seen) in table.items.iter_mut().zip(&p.agents) {
            item.lead = Lead::Within(Box::new(program(inv, &seen.name)));
        }
    }
    panel
}

/// The events of a program.
fn program(inv: &Investigation, family: &str) -> Scope {
    let field = FieldRef::Column(Field::Agent);
    let label = format!("program {}", if family.is_empty() { "(none)" } else { family });
    if family.is_empty() {
        return Scope { label, expr: Expr::term(field, Test::Exists).negate() };
    }
    let agents = inv.table.dicts().column(Column::Agent);
    let names = agents.iter().map(|(_, name)| name).filter(|name| agent::family(name) == family);
    let term = |pattern| Expr::Term(Term { field: field.clone(), test: Test::Matches(pattern) });
    let mut all: Vec<Expr> = names.take(NAMES + 1).map(|name| term(Pattern::exact(name))).collect();
    let expr = match all.len() {
        1 => all.remove(0),
        2..=NAMES => Expr::Or(all),
        _ => term(Pattern::contains(family)),
    };
    Scope { label, expr }
}

/// Keys, and what their ids say.
pub(super) fn keys(p: &Profile) -> Panel {
    let heads = vec![
        Head::text("key", 12, 24),
        Head::text("account", 12, 14).spare(1),
        Head::new("events"),
        Head::new("denied").spare(2),
        Head::new("first").spare(4),
        Head::new("last").spare(5),
    ];
    let items = p.keys.iter().map(|key| {
        let seen = &key.seen;
        let account = key.account.clone().unwrap_or_else(|| "not in the id".to_owned());
        let cells = vec![
            Cell::Text(seen.name.clone()),
            if key.mismatch { Cell::Warn(account.clone()) } else { Cell::Dim(account.clone()) },
            Cell::Count(seen.events),
            Cell::Count(seen.denied),
            Cell::Time(seen.first),
            Cell::Time(seen.last),
        ];
        let doubt =
            "the id names an account that the events do not: one of the two was made up, or made anonymous";
        let said = if key.mismatch { format!("{account}: {doubt}") } else { account };
        Item::new(seen.name.clone(), cells)
            .of(Field::Key, seen.name.clone())
            .noting(vec![Note::new("account", said)])
    });
    let title = format!("Keys · {}", count(p.keys.len() as u64));
    Panel::new("keys", title, Body::Table(Table::new(heads, items.collect()))).or("No event names a key.")
}

/// Tactics that were reached.
pub(super) fn tactics(p: &Profile, inv: &Investigation) -> Panel {
    let heads = vec![
        Head::text("tactic", 20, 30),
        Head::new("share"),
        Head::new("events"),
        Head::new("not denied").spare(1),
        Head::new("first").spare(2),
    ];
    let items = p.tactics.iter().map(|tactic| {
        let cells = vec![
            Cell::Text(tactic.title.clone()),
            Cell::Share(tactic.events as f64 / p.events.max(1) as f64),
            Cell::Count(tactic.events),
            Cell::Count(tactic.done),
            Cell::Time(tactic.first),
        ];
        Item::new(tactic.name.clone(), cells).of(Field::Tactic, tactic.name.clone())
    });
    let title = format!("ATT&CK · {} of {} tactics", p.tactics.len(), inv.judgment.attack.tactics.len());
    let empty = "No call serves a tactic of an attack.";
    Panel::new("tactics", title, Body::Table(Table::new(heads, items.collect()))).or(empty)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_told_in_hundredths_and_something_is_never_nothing() {
        for (n, whole, said) in
            [(0, 9, "0 %"), (1, 1000, "less than 1 %"), (1, 3, "33 %"), (9, 9, "100 %"), (0, 0, "0 %")]
        {
            assert_eq!(part(n, whole), said);
        }
    }
}
