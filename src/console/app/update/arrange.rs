//! How the list looks: order, columns, bursts, sizes, theme, zone, mouse.

use crate::config::settings::TimeZone;
use crate::config::write_sort;
use crate::console::app::action::Size;
use crate::console::app::answer::Part;
use crate::console::app::columns::head_of;
use crate::console::app::model::{Model, ToastTone};
use crate::console::app::msg::Effect;
use crate::console::app::overlay::Overlay;
use crate::console::app::overlay::chooser::Chooser;
use crate::console::app::page::Cursor;
use crate::event::field::Field;
use crate::query::order::Sort;
use crate::text::plural;

/// By how much of the screen the detail grows and shrinks at a time, and how much it may have, in percent.
const STEP: u16 = 6;
const MOST: u16 = 78;
const LEAST: u16 = 24;

impl Model {
    pub(super) fn sort(&mut self, sort: Option<Sort>) {
        if let Some(Overlay::Frequency(table)) = self.overlays.last_mut() {
            table.next_order();
            return;
        }
        if self.page().view.has_board() {
            return match sort {
                None => self.sort_board(),
                Some(sort) => self.sort_board_by(&write_sort(sort)),
            };
        }
        match sort {
            None => self.overlays.push(Overlay::Chooser(Box::new(Chooser::sorts()))),
            Some(sort) => self.sort_by(sort),
        }
    }

    /// A new order is looked at from its top.
    fn sort_by(&mut self, sort: Sort) {
        let page = self.history.page_mut();
        page.sort = sort;
        page.cursor = Cursor::default();
        let turned = if sort == Sort::by(sort.by) { "" } else { ", the other way round" };
        self.say(ToastTone::Done, format!("sorted by {}{turned}", sort.by.name()));
    }

    pub(super) fn reverse(&mut self) {
        if let Some(Overlay::Frequency(table)) = self.overlays.last_mut() {
            table.reverse();
            return;
        }
        if self.page().view.has_board() {
            return self.reverse_board();
        }
        let sort = self.page().sort;
        self.sort_by(Sort { descending: !sort.descending, ..sort });
    }

    pub(super) fn choose_columns(&mut self) {
        let chooser = Chooser::columns(&self.page().columns);
        self.overlays.push(Overlay::Chooser(Box::new(chooser)));
    }

    pub(super) fn set_columns(&mut self, columns: Vec<Field>) {
        let page = self.history.page_mut();
        page.column = page.column.min(columns.len().saturating_sub(1));
        page.columns = columns;
    }

    /// Takes the columns that were chosen, and says which of them there is no room for.
    pub(super) fn take_columns(&mut self, columns: Vec<Field>, before: &[Field]) {
        let is_other = columns != before;
        self.set_columns(columns);
        if let Some((hidden, width)) = self.lacking_columns().filter(|_| is_other) {
            let names: Vec<&str> = hidden.iter().map(|field| head_of(*field)).collect();
            let verb = if names.len() == 1 { "needs" } else { "need" };
            let columns = plural(width.into(), "more column");
            self.note(format!("{} {verb} {columns} of width; left and right go there", names.join(", ")));
        }
    }

    /// Opens the burst under the cursor, or closes the one that the cursor is in.
    pub(super) fn burst(&mut self) {
        let at = self.page().cursor.line;
        let up_to = self.answer.lines.get(..=at).unwrap_or_default();
        let head = up_to.iter().rposition(|line| line.part() != Part::Member);
        let Some((head, line)) = head.and_then(|head| Some((head, *up_to.get(head)?))) else { return };
        let table = &self.answer.inv.table;
        let Some(id) = table.row(line.row).map(|row| row.id()) else { return };
        match line.part() {
            Part::Single => self.note("this row stands for one event; those with × stand for more"),
            Part::Closed => self.history.page_mut().open_bursts.push(id),
            Part::Head | Part::Member => {
                let count = line.times() as usize;
                let members = self.answer.lines.get(head..head + count).unwrap_or_default();
                let is_in = |open: &String| {
                    let key = table.id_key(open);
                    members.iter().any(|line| table.row(line.row).is_some_and(|row| row.has_id(&key)))
                };
                self.history.page_mut().open_bursts.retain(|open| !is_in(open));
                self.put_cursor(head);
            }
        }
    }

    pub(super) fn resize_detail(&mut self, size: Size) {
        self.share = match (size, self.share) {
            (Size::Grow, 0) => LEAST,
            (Size::Grow, share) => (share + STEP).min(MOST),
            (Size::Shrink, share) if share < LEAST + STEP => 0,
            (Size::Shrink, share) => share - STEP,
        };
    }

    pub(super) fn choose_theme(&mut self) {
        let chooser = Chooser::themes(&self.themes, &self.theme);
        self.overlays.push(Overlay::Chooser(Box::new(chooser)));
    }

    pub(super) fn next_theme(&mut self) {
        let names = self.themes.names();
        let at = names.iter().position(|name| *name == self.theme.name).unwrap_or(0);
        if let Some(name) = names.get((at + 1) % names.len().max(1)) {
            self.take_theme(name);
            let name = self.theme.name.clone();
            self.say(ToastTone::Done, format!("theme {name}: {}", self.theme.about));
        }
    }

    /// Takes the theme of that name; what is wrong with it is said.
    pub(super) fn take_theme(&mut self, name: &str) {
        let (theme, faults) = self.themes.get(name);
        self.theme = theme;
        if let Some(fault) = faults.first() {
            self.say(ToastTone::Failed, fault.to_string());
        }
    }

    pub(super) fn other_zone(&mut self) {
        let (zone, text) = match self.time_zone {
            TimeZone::Utc => (TimeZone::Local, "times are in the zone of this computer; T goes back to UTC"),
            TimeZone::Local => (TimeZone::Utc, "times are UTC"),
        };
        self.time_zone = zone;
        self.say(ToastTone::Done, text);
    }

    pub(super) fn switch_mouse(&mut self, effects: &mut Vec<Effect>) {
        self.mouse = !self.mouse;
        effects.push(Effect::Mouse(self.mouse));
        let text = match self.mouse {
            true => "the mouse is the console's; M gives it back to the terminal",
            false => "the mouse is the terminal's, to select text",
        };
        self.say(ToastTone::Done, text);
    }

    /// Stops the work that is under way.
    pub(super) fn cancel(&mut self) {
        if let Some(counting) = self.asked.counting() {
            counting.stop();
            self.note("stopped counting; what was counted until then is shown");
        } else if let Some(reading) = self.asked.reading() {
            reading.stop();
            self.note("stopped reading records; what was found until then is shown");
        } else if self.boarding.is_waiting() {
            self.boarding.stop();
            self.note("stopped; what is seen here may be of other events");
        } else if self.stop_adding() {
            // It has said so.
        } else if self.is_loading() {
            self.inv.status.cancel();
            self.note("stopped loading; what was read until then is shown");
        } else {
            self.note("nothing is under way; q quits");
        }
    }
}
