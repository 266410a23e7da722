//! A case as it is at one moment, all of it: cases are small, and screens want everything.

use rusqlite::{Connection, Row};

use super::Case;
use super::error::{CaseError, Result};
use super::model::{
    Finding, Hunt, Incident, Indicator, Kind, Mark, Note, Position, Sent, State, Subject, Tag,
};
use crate::event::time::Time;
use crate::score::Level;

/// Everything that is in a case, of one moment.
#[derive(Clone, PartialEq, Eq, Default, serde::Serialize, Debug)]
#[serde(rename_all = "camelCase")]
pub struct Contents {
    /// The findings, in the order of their numbers.
    pub findings: Vec<Finding>,
    /// The incidents, in the order of their numbers.
    pub incidents: Vec<Incident>,
    /// The notes, in the order of their numbers.
    pub notes: Vec<Note>,
    /// The tags, by what they are on.
    pub tags: Vec<Tag>,
    /// The marked events, by id.
    pub marks: Vec<Mark>,
    /// The indicators, in the order of their numbers.
    pub indicators: Vec<Indicator>,
    /// The saved hunts, by name.
    pub hunts: Vec<Hunt>,
    /// What left the case, the oldest first.
    pub sent: Vec<Sent>,
}

impl Contents {
    /// The finding of that number.
    pub fn finding(&self, id: i64) -> Option<&Finding> {
        self.findings.binary_search_by_key(&id, |f| f.id).ok().and_then(|n| self.findings.get(n))
    }

    /// The incident of that number.
    pub fn incident(&self, id: i64) -> Option<&Incident> {
        self.incidents.binary_search_by_key(&id, |i| i.id).ok().and_then(|n| self.incidents.get(n))
    }

    /// The notes about something.
    pub fn notes_on<'a>(&'a self, subject: &'a Subject) -> impl Iterator<Item = &'a Note> {
        self.notes.iter().filter(move |note| note.subject == *subject)
    }

    /// The tags on something.
    pub fn tags_on<'a>(&'a self, subject: &'a Subject) -> impl Iterator<Item = &'a str> {
        self.tags.iter().filter(move |tag| tag.subject == *subject).map(|tag| tag.name.as_str())
    }

    /// How many findings and incidents are in a state.
    pub fn in_state(&self, state: State) -> (usize, usize) {
        let findings = self.findings.iter().filter(|f| f.state == state).count();
        (findings, self.incidents.iter().filter(|i| i.state == state).count())
    }
}

impl Case {
    /// Everything that is in the case now.
    ///
    /// # Errors
    /// Those of reading; [`CaseError::Damaged`] where a value makes no sense.
    pub fn contents(&self) -> Result<Contents> {
        // One transaction, so that what is read is of one moment.
        let read = || {
            let tx = self.conn.unchecked_transaction()?;
            contents(&tx)
        };
        read().map_err(|e| match e {
            rusqlite::Error::FromSqlConversionFailure(_, _, fault) => {
                CaseError::Damaged { path: self.path.clone(), what: fault.to_string() }
            }
            e => CaseError::of(&self.path, e),
        })
    }

    /// Where somebody stood when they left; `None` where they never did.
    ///
    /// # Errors
    /// Those of reading.
    pub fn position(&self, who: &str) -> Result<Option<Position>> {
        let sql = "SELECT view, query, sort, event, sources FROM position WHERE who = ?1";
        let position = |row: &Row<'_>| {
            let sources = row.get::<_, Option<String>>(4)?.unwrap_or_default();
            let (view, query) = (row.get(0)?, row.get(1)?);
            Ok(Position { view, query, sort: row.get(2)?, event: row.get(3)?, sources })
        };
        let found = rusqlite::OptionalExtension::optional(self.conn.query_row(sql, [who], position));
        found.map_err(|e| CaseError::of(&self.path, e))
    }
}

fn contents(conn: &Connection) -> rusqlite::Result<Contents> {
    let mut contents = Contents {
        findings: all(conn, "finding ORDER BY id", finding)?,
        incidents: all(conn, "incident ORDER BY id", incident)?,
        notes: all(conn, "note ORDER BY id", note)?,
        tags: all(conn, "tag ORDER BY subject, name", |row| {
            Ok(Tag { subject: word(row, "subject")?, name: row.get("name")? })
        })?,
        marks: all(conn, "mark ORDER BY event", |row| {
            Ok(Mark {
                event: row.get("event")?,
                marked: time_of(row, "marked")?,
                marked_by: row.get("marked_by")?,
            })
        })?,
        indicators: all(conn, "indicator ORDER BY id", indicator)?,
        hunts: all(conn, "hunt ORDER BY name", |row| {
            let (name, query) = (row.get("name")?, row.get("query")?);
            let view = row.get::<_, Option<String>>("view")?.unwrap_or_default();
            Ok(Hunt { name, query, view, saved: time_of(row, "saved")?, saved_by: row.get("saved_by")? })
        })?,
        sent: all(conn, "sent ORDER BY id", sent)?,
    };
    let pairs: Vec<(i64, i64)> = all(conn, "incident_finding ORDER BY incident, finding", |row| {
        Ok((row.get("incident")?, row.get("finding")?))
    })?;
    for incident in &mut contents.incidents {
        let from = pairs.partition_point(|pair| pair.0 < incident.id);
        let own = pairs.iter().skip(from).take_while(|pair| pair.0 == incident.id);
        incident.findings = own.map(|pair| pair.1).collect();
    }
    Ok(contents)
}

fn all<T>(
    conn: &Connection,
    from: &str,
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Vec<T>> {
    conn.prepare_cached(&format!("SELECT * FROM {from}"))?.query_map([], read)?.collect()
}

fn finding(row: &Row<'_>) -> rusqlite::Result<Finding> {
    Ok(Finding {
        id: row.get("id")?,
        event: row.get("event")?,
        rule: row.get("rule")?,
        title: row.get("title")?,
        level: level(row)?,
        score: row.get("score")?,
        state: word(row, "state")?,
        resolution: row.get("resolution")?,
        first: time_of(row, "first")?,
        last: time_of(row, "last")?,
        actor: row.get("actor")?,
        account: row.get("account")?,
        region: row.get("region")?,
        address: row.get("address")?,
        techniques: list(row, "techniques")?,
        rules: list(row, "rules")?,
        reasons: list(row, "reasons")?,
        events: list(row, "events")?,
        opened: time_of(row, "opened")?,
        opened_by: row.get("opened_by")?,
        revision: row.get("revision")?,
    })
}

fn incident(row: &Row<'_>) -> rusqlite::Result<Incident> {
    Ok(Incident {
        id: row.get("id")?,
        title: row.get("title")?,
        rule: row.get("rule")?,
        level: level(row)?,
        state: word(row, "state")?,
        resolution: row.get("resolution")?,
        opened: time_of(row, "opened")?,
        opened_by: row.get("opened_by")?,
        revision: row.get("revision")?,
        findings: Vec::new(),
    })
}

fn note(row: &Row<'_>) -> rusqlite::Result<Note> {
    Ok(Note {
        id: row.get("id")?,
        subject: word(row, "subject")?,
        text: row.get("text")?,
        written: time_of(row, "written")?,
        written_by: row.get("written_by")?,
        revision: row.get("revision")?,
    })
}

fn indicator(row: &Row<'_>) -> rusqlite::Result<Indicator> {
    Ok(Indicator {
        id: row.get("id")?,
        kind: word::<Kind>(row, "kind")?,
        value: row.get("value")?,
        private: row.get("private")?,
        first: time_of(row, "first")?,
        last: time_of(row, "last")?,
        source: row.get("source")?,
        note: row.get("note")?,
        added: time_of(row, "added")?,
        added_by: row.get("added_by")?,
        revision: row.get("revision")?,
    })
}

fn sent(row: &Row<'_>) -> rusqlite::Result<Sent> {
    Ok(Sent {
        id: row.get("id")?,
        what: row.get("what")?,
        target: row.get("target")?,
        subject: word(row, "subject")?,
        sha256: row.get("sha256")?,
        at: time_of(row, "at")?,
        by: row.get("by")?,
    })
}

/// A time as a column has it.
pub(super) fn time(ms: Option<i64>) -> Time {
    ms.map_or(Time::UNKNOWN, Time::from_millis)
}

fn time_of(row: &Row<'_>, column: &str) -> rusqlite::Result<Time> {
    Ok(time(row.get(column)?))
}

/// A fault that names column and value.
fn damaged(column: &str, value: &str) -> rusqlite::Error {
    let text = format!("`{}` is no value for {column}", crate::text::visible(value));
    rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, text.into())
}

fn word<T: std::str::FromStr>(row: &Row<'_>, column: &str) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    text.parse().map_err(|_| damaged(column, &text))
}

fn level(row: &Row<'_>) -> rusqlite::Result<Level> {
    let text: String = row.get("level")?;
    Level::named(&text).ok_or_else(|| damaged("level", &text))
}

fn list(row: &Row<'_>, column: &str) -> rusqlite::Result<Vec<String>> {
    let text: String = row.get(column)?;
    serde_json::from_str(&text).map_err(|_| damaged(column, &text))
}
