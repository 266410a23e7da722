//! From keys to actions.

use crate::console::app::action::{Action, Exported};
use crate::console::app::action::{Motion, Step, View};
use crate::console::app::key::{Code, Key};
use crate::console::app::keymap::{Context, Resolution};
use crate::console::app::layout::{Area, USUAL_SHARE};
use crate::console::app::model::{Focus, Model};
use crate::console::app::msg::{Effect, Mouse};
use crate::console::app::overlay::prompt::Asking;

impl Model {
    pub(super) fn key(&mut self, key: Key, effects: &mut Vec<Effect>) {
        self.toast = None;
        self.standing = None;
        // Any key closes the welcome; one that means nothing but that does nothing else.
        if std::mem::take(&mut self.welcome) && matches!(key.code, Code::Enter | Code::Esc | Code::Char(' '))
        {
            return;
        }
        self.pending.push(key);
        let context = self.context();
        match self.keymap.resolve(context, &self.pending) {
            Resolution::Match(action) => {
                let action = action.clone();
                self.pending.clear();
                self.act(action, effects);
            }
            Resolution::Prefix => {}
            Resolution::None if self.pending.len() > 1 => {
                // No such sequence: its last key may mean something by itself.
                self.pending.clear();
                self.key(key, effects);
            }
            Resolution::None => {
                self.pending.clear();
                if self.key_to_editor(key) {
                    return;
                }
                if let Some(letter) = key.typed().filter(|_| context.info().typing) {
                    self.type_in(letter.encode_utf8(&mut [0; 4]));
                }
            }
        }
    }

    /// Whether a key does anything now, or begins something that does.
    pub fn means(&self, key: Key) -> bool {
        let context = self.context();
        let keys = [self.pending.as_slice(), &[key]].concat();
        let typed = context.info().typing && key.typed().is_some();
        let is_known = |keys: &[Key]| !matches!(self.keymap.resolve(context, keys), Resolution::None);
        typed || context == Context::Editor || is_known(&keys) || is_known(&[key])
    }

    pub(super) fn paste(&mut self, text: &str, effects: &mut Vec<Effect>) {
        self.welcome = false;
        if self.paste_to_editor(text) {
            return;
        }
        if self.context().info().typing {
            self.type_in(text);
        } else if self.overlays.is_empty() {
            self.jump(text, effects);
        }
    }

    pub(super) fn mouse(&mut self, mouse: Mouse) {
        if !self.overlays.is_empty() {
            return;
        }
        if let Mouse::Click(x, y) = mouse
            && y == self.layout().tabs.y
        {
            if let Some(view) = self.tab_at(x) {
                self.open_view(view);
            }
            return;
        }
        if self.page().view.has_board() {
            return self.mouse_on_board(mouse);
        }
        let layout = self.layout();
        let inside = |area: Option<Area>, x: u16, y: u16| {
            area.is_some_and(|a| x >= a.x && x < a.x + a.width && y >= a.y && y < a.y + a.height)
        };
        match mouse {
            Mouse::WheelUp(x, y) | Mouse::WheelDown(x, y) => {
                let motion = if matches!(mouse, Mouse::WheelUp(..)) { Motion::Up } else { Motion::Down };
                let focus = if inside(layout.detail, x, y) { Focus::Detail } else { Focus::List };
                self.wheel(focus, motion);
            }
            Mouse::Click(x, y) if inside(layout.list, x, y) => {
                self.focus = Focus::List;
                let first = layout.list.map_or(0, |area| area.y + 2);
                let row = y.checked_sub(first).map(|row| self.page().cursor.top + usize::from(row));
                if let Some(row) = row.filter(|row| *row < self.answer.lines.len()) {
                    self.put_cursor(row);
                }
            }
            Mouse::Click(x, y) if inside(layout.detail, x, y) => {
                self.focus = Focus::Detail;
                if let (Some(area), Some(detail)) = (layout.detail, &mut self.detail) {
                    detail.cursor = detail.top + usize::from(y.saturating_sub(area.y + 1));
                }
            }
            Mouse::Click(..) => {}
        }
    }

    /// The view whose name stands in that column of the tabs.
    fn tab_at(&self, x: u16) -> Option<View> {
        let mut end = 1;
        View::ALL.iter().copied().find(|view| {
            let keys = self.keymap.keys_for(self.page_context(), &Action::View(*view));
            let key = keys.first().map_or(0, |keys| keys.label().chars().count());
            let from = end;
            end += (key + 1 + view.title().len()) as u16 + 2;
            (from..end).contains(&x)
        })
    }

    fn mouse_on_board(&mut self, mouse: Mouse) {
        let (Mouse::Click(x, y) | Mouse::WheelUp(x, y) | Mouse::WheelDown(x, y)) = mouse;
        let places = self.places();
        let found =
            places.iter().find(|(_, a)| x >= a.x && x < a.x + a.width && y >= a.y && y < a.y + a.height);
        let (Some((at, area)), Some(shown)) = (found, &self.shown) else { return };
        let Some(panel) = shown.panel(*at) else { return };
        let line = shown.line(*at, &self.page().desk);
        let to = match mouse {
            Mouse::WheelUp(..) => line.saturating_sub(1),
            Mouse::WheelDown(..) => line + 1,
            Mouse::Click(..) => match panel.table() {
                Some(table) => {
                    let head = 1 + u16::from(!table.heads.is_empty());
                    let row = usize::from(y.saturating_sub(area.y + head));
                    self.page().desk.spot(panel.spot).top + row
                }
                None => line,
            },
        };
        let last = panel.len().saturating_sub(1);
        self.put_on_board(*at, to.min(last));
    }

    fn wheel(&mut self, focus: Focus, motion: Motion) {
        const LINES: usize = 3;
        for _ in 0..LINES {
            match focus {
                Focus::List => self.move_in_list(motion),
                Focus::Detail => self.move_in_detail(motion),
            }
        }
    }

    /// Does what an action says.
    pub(super) fn act(&mut self, action: Action, effects: &mut Vec<Effect>) {
        if let Some(later) = action.later() {
            self.note(format!("{} {later}", action.name()));
            return;
        }
        if self.leaving && action != Action::Quit {
            self.leaving = false;
            self.note("staying");
        }
        if self.is_hidden(&action) {
            return;
        }
        match action {
            Action::Move(motion) => self.move_cursor(motion),
            Action::Pane(step) => self.other_pane(step),
            Action::Detail => self.other_pane(Step::Next),
            Action::View(view) => {
                self.open_view(view);
                // The table of values lay over the view that was left.
                self.close_tables();
            }
            Action::DetailSize(size) => self.resize_detail(size),
            Action::Open => self.open_row(effects),
            Action::Pivot(pivot) => self.pivot(pivot),
            Action::Profile(whom) => self.open_profile(whom),
            Action::Show(question) => self.show_answer(question),
            Action::Back => self.walk(false),
            Action::Forward => self.walk(true),
            Action::Pop => self.pop(),
            Action::ShowAll => self.show_all(),
            Action::Filter(None) => self.ask_filter(),
            Action::Filter(Some(query)) => self.set_filter(query),
            Action::Keep => self.keep(false),
            Action::Drop => self.keep(true),
            Action::Frequency(field) => self.frequency(field),
            Action::Preset(preset) => self.preset(preset),
            Action::Sort(sort) => self.sort(sort),
            Action::Reverse => self.reverse(),
            Action::Columns => self.choose_columns(),
            Action::Burst => self.burst(),
            Action::Sessions => self.change_sessions(),
            Action::Baseline(length) => self.change_baseline(length),
            Action::Axis(axis) => self.change_axis(axis),
            Action::Features => self.change_features(),
            Action::Fold(fold) => self.fold(fold),
            Action::Search => self.ask_search(),
            Action::Match(step) => self.go_to_match(step),
            Action::Timeline(brush) if self.page().view == View::Anomalies => self.change_step(brush),
            Action::Timeline(brush) => self.brush(brush),
            Action::Range(range) => self.range(range),
            Action::Brush => self.take_brush(),
            Action::Edge(edge) => self.move_edge(edge),
            Action::Rule(craft) => self.craft(craft, effects),
            Action::Copy(what) => self.copy(what, effects),
            Action::Link => self.show_link(effects),
            Action::Accept => self.accept(effects),
            Action::Close => self.close(),
            Action::Toggle => self.toggle(),
            Action::Reorder(step) => self.reorder(step),
            Action::Complete(step) => {
                if !self.want_paths(effects) {
                    self.complete(step);
                }
            }
            Action::History(step) => self.recall(step),
            Action::Edit(edit) => self.edit(edit),
            Action::AddSource => self.ask_source(),
            Action::Follow => self.pause_or_go_on(effects),
            Action::Palette => self.palette(),
            Action::Help => self.help(),
            Action::Messages => self.show_messages(),
            Action::Theme => self.choose_theme(),
            Action::ThemeNext => self.next_theme(),
            Action::TimeZone => self.other_zone(),
            Action::Mouse => self.switch_mouse(effects),
            Action::Redraw => effects.push(Effect::Redraw),
            Action::Suspend => effects.push(Effect::Suspend),
            Action::Cancel => self.cancel(),
            Action::Quit => self.quit(effects),
            Action::Mark => self.mark(effects),
            Action::AddToCase => self.add_to_case(effects),
            Action::Indicator => self.add_indicator(effects),
            Action::State(progress) => self.set_state(progress, effects),
            Action::Note => self.ask_about(Asking::Note),
            Action::Tag => self.ask_about(Asking::Tag),
            Action::Incident(number) => self.incident(number.map(|number| number.0), effects),
            Action::Gather(least) => self.gather(least, effects),
            Action::Untag(name) => self.untag(name.map(|name| name.0), effects),
            Action::Remove => self.remove_from_case(effects),
            Action::SaveHunt => self.ask_hunt(),
            Action::Hunt(name) => self.hunt(name.map(|name| name.0)),
            Action::ImportIndicators => self.ask_file(Asking::Import),
            Action::ExportIndicators => self.ask_file(Asking::Indicators),
            Action::Undo => self.undo(effects),
            Action::Export(None) => self.ask_path(Asking::Export),
            Action::Export(Some(Exported::Marked)) => self.ask_marked(),
            Action::Report => self.ask_path(Asking::Report),
            Action::Slack => self.preview(effects),
        }
    }

    fn other_pane(&mut self, step: Step) {
        if self.page().view.has_board() {
            return self.other_panel(step);
        }
        let can = self.page().view == View::Events && self.detail.is_some();
        match self.focus {
            Focus::Detail => self.focus = Focus::List,
            Focus::List if can => self.show_detail(),
            Focus::List => self.note("there is no row whose detail could be shown"),
        }
    }

    /// Gives the detail the keys, and room where it has none.
    pub(super) fn show_detail(&mut self) {
        self.focus = Focus::Detail;
        if self.layout().detail.is_none() {
            self.share = USUAL_SHARE;
        }
    }
}
