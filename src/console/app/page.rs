//! Where one is: the page that is open, how one came there, and the way back and forth.
//!
//! Drilling down is one stack. A page knows the page that it was opened from, its
//! parent; leaving a scope goes there, to the very row that was left. All pages
//! that were visited are kept in one list, so that one can walk back and forth through
//! them as in a browser.

use crate::console::app::action::View;
use crate::console::app::board::spot::Desk;
use crate::event::field::{Field, FieldRef};
use crate::event::time::Time;
use crate::profile::subject::Subject;
use crate::query::order::Sort;
use crate::query::{Expr, Moment, Query, QueryError, Term, Test, name};

/// What a page shows and how.
#[derive(Clone, PartialEq, Debug)]
pub struct Page {
    /// Which of the views.
    pub view: View,
    /// The scopes, the outermost first.
    pub scopes: Vec<Scope>,
    /// What was typed.
    pub filter: Query,
    /// The part of time that is shown; both ends included.
    pub window: Option<(Time, Time)>,
    /// The order of the rows.
    pub sort: Sort,
    /// The columns, from the left.
    pub columns: Vec<Field>,
    /// The column that the cursor is in: a place in `columns`.
    pub column: usize,
    /// The row that the cursor is on.
    pub cursor: Cursor,
    /// The ids of the first events of bursts that are open.
    pub open_bursts: Vec<String>,
    /// Whom the profile is of.
    pub subject: Option<Subject>,
    /// Where the cursors are on the board of a view.
    pub desk: Desk,
    /// The page from which this one was opened: a place in the history.
    pub parent: Option<usize>,
}

/// The row of the cursor.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Cursor {
    /// The id of the event; `None` while it was not moved from the first row.
    pub id: Option<String>,
    /// The line in the list, from 0.
    pub line: usize,
    /// The line at the top of the screen.
    pub top: usize,
}

/// A restriction that the breadcrumb shows.
#[derive(Clone, PartialEq, Debug)]
pub struct Scope {
    /// What it is called: `actor alice`, `not region us-east-1`. Hostile.
    pub label: String,
    /// What it means.
    pub expr: Expr,
}

impl Scope {
    /// Only events whose `field` is `value`, or has none where that is empty; with `drop` only the others.
    ///
    /// # Errors
    /// When the field cannot have that value.
    pub fn value(field: &FieldRef, value: &str, drop: bool) -> Result<Self, QueryError> {
        let all = Query::all();
        let query = match (value.is_empty(), drop) {
            (true, false) => all.keep_missing(field),
            (true, true) => all.drop_missing(field),
            (false, false) => all.keep(field, value),
            (false, true) => all.drop(field, value),
        }?;
        let not = if drop { "not " } else { "" };
        let value = if value.is_empty() { "(none)" } else { value };
        Ok(Self { label: format!("{not}{} {value}", name(field)), expr: query.expr().clone() })
    }

    /// Only events from `from` on and before `to`.
    pub fn hour(from: Time, to: Time, drop: bool) -> Self {
        let expr = between(from, to);
        let not = if drop { "not " } else { "" };
        Self { label: format!("{not}hour {from}"), expr: if drop { expr.negate() } else { expr } }
    }
}

impl Scope {
    /// Only events from `from` on and before `to`.
    pub fn time(from: Time, to: Time) -> Self {
        Self { label: format!("{from} to {to}"), expr: between(from, to) }
    }
}

fn between(from: Time, to: Time) -> Expr {
    let test = Test::Time { from: Some(Moment::At(from)), to: Some(Moment::At(to)) };
    Expr::Term(Term { field: FieldRef::Column(Field::Time), test })
}

impl Page {
    /// The first page: everything.
    pub fn first(view: View, sort: Sort, columns: Vec<Field>) -> Self {
        Self {
            view,
            scopes: Vec::new(),
            filter: Query::all(),
            window: None,
            sort,
            columns,
            column: 0,
            cursor: Cursor::default(),
            open_bursts: Vec::new(),
            subject: None,
            desk: Desk::default(),
            parent: None,
        }
    }

    /// What the page shows but for its part of time; `filter` is what stands for the typed one.
    pub fn scope_expr(&self, filter: &Query) -> Expr {
        let scopes = self.scopes.iter().map(|scope| scope.expr.clone());
        let parts: Vec<Expr> = scopes.chain([filter.expr().clone()]).filter(|e| *e != Expr::All).collect();
        Expr::and(parts)
    }

    /// Its part of time as a condition.
    pub fn window_expr(&self) -> Option<Expr> {
        self.window.map(|(from, to)| between(from, to.plus_millis(1)))
    }

    /// Whether anything is left out.
    pub fn is_narrowed(&self) -> bool {
        !self.scopes.is_empty() || !self.filter.is_all() || self.window.is_some()
    }

    /// The field that the cursor is in.
    pub fn field(&self) -> Field {
        self.columns.get(self.column).copied().unwrap_or(Field::Event)
    }
}

/// How many pages are kept; the oldest are forgotten.
const KEPT: usize = 200;

/// The pages that were visited. There is always one.
#[derive(Clone, Debug)]
pub struct History {
    pages: Vec<Page>,
    at: usize,
}

impl History {
    /// One that begins with `page`.
    pub fn new(page: Page) -> Self {
        Self { pages: vec![page], at: 0 }
    }

    /// The page that is open.
    pub fn page(&self) -> &Page {
        // `at` is a place in `pages`, which is never empty.
        self.pages.get(self.at).unwrap_or(&self.pages[0])
    }

    /// The page that is open, to be changed.
    pub fn page_mut(&mut self) -> &mut Page {
        let at = self.at.min(self.pages.len() - 1);
        &mut self.pages[at]
    }

    /// Opens a page as a child of the one that is open.
    pub fn open(&mut self, page: Page) {
        let parent = Some(self.at);
        self.put(Page { parent, ..page });
    }

    /// Opens a page beside the one that is open: leaving it leads where leaving that one leads.
    pub fn open_beside(&mut self, page: Page) {
        let parent = self.page().parent;
        self.put(Page { parent, ..page });
    }

    fn put(&mut self, page: Page) {
        self.pages.truncate(self.at + 1);
        self.pages.push(page);
        if self.pages.len() > KEPT {
            self.pages.remove(0);
            for page in &mut self.pages {
                page.parent = page.parent.and_then(|parent| parent.checked_sub(1));
            }
        }
        self.at = self.pages.len() - 1;
    }

    /// Goes to the page before; whether there was one.
    pub fn back(&mut self) -> bool {
        self.go(self.at.checked_sub(1))
    }

    /// Goes to the page behind; whether there was one.
    pub fn forward(&mut self) -> bool {
        self.go(Some(self.at + 1))
    }

    /// Goes to the page from which this one was opened; whether there was one.
    pub fn leave(&mut self) -> bool {
        self.go(self.page().parent)
    }

    fn go(&mut self, to: Option<usize>) -> bool {
        let found = to.filter(|&to| to < self.pages.len());
        if let Some(to) = found {
            self.at = to;
        }
        found.is_some()
    }

    /// Whether there is a page before, and one behind.
    pub fn neighbors(&self) -> (bool, bool) {
        (self.at > 0, self.at + 1 < self.pages.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(label: &str) -> Page {
        let mut page = Page::first(View::Events, Sort::default(), vec![Field::Risk]);
        page.scopes.push(Scope { label: label.to_owned(), expr: Expr::All });
        page
    }

    fn label(history: &History) -> &str {
        &history.page().scopes[0].label
    }

    #[test]
    fn leaving_goes_up_and_walking_goes_back_and_forth() {
        let mut history = History::new(page("all"));
        history.open(page("alice"));
        history.page_mut().cursor.line = 7;
        history.open(page("alice denied"));
        assert!(history.leave());
        assert_eq!((label(&history), history.page().cursor.line), ("alice", 7));
        assert!(history.forward());
        assert_eq!(label(&history), "alice denied");
        history.open_beside(page("alice errors"));
        assert!(history.leave());
        assert_eq!(label(&history), "alice");
        assert!(history.leave());
        assert_eq!(label(&history), "all");
        assert!(!history.leave() && !history.back());
        assert_eq!(history.neighbors(), (false, true));
    }

    #[test]
    fn a_new_page_forgets_what_lay_ahead() {
        let mut history = History::new(page("all"));
        history.open(page("a"));
        history.back();
        history.open(page("b"));
        assert!(!history.forward());
        assert_eq!(label(&history), "b");
    }

    #[test]
    fn the_history_does_not_grow_without_end() {
        let mut history = History::new(page("0"));
        for n in 1..500 {
            history.open(page(&n.to_string()));
        }
        assert_eq!(label(&history), "499");
        assert!(history.leave());
        assert_eq!(label(&history), "498");
        let mut steps = 0;
        while history.leave() {
            steps += 1;
        }
        assert_eq!(steps, KEPT - 2);
    }

    #[test]
    fn scopes_say_what_they_keep() {
        let field = FieldRef::Column(Field::Region);
        for (value, drop, label, query) in [
            ("eu-west-1", false, "region eu-west-1", "region:eu-west-1"),
            ("eu-west-1", true, "not region eu-west-1", "-region:eu-west-1"),
            ("", false, "region (none)", "-region:*"),
        ] {
            let scope = Scope::value(&field, value, drop).unwrap();
            assert_eq!((scope.label.as_str(), scope.expr.to_string().as_str()), (label, query));
        }
        let page = Page { filter: crate::query::parse("risk>=50").unwrap(), ..page("all") };
        assert_eq!(page.scope_expr(&page.filter).to_string(), "risk>=50");
    }
}
