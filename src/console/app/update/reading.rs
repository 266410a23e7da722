//! Reading a record: folding, searching, copying.

use crate::console::app::action::{Copied, Fold, Step};
use crate::console::app::detail::{MatchStep, Record};
use crate::console::app::model::{Focus, Model, ToastTone};
use crate::console::app::msg::Effect;
use crate::console::app::overlay::Overlay;
use crate::console::app::overlay::prompt::{Asking, Prompt};
use crate::text::{count, plural};

/// More than this many bytes are refused by many terminals.
const CLIPBOARD: usize = 74_000;

impl Model {
    pub(super) fn fold(&mut self, fold: Fold) {
        let Some(detail) = &mut self.detail else { return };
        let changed = match fold {
            Fold::Toggle => detail.fold(None),
            Fold::Open => detail.fold(Some(true)),
            Fold::Close => detail.fold(Some(false)),
            Fold::OpenAll | Fold::CloseAll => {
                detail.fold_all(fold == Fold::OpenAll);
                None
            }
        };
        self.folds.extend(changed);
    }

    pub(super) fn ask_search(&mut self) {
        if self.detail.is_none() {
            self.note("there is no record to search");
            return;
        }
        let mut prompt = Prompt::new(Asking::Search, "");
        prompt.before = self.search.line.text().to_owned();
        self.overlays.push(Overlay::Prompt(Box::new(prompt)));
    }

    pub(super) fn go_to_match(&mut self, step: Step) {
        match step {
            Step::Next => self.search_from(MatchStep::Next),
            Step::Previous => self.search_from(MatchStep::Previous),
        }
    }

    pub(super) fn search_from(&mut self, step: MatchStep) {
        let Some(pattern) = self.search.pattern() else {
            self.note("nothing is looked for; / in the detail searches the record");
            return;
        };
        let found = self.detail.as_mut().and_then(|detail| detail.go_to_match(&pattern, step));
        match found {
            Some((which, of)) => {
                self.focus = Focus::Detail;
                self.say(ToastTone::Done, format!("match {} of {}", count(which as u64), count(of as u64)));
            }
            None => self.note("nothing in this record matches"),
        }
    }

    pub(super) fn copy(&mut self, what: Copied, effects: &mut Vec<Effect>) {
        let Some((text, called)) = self.copied(what) else {
            self.note("there is nothing under the cursor to copy");
            return;
        };
        let size = plural(text.chars().count() as u64, "character");
        let doubt = if text.len() > CLIPBOARD { "; many terminals take less" } else { "" };
        self.say(ToastTone::Done, format!("copied {called}, {size}{doubt}"));
        effects.push(Effect::Copy(text));
    }

    /// The text to copy, and what it is.
    fn copied(&self, what: Copied) -> Option<(String, String)> {
        match what {
            Copied::Id => Some((self.row()?.id(), "the id".to_owned())),
            Copied::Json => match &self.detail.as_ref()?.record {
                Record::Here(_, bytes) => Some((pretty(bytes), "the record".to_owned())),
                _ => None,
            },
            Copied::Value => {
                if let Some(Overlay::Frequency(table)) = self.overlays.last() {
                    let group = table.chosen()?;
                    return Some((group.value.clone(), Self::value_name(&table.field)));
                }
                let (field, value) = self.value().filter(|(_, value)| !value.is_empty())?;
                Some((value, Self::value_name(&field)))
            }
        }
    }
}

/// A record as people read it; as it is where it is no JSON.
fn pretty(bytes: &[u8]) -> String {
    let value: Option<serde_json::Value> = serde_json::from_slice(bytes).ok();
    let pretty = value.and_then(|value| serde_json::to_string_pretty(&value).ok());
    pretty.unwrap_or_else(|| String::from_utf8_lossy(bytes).into_owned())
}
