//! The files that older analyzers write, with their names, columns and numbers: what a user's own
//! tools read today.
//!
//! An event in the plain form has a user, a service, an action and a result, and a risk by the table of
//! sensitive calls alone. That is less than trailhound knows, and exactly what those files have always said.

pub mod alerts;
pub mod isolation;
pub mod normalized;
pub mod outliers;

use std::collections::HashMap;

use foldhash::fast::FixedState;

use crate::investigation::Investigation;
use crate::profile::summary::user_of;
use crate::report::event_line::time_text;
use crate::score::scorer::plain_name;
use crate::store::table::service_of;
use crate::store::{Column, Row};

/// An event in the plain form.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PlainLine<'a> {
    /// `eventTime`; `None` when it cannot be read.
    pub time: Option<String>,
    /// `eventSource` before its first dot, in lower case.
    pub service: String,
    /// `eventName`, or `Unknown`.
    pub action: &'a str,
    /// `userName`, else the last part of the ARN, else `Unknown`.
    pub actor: &'a str,
    /// The error, or `Allowed`.
    pub result: &'a str,
    /// The risk by the table of sensitive calls.
    pub risk: u8,
    /// The reason of the table; empty where it has none.
    pub reason: String,
}

/// Puts events into the plain form. A table is asked once for each kind of call.
#[derive(Debug)]
pub struct Plain<'a> {
    inv: &'a Investigation,
    known: HashMap<(u32, u32), (u8, String), FixedState>,
}

impl<'a> Plain<'a> {
    /// For the events of an investigation.
    pub fn new(inv: &'a Investigation) -> Self {
        Self { inv, known: HashMap::default() }
    }

    /// The risk of an event by the table, and why.
    pub fn risk(&mut self, row: &Row<'_>) -> (u8, &str) {
        let sensitive = &self.inv.judgment.sensitive;
        let (risk, reason) =
            self.known.entry((row.id_of(Column::Event), row.id_of(Column::Source))).or_insert_with(|| {
                let service = row.service().to_lowercase();
                let (risk, reason) = sensitive.risk(&service, plain_name(row.event()));
                (risk, reason.to_owned())
            });
        (*risk, reason)
    }

    /// The name of a service by the number of its source.
    pub(crate) fn service_name(&self, source: u32) -> String {
        service_of(self.inv.table.dicts().column(Column::Source).get(source)).to_lowercase()
    }

    /// An event in the plain form.
    pub fn line<'r>(&mut self, row: &Row<'r>) -> PlainLine<'r> {
        let (risk, reason) = self.risk(row);
        let reason = reason.to_owned();
        let identity = row.identity();
        let or = |text: &'r str, other: &'r str| if text.is_empty() { other } else { text };
        PlainLine {
            time: time_text(row.time()),
            service: row.service().to_lowercase(),
            action: or(row.event(), "Unknown"),
            actor: user_of(row.word(identity.user_name), row.word(identity.arn)),
            result: or(row.text(Column::Error), "Allowed"),
            risk,
            reason,
        }
    }
}

#[cfg(test)]
mod tests;
