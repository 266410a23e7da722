//! Who is behind it, and what it touched.

use super::{heading, number, says, section, sentence, table, time, value};
use crate::profile::chain::OriginKind;
use crate::profile::resource::{Made, Touched};
use crate::report::model::{Grant, Report};
use crate::report::paper::{Block, Look, Section, Text};
use crate::report::who::session::{Branch, LinkLine, SessionPage};
use crate::score::Level;
use crate::text::plural;

/// How many sentences of a story are told.
const SENTENCES: usize = 12;
/// How many rows of each kind of thing are told.
const ROWS: usize = 60;

/// The trails.
pub(super) fn trails(report: &Report) -> Section {
    let mut blocks = Vec::new();
    if report.chains.trails.is_empty() {
        blocks.push(says("There is no session with a finding of high level or above."));
    } else {
        blocks.push(says(
            "Each trail begins where these logs have its beginning; each link says how it was proven.",
        ));
    }
    for page in &report.chains.trails {
        blocks.extend(trail(page));
    }
    let more = report.chains.total.saturating_sub(report.chains.trails.len() as u64);
    if more > 0 {
        blocks.push(says(format!(
            "There are {} more with findings; see trailhound session.",
            plural(more, "trail")
        )));
    }
    section("trails", "Identity and session chains", blocks)
}

fn trail(page: &SessionPage) -> Vec<Block> {
    let origin = &page.origin;
    let name = if origin.name.is_empty() { "unknown" } else { &origin.name };
    let behind = Text::plain("Behind it: ")
        .and(Look::Value, name)
        .and(Look::Plain, format!(" ({}; known by: {}).", origin_words(origin.kind), origin.known_by));
    let mut blocks =
        vec![heading(&format!("Trail of {}", page.session.actor)), Block::Text(behind), branches(page)];
    if !page.signs.is_empty() {
        let sign = |s: &crate::profile::theft::Sign| {
            Text::plain(format!("{} ", s.event.time))
                .and(Look::Strong, s.kind.words())
                .and(Look::Plain, format!(": {} (event ", crate::report::defang::sentence(&s.text)))
                .and(Look::Value, &s.event.id)
                .and(Look::Plain, ")")
        };
        blocks.push(says("Signs that somebody else used the credentials:"));
        blocks.push(Block::List(page.signs.iter().take(SENTENCES).map(sign).collect()));
    }
    let story: Vec<Text> = page
        .story
        .sentences
        .iter()
        .take(SENTENCES)
        .map(|s| {
            Text::plain(format!("{} ", s.from)).and(Look::Plain, crate::report::defang::sentence(&s.text))
        })
        .collect();
    if !story.is_empty() {
        let rest = page.story.left_out + page.story.sentences.len().saturating_sub(story.len()) as u64;
        blocks.push(says("What was done:"));
        blocks.push(Block::List(story));
        if rest > 0 {
            blocks.push(says(format!("And {} of less risk.", plural(rest, "sentence"))));
        }
    }
    blocks
}

const fn origin_words(kind: OriginKind) -> &'static str {
    match kind {
        OriginKind::Person => "a person",
        OriginKind::Root => "the root user",
        OriginKind::Workload => "a workload",
        OriginKind::Service => "an AWS service",
        OriginKind::OtherAccount => "another account",
        OriginKind::Unknown => "not known",
    }
}

fn branches(page: &SessionPage) -> Block {
    let row = |branch: &Branch| {
        let s = &branch.session;
        let depth = "→ ".repeat(branch.depth.min(12) as usize);
        vec![
            Text::plain(depth).and(Look::Value, &s.actor),
            value(&s.id),
            branch.link.as_ref().map_or_else(|| Text::plain("its trail begins here"), link),
            time(s.first),
            number(s.events.into()),
            number(s.denied.into()),
            Text::new().and(Look::Level(Level::of(s.risk)), s.risk.to_string()),
        ]
    };
    let columns = [
        ("Actor", 22),
        ("Session", 22),
        ("How it got its credentials", 34),
        ("First (UTC)", 14),
        ("Events", 7),
        ("Denied", 7),
        ("Risk", 5),
    ];
    let rows: Vec<Vec<Text>> = page.tree.iter().map(row).collect();
    let total = rows.len() as u64 + page.left_out as u64;
    table("", &columns, &[4, 5, 6], rows, total, "trailhound session")
}

fn link(link: &LinkLine) -> Text {
    let sure = if link.certain { "proven: " } else { "probably: " };
    let accounts = if link.crosses_accounts { ", across accounts" } else { "" };
    Text::value(&link.event.event)
        .and(Look::Plain, " by ")
        .and(Look::Value, &link.by)
        .and(Look::Plain, format!(" at {} ({sure}{}{accounts}; event ", link.event.time, link.because))
        .and(Look::Value, &link.event.id)
        .and(Look::Plain, ")")
}

/// The blast radius.
pub(super) fn blast(report: &Report) -> Section {
    let b = &report.blast;
    if b.sessions == 0 && b.events == 0 {
        let none = says("There is no session with a finding of high level or above.");
        return section("blast", "Blast radius", vec![none]);
    }
    let mut blocks = vec![says(format!(
        "What the {} with a finding of high level or above, and what came out of them, did in {}. Still there means that these logs show no unmaking.",
        plural(b.sessions, "session"),
        plural(b.events, "event")
    ))];
    let active: Vec<&Made> = b.active_credentials().collect();
    blocks.push(heading("Credentials and identities that were made and are still there"));
    blocks.push(made(&active));
    blocks.push(heading("Everything that was made"));
    blocks.push(made(&b.made.iter().collect::<Vec<_>>()));
    blocks.push(heading("Opened to others, or weakened"));
    blocks.push(grants(&b.grants));
    if !b.unmade.is_empty() {
        let row =
            |u: &crate::profile::resource::Unmade| vec![Text::plain(u.kind), value(&u.name), time(u.time)];
        blocks.push(heading("Unmade"));
        let rows = b.unmade.iter().take(ROWS).map(row).collect();
        let columns = [("Kind", 20), ("Name", 50), ("Time (UTC)", 20)];
        blocks.push(table("", &columns, &[], rows, b.unmade.len() as u64, "report.json"));
    }
    blocks.push(heading("Read and changed"));
    blocks.push(touched(&b.touched, b.touched_total));
    section("blast", "Blast radius", blocks)
}

fn made(list: &[&Made]) -> Block {
    if list.is_empty() {
        return says("None.");
    }
    let row = |m: &&Made| {
        let state = if m.still_there { "still there" } else { "unmade" };
        vec![Text::plain(m.kind), value(&m.name), time(m.time), Text::plain(state)]
    };
    let columns = [("Kind", 18), ("Name", 46), ("Made (UTC)", 18), ("State", 14)];
    table("", &columns, &[], list.iter().take(ROWS).map(row).collect(), list.len() as u64, "report.json")
}

fn grants(list: &[Grant]) -> Block {
    if list.is_empty() {
        return says("Nothing.");
    }
    let row = |g: &Grant| {
        vec![
            time(g.event.time),
            Text::new().and(Look::Strong, g.danger.name()),
            sentence(&g.reason),
            value(&g.actor),
            value(&g.event.id),
        ]
    };
    let columns = [("Time (UTC)", 16), ("Danger", 14), ("What", 40), ("Actor", 20), ("Event", 18)];
    table("", &columns, &[], list.iter().take(ROWS).map(row).collect(), list.len() as u64, "report.json")
}

fn touched(list: &[Touched], total: u64) -> Block {
    if list.is_empty() {
        return says("None of the events names a resource.");
    }
    let row = |t: &Touched| {
        vec![
            value(&t.service),
            value(&t.name),
            number(t.reads),
            number(t.writes),
            number(t.denied),
            time(t.first),
            time(t.last),
        ]
    };
    let columns = [
        ("Service", 12),
        ("Resource", 42),
        ("Read", 7),
        ("Changed", 8),
        ("Denied", 7),
        ("First (UTC)", 15),
        ("Last (UTC)", 15),
    ];
    table("", &columns, &[2, 3, 4], list.iter().take(ROWS).map(row).collect(), total, "report.json")
}
