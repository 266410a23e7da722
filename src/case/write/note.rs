//! Notes, tags, marks, hunts, where one stood, what was sent.

use serde_json::Value;

use super::{LONGEST_NOTE, LONGEST_VALUE, kept, row, shown, written};
use crate::case::Case;
use crate::case::change::{Change, Said};
use crate::case::error::{CaseError, Result};
use crate::case::model::{By, Hunt, Position, Subject};
use crate::case::rows::{FINDING, HUNT, INCIDENT, INDICATOR, MARK, NOTE, POSITION, SENT, TAG};
use crate::event::time::Time;
use crate::query;

impl Case {
    /// Writes a note about something; its number. It may have many lines.
    ///
    /// # Errors
    /// When there is no such thing, or the note is empty or too long.
    pub fn add_note(&mut self, by: &By, subject: &Subject, text: &str) -> Result<i64> {
        let text = written("the note", text, LONGEST_NOTE)?;
        self.change(by, |change| {
            exists(change, subject)?;
            let id = change.next_id(&NOTE)?;
            let values = row([
                ("id", id.into()),
                ("subject", subject.to_string().into()),
                ("text", text.clone().into()),
                ("written", change.now()),
                ("written_by", by.who.clone().into()),
            ]);
            change.put(&NOTE, &values)?;
            change.about(subject.clone());
            Ok((id, Said::new("note", format!("wrote note {id} on {subject}: {}", shown(first_line(&text))))))
        })
    }

    /// Writes a note anew; empty text takes it away. `seen` is the revision that was read before.
    ///
    /// # Errors
    /// [`CaseError::Changed`] where somebody else was faster; [`CaseError::NoSuch`].
    pub fn edit_note(&mut self, by: &By, id: i64, text: &str, seen: Option<i64>) -> Result<()> {
        let gone = text.trim().is_empty();
        let text = if gone { String::new() } else { written("the note", text, LONGEST_NOTE)? };
        self.change(by, |change| {
            change.unchanged_since(&NOTE, id, &format!("note {id}"), seen)?;
            let known = change.read(&NOTE, &[id.into()])?.unwrap_or_default();
            if let Some(Ok(subject)) = known.get("subject").and_then(Value::as_str).map(str::parse) {
                change.about(subject);
            }
            if gone {
                change.remove(&NOTE, &[id.into()])?;
                return Ok(((), Said::new("note", format!("took note {id} away"))));
            }
            change.put(&NOTE, &row([("id", id.into()), ("text", text.clone().into())]))?;
            Ok(((), Said::new("note", format!("changed note {id}: {}", shown(first_line(&text))))))
        })
    }

    /// Puts a tag on something, or takes it off.
    ///
    /// # Errors
    /// When there is no such thing, or the tag is empty or too long.
    pub fn tag(&mut self, by: &By, subject: &Subject, name: &str, on: bool) -> Result<()> {
        let name = written("the tag", name.trim(), 200)?;
        self.change(by, |change| {
            exists(change, subject)?;
            let verb = if on {
                change.put(
                    &TAG,
                    &row([("subject", subject.to_string().into()), ("name", name.clone().into())]),
                )?;
                "tagged"
            } else {
                change.remove(&TAG, &[subject.to_string().into(), name.clone().into()])?;
                "took a tag off"
            };
            change.about(subject.clone());
            Ok(((), Said::new("tag", format!("{verb} {subject}: {}", shown(&name)))))
        })
    }

    /// Marks events, or takes the marks away.
    ///
    /// # Errors
    /// Those of writing.
    pub fn mark(&mut self, by: &By, events: &[String], on: bool) -> Result<()> {
        self.change(by, |change| {
            let mut changed = 0u64;
            for event in events {
                let is_new = if on {
                    // A mark that is there stays as it was made.
                    change.read(&MARK, &[event.clone().into()])?.is_none()
                        && change.put(
                            &MARK,
                            &row([
                                ("event", kept(event).into()),
                                ("marked", change.now()),
                                ("marked_by", by.who.clone().into()),
                            ]),
                        )?
                } else {
                    change.remove(&MARK, &[event.clone().into()])?
                };
                if is_new {
                    changed += 1;
                    change.about(Subject::Event(event.clone()));
                }
            }
            let verb = if on { "marked" } else { "unmarked" };
            let events = crate::text::plural(changed, "event");
            Ok(((), Said::new("mark", format!("{verb} {events}"))))
        })
    }

    /// Keeps a query, and the view that shows it, under a name; `None` takes it away. `seen` is the hunt of that name
    /// that was read before; `None`: there was none.
    ///
    /// # Errors
    /// When the name is empty or too long, or the query is none: what cannot be run is not kept.
    /// [`CaseError::Changed`] where another hunt has that name by now.
    pub fn save_hunt(
        &mut self,
        by: &By,
        name: &str,
        wanted: Option<(&str, &str)>,
        seen: Option<&Hunt>,
    ) -> Result<()> {
        let name = written("the name of the hunt", name.trim(), 200)?;
        if let Some((text, _)) = wanted {
            query::parse(text)
                .map_err(|e| CaseError::Invalid { what: shown(text), reason: e.to_string() })?;
        }
        self.change(by, |change| {
            change.about(Subject::Case);
            is_seen(change, &name, seen)?;
            let Some((text, view)) = wanted else {
                if !change.remove(&HUNT, &[name.clone().into()])? {
                    return Err(CaseError::NoSuch { what: format!("hunt {}", shown(&name)) });
                }
                return Ok(((), Said::new("hunt", format!("took the hunt {} away", shown(&name)))));
            };
            let values = row([
                ("name", name.clone().into()),
                ("query", text.into()),
                ("view", kept(view).into()),
                ("saved", change.now()),
                ("saved_by", by.who.clone().into()),
            ]);
            change.put(&HUNT, &values)?;
            Ok(((), Said::new("hunt", format!("saved the hunt {}: {}", shown(&name), shown(text)))))
        })
    }

    /// Keeps where somebody stands. Nothing is written where that is known already.
    ///
    /// # Errors
    /// Those of writing.
    pub fn stand(&mut self, by: &By, at: &Position) -> Result<()> {
        if self.position(&by.who)?.as_ref() == Some(at) {
            return Ok(());
        }
        self.change(by, |change| {
            let values = row([
                ("who", by.who.clone().into()),
                ("view", kept(&at.view).into()),
                ("query", kept(&at.query).into()),
                ("sort", kept(&at.sort).into()),
                ("event", kept(&at.event).into()),
                ("sources", kept(&at.sources).into()),
                ("at", change.now()),
            ]);
            change.put(&POSITION, &values)?;
            let text = format!("stood in view {}", shown(&at.view));
            Ok(((), Said { undoable: false, ..Said::new("position", text) }))
        })
    }

    /// Tells that something left the case: in which form, where to, about what, and the SHA-256 of its bytes
    /// in hexadecimal digits. What is sent cannot be taken back, nor can this entry.
    ///
    /// # Errors
    /// Those of writing.
    pub fn record_sent(
        &mut self,
        by: &By,
        what: &str,
        target: &str,
        subject: &Subject,
        sha256: &str,
    ) -> Result<i64> {
        let what = written("the form", what, LONGEST_VALUE)?;
        self.change(by, |change| {
            let id = change.next_id(&SENT)?;
            let values = row([
                ("id", id.into()),
                ("what", what.clone().into()),
                ("target", kept(target).into()),
                ("subject", subject.to_string().into()),
                ("sha256", kept(sha256).into()),
                ("at", change.now()),
                ("by", by.who.clone().into()),
            ]);
            change.put(&SENT, &values)?;
            change.about(subject.clone());
            let text = format!("{subject} went out as {} to {}", shown(&what), shown(target));
            Ok((id, Said { undoable: false, ..Said::new("sent", text) }))
        })
    }
}

/// Fails when the thing is not in the case; an event need not be loaded to be spoken of.
fn exists(change: &Change<'_>, subject: &Subject) -> Result<()> {
    let (table, id) = match subject {
        Subject::Finding(id) => (&FINDING, *id),
        Subject::Incident(id) => (&INCIDENT, *id),
        Subject::Indicator(id) => (&INDICATOR, *id),
        Subject::Case | Subject::Event(_) => return Ok(()),
    };
    change.unchanged_since(table, id, &subject.to_string(), None)
}

/// Fails when there is a hunt of that name, and it is not the one that was seen.
fn is_seen(change: &Change<'_>, name: &str, seen: Option<&Hunt>) -> Result<()> {
    let Some(found) = change.read(&HUNT, &[name.into()])? else { return Ok(()) };
    let text = |column: &str| found.get(column).and_then(Value::as_str).unwrap_or_default();
    if seen.is_some_and(|seen| (seen.query.as_str(), seen.view.as_str()) == (text("query"), text("view"))) {
        return Ok(());
    }
    let at = found.get("saved").and_then(Value::as_i64).map_or(Time::UNKNOWN, Time::from_millis);
    Err(CaseError::Changed { what: format!("hunt {}", shown(name)), who: text("saved_by").to_owned(), at })
}

fn first_line(text: &str) -> &str {
    text.trim_start().lines().next().unwrap_or_default()
}
