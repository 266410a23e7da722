//! The view of a profile: what is normal for a user, role, address, key or session, and what is not.
//!
//! What is told is [`crate::profile::describe`]'s; here it becomes panels, and every row of them leads to its events. The
//! part of the log that counts as normal is chosen live: another one costs a walk over the firsts, not over the events.

mod acts;
mod chain;
mod lists;

use crate::console::app::board::chart::{Heat, stretch};
use crate::console::app::board::request::BoardRequest;
use crate::console::app::board::{Board, Body, Panel, Size};
use crate::profile::Background;
use crate::profile::chain::Node;
use crate::profile::describe::{self, Profile};
use crate::profile::first_seen::Baseline;
use crate::profile::narrative::{self, Story};
use crate::profile::subject::{Subject, SubjectKind};
use crate::text::visible;

/// What is told of a subject, whatever counts as normal.
#[derive(Clone, Debug)]
pub struct Told {
    /// Its profile.
    pub profile: Profile,
    /// What was done in its riskiest sessions.
    pub story: Story,
}

/// How many sentences are told, and of sessions with how many events together.
const SENTENCES: usize = 60;
const EVENTS: u32 = 5_000;

/// The lengths that can be chosen for what counts as normal, in milliseconds.
pub const BASELINES: [i64; 9] = {
    const HOUR: i64 = 3_600_000;
    [HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, 24 * HOUR, 72 * HOUR, 7 * 24 * HOUR, 14 * 24 * HOUR, 30 * 24 * HOUR]
};

/// What counts as normal, in as few words as there are: `the first 1 d`.
pub(super) fn normal(baseline: Baseline) -> String {
    match baseline {
        Baseline::Span(ms) => format!("the first {}", stretch(ms)),
        Baseline::Before(time) => format!("before {time}"),
    }
}

/// The board; `None` when nobody waits any more.
pub(super) fn board(request: &BoardRequest, subject: Option<&Subject>, baseline: Baseline) -> Option<Board> {
    let inv = request.inv();
    let Some(subject) = subject else {
        return Some(Board::saying(
            inv,
            "A profile stands here once somebody is chosen: v on an event or an actor.",
        ));
    };
    let background = request.knowledge.background(&request.stop)?;
    let told =
        request.knowledge.profile(subject, |background| tell(request, background, subject), &request.stop);
    let Some(told) = told else {
        let kind = subject.kind.map_or("", SubjectKind::name);
        let said = format!("No event here is of {kind} {}.", visible(&subject.name));
        return (!request.is_stopped()).then(|| Board::saying(inv, said));
    };
    let news = match inv.table.is_ordered() {
        true => Some(describe::news_of(inv, &background, subject, baseline)?),
        false => None,
    };
    let scene = Scene { request, background: &background, told: &told, subject };
    Some(Board { inv: inv.clone(), panels: scene.panels(news, baseline), said: String::new(), notes: 3 })
}

/// Works out what does not depend on what counts as normal.
fn tell(request: &BoardRequest, background: &Background, subject: &Subject) -> Option<Told> {
    let inv = request.inv();
    // What is new is asked for each time anew.
    let profile = describe::profile(
        inv,
        background,
        subject,
        Baseline::Span(i64::MAX),
        None,
        describe::Most::default(),
        &request.stop,
    )?;
    let nodes = nodes(background, &profile);
    let story = narrative::story(inv, background, &nodes, None, SENTENCES, &request.stop)?;
    Some(Told { profile, story })
}

/// The sessions that a story is told of, the riskiest first taken, in the order of time.
fn nodes(background: &Background, profile: &Profile) -> Vec<Node> {
    let risk = |number: u32| background.sessions.get(number).map_or(0, |session| session.risk);
    let mut numbers: Vec<u32> = profile.sessions.iter().map(|session| session.number).collect();
    numbers.sort_by_key(|&number| std::cmp::Reverse(risk(number)));
    let mut events = 0u32;
    numbers.retain(|&number| {
        events = events.saturating_add(background.sessions.get(number).map_or(0, |session| session.events));
        events <= EVENTS
    });
    numbers.sort_unstable();
    numbers.into_iter().map(|session| Node { session, depth: 0, link: None }).collect()
}

/// What the panels are made from.
struct Scene<'a> {
    request: &'a BoardRequest,
    background: &'a Background,
    told: &'a Told,
    subject: &'a Subject,
}

impl Scene<'_> {
    fn panels(&self, news: Option<acts::News>, baseline: Baseline) -> Vec<Panel> {
        let p = &self.told.profile;
        let mut panels = vec![
            self.overview().at(Size::Rows(8), [0, 0]),
            acts::riskiest(p, self.request.inv()).at(Size::Rows(6), [1, 1]),
            acts::new(news, baseline).at(Size::Rows(7), [1, 1]),
            hours(p).at(Size::Lines(10), [0, 0]),
            lists::services(p).at(Size::Rows(6), [0, 0]),
            lists::outcomes(p).at(Size::Rows(4), [0, 0]),
            self.chain().at(Size::Rows(8), [1, 2]),
            acts::story(self.told).at(Size::Rows(8), [1, 2]),
            lists::tactics(p, self.request.inv()).at(Size::Rows(6), [0, 1]),
            lists::addresses(p).at(Size::Rows(6), [0, 0]),
            lists::agents(p, self.request.inv()).at(Size::Rows(6), [0, 0]),
            lists::regions(p).at(Size::Rows(6), [0, 0]),
            acts::resources(p).at(Size::Rows(6), [1, 2]),
            acts::made(p).at(Size::Rows(6), [1, 2]),
            acts::signs(p).at(Size::Rows(5), [1, 1]),
            acts::latest(p, self.request.inv()).at(Size::Rows(6), [1, 1]),
            lists::calls(p).at(Size::Rows(8), [0, 0]),
            lists::keys(p).at(Size::Rows(4), [0, 1]),
        ];
        for (name, panel) in [("actors", lists::actors(p)), ("accounts", lists::accounts(p))] {
            // One of them is the subject itself.
            if panel.len() > 1 {
                let at = panels.iter().position(|panel| panel.name == "outcomes").unwrap_or(0);
                panels.insert(at + usize::from(name == "accounts"), panel.at(Size::Rows(5), [0, 0]));
            }
        }
        panels
    }
}

/// Events by weekday and hour.
fn hours(p: &Profile) -> Panel {
    let heat = Heat { counts: p.hours, span: (p.first, p.last) };
    let title = format!("Hours · UTC · most {}", crate::text::count(heat.peak().into()));
    Panel::new("hours", title, Body::Heat(Box::new(heat))).or("No event has a time.")
}
