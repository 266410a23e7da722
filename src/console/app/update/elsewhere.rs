//! Taking something along: values, records, commands, links; and paths that are completed.

use crate::console::app::action::Copied;
use crate::console::app::casework::Delivery;
use crate::console::app::detail::Record;
use crate::console::app::elsewhere;
use crate::console::app::model::{Model, ToastTone};
use crate::console::app::msg::Effect;
use crate::console::app::overlay::chooser::Chooser;
use crate::console::app::overlay::prompt::Asking;
use crate::console::app::overlay::{Overlay, Preview};
use crate::query::{Candidate, Completions, Expr};
use crate::text::plural;

/// More than this many bytes are refused by many terminals.
const CLIPBOARD: usize = 74_000;

const NOTHING: &str = "there is nothing under the cursor to copy";

/// What a shell should not get.
const UNFIT: &str = "this holds characters that no shell should get; y copies the value, Y the record";

impl Model {
    pub(super) fn copy(&mut self, what: Option<Copied>, effects: &mut Vec<Effect>) {
        let Some(what) = what else {
            self.overlays.push(Overlay::Chooser(Box::new(Chooser::copies())));
            return;
        };
        if what == Copied::Json && self.record().is_none() {
            let row = self.row().map(|row| row.number());
            return match row {
                Some(row) => effects.push(Effect::ReadToCopy(self.row_inv().clone(), row)),
                None => self.note(NOTHING),
            };
        }
        match self.copied(what) {
            Ok((text, called)) => self.put_on_clipboard(text, &called, effects),
            Err(reason) => self.note(reason),
        }
    }

    fn put_on_clipboard(&mut self, text: String, called: &str, effects: &mut Vec<Effect>) {
        let size = plural(text.chars().count() as u64, "character");
        let doubt = if text.len() > CLIPBOARD { "; many terminals take less" } else { "" };
        // What is short is shown, so that one sees what will be pasted.
        let shown =
            if text.len() <= 100 && !text.contains('\n') { format!(": {text}") } else { String::new() };
        self.say(ToastTone::Done, format!("copied {called}, {size}{doubt}{shown}"));
        effects.push(Effect::Copy(text));
    }

    /// The record of the event under the cursor, where it is shown. On a board the detail is of another event.
    fn record(&self) -> Option<&[u8]> {
        let id = self.row()?.id();
        match self.detail.as_ref().filter(|detail| detail.id == id).map(|detail| &detail.record) {
            Some(Record::Here(_, bytes)) => Some(bytes),
            _ => None,
        }
    }

    pub(super) fn record_to_copy(&mut self, record: Result<Vec<u8>, String>, effects: &mut Vec<Effect>) {
        match record {
            Ok(bytes) => self.put_on_clipboard(pretty(&bytes), "the record", effects),
            Err(why) => self.say(ToastTone::Failed, why),
        }
    }

    /// The text to copy, and what it is.
    fn copied(&self, what: Copied) -> Result<(String, String), &'static str> {
        let row = || self.row().ok_or("there is no event under the cursor");
        match what {
            Copied::Id => Ok((row()?.id(), "the id".to_owned())),
            Copied::Json => {
                let bytes = self.record().ok_or(NOTHING)?;
                Ok((pretty(bytes), "the record".to_owned()))
            }
            Copied::Value => {
                if let Some(Overlay::Frequency(table)) = self.overlays.last() {
                    let group = table.chosen().ok_or(NOTHING)?;
                    return Ok((group.value.clone(), Self::value_name(&table.field)));
                }
                let (field, value) = self.value().filter(|(_, value)| !value.is_empty()).ok_or(NOTHING)?;
                Ok((value, Self::value_name(&field)))
            }
            Copied::Arn => {
                let arn = self.arn().ok_or("neither this value nor the caller of the event has an ARN")?;
                Ok((arn, "the ARN".to_owned()))
            }
            Copied::Command => {
                let parts = [Some(self.expr()), self.page().window_expr()];
                let parts: Vec<Expr> = parts.into_iter().flatten().filter(|e| *e != Expr::All).collect();
                let expr = Expr::and(parts);
                let command = elsewhere::scan(&self.sources, &expr).ok_or(UNFIT)?;
                Ok((command, "the command that prints these events".to_owned()))
            }
            Copied::Lookup => {
                let command = elsewhere::lookup(&row()?).ok_or(UNFIT)?;
                Ok((command, "the command that asks AWS for this event".to_owned()))
            }
            Copied::Link => {
                let link = self.link().ok_or("the AWS console has no page for this that is known")?;
                Ok((link, "the link".to_owned()))
            }
        }
    }

    /// The ARN under the cursor, else that of what was acted on, else that of whoever called.
    fn arn(&self) -> Option<String> {
        let is_arn = |text: &str| text.starts_with("arn:");
        if let Some((_, value)) = self.value().filter(|(_, value)| is_arn(value)) {
            return Some(value);
        }
        let row = self.row()?;
        let target = row.text(crate::store::Column::Target);
        let caller = row.word(row.identity().arn);
        [target, caller].into_iter().find(|text| is_arn(text)).map(str::to_owned)
    }

    /// The page of the AWS console: of the resource whose ARN is under the cursor, else of the event.
    fn link(&self) -> Option<String> {
        if let Some(link) = self.value().and_then(|(_, value)| elsewhere::arn_link(&value)) {
            return Some(link);
        }
        let row = self.row()?;
        elsewhere::event_link(row.text(crate::store::Column::Region), &row.id())
    }

    /// Shows and copies the link of what is under the cursor; it is opened only on another key.
    pub(super) fn show_link(&mut self, effects: &mut Vec<Effect>) {
        let Some(link) = self.link() else {
            return self.note("the AWS console has no page for this that is known");
        };
        self.put_on_clipboard(link.clone(), "the link", effects);
        let send = Delivery::Open(link.clone());
        self.overlays.push(Overlay::Preview(Box::new(Preview {
            lines: vec![link],
            top: 0,
            ready: true,
            send,
        })));
    }

    /// Whether a path is typed into the topmost line.
    fn types_path(&self) -> Option<String> {
        let Some(Overlay::Prompt(prompt)) = self.overlays.last() else { return None };
        let is_path =
            matches!(prompt.asking, Asking::Export | Asking::Marked | Asking::Report | Asking::Source);
        // Where there was only one, the next tab looks into it.
        let goes_on = prompt.cycling.is_none() || prompt.completions.candidates.len() == 1;
        (is_path && goes_on).then(|| prompt.line.text().to_owned())
    }

    /// Asks what the path that is being typed could become; whether one is typed.
    pub(super) fn want_paths(&mut self, effects: &mut Vec<Effect>) -> bool {
        let path = self.types_path();
        if let Some(path) = path.clone() {
            effects.push(Effect::Paths(path));
        }
        path.is_some()
    }

    /// The paths that begin as the one that was typed.
    pub(super) fn paths_came(&mut self, typed: &str, found: Vec<String>) {
        let Some(Overlay::Prompt(prompt)) = self.overlays.last_mut() else { return };
        if prompt.line.text() != typed {
            return;
        }
        let forms: &[&str] = match prompt.asking {
            Asking::Export | Asking::Marked => &super::case::FORMS,
            Asking::Report => &["pdf"],
            _ => &[],
        };
        let (stem, ending) = typed.rsplit_once('.').unwrap_or((typed, ""));
        let name = !stem.is_empty() && !stem.ends_with('/') && !ending.contains('/');
        let forms = forms
            .iter()
            .filter(|form| name && **form != ending && form.starts_with(ending) | is_form(ending));
        let mut texts: Vec<String> = found.into_iter().filter(|path| path != typed).collect();
        texts.extend(
            forms.map(|form| format!("{stem}.{form}")).filter(|text| !typed.is_empty() && text != typed),
        );
        texts.dedup();
        let candidates: Vec<Candidate> =
            texts.into_iter().map(|text| Candidate { text, about: "" }).collect();
        let nothing = candidates.is_empty();
        prompt.cycling = None;
        prompt.completions = Completions { replace: 0..typed.len(), candidates };
        prompt.complete(1);
        if nothing {
            self.note("nothing begins like that");
        }
    }
}

fn is_form(ending: &str) -> bool {
    ending.is_empty() || ending == "pdf" || super::case::FORMS.contains(&ending)
}

/// A record as people read it; as it is where it is no JSON.
fn pretty(bytes: &[u8]) -> String {
    let value: Option<serde_json::Value> = serde_json::from_slice(bytes).ok();
    let pretty = value.and_then(|value| serde_json::to_string_pretty(&value).ok());
    pretty.unwrap_or_else(|| String::from_utf8_lossy(bytes).into_owned())
}
