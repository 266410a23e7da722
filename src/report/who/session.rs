//! A session with its trail, what came out of it, and its story.

use std::collections::{HashMap, HashSet};
use std::io::{self, Write};
use std::sync::atomic::AtomicBool;

use serde::Serialize;

use crate::event::time::Time;
use crate::investigation::Investigation;
use crate::profile::Background;
use crate::profile::chain::{Link, Node, Origin, Proof};
use crate::profile::describe::EventRef;
use crate::profile::key::account_of;
use crate::profile::narrative::{self, Kind, Story};
use crate::profile::resource;
use crate::profile::theft::{self, Places, Sign};
use crate::report::table::Style;
use crate::report::who::{write_signs, write_wrapped};
use crate::score::Level;
use crate::store::Column;
use crate::text::{fit, plural, visible};

/// What a session is, in a few numbers.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SessionLine {
    /// Its name. Hostile.
    pub id: String,
    /// The actor. Hostile.
    pub actor: String,
    /// `userIdentity.type`. Hostile.
    pub kind: String,
    /// The account that the actor belongs to.
    pub account: String,
    /// The keys that were used in it.
    pub keys: Vec<Key>,
    /// Where its first event came from. Hostile.
    pub address: String,
    /// Its first event.
    #[serde(serialize_with = "resource::time")]
    pub first: Time,
    /// Its last event.
    #[serde(serialize_with = "resource::time")]
    pub last: Time,
    /// How many events.
    pub events: u32,
    /// How many changed something, or tried to.
    pub writes: u32,
    /// How many were denied.
    pub denied: u32,
    /// The highest risk.
    pub risk: u8,
}

/// A key.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Key {
    /// The key. Hostile.
    pub id: String,
    /// The account that its id names; `None` for ids of the old style.
    pub account: Option<String>,
    /// Whether the events name another account.
    pub mismatch: bool,
}

/// How credentials came from one session to another.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LinkLine {
    /// How that was proven.
    pub proof: Proof,
    /// The same in words.
    pub because: &'static str,
    /// Whether nothing else could have made the session.
    pub certain: bool,
    /// The event that handed them on.
    pub event: EventRef,
    /// Who did it. Hostile.
    pub by: String,
    /// The session that it was done in; `None` where there is none, as for AWS services.
    pub session: Option<String>,
    /// The id of the same act as the other account recorded it.
    pub seen_by: Option<String>,
    /// Whether the credentials are of another account than whoever handed them on.
    pub crosses_accounts: bool,
}

/// A session in a tree.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Branch {
    /// How many links lie between it and the top.
    pub depth: u32,
    /// Whether it is the session that was asked for.
    pub asked: bool,
    /// How it got its credentials; at the top, `None` where the log does not have that.
    pub link: Option<LinkLine>,
    /// The session.
    pub session: SessionLine,
}

/// Everything about a session.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SessionPage {
    /// The session.
    pub session: SessionLine,
    /// Who is behind it.
    pub origin: Origin,
    /// The tree it is part of, from the top of its trail.
    pub tree: Vec<Branch>,
    /// How many sessions of the tree were left out: neither on the trail of the session nor handed on by it.
    pub left_out: usize,
    /// Signs that somebody else uses the credentials, of the session and what came out of it.
    pub signs: Vec<Sign>,
    /// What was done in the session and in what came out of it.
    pub story: Story,
}

/// How much of a session is told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// How many sessions of its tree.
    pub sessions: usize,
    /// How many sentences.
    pub sentences: usize,
}

impl SessionPage {
    /// Everything about a session; `None` when there is none of that number, or `stop` was set meanwhile.
    pub fn new(
        inv: &Investigation,
        background: &Background,
        number: u32,
        places: Option<&dyn Places>,
        limits: Limits,
        stop: &AtomicBool,
    ) -> Option<Self> {
        let Background { sessions, chains, .. } = background;
        let below = chains.tree(number);
        let rows = sessions.rows_of(below.iter().map(|node| node.session));
        let rows: Vec<u32> = rows.into_iter().map(|(row, _)| row).collect();
        let lines = Lines::new(inv, background);
        let (tree, left_out) = lines.branches(number, &below, limits.sessions);
        Some(Self {
            session: lines.line(number)?,
            origin: Origin::of(&inv.table, sessions, chains, number),
            tree,
            left_out,
            signs: theft::signs(inv, background, &rows, places, stop)?,
            story: narrative::story(inv, background, &below, places, limits.sentences, stop)?,
        })
    }
}

/// How many keys of a session are told: the console uses one for nearly every request.
const KEYS: usize = 20;

/// Makes the lines of sessions and links.
struct Lines<'a> {
    inv: &'a Investigation,
    background: &'a Background,
    /// The keys of each session, as numbers of words.
    keys: HashMap<u32, Vec<u32>>,
}

impl<'a> Lines<'a> {
    fn new(inv: &'a Investigation, background: &'a Background) -> Self {
        let mut keys: HashMap<u32, Vec<u32>> = HashMap::new();
        for &(key, session) in background.sessions.keys() {
            keys.entry(session).or_default().push(key);
        }
        Self { inv, background, keys }
    }

    /// The tree from the top of the trail. One with more than `most` sessions is cut down to the trail itself and what
    /// lies below the session; how many were left out.
    fn branches(&self, number: u32, below: &[Node], most: usize) -> (Vec<Branch>, usize) {
        let chains = &self.background.chains;
        let mut nodes = chains.tree(chains.top(number));
        let all = nodes.len();
        if all > most {
            let trail = chains.ancestry(number).into_iter().filter_map(|link| link.parent);
            let kept: HashSet<u32> = trail.chain(below.iter().map(|n| n.session)).collect();
            nodes.retain(|n| kept.contains(&n.session));
            nodes.truncate(most);
        }
        let branch = |node: &Node| {
            let link = chains.parent(node.session).and_then(|link| self.link(link));
            let session = self.line(node.session)?;
            Some(Branch { depth: node.depth, asked: node.session == number, link, session })
        };
        let left_out = all - nodes.len();
        (nodes.iter().filter_map(branch).collect(), left_out)
    }

    fn line(&self, number: u32) -> Option<SessionLine> {
        let dicts = self.inv.table.dicts();
        let session = self.background.sessions.get(number)?;
        let identity = dicts.identity(session.identity);
        let account = dicts.word(identity.account);
        // By name: the order of their numbers depends on who read what first.
        let mut keys: Vec<&str> =
            self.keys.get(&number).into_iter().flatten().map(|&w| dicts.word(w)).collect();
        keys.sort_unstable();
        let key = |id: &&str| {
            let id = (*id).to_owned();
            let named = account_of(&id);
            let mismatch = !account.is_empty() && named.as_deref().is_some_and(|a| a != account);
            Key { id, account: named, mismatch }
        };
        Some(SessionLine {
            id: self.background.sessions.id(dicts, number),
            actor: dicts.actor(identity.actor).0.to_owned(),
            kind: dicts.word(identity.kind).to_owned(),
            account: account.to_owned(),
            keys: keys.iter().take(KEYS).map(key).collect(),
            address: self.inv.table.row(session.first_row)?.text(Column::Ip).to_owned(),
            first: session.first,
            last: session.last,
            events: session.events,
            writes: session.writes,
            denied: session.denied,
            risk: session.risk,
        })
    }

    fn link(&self, link: &Link) -> Option<LinkLine> {
        let (table, sessions) = (&self.inv.table, &self.background.sessions);
        let row = table.row(link.row)?;
        let child = table.dicts().identity(sessions.get(link.child)?.identity);
        let (of, by) = (row.word(child.account), row.word(row.identity().account));
        Some(LinkLine {
            proof: link.proof,
            because: link.proof.words(),
            certain: link.proof.is_certain(),
            event: EventRef::new(&row),
            by: row.actor().to_owned(),
            session: link.parent.map(|parent| sessions.id(table.dicts(), parent)),
            seen_by: link.seen_by.and_then(|row| Some(table.row(row)?.id())),
            crosses_accounts: !of.is_empty() && !by.is_empty() && of != by,
        })
    }
}

/// Writes a page for people.
///
/// # Errors
/// Those of the writer.
pub fn write_table(out: &mut dyn Write, page: &SessionPage, most: usize, style: Style) -> io::Result<()> {
    let s = &page.session;
    let title = format!("session {} of {}", visible(&s.id), visible(&s.actor));
    writeln!(out, "{}  account {}", style.bold(&title), visible(&s.account))?;
    let origin = &page.origin;
    let who = match origin.name.as_str() {
        "" => "unknown".to_owned(),
        name => visible(name).into_owned(),
    };
    writeln!(out, "  behind it: {who} ({}; {})", kind_words(page), origin.known_by)?;
    for key in s.keys.iter().filter(|k| k.mismatch) {
        let named = key.account.as_deref().unwrap_or_default();
        let text = format!(
            "  key {} names account {named}: one of the two was made up, or made anonymous",
            visible(&key.id)
        );
        writeln!(out, "{}", style.paint(&text, Level::Medium))?;
    }
    writeln!(out)?;
    write_tree(out, page, style)?;
    write_signs(out, &page.signs, most, style)?;
    write_story(out, &page.story, style)
}

fn kind_words(page: &SessionPage) -> &'static str {
    use crate::profile::chain::OriginKind::{OtherAccount, Person, Root, Service, Unknown, Workload};
    match page.origin.kind {
        Person => "a person",
        Root => "the root user",
        Workload => "a workload",
        Service => "an AWS service",
        OtherAccount => "another account",
        Unknown => "not known",
    }
}

fn write_tree(out: &mut dyn Write, page: &SessionPage, style: Style) -> io::Result<()> {
    if let Some(link) = page.tree.first().and_then(|b| b.link.as_ref()) {
        let by = format!("{} (no session of its own)", visible(&link.by));
        writeln!(out, "  {}", style.dim(&by))?;
        write_link(out, link, 0, style)?;
    }
    for branch in &page.tree {
        let indent = branch.depth.min(12) as usize * 3;
        if branch.depth > 0
            && let Some(link) = &branch.link
        {
            write_link(out, link, indent.saturating_sub(3), style)?;
        }
        let s = &branch.session;
        let mark = if branch.asked { "▶ " } else { "  " };
        let name = format!("{mark}{}{}", " ".repeat(indent), visible(&s.actor));
        let text = format!("{}  {}", fit(&name, 44), visible(&s.id));
        let text = if branch.asked { style.bold(&text) } else { text };
        let numbers = format!(
            "{}  {} to {}",
            [
                plural(s.events.into(), "event"),
                plural(s.writes.into(), "write"),
                format!("{} denied", s.denied)
            ]
            .join(", "),
            s.first,
            s.last
        );
        let risk = style.paint(&format!("risk {}", s.risk), Level::of(s.risk));
        writeln!(out, "{text}")?;
        writeln!(out, "    {}{} {risk}", " ".repeat(indent), style.dim(&numbers))?;
    }
    if page.left_out > 0 {
        let text = format!(
            "  and {} of the same trail; see all with --top 0",
            plural(page.left_out as u64, "session")
        );
        writeln!(out, "{}", style.dim(&text))?;
    }
    Ok(())
}

fn write_link(out: &mut dyn Write, link: &LinkLine, indent: usize, style: Style) -> io::Result<()> {
    let sure = if link.certain { "" } else { "probably: " };
    let accounts = if link.crosses_accounts { ", across accounts" } else { "" };
    let twice = link.seen_by.as_deref().map(|id| format!(", there {}", visible(id))).unwrap_or_default();
    let text = format!(
        "{} at {} ({sure}{}{accounts}; event {}{twice})",
        visible(&link.event.event),
        link.event.time,
        link.because,
        visible(&link.event.id)
    );
    writeln!(out, "  {}└─ {}", " ".repeat(indent), style.dim(&text))
}

/// Writes a story, a paragraph for each sentence.
fn write_story(out: &mut dyn Write, story: &Story, style: Style) -> io::Result<()> {
    if story.sentences.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{}", style.bold("what happened (UTC)"))?;
    for sentence in &story.sentences {
        let mut text =
            format!("{}  {}{}", sentence.from, "  ".repeat(sentence.depth.min(8) as usize), sentence.text);
        if !sentence.techniques.is_empty() && sentence.kind == Kind::Did {
            text += &format!(" [{}]", sentence.techniques.join(", "));
        }
        write_wrapped(out, &text, 2, 22, style)?;
        for danger in &sentence.dangers {
            let text = format!("{}: {}", danger.danger.name(), visible(&danger.reason));
            writeln!(out, "{}{}", " ".repeat(24), style.paint(&text, Level::High))?;
        }
        let more = sentence.events.saturating_sub(sentence.ids.len() as u64);
        if sentence.kind == Kind::Did || sentence.kind == Kind::Sign {
            let ids =
                sentence.ids.iter().take(2).map(|id| visible(id).into_owned()).collect::<Vec<_>>().join(" ");
            let rest = more + sentence.ids.len().saturating_sub(2) as u64;
            let rest = if rest > 0 { format!(" and {rest} more") } else { String::new() };
            writeln!(out, "{}{}", " ".repeat(24), style.dim(&format!("event {ids}{rest}")))?;
        }
    }
    if story.left_out > 0 {
        let text = format!("  and {} of less risk; see all with --top 0", plural(story.left_out, "sentence"));
        writeln!(out, "{}", style.dim(&text))?;
    }
    Ok(())
}
