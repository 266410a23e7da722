//! The summary for who reads nothing else: sentences filled with counts, and no judgment of their own.

use super::{Blast, Finding, Gather, Overview, Scope};
use crate::profile::change::Danger;
use crate::profile::theft::stretch;
use crate::score::Level;
use crate::text::{count, plural};

/// How many of the gravest findings the summary names.
const NAMED: usize = 5;

pub(super) fn sentences(
    gather: &Gather<'_>,
    findings: &[Finding],
    blast: &Blast,
    scope: &Scope,
    overview: &Overview,
) -> Vec<String> {
    if overview.total_events == 0 {
        return vec!["There are no events in what was loaded, or none that match the query.".to_owned()];
    }
    let (first, last) = gather.inv.span();
    let mut said = vec![format!(
        "{} by {} in {} and {} were looked at, from {first} to {last}.",
        plural(overview.total_events, "event"),
        plural(scope.actors, "actor"),
        plural(scope.accounts.len() as u64, "account"),
        plural(scope.regions.len() as u64, "region"),
    )];
    said.push(levels(findings));
    said.extend(dwell(findings));
    said.extend(findings.iter().filter(|f| f.level >= Level::High).take(NAMED).map(named));
    said.extend(left_behind(blast));
    if scope.logging_changes_total > 0 {
        said.push(format!(
            "Logging or its watchers were changed, or that was tried, {}.",
            plural(scope.logging_changes_total, "time")
        ));
    }
    if !scope.has_data_events() {
        said.push("There are no data events, so access to objects and functions is not visible.".to_owned());
    }
    said
}

fn levels(findings: &[Finding]) -> String {
    let of = |level: Level| findings.iter().filter(|f| f.level == level).count() as u64;
    let (critical, high, medium) = (of(Level::Critical), of(Level::High), of(Level::Medium));
    if findings.is_empty() {
        return "Nothing was found at medium level or above. That is no proof that nothing happened."
            .to_owned();
    }
    format!(
        "There are {}: {} critical, {} high, {} medium.",
        plural(findings.len() as u64, "finding"),
        count(critical),
        count(high),
        count(medium)
    )
}

/// From when to when the gravest findings reach.
fn dwell(findings: &[Finding]) -> Option<String> {
    let grave = || findings.iter().filter(|f| f.level >= Level::High);
    let first = grave().map(|f| f.first).filter(|t| t.is_known()).min()?;
    let last = grave().map(|f| f.last).max()?;
    Some(format!(
        "Those of high level and above lie between {first} and {last}, {} apart.",
        stretch(first, last)
    ))
}

fn named(finding: &Finding) -> String {
    let times =
        if finding.events > 1 { format!(" ({} times)", count(finding.events)) } else { String::new() };
    format!(
        "Finding {} ({}), {}: at {} {} {}{times}.",
        finding.number,
        finding.level.name(),
        finding.title,
        finding.event.time,
        finding.actor,
        finding.what
    )
}

fn left_behind(blast: &Blast) -> Vec<String> {
    let mut said = Vec::new();
    let active = blast.active_credentials().count() as u64;
    if active > 0 {
        said.push(format!(
            "{} or identities made in the sessions of these findings show no end in the logs.",
            plural(active, "credential")
        ));
    }
    let opened = |danger: Danger| blast.grants.iter().filter(|g| g.danger == danger).count() as u64;
    for (danger, words) in [
        (Danger::Public, "opened something to everybody"),
        (Danger::External, "gave another account access"),
        (Danger::Admin, "gave administrator rights"),
    ] {
        match opened(danger) {
            0 => {}
            n => said.push(format!("{} in these sessions {words}.", plural(n, "change"))),
        }
    }
    said
}
