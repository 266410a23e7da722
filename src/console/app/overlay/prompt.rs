//! The line in which a filter or a search is typed, with what could stand there.

use crate::case::{State, Subject};
use crate::console::app::line::Line;
use crate::console::app::scroll;
use crate::event::field::Field;
use crate::query::{self, Completions, Query, QueryError};

/// What is typed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Asking {
    /// Which events are seen.
    Filter,
    /// What is looked for in the record.
    Search,
    /// Which source is loaded too.
    Source,
    /// A note about something in the case; may have many lines.
    Note,
    /// A tag on something in the case.
    Tag,
    /// The file of an export.
    Export,
    /// The file of an export of marked events alone.
    Marked,
    /// The file of the report.
    Report,
    /// What a hunt is called.
    Hunt,
    /// What came of a finding or an incident that is closed.
    Resolution(State),
    /// The file that indicators come from.
    Import,
    /// The file that indicators are written to.
    Indicators,
    /// A part of time.
    Range,
}

/// The prompt.
#[derive(Clone, Debug)]
pub struct Prompt {
    /// What is typed.
    pub asking: Asking,
    /// What a note or a tag is about.
    pub about: Option<Subject>,
    /// The revision of that when the prompt was opened; a change is decided on that one.
    pub seen: Option<i64>,
    /// How many events of the list are marked, where an export is asked for.
    pub marked: usize,
    /// The line.
    pub line: Line,
    /// What was there before: closing the prompt brings it back.
    pub before: String,
    /// The last text that was a query: what the page shows meanwhile.
    pub query: Query,
    /// What is wrong with the line.
    pub error: Option<QueryError>,
    /// What could stand at the cursor.
    pub completions: Completions,
    /// The candidate that was put in last, and the line before it was.
    pub cycling: Option<(usize, Line)>,
    /// How far back in what was typed earlier; 0: not at all.
    pub back: usize,
    /// The field whose values are wanted for completion.
    pub wanted: Option<Field>,
    /// Completion was asked for before the values were there.
    pub eager: bool,
}

impl Prompt {
    /// A prompt that begins with `text`.
    pub fn new(asking: Asking, text: &str) -> Self {
        Self {
            asking,
            about: None,
            seen: None,
            marked: 0,
            line: Line::new(text).with_breaks(matches!(asking, Asking::Note | Asking::Resolution(_))),
            before: text.to_owned(),
            query: query::parse(text).unwrap_or_default(),
            error: None,
            completions: Completions { replace: 0..0, candidates: Vec::new() },
            cycling: None,
            back: 0,
            wanted: None,
            eager: false,
        }
    }

    /// Understands the line anew after it has changed. `values` gives the known values of a field that contain a
    /// text, the most frequent first; `None`: not yet known.
    pub fn read(&mut self, values: &dyn Fn(Field, &str) -> Option<Vec<String>>) {
        if self.asking != Asking::Filter {
            // What is offered for a part of time stays; paths are asked for anew.
            if self.cycling.is_none() && self.asking != Asking::Range {
                self.completions.candidates.clear();
            }
            return;
        }
        self.wanted = None;
        let mut wanted = None;
        let mut known = |field: Field, typed: &str| {
            values(field, typed).unwrap_or_else(|| {
                wanted = Some(field);
                Vec::new()
            })
        };
        if self.cycling.is_none() {
            self.completions = query::complete(self.line.text(), self.line.cursor(), &mut known);
        }
        self.wanted = wanted;
        match query::parse(&self.meant()) {
            Ok(query) => (self.query, self.error) = (query, None),
            Err(_) => self.error = query::parse(self.line.text()).err(),
        }
    }

    /// The line as it is meant while its last word is still being typed.
    ///
    /// The beginning of the name of a field is no free text yet: it is left out. The beginning of a
    /// known value that is itself none stands for all values that begin so.
    fn meant(&self) -> String {
        let text = self.line.text();
        let word = self.completions.replace.clone();
        let (before, typed) =
            (text.get(..word.start).unwrap_or_default(), text.get(word.clone()).unwrap_or_default());
        let plain = !typed.is_empty() && typed.chars().all(|c| c.is_alphanumeric() || "-_./@".contains(c));
        if self.cycling.is_some() || word.end != text.len() || !plain {
            return text.to_owned();
        }
        let typed_lower = typed.to_lowercase();
        let mut fits = self.completions.candidates.iter().map(|c| c.text.to_lowercase());
        let begins = |text: &String| text.starts_with(&typed_lower) && *text != typed_lower;
        match before.ends_with(':') {
            true if fits.clone().any(|text| text == typed_lower) => text.to_owned(),
            true if fits.any(|text| begins(&text)) => format!("{text}*"),
            false if fits.any(|text| begins(&text)) => before.to_owned(),
            _ => text.to_owned(),
        }
    }

    /// What the line is when it is taken: free text is free text then.
    pub fn taken(&self) -> Result<Query, QueryError> {
        let meant = self.meant();
        query::parse(if meant.ends_with('*') { &meant } else { self.line.text() })
    }

    /// Puts in the next candidate, or the one before; goes around.
    pub fn complete(&mut self, by: isize) {
        let count = self.completions.candidates.len();
        self.eager = count == 0 && self.wanted.is_some();
        if count == 0 {
            return;
        }
        let (which, start) = match self.cycling.take() {
            Some((which, start)) => (scroll::around(which, by, count), start),
            None => (if by < 0 { count - 1 } else { 0 }, self.line.clone()),
        };
        let Some(candidate) = self.completions.candidates.get(which) else { return };
        self.line = start.clone();
        let replace = match self.asking {
            Asking::Range => 0..start.text().len(),
            _ => self.completions.replace.clone(),
        };
        self.line.replace(replace, &candidate.text);
        self.cycling = Some((which, start));
    }

    /// Brings back what was typed earlier: `earlier` holds it, the latest last.
    pub fn recall(&mut self, earlier: &[String], by: isize) {
        let back = self.back.saturating_add_signed(by).min(earlier.len());
        if back == self.back {
            return;
        }
        self.back = back;
        let text = earlier.len().checked_sub(back).and_then(|at| earlier.get(at));
        self.line = Line::new(text.cloned().unwrap_or_else(|| self.before.clone()));
        self.cycling = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(field: Field, typed: &str) -> Option<Vec<String>> {
        let all = ["StopLogging", "StartLogging", "ListBuckets"];
        (field == Field::Event).then(|| {
            all.iter().filter(|v| v.to_lowercase().contains(typed)).map(|v| (*v).to_owned()).collect()
        })
    }

    fn typed(text: &str) -> Prompt {
        let mut prompt = Prompt::new(Asking::Filter, "");
        prompt.line = Line::new(text);
        prompt.read(&values);
        prompt
    }

    #[test]
    fn completion_goes_around_and_back_to_the_first() {
        let mut prompt = typed("event:log");
        for text in ["event:StopLogging", "event:StartLogging", "event:StopLogging"] {
            prompt.complete(1);
            prompt.read(&values);
            assert_eq!(prompt.line.text(), text);
        }
        prompt.complete(-1);
        assert_eq!(prompt.line.text(), "event:StartLogging");
    }

    #[test]
    fn a_faulty_line_leaves_the_last_query_and_says_what_is_wrong() {
        let mut prompt = typed("risk>=50");
        prompt.line.insert(" actr:");
        prompt.read(&values);
        assert_eq!(prompt.query.text(), "risk>=50");
        assert_eq!(prompt.error.as_ref().and_then(|e| e.suggestion.as_deref()), Some("actor"));
        assert_eq!(typed("region:eu").wanted, Some(Field::Region));
    }

    #[test]
    fn a_word_that_is_being_typed_is_taken_for_what_it_may_become() {
        for (text, meant, taken) in [
            ("risk>=50 acto", "risk>=50 ", "risk>=50 acto"),
            ("event:stop", "event:stop*", "event:stop*"),
            ("event:StopLogging", "event:StopLogging", "event:StopLogging"),
            ("event:qqq", "event:qqq", "event:qqq"),
            ("event:\"stop", "event:\"stop", ""),
            ("qqq", "qqq", "qqq"),
        ] {
            let prompt = typed(text);
            assert_eq!(prompt.meant(), meant);
            assert_eq!(
                prompt.taken().map_or_else(|_| String::new(), |q| q.text().to_owned()),
                taken,
                "{text}"
            );
        }
    }

    #[test]
    fn what_was_typed_earlier_comes_back() {
        let earlier = ["first".to_owned(), "second".to_owned()];
        let mut prompt = Prompt::new(Asking::Filter, "now");
        for (by, text) in [(1, "second"), (1, "first"), (1, "first"), (-1, "second"), (-1, "now")] {
            prompt.recall(&earlier, by);
            assert_eq!(prompt.line.text(), text);
        }
    }
}
