//! Rules: opening the editor, trying what is typed, saving.

use crate::console::app::action::{Action, Craft};
use crate::console::app::detail::Record;
use crate::console::app::key::Key;
use crate::console::app::model::{Model, ToastTone};
use crate::console::app::msg::Effect;
use crate::console::app::overlay::chooser::Chooser;
use crate::console::app::overlay::{Overlay, Then};
use crate::console::app::rules::draft::Drafting;
use crate::console::app::rules::editor::Editor;
use crate::console::app::rules::faulty::faulty_file;
use crate::console::app::rules::file_of;
use crate::console::app::rules::work::{RuleNews, RuleWork};

impl Model {
    pub(super) fn craft(&mut self, craft: Craft, effects: &mut Vec<Effect>) {
        match craft {
            Craft::Edit => self.edit_rule(effects),
            Craft::New => self.new_rule(),
            Craft::Mute | Craft::Disable => self.mute_rule(craft == Craft::Disable, effects),
            Craft::Reload => effects.push(Effect::Rule(RuleWork::Reload)),
            Craft::Test => self.test_rule(effects),
            Craft::Save | Craft::Overwrite => self.save_rule(craft == Craft::Overwrite, effects),
            Craft::Undo | Craft::Redo => {
                let again = craft == Craft::Redo;
                if self.editor().is_some_and(|editor| !editor.undo(again)) {
                    self.note("there is no change left");
                }
            }
            Craft::Find => {
                if let Some(editor) = self.editor() {
                    editor.search = Some(String::new());
                }
            }
            Craft::External => {
                if let Some(editor) = self.editor() {
                    effects.push(Effect::Rule(RuleWork::External(editor.buffer.text())));
                }
            }
            Craft::Discard => {
                if matches!(self.overlays.last(), Some(Overlay::Editor(_))) {
                    self.overlays.pop();
                }
            }
        }
    }

    /// The editor that takes the keys.
    fn editor(&mut self) -> Option<&mut Editor> {
        match self.overlays.last_mut() {
            Some(Overlay::Editor(editor)) => Some(editor),
            _ => None,
        }
    }

    /// The editor, wherever it lies.
    fn any_editor(&mut self) -> Option<&mut Editor> {
        self.overlays.iter_mut().rev().find_map(|overlay| match overlay {
            Overlay::Editor(editor) => Some(&mut **editor),
            _ => None,
        })
    }

    fn edit_rule(&mut self, effects: &mut Vec<Effect>) {
        if let Some(file) = self.item().and_then(|item| faulty_file(&item.id)).map(str::to_owned) {
            return effects.push(Effect::Rule(RuleWork::Open { file, new: None, id: String::new() }));
        }
        let Some((_, id)) = self.item().and_then(|item| item.value.clone()) else {
            return self.note("there is no rule to edit");
        };
        let rules = self.rules();
        let found = rules.find(&id).and_then(|n| Some((n as u32, rules.infos().get(n)?)));
        let Some((number, info)) = found else { return self.note("this rule is not in force") };
        let file = file_of(rules, number, info);
        effects.push(Effect::Rule(RuleWork::Open { file, new: None, id }));
    }

    /// Asks of which fields of the event a new rule is made.
    fn new_rule(&mut self) {
        let Some(row) = self.listed() else {
            return self.note("a new rule begins with an event; choose one in view 2");
        };
        let record = match self.detail.as_ref().filter(|detail| detail.id == row.id()).map(|d| &d.record) {
            Some(Record::Here(tree, _)) => Some(tree),
            _ => None,
        };
        let drafting = Drafting::of(&self.answer.inv, &row, record);
        self.overlays.push(Overlay::Chooser(Box::new(Chooser::parts(drafting))));
    }

    /// Begins a rule with what was chosen; whether there was anything.
    pub(super) fn begin_rule(&mut self, drafting: &Drafting, effects: &mut Vec<Effect>) -> bool {
        let Some(draft) = drafting.draft(self.rules()) else {
            self.note("choose at least one field: tab switches the one under the cursor");
            return false;
        };
        let (file, id, new) = (draft.file, draft.id, Some(draft.text));
        effects.push(Effect::Rule(RuleWork::Open { file, new, id }));
        true
    }

    /// Saves the rule that is edited. What would take a rule out of force is asked about; whoever writes over what somebody
    /// else changed was asked before.
    fn save_rule(&mut self, overwrite: bool, effects: &mut Vec<Effect>) {
        let inv = self.inv.clone();
        let fault = self.editor().filter(|_| !overwrite).and_then(|editor| editor.fault(&inv));
        match fault {
            None => self.save_as_it_is(overwrite, effects),
            Some(fault) => {
                let question = format!("{fault}. Save it all the same? y / n");
                self.overlays.push(Overlay::Confirm { question, then: Then::Save });
            }
        }
    }

    /// Saves the rule that is edited, whatever is in it.
    pub(super) fn save_as_it_is(&mut self, overwrite: bool, effects: &mut Vec<Effect>) {
        let Some(editor) = self.editor() else { return };
        match editor.saving(overwrite) {
            Some(saving) => effects.push(Effect::Rule(RuleWork::Save(Box::new(saving)))),
            None => self.say(ToastTone::Failed, "there is no folder of settings to save it in"),
        }
    }

    /// Gives a key to the editor; whether there is one.
    pub(super) fn key_to_editor(&mut self, key: Key) -> bool {
        self.editor().map(|editor| editor.key(key)).is_some()
    }

    /// Gives what was pasted to the editor; whether there is one.
    pub(super) fn paste_to_editor(&mut self, text: &str) -> bool {
        self.editor().map(|editor| editor.paste(text)).is_some()
    }

    /// Closes the search of the editor, or the editor; what would be lost is asked about.
    pub(super) fn close_editor(&mut self, mut editor: Box<Editor>) {
        if editor.search.take().is_some() {
            self.overlays.push(Overlay::Editor(editor));
        } else if editor.is_changed() {
            self.overlays.push(Overlay::Editor(editor));
            self.ask("The rule was changed. Close it without saving?", Craft::Discard);
        } else {
            editor.stop();
        }
    }

    fn ask(&mut self, question: &str, craft: Craft) {
        let (question, then) = (format!("{question} y / n"), Then::Act(Action::Rule(craft)));
        self.overlays.push(Overlay::Confirm { question, then });
    }

    /// Has the text of the editor tried, where it was not yet.
    pub(super) fn want_trial(&mut self, effects: &mut Vec<Effect>) {
        let (inv, labels) = (self.inv.clone(), self.labels.clone());
        if let Some(trial) = self.any_editor().and_then(|editor| editor.trial(&inv, labels.as_ref())) {
            effects.push(Effect::Rule(RuleWork::Try(Box::new(trial))));
        }
    }

    pub(super) fn rule_news(&mut self, news: RuleNews, effects: &mut Vec<Effect>) {
        match news {
            RuleNews::Opened(Ok(opened)) => {
                self.overlays.push(Overlay::Editor(Box::new(Editor::new(opened))));
            }
            RuleNews::Opened(Err(why)) | RuleNews::Failed(why) => self.say(ToastTone::Failed, why),
            RuleNews::Tried(verdict) => {
                if let Some(editor) = self.any_editor() {
                    editor.tried(*verdict);
                }
            }
            RuleNews::Saved(saving) => {
                let text = format!("saved to {}", saving.path.display());
                if let Some(editor) = self.any_editor() {
                    editor.was_saved(*saving);
                }
                self.say(ToastTone::Done, text);
                effects.push(Effect::Rule(RuleWork::Reload));
            }
            RuleNews::Reloaded(read) => self.rules_came(read, effects),
            RuleNews::Judged(from, inv) => self.judged(&from, inv),
            RuleNews::Tested(id, tested) => self.tested(&id, &tested),
            RuleNews::Disabled(path) => self.say(ToastTone::Done, format!("written to {}", path.display())),
            RuleNews::Changed => {
                self.ask("The file was changed by somebody else. Overwrite it?", Craft::Overwrite);
            }
            RuleNews::Edited(text) => {
                if let Some(editor) = self.any_editor() {
                    editor.replace(&text);
                }
            }
        }
    }
}
