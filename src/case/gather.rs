//! From events to findings and indicators, without asking anybody.
//!
//! A finding takes its words from the event that ranks first among those it covers. What is worth
//! looking out for is gathered by fixed rules, told at [`indicators`]: an indicator that is true of
//! half of a log helps nobody, so what AWS services do, and one's own account, are none.

use std::collections::BTreeMap;

use super::model::{Kind, NewFinding, NewIndicator};
use crate::detect::rules::{RuleInfo, best};
use crate::event::address::{AddressKind, is_service_name};
use crate::event::time::Time;
use crate::investigation::Investigation;
use crate::query::plan::Node;
use crate::query::run;
use crate::score::{Level, rank};
use crate::store::bits::IdSet;
use crate::store::{Column, Row};

/// A finding and what to look out for because of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Gathered {
    /// The finding.
    pub finding: NewFinding,
    /// Its indicators.
    pub indicators: Vec<NewIndicator>,
}

/// What one rule found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OfRule {
    /// The id of the rule.
    pub rule: String,
    /// What it is called.
    pub title: String,
    /// Its level.
    pub level: Level,
    /// What it found: one finding for each burst of events, the first ones first.
    pub findings: Vec<Gathered>,
    /// How many more bursts there were than are taken.
    pub left_out: usize,
}

/// The most findings that are taken of one rule: nobody reads more, and their events can be asked for.
pub const MOST_FINDINGS: usize = 200;
/// The most events whose ids a finding keeps.
pub const MOST_EVENTS: usize = 10_000;

/// A finding that covers these rows, found by a person: of the rule that says most of them, where one does. `None` when there are no such rows.
pub fn finding(inv: &Investigation, rows: &[u32]) -> Option<Gathered> {
    let rows: Vec<Row<'_>> = rows.iter().filter_map(|&row| inv.table.row(row)).collect();
    let telling = rows.iter().max_by_key(|row| (rank::key_of(row), std::cmp::Reverse(row.number())))?;
    // Found by a person first and by the rule later, it is one finding.
    let (rule, title) = match best(inv.rules_of(telling)) {
        Some(rule) => (rule.id.as_str(), rule.title.clone()),
        None => ("", format!("{} by {}", telling.event(), telling.actor())),
    };
    Some(gathered(inv, &rows, telling, rule, title, rank::level_of(telling)))
}

/// What rules at or above a level found, the highest level first.
pub fn by_rules(inv: &Investigation, least: Level) -> Vec<OfRule> {
    by_rules_that(inv, &|rule| rule.level >= least)
}

/// What the rules that are wanted found, the highest level first.
pub fn by_rules_that(inv: &Investigation, wanted: &dyn Fn(&RuleInfo) -> bool) -> Vec<OfRule> {
    let rules = &inv.judgment.rules;
    let sets = IdSet::from_test(inv.hits.len(), |set| rules.shown(inv.hits.get(set)).any(wanted));
    let selection = run::columns(&Node::Hits(sets), &inv.table).yes;
    // By rule, then by burst, its rows.
    let mut found: BTreeMap<&str, (&RuleInfo, BTreeMap<u32, Vec<u32>>)> = BTreeMap::new();
    for row in selection.rows(&inv.table).filter_map(|row| inv.table.row(row)) {
        let burst = row.burst().unwrap_or(row.number());
        for rule in inv.rules_of(&row).filter(|rule| wanted(rule)) {
            let of_rule = found.entry(&rule.id).or_insert_with(|| (rule, BTreeMap::new()));
            of_rule.1.entry(burst).or_default().push(row.number());
        }
    }
    let of_rule = |(rule, bursts): (&RuleInfo, BTreeMap<u32, Vec<u32>>)| OfRule {
        rule: rule.id.clone(),
        title: rule.title.clone(),
        level: rule.level,
        left_out: bursts.len().saturating_sub(MOST_FINDINGS),
        findings: bursts.values().take(MOST_FINDINGS).filter_map(|rows| found_by(inv, rule, rows)).collect(),
    };
    let mut all: Vec<OfRule> = found.into_values().map(of_rule).collect();
    all.sort_by_key(|of_rule| std::cmp::Reverse(of_rule.level));
    all
}

fn found_by(inv: &Investigation, rule: &RuleInfo, rows: &[u32]) -> Option<Gathered> {
    let rows: Vec<Row<'_>> = rows.iter().filter_map(|&row| inv.table.row(row)).collect();
    // The first one, so that more logs, which make bursts longer, change no finding's key.
    let telling = rows.first()?;
    Some(gathered(inv, &rows, telling, &rule.id, rule.title.clone(), rule.level))
}

fn gathered(
    inv: &Investigation,
    rows: &[Row<'_>],
    telling: &Row<'_>,
    rule: &str,
    title: String,
    level: Level,
) -> Gathered {
    let (first, last) = span(rows.iter().map(Row::time));
    let owned = |text: &str| text.to_owned();
    let mut events: Vec<String> = rows.iter().take(MOST_EVENTS).map(Row::id).collect();
    if !events.contains(&telling.id()) {
        events.push(telling.id());
    }
    let finding = NewFinding {
        event: telling.id(),
        rule: owned(rule),
        title,
        level,
        score: telling.risk(),
        first,
        last,
        actor: owned(telling.actor()),
        account: owned(telling.account()),
        region: owned(telling.text(Column::Region)),
        address: owned(telling.text(Column::Ip)),
        techniques: inv.techniques(telling).into_iter().map(owned).collect(),
        rules: inv.rules_of(telling).map(|rule| rule.id.clone()).collect(),
        reasons: inv.factors(telling).iter().map(ToString::to_string).collect(),
        events,
    };
    Gathered { finding, indicators: indicators(rows) }
}

/// The first and the last known time.
fn span(times: impl Iterator<Item = Time>) -> (Time, Time) {
    let bound = |time: Option<Time>| time.unwrap_or(Time::UNKNOWN);
    let known: Vec<Time> = times.filter(|time| time.is_known()).collect();
    (bound(known.iter().min().copied()), bound(known.iter().max().copied()))
}

/// What to look out for because of these events, each value once, with when these events showed it.
///
/// | kind | taken from | not taken |
/// |---|---|---|
/// | ip | the source address | service names; private addresses are taken and marked |
/// | domain | a source address that is a host name | names of AWS services |
/// | access-key | the caller's key, and keys that answers handed out | |
/// | arn | the caller's ARN | of services and service-linked roles |
/// | session | the caller's session name | names of instances (`i-...`) |
/// | user-agent | the user agent | names of AWS services, `AWS Internal` |
/// | account | the caller's account, where it is not the one that was acted in | |
/// | bucket | what a call to S3 acted on | |
///
/// Of what an AWS service did by itself nothing is taken but the bucket.
pub fn indicators(rows: &[Row<'_>]) -> Vec<NewIndicator> {
    let mut seen: BTreeMap<(Kind, &str), (Time, Time)> = BTreeMap::new();
    for row in rows {
        for (kind, value) in values_of(row) {
            let time = row.time();
            let span = seen.entry((kind, value)).or_insert((time, time));
            // Unknown sorts first, and says nothing of when it began.
            if !span.0.is_known() || time.is_known() && time < span.0 {
                span.0 = time;
            }
            span.1 = span.1.max(time);
        }
    }
    let indicator = |((kind, value), (first, last)): ((Kind, &str), (Time, Time))| NewIndicator {
        kind,
        value: value.to_owned(),
        private: kind == Kind::Ip && AddressKind::of(value) == AddressKind::Private,
        first,
        last,
        source: String::new(),
        note: String::new(),
    };
    seen.into_iter().map(indicator).collect()
}

fn values_of<'a>(row: &Row<'a>) -> Vec<(Kind, &'a str)> {
    let mut values = Vec::new();
    if row.service() == "s3" {
        values.push((Kind::Bucket, row.text(Column::Target)));
    }
    let identity = row.identity();
    let word = |id: u32| row.word(id);
    if !identity.is_service {
        let address = row.text(Column::Ip);
        match AddressKind::of(address) {
            AddressKind::Public | AddressKind::Private => values.push((Kind::Ip, address)),
            AddressKind::Other if super::exchange::is_domain(address) => values.push((Kind::Domain, address)),
            _ => {}
        }
        let agent = row.text(Column::Agent);
        if !is_service_name(agent) && agent != "AWS Internal" {
            values.push((Kind::UserAgent, agent));
        }
        values.push((Kind::AccessKey, word(identity.access_key)));
        values.push((Kind::AccessKey, row.grant().map_or("", |grant| grant.key)));
        values.push((Kind::Arn, word(identity.arn)));
        let session = word(identity.session_name);
        if !session.starts_with("i-") {
            values.push((Kind::Session, session));
        }
        let account = word(identity.account);
        if account != row.account() {
            values.push((Kind::Account, account));
        }
    }
    values.retain(|(_, value)| !value.is_empty());
    values
}

#[cfg(test)]
mod tests;
