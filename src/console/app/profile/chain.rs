//! The panel of sessions as trees: who handed credentials to whom, and how that was proven.
//!
//! A row leads to the events of its session and of everything that came out of it.

use std::collections::HashSet;

use super::Scene;
use crate::console::app::board::chart::between;
use crate::console::app::board::{Body, Cell, Head, Item, Lead, Note, Panel, Table};
use crate::console::app::page::Scope;
use crate::event::field::{Field, FieldRef};
use crate::profile::chain::{Node, Origin};
use crate::profile::session::{Anchor, Session};
use crate::profile::subject::{Subject, SubjectKind};
use crate::query::{Expr, Pattern, Term, Test};
use crate::text::{count, plural};

/// How many sessions are told; trees come before sessions that stand alone.
const MOST: usize = 300;

/// Of how many sessions the events are shown together at most.
const TOGETHER: usize = 300;

impl Scene<'_> {
    pub(super) fn chain(&self) -> Panel {
        let heads = vec![
            Head::new("risk"),
            Head::text("session", 22, 60),
            Head::text("proven by", 24, 44),
            Head::new("events"),
            Head::new("writes").spare(3),
            Head::new("denied").spare(2),
            Head::new("first").spare(1),
            Head::new("last").spare(4),
        ];
        let nodes = self.trees();
        let items: Vec<Item> = nodes.iter().take(MOST).filter_map(|node| self.branch(node)).collect();
        let cut = if nodes.len() > MOST { format!(", the first {MOST} of them") } else { String::new() };
        let title = format!("Sessions and who handed them on · {}{cut}", count(nodes.len() as u64));
        Panel::new("chain", title, Body::Table(Table::new(heads, items))).or("No event belongs to a session.")
    }

    /// The trees that the sessions of the subject are in, those with links first, then the riskiest.
    fn trees(&self) -> Vec<Node> {
        let chains = &self.background.chains;
        let mine = self.mine();
        let mut tops = Vec::new();
        let mut seen = HashSet::new();
        for session in &self.told.profile.sessions {
            let top = chains.top(session.number);
            if seen.insert(top) {
                tops.push(top);
            }
        }
        let mut trees: Vec<Vec<Node>> = tops.into_iter().map(|top| chains.tree(top)).collect();
        let risk = |tree: &[Node]| {
            let of = |node: &Node| self.session(node.session).map_or(0, |session| session.risk);
            tree.iter().filter(|node| mine.contains(&node.session)).map(of).max()
        };
        trees.sort_by_key(|tree| std::cmp::Reverse((tree.len() > 1, risk(tree))));
        trees.concat()
    }

    fn mine(&self) -> HashSet<u32> {
        self.told.profile.sessions.iter().map(|session| session.number).collect()
    }

    fn session(&self, number: u32) -> Option<&Session> {
        self.background.sessions.get(number)
    }

    fn branch(&self, node: &Node) -> Option<Item> {
        let inv = self.request.inv();
        let dicts = inv.table.dicts();
        let session = self.session(node.session)?;
        let id = self.background.sessions.id(dicts, node.session);
        let actor = dicts.actor(dicts.identity(session.identity).actor).0;
        let link = self.background.chains.parent(node.session);
        let proof = link.map_or("", |link| link.proof.words());
        let cells = vec![
            Cell::Risk(session.risk),
            Cell::Tree(
                node.depth,
                self.told.profile.sessions.iter().any(|s| s.number == node.session),
                actor.to_owned(),
            ),
            Cell::Dim(proof.to_owned()),
            Cell::Count(session.events.into()),
            Cell::Count(session.writes.into()),
            Cell::Count(session.denied.into()),
            Cell::Time(session.first),
            Cell::Time(session.last),
        ];
        let word = inv.table.row(session.first_row)?.session().to_owned();
        let scope = self.subtree(node.session, actor)?;
        Some(
            Item::new(id.clone(), cells)
                .about(Field::Session, word)
                .to(Lead::Instead(Box::new(scope)))
                .behind(Subject::new(SubjectKind::Actor, actor))
                .noting(self.notes(node.session, id)),
        )
    }

    /// The session's name, who is behind it, and the event that handed its credentials on.
    fn notes(&self, number: u32, id: String) -> Vec<Note> {
        let inv = self.request.inv();
        let origin = Origin::of(&inv.table, &self.background.sessions, &self.background.chains, number);
        let mut notes = vec![
            Note::new("session", id),
            Note::new("behind it", format!("{} ({})", origin.name, origin.known_by)),
        ];
        let link = self.background.chains.parent(number);
        if let Some((link, row)) = link.and_then(|link| Some((link, inv.table.row(link.row)?))) {
            let sure = if link.proof.is_certain() { "" } else { "probably: " };
            let text =
                format!("{} of {} at {}: {sure}{}", row.event(), row.actor(), row.time(), link.proof.words());
            notes.push(Note::new("handed on by", text));
        }
        notes
    }

    /// The events of a session and of everything that came out of it.
    fn subtree(&self, number: u32, actor: &str) -> Option<Scope> {
        let below = self.background.chains.tree(number);
        let more = below.len() - 1;
        let parts: Vec<Expr> =
            below.iter().take(TOGETHER).filter_map(|node| self.events_of(node.session)).collect();
        let what = if more > 0 {
            format!(" and {} below it", plural(more as u64, "session"))
        } else {
            String::new()
        };
        let expr = if parts.len() == 1 { parts.into_iter().next()? } else { Expr::Or(parts) };
        Some(Scope { label: format!("session of {actor}{what}"), expr })
    }

    /// The events of one session.
    fn events_of(&self, number: u32) -> Option<Expr> {
        let table = &self.request.inv().table;
        let session = self.session(number)?;
        let mut words: Vec<&str> = Vec::new();
        let mut last = u32::MAX;
        for row in self.background.sessions.rows(number).into_iter().filter_map(|n| table.row(n)) {
            // Most rows of a session name it as the one before.
            if row.session_id() != last && !words.contains(&row.session()) && words.len() < TOGETHER {
                words.push(row.session());
            }
            last = row.session_id();
        }
        let field = FieldRef::Column(Field::Session);
        let mut named: Vec<Expr> =
            words.iter().filter(|word| !word.is_empty()).map(|word| term(&field, word)).collect();
        let named = match named.len() {
            // Whoever has no key and no creation date is known by name.
            0 => term(&FieldRef::Column(Field::Actor), table.row(session.first_row)?.actor()),
            1 => named.pop()?,
            _ => Expr::Or(named),
        };
        match (session.anchor, session.first.millis(), session.last.millis()) {
            // A key that does not expire has many sessions: the time tells them apart.
            (Anchor::Window { .. }, Some(from), Some(to)) => {
                Some(Expr::And(vec![named, between(from, to + 1)]))
            }
            _ => Some(named),
        }
    }
}

fn term(field: &FieldRef, word: &str) -> Expr {
    Expr::Term(Term { field: field.clone(), test: Test::Matches(Pattern::exact(word)) })
}
