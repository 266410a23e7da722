//! Where one stands: what of a page is worth coming back to, as plain data.
//!
//! Whoever keeps it (a file for each set of sources, or a case) takes [`Stand::of`] when the console ends and gives it
//! to [`Model::return_to`] before the next one begins. It names an event by its id and whatever is asked by the words
//! of the query language, so that it means the same after another load. What cannot be understood any more is
//! left out: a stand never stops anybody from looking at logs.

use serde::{Deserialize, Serialize};

use super::action::View;
use super::model::{Model, Now, Toast, ToastTone};
use super::page::{Page, Scope};
use crate::config::{read_sort, write_sort};
use crate::event::field::{Field, FieldRef, resolve};
use crate::event::time::Time;
use crate::profile::subject::Subject;
use crate::query;

/// The longest text in a stand, in bytes; what is longer is not kept.
const LONGEST: usize = 8 << 10;

/// How long it is said that one is back, in milliseconds, unless a key is pressed before.
const HINT_MS: u64 = 15_000;

/// How many scopes, columns and open bursts are kept at most.
const MOST: usize = 64;

/// Where one stands. Every text is hostile.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Stand {
    /// The view, by its name.
    pub view: String,
    /// The restrictions, the outermost first: what each is called, and its query.
    pub scopes: Vec<(String, String)>,
    /// The filter that was typed.
    pub filter: String,
    /// The part of time: first and last millisecond since the epoch.
    pub window: Option<(i64, i64)>,
    /// The order of the list: `risk`, `-time`.
    pub sort: String,
    /// The columns of the list, by their names.
    pub columns: Vec<String>,
    /// The column of the cursor.
    pub column: usize,
    /// The id of the event under the cursor.
    pub event: Option<String>,
    /// The ids of the first events of bursts that are open.
    pub bursts: Vec<String>,
    /// The panel of a board that has the keys, by its name.
    pub panel: String,
    /// The id of the row under its cursor, where that was moved.
    pub row: Option<String>,
    /// Whom the profile is of: `key:AKIA...`.
    pub subject: Option<String>,
    /// The account of that actor, where others have the same name.
    pub account: Option<String>,
}

impl Stand {
    /// Where the model stands; `None` where there is nothing to look at, or what was asked is too long to keep.
    pub fn of(model: &Model) -> Option<Self> {
        let page = model.page();
        let sort = write_sort(page.sort);
        let (panel, row) = model.on_board().unwrap_or_default();
        let stand = Self {
            view: page.view.name().to_owned(),
            scopes: page.scopes.iter().map(|scope| (scope.label.clone(), scope.expr.to_string())).collect(),
            filter: page.filter.text().trim().to_owned(),
            window: page.window.and_then(|(from, to)| Some((from.millis()?, to.millis()?))),
            sort,
            columns: page.columns.iter().map(|field| field.name().to_owned()).collect(),
            column: page.column,
            event: page.cursor.id.clone(),
            bursts: page.open_bursts.iter().take(MOST).cloned().collect(),
            panel,
            row,
            subject: page.subject.as_ref().map(written),
            account: page.subject.as_ref().and_then(|subject| subject.account.clone()),
        };
        (!model.inv.table.is_empty() && stand.is_bounded()).then_some(stand)
    }

    /// Whether it is short enough to be kept.
    fn is_bounded(&self) -> bool {
        let short = |text: &str| text.len() <= LONGEST;
        self.scopes.len() <= MOST
            && self.scopes.iter().all(|(label, query)| short(label) && short(query))
            && short(&self.filter)
            && self.row.as_deref().is_none_or(short)
    }

    /// The page that it describes, made of `page` where it says nothing that is understood.
    fn page(&self, page: &Page) -> Page {
        let columns: Vec<Field> = self.columns.iter().take(MOST).filter_map(|name| field(name)).collect();
        let columns = if columns.is_empty() { page.columns.clone() } else { columns };
        let scope = |(label, text): &(String, String)| {
            Some(Scope { label: label.clone(), expr: query::parse(text).ok()?.expr().clone() })
        };
        let time = |(from, to): (i64, i64)| (Time::from_millis(from), Time::from_millis(to.max(from)));
        let subject: Option<Subject> = self.subject.as_ref().and_then(|text| text.parse().ok());
        let subject = subject.map(|subject| Subject { account: self.account.clone(), ..subject });
        let view = View::ALL.iter().copied().find(|view| view.name() == self.view).unwrap_or(page.view);
        Page {
            // A profile is of somebody.
            view: if view == View::Profile && subject.is_none() { View::Events } else { view },
            scopes: self.scopes.iter().take(MOST).filter_map(scope).collect(),
            filter: query::parse(&self.filter).unwrap_or_else(|_| page.filter.clone()),
            window: self.window.map(time),
            sort: read_sort(&self.sort).unwrap_or(page.sort),
            column: self.column.min(columns.len().saturating_sub(1)),
            columns,
            open_bursts: self.bursts.iter().take(MOST).cloned().collect(),
            subject,
            ..page.clone()
        }
    }
}

fn field(name: &str) -> Option<Field> {
    match resolve(name) {
        Ok(FieldRef::Column(field)) => Some(field),
        _ => None,
    }
}

fn written(subject: &Subject) -> String {
    match subject.kind {
        Some(kind) => format!("{}:{}", kind.name(), subject.name),
        None => subject.name.clone(),
    }
}

impl Model {
    /// The name of the panel that has the keys, and the id of the row under its cursor, where that was moved.
    fn on_board(&self) -> Option<(String, Option<String>)> {
        let (shown, desk) = (self.shown.as_ref()?, &self.page().desk);
        let at = shown.focus(desk);
        let panel = shown.panel(at)?;
        let row = desk.spot(panel.spot).id.filter(|_| desk.spot(panel.spot).moved);
        Some((panel.name.to_owned(), row))
    }

    /// Begins where somebody stood before, with the page of the settings below it: leaving leads there. Says so.
    pub fn return_to(&mut self, stand: &Stand) {
        let page = stand.page(self.page());
        self.returning = stand.event.clone();
        self.resuming = Some((stand.panel.clone(), stand.row.clone()));
        if page == *self.page() {
            return;
        }
        self.history.open(page);
        if self.toast.is_none() {
            let text = "back where you were; esc shows everything, and --fresh begins anew".to_owned();
            self.toast = Some(Toast { text, tone: ToastTone::Note, until: Now(HINT_MS) });
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::console::app::page::Page;
    use crate::query::order::Sort;

    fn first() -> Page {
        Page::first(View::Events, Sort::default(), vec![Field::Risk, Field::Event])
    }

    #[test]
    fn what_is_not_understood_any_more_is_left_out() {
        let stand = Stand {
            view: "nowhere".to_owned(),
            scopes: vec![("actor a".to_owned(), "actor:a".to_owned()), ("x".to_owned(), "((".to_owned())],
            filter: "risk>=".to_owned(),
            sort: "-nothing".to_owned(),
            columns: vec!["bogus".to_owned()],
            column: 70,
            ..Stand::default()
        };
        let page = stand.page(&first());
        assert_eq!((page.view, page.scopes.len(), page.columns.len(), page.column), (View::Events, 1, 2, 1));
        assert_eq!((page.sort, page.filter.is_all()), (Sort::default(), true));
        assert_eq!(Stand { view: "profile".to_owned(), ..stand }.page(&first()).view, View::Events);
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_stand_or_none_and_never_a_fault(text: String) {
            if let Ok(stand) = serde_json::from_str::<Stand>(&text) {
                stand.page(&first());
            }
            let stand = Stand { filter: text.clone(), sort: text.clone(), columns: vec![text], ..Stand::default() };
            stand.page(&first());
        }
    }
}
