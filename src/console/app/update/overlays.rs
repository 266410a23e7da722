//! What lies over the page: opening, typing, choosing, closing.

use crate::console::app::action::{Action, Edit, Step};
use crate::console::app::detail::MatchStep;
use crate::console::app::line::Line;
use crate::console::app::model::{Model, ToastTone};
use crate::console::app::msg::Effect;
use crate::console::app::overlay::chooser::{Chooser, Pick, Purpose};
use crate::console::app::overlay::frequency::Values;
use crate::console::app::overlay::prompt::{Asking, Prompt};
use crate::console::app::overlay::{Overlay, Then};
use crate::event::field::Field;

/// How many values completion is given at most.
const VALUES: usize = 50;

const fn by(step: Step) -> isize {
    match step {
        Step::Next => 1,
        Step::Previous => -1,
    }
}

impl Model {
    pub(super) fn ask_filter(&mut self) {
        let text = self.page().filter.text().trim().to_owned();
        let text = if text.is_empty() { text } else { text + " " };
        self.overlays.push(Overlay::Prompt(Box::new(Prompt::new(Asking::Filter, &text))));
        self.read_prompt();
    }

    pub(super) fn palette(&mut self) {
        let mut chooser = Chooser::palette(&self.keymap, self.page_context());
        chooser.add(self.hunt_entries());
        self.overlays.push(Overlay::Chooser(Box::new(chooser)));
    }

    pub(super) fn help(&mut self) {
        let chooser = Chooser::help(&self.keymap, self.context());
        self.overlays.push(Overlay::Chooser(Box::new(chooser)));
    }

    /// Text goes into the line that is being typed.
    pub(super) fn type_in(&mut self, text: &str) {
        if let Some(line) = self.overlays.last_mut().and_then(Overlay::line_mut) {
            line.insert(text);
            self.line_changed();
        }
    }

    pub(super) fn edit(&mut self, edit: Edit) {
        if let Some(line) = self.overlays.last_mut().and_then(Overlay::line_mut) {
            line.edit(edit);
            self.line_changed();
        }
    }

    fn line_changed(&mut self) {
        match self.overlays.last_mut() {
            Some(Overlay::Prompt(prompt)) => {
                prompt.cycling = None;
                prompt.eager = false;
                if prompt.asking == Asking::Search {
                    self.search.line = prompt.line.clone();
                    if self.search.pattern().is_some() {
                        self.search_from(MatchStep::Here);
                    }
                }
            }
            Some(Overlay::Chooser(chooser)) => chooser.narrow(),
            _ => {}
        }
        self.show_theme();
        self.read_prompt();
    }

    /// Understands the line of the prompt anew.
    pub(super) fn read_prompt(&mut self) {
        let values = &self.values;
        if let Some(Overlay::Prompt(prompt)) = self.overlays.last_mut() {
            prompt.read(&|field, typed| known(values, field, typed));
        }
    }

    pub(super) fn complete(&mut self, step: Step) {
        match self.overlays.last_mut() {
            Some(Overlay::Prompt(prompt)) => prompt.complete(by(step)),
            Some(Overlay::Chooser(chooser)) => chooser.complete(),
            _ => {}
        }
        self.read_prompt();
    }

    pub(super) fn recall(&mut self, step: Step) {
        let Some(Overlay::Prompt(prompt)) = self.overlays.last_mut() else { return };
        let earlier = match prompt.asking {
            Asking::Filter => &self.filters,
            Asking::Search => &self.searches,
            Asking::Source => &self.typed_sources,
            _ => return,
        };
        prompt.recall(earlier, -by(step));
        self.line_changed();
    }

    pub(super) fn toggle(&mut self) {
        if let Some(Overlay::Chooser(chooser)) = self.overlays.last_mut() {
            chooser.toggle();
        }
        self.show_columns();
    }

    pub(super) fn reorder(&mut self, step: Step) {
        if let Some(Overlay::Chooser(chooser)) = self.overlays.last_mut() {
            chooser.reorder(by(step));
        }
        self.show_columns();
    }

    /// The list shows the columns that are being chosen.
    fn show_columns(&mut self) {
        if let Some(Overlay::Chooser(chooser)) = self.overlays.last()
            && matches!(chooser.purpose, Purpose::Columns(_))
        {
            let on = chooser.on.clone();
            self.set_columns(on);
        }
    }

    /// The screen shows the theme under the cursor.
    pub(super) fn show_theme(&mut self) {
        if let Some(Overlay::Chooser(chooser)) = self.overlays.last()
            && let Some(Pick::Theme(name)) = chooser.chosen().map(|entry| entry.pick.clone())
        {
            self.take_theme(&name);
        }
    }

    /// Closes the topmost overlay as if it had never been opened.
    pub(super) fn close(&mut self) {
        match self.overlays.pop() {
            Some(Overlay::Prompt(prompt)) if prompt.asking == Asking::Search => {
                self.search.line = Line::new(prompt.before);
            }
            Some(Overlay::Chooser(chooser)) => match chooser.purpose {
                Purpose::Themes(before) => self.theme = *before,
                Purpose::Columns(before) => self.set_columns(before),
                _ => {}
            },
            Some(Overlay::Editor(editor)) => self.close_editor(editor),
            _ => {}
        }
    }

    /// Takes what was typed or chosen.
    pub(super) fn accept(&mut self, effects: &mut Vec<Effect>) {
        match self.overlays.pop() {
            Some(Overlay::Prompt(prompt)) => self.accept_prompt(prompt, effects),
            Some(Overlay::Preview(preview)) => self.accept_preview(*preview, effects),
            Some(Overlay::Chooser(chooser)) => self.accept_choice(&chooser, effects),
            Some(Overlay::Span(span)) => self.zoom_in(&span),
            Some(Overlay::Confirm { then, .. }) => self.agreed(then, effects),
            Some(other) => self.overlays.push(other),
            None => {}
        }
    }

    /// Does what was asked before.
    fn agreed(&mut self, then: Then, effects: &mut Vec<Effect>) {
        match then {
            Then::Act(action) => self.act(action, effects),
            Then::Save => self.save_as_it_is(false, effects),
            Then::Work(work) => self.work(*work, effects),
            Then::Deliver(delivery) => self.deliver(*delivery, effects),
            Then::Leave => self.leave(effects),
        }
    }

    fn accept_prompt(&mut self, prompt: Box<Prompt>, effects: &mut Vec<Effect>) {
        match (prompt.asking, prompt.taken()) {
            (Asking::Source, _) => self.add_source(prompt.line.text().trim(), effects),
            (Asking::Range, _) => self.accept_range(prompt),
            (Asking::Search, _) => self.accept_search(&prompt),
            // What is wrong stands below the line; it can be put right there.
            (Asking::Filter, Err(_)) => self.overlays.push(Overlay::Prompt(prompt)),
            (Asking::Filter, Ok(query)) => self.set_filter(query),
            (Asking::Note | Asking::Tag | Asking::Resolution(_), _) => self.accept_about(&prompt, effects),
            (Asking::Hunt, _) => self.accept_hunt(&prompt, effects),
            (Asking::Import, _) => self.accept_import(&prompt, effects),
            (Asking::Export | Asking::Marked | Asking::Report | Asking::Indicators, _) => {
                self.accept_path(prompt, effects);
            }
        }
    }

    /// Looks for what was typed; for nothing new, the same again.
    fn accept_search(&mut self, prompt: &Prompt) {
        let text = prompt.line.text().to_owned();
        if text.is_empty() {
            self.search.line = Line::new(prompt.before.clone());
            self.search_from(MatchStep::Next);
            return;
        }
        self.search_from(MatchStep::Here);
        self.searches.retain(|earlier| *earlier != text);
        self.searches.push(text);
    }

    fn accept_choice(&mut self, chooser: &Chooser, effects: &mut Vec<Effect>) {
        if let Purpose::Parts(drafting) = &chooser.purpose {
            if !self.begin_rule(drafting, effects) {
                self.overlays.push(Overlay::Chooser(Box::new(chooser.clone())));
            }
            return;
        }
        let chosen = chooser.chosen().map(|entry| &entry.pick);
        if let (Some((subject, seen)), Some(Pick::Run(Action::State(Some(to))))) = (&chooser.about, chosen) {
            return self.move_to(to.state(), subject.clone(), *seen, effects);
        }
        let typed = chooser.line.text().trim();
        // A whole command with its argument, such as `sort -time`, is taken as it was typed.
        let whole = Action::parse(typed);
        let is_palette = chooser.purpose == Purpose::Palette;
        // The columns of a panel have other names than fields.
        let sorted = typed.strip_prefix("sort ").map(str::trim).filter(|_| is_palette && self.sorts_board());
        if let Some(name) = sorted.filter(|name| chosen.is_none() || whole.is_ok() || self.has_column(name)) {
            return self.sort_board_by(name);
        }
        match (whole, chosen) {
            (Ok(action), _) if is_palette && typed.contains(' ') => self.act(action, effects),
            (_, Some(Pick::Run(action))) => self.act(action.clone(), effects),
            (_, Some(Pick::Theme(name))) => {
                self.take_theme(name);
                self.say(ToastTone::Done, format!("theme {name}"));
            }
            (_, Some(Pick::Column(_))) => match &chooser.purpose {
                Purpose::Columns(before) => self.take_columns(chooser.on.clone(), before),
                _ => self.set_columns(chooser.on.clone()),
            },
            (_, Some(Pick::Part(_))) => {}
            (Ok(action), None) if is_palette => self.act(action, effects),
            (Err(reason), None) if is_palette => self.say(ToastTone::Failed, reason.to_string()),
            (_, None) => self.note("nothing of that name"),
        }
    }
}

/// The known values of a field that contain what was typed; `None`: they were not counted yet.
fn known(values: &Values, field: Field, typed: &str) -> Option<Vec<String>> {
    let groups = values.get(&field)?;
    let typed = typed.to_lowercase();
    let fits = groups.iter().filter(|g| !g.value.is_empty() && g.value.to_lowercase().contains(&typed));
    Some(fits.take(VALUES).map(|group| group.value.clone()).collect())
}
