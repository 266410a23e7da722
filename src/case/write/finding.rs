//! Findings and incidents: opened, gathered, moved from state to state.

use rusqlite::{OptionalExtension as _, params};
use serde_json::{Value, json};

use super::{LONGEST_NOTE, LONGEST_VALUE, row, shown, written};
use crate::case::Case;
use crate::case::change::{Change, Said, time};
use crate::case::error::{CaseError, Result};
use crate::case::gather::Gathered;
use crate::case::model::{By, NewFinding, State, Subject};
use crate::case::rows::{FINDING, INCIDENT, INCIDENT_FINDING};
use crate::event::time::Time;
use crate::score::Level;
use crate::text::plural;

impl Case {
    /// Adds what was found, with its indicators; the number of the finding.
    ///
    /// What the case knows already by event and rule is not added twice: it takes in events that are new.
    ///
    /// # Errors
    /// Those of writing.
    pub fn add_finding(&mut self, by: &By, found: &Gathered) -> Result<i64> {
        self.change(by, |change| {
            let (id, new) = put_finding(change, &found.finding)?;
            let indicators = super::indicator::put_all(change, &found.indicators, Some(id))?;
            let verb = if new { "added" } else { "brought up to date" };
            let text = format!(
                "{verb} finding {id}: {}; {}",
                shown(&found.finding.title),
                plural(indicators as u64, "indicator")
            );
            Ok((id, Said::new("finding", text)))
        })
    }

    /// Opens an incident from a finding; its number.
    ///
    /// # Errors
    /// When there is no such finding.
    pub fn open_incident(&mut self, by: &By, finding: i64) -> Result<i64> {
        self.change(by, |change| {
            let known = change.read(&FINDING, &[finding.into()])?;
            let known = known.ok_or_else(|| no_such(&Subject::Finding(finding)))?;
            let word = |name: &str| known.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
            let level = Level::named(&word("level")).unwrap_or(Level::Info);
            let id = put_incident(change, &word("title"), "", level)?;
            put_into(change, id, finding)?;
            let text = format!("opened incident {id} from finding {finding}: {}", shown(&word("title")));
            Ok((id, Said::new("incident", text)))
        })
    }

    /// Opens an incident for each rule, with what it found, or adds to the one that is open; their numbers.
    ///
    /// # Errors
    /// Those of writing.
    pub fn open_by_rules(&mut self, by: &By, rules: &[crate::case::gather::OfRule]) -> Result<Vec<i64>> {
        self.change(by, |change| {
            let (mut incidents, mut findings) = (Vec::new(), 0);
            for of_rule in rules {
                let id = match incident_of(change, &of_rule.rule)? {
                    Some(id) => id,
                    None => put_incident(change, &of_rule.title, &of_rule.rule, of_rule.level)?,
                };
                for found in &of_rule.findings {
                    let (finding, new) = put_finding(change, &found.finding)?;
                    super::indicator::put_all(change, &found.indicators, Some(finding))?;
                    put_into(change, id, finding)?;
                    findings += u64::from(new);
                }
                incidents.push(id);
            }
            let text = format!(
                "gathered {} by {} into {}",
                plural(findings, "new finding"),
                plural(rules.len() as u64, "rule"),
                plural(incidents.len() as u64, "incident")
            );
            Ok((incidents, Said::new("gather", text)))
        })
    }

    /// Puts a finding into an incident, or takes it out.
    ///
    /// # Errors
    /// When there is no such finding or incident.
    pub fn group(&mut self, by: &By, incident: i64, finding: i64, inside: bool) -> Result<()> {
        self.change(by, |change| {
            change.unchanged_since(&INCIDENT, incident, &Subject::Incident(incident).to_string(), None)?;
            change.unchanged_since(&FINDING, finding, &Subject::Finding(finding).to_string(), None)?;
            let verb = if inside {
                put_into(change, incident, finding)?;
                "put finding {} into"
            } else {
                change.remove(&INCIDENT_FINDING, &[incident.into(), finding.into()])?;
                "took finding {} out of"
            };
            change.about(Subject::Incident(incident));
            change.about(Subject::Finding(finding));
            let verb = verb.replace("{}", &finding.to_string());
            Ok(((), Said::new("group", format!("{verb} incident {incident}"))))
        })
    }

    /// Moves a finding or an incident to a state. `seen` is the revision that the decision was made on.
    ///
    /// What came of it is kept with a closed state only.
    ///
    /// # Errors
    /// [`CaseError::Changed`] where somebody else was faster; [`CaseError::NoSuch`].
    pub fn set_state(
        &mut self,
        by: &By,
        subject: &Subject,
        state: State,
        resolution: &str,
        seen: Option<i64>,
    ) -> Result<()> {
        let (table, id) = match subject {
            Subject::Finding(id) => (&FINDING, *id),
            Subject::Incident(id) => (&INCIDENT, *id),
            _ => return Err(stateless(subject)),
        };
        let resolution = match resolution.trim() {
            text if text.is_empty() || !state.is_closed() => String::new(),
            text => written("the resolution", text, LONGEST_NOTE)?,
        };
        self.change(by, |change| {
            change.unchanged_since(table, id, &subject.to_string(), seen)?;
            change.put(
                table,
                &row([
                    ("id", id.into()),
                    ("state", state.name().into()),
                    ("resolution", resolution.clone().into()),
                ]),
            )?;
            change.about(subject.clone());
            let why = if resolution.is_empty() { String::new() } else { format!(": {}", shown(&resolution)) };
            Ok(((), Said::new("state", format!("{subject} is {}{why}", state.name()))))
        })
    }

    /// Gives a finding or an incident another title.
    ///
    /// # Errors
    /// As for [`Case::set_state`].
    pub fn set_title(&mut self, by: &By, subject: &Subject, title: &str, seen: Option<i64>) -> Result<()> {
        let (table, id) = match subject {
            Subject::Finding(id) => (&FINDING, *id),
            Subject::Incident(id) => (&INCIDENT, *id),
            _ => return Err(stateless(subject)),
        };
        let title = written("the title", title, LONGEST_VALUE)?;
        self.change(by, |change| {
            change.unchanged_since(table, id, &subject.to_string(), seen)?;
            change.put(table, &row([("id", id.into()), ("title", title.clone().into())]))?;
            change.about(subject.clone());
            Ok(((), Said::new("title", format!("{subject} is called {}", shown(&title)))))
        })
    }
}

fn no_such(subject: &Subject) -> CaseError {
    CaseError::NoSuch { what: subject.to_string() }
}

fn stateless(subject: &Subject) -> CaseError {
    let reason = "only findings and incidents have a state and a title; name one as finding:N or incident:N";
    CaseError::Invalid { what: subject.to_string(), reason: reason.to_owned() }
}

/// Writes a finding; its number, and whether it is new. One that is known takes in what it has not yet.
fn put_finding(change: &mut Change<'_>, new: &NewFinding) -> Result<(i64, bool)> {
    let sql = "SELECT id, first, last, score, events FROM finding WHERE event = ?1 AND rule = ?2";
    let read = |row: &rusqlite::Row<'_>| {
        let (id, first, last): (i64, Option<i64>, Option<i64>) = (row.get(0)?, row.get(1)?, row.get(2)?);
        Ok((id, first, last, row.get::<_, u8>(3)?, row.get::<_, String>(4)?))
    };
    let known = change.conn().query_row(sql, params![new.event, new.rule], read).optional();
    let Some((id, first, last, score, events)) = known.map_err(|e| change.fault(e))? else {
        let id = change.next_id(&FINDING)?;
        let values = finding_row(change, id, new);
        change.put(&FINDING, &values)?;
        change.about(Subject::Finding(id));
        return Ok((id, true));
    };
    let mut events: Vec<String> = serde_json::from_str(&events).unwrap_or_default();
    let known: std::collections::HashSet<&String> = events.iter().collect();
    let more: Vec<String> = new.events.iter().filter(|event| !known.contains(event)).cloned().collect();
    events.extend(more);
    let span = wider((first, last), (new.first, new.last));
    let changed = change.put(
        &FINDING,
        &row([
            ("id", id.into()),
            ("first", span.0),
            ("last", span.1),
            ("score", score.max(new.score).into()),
            ("events", json!(events).to_string().into()),
        ]),
    )?;
    if changed {
        change.about(Subject::Finding(id));
    }
    Ok((id, false))
}

/// The span of both; unknown times say nothing.
pub(super) fn wider(known: (Option<i64>, Option<i64>), new: (Time, Time)) -> (Value, Value) {
    let first = known.0.into_iter().chain(new.0.millis()).min();
    let last = known.1.into_iter().chain(new.1.millis()).max();
    (first.map_or(Value::Null, Value::from), last.map_or(Value::Null, Value::from))
}

fn finding_row(change: &Change<'_>, id: i64, new: &NewFinding) -> crate::case::rows::Row {
    let list = |texts: &[String]| Value::from(json!(texts).to_string());
    let text = |text: &str| Value::from(super::kept(text));
    row([
        ("id", id.into()),
        ("event", text(&new.event)),
        ("rule", text(&new.rule)),
        ("title", text(&new.title)),
        ("level", new.level.name().into()),
        ("score", new.score.into()),
        ("state", State::default().name().into()),
        ("resolution", "".into()),
        ("first", time(new.first)),
        ("last", time(new.last)),
        ("actor", text(&new.actor)),
        ("account", text(&new.account)),
        ("region", text(&new.region)),
        ("address", text(&new.address)),
        ("techniques", list(&new.techniques)),
        ("rules", list(&new.rules)),
        ("reasons", list(&new.reasons)),
        ("events", list(&new.events)),
        ("opened", change.now()),
        ("opened_by", change.by.who.clone().into()),
    ])
}

fn put_incident(change: &mut Change<'_>, title: &str, rule: &str, level: Level) -> Result<i64> {
    let id = change.next_id(&INCIDENT)?;
    let values = row([
        ("id", id.into()),
        ("title", super::kept(title).into()),
        ("rule", super::kept(rule).into()),
        ("level", level.name().into()),
        ("state", State::default().name().into()),
        ("resolution", "".into()),
        ("opened", change.now()),
        ("opened_by", change.by.who.clone().into()),
    ]);
    change.put(&INCIDENT, &values)?;
    change.about(Subject::Incident(id));
    Ok(id)
}

/// The incident that a rule opened.
fn incident_of(change: &Change<'_>, rule: &str) -> Result<Option<i64>> {
    let sql = "SELECT id FROM incident WHERE rule = ?1 AND rule <> ''";
    change.conn().query_row(sql, [rule], |row| row.get(0)).optional().map_err(|e| change.fault(e))
}

fn put_into(change: &mut Change<'_>, incident: i64, finding: i64) -> Result<()> {
    if change.put(&INCIDENT_FINDING, &row([("incident", incident.into()), ("finding", finding.into())]))? {
        change.about(Subject::Incident(incident));
        change.about(Subject::Finding(finding));
    }
    Ok(())
}
