//! `trailhound session`, `profile` and `anomalies`.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use crate::anomaly::features::Preset;
use crate::anomaly::forest::Growth;
use crate::anomaly::found::{Found, Wanted};
use crate::cli::args::{AnomaliesArgs, Features, ListFormat, PageArgs, ProfileArgs, SessionArgs};
use crate::cli::exit::{Exit, Failure, Outcome};
use crate::cli::{load, output};
use crate::investigation::Investigation;
use crate::profile::Background;
use crate::profile::describe::{self, Most};
use crate::profile::first_seen::Baseline;
use crate::profile::places::MaxMind;
use crate::profile::subject::Subject;
use crate::profile::theft::Places;
use crate::query;
use crate::report::who::profile::{ProfilePage, ROWS, baseline_words};
use crate::report::who::session::{Limits, SessionPage};
use crate::report::who::{anomalies, profile, session, write_json};
use crate::text::{nearest, visible};

/// How many sessions of one name, sessions of a tree and sentences a page shows unless told.
const SESSIONS: usize = 5;
const BRANCHES: usize = 40;
const SENTENCES: usize = 60;
/// How many anomalies of each kind are shown unless told, in a table and elsewhere.
const TABLE_ANOMALIES: usize = 15;
const ANOMALIES: usize = 100;

/// Nobody stops a command but by ending it.
static GO: AtomicBool = AtomicBool::new(false);

/// What a stopped computation would give, which there is none of here.
fn stopped() -> Failure {
    Failure::Use("the work was stopped".to_owned())
}

fn loaded(sources: &[String], page: &PageArgs) -> Result<(&'static Investigation, Background), Failure> {
    let settings = load::sound_settings(&page.settings.flags())?;
    let inv = load::everything(sources, &settings, page.quiet)?;
    let background = Background::new(&inv.table, &GO).ok_or_else(stopped)?;
    Ok((inv, background))
}

fn done(inv: &Investigation, page: &PageArgs) -> Exit {
    load::tell_rejects(inv, page.quiet, page.show_rejects)
}

/// The database of places, where one is named.
fn places(path: Option<&Path>) -> Result<Option<MaxMind>, Failure> {
    let Some(path) = path else { return Ok(None) };
    let fault = |e: &dyn std::fmt::Display| Failure::Use(format!("--places {}: {e}", path.display()));
    let bytes = std::fs::read(path).map_err(|e| fault(&e))?;
    MaxMind::new(bytes).map(Some).map_err(|e| fault(&e))
}

pub(crate) fn session(args: &SessionArgs) -> Outcome {
    let places = places(args.places.as_deref())?;
    let places = places.as_ref().map(|p| p as &dyn Places);
    let (inv, background) = loaded(&args.sources, &args.page)?;
    let mut numbers = background.sessions.find(&inv.table, &args.id);
    if numbers.is_empty() {
        return Err(no_session(inv, &args.id));
    }
    // Of a key that was used many times those with the most risk are shown.
    let found = numbers.len();
    let risk = |n: &u32| background.sessions.get(*n).map_or(0, |s| s.risk);
    numbers.sort_by_key(|n| (std::cmp::Reverse(risk(n)), *n));
    numbers.truncate(output::most(args.page.top, SESSIONS));
    numbers.sort_unstable();
    let most = |usual| output::most(args.page.top, usual);
    let limits = Limits { sessions: most(BRANCHES), sentences: most(SENTENCES) };
    let page = |&n: &u32| SessionPage::new(inv, &background, n, places, limits, &GO).ok_or_else(stopped);
    let pages: Vec<SessionPage> = numbers.iter().map(page).collect::<Result<_, _>>()?;
    output::to_stdout(|out| {
        if args.page.format == ListFormat::Json {
            return write_json(out, &serde_json::json!({"id": args.id, "found": found, "sessions": pages}));
        }
        let style = output::table_style();
        for (n, page) in pages.iter().enumerate() {
            if n > 0 {
                writeln!(out)?;
            }
            session::write_table(out, page, most(ROWS), style)?;
        }
        if found > pages.len() {
            writeln!(out, "\n{} of {found} sessions; see all with --top 0", pages.len())?;
        }
        Ok(())
    })?;
    Ok(done(inv, &args.page))
}

/// What to say of an id that no session has.
fn no_session(inv: &Investigation, id: &str) -> Failure {
    let handed =
        inv.table.rows().find(|row| row.grant().is_some_and(|grant| grant.key == id && !id.is_empty()));
    let shown = visible(id);
    let key = inv.table.id_key(id);
    if let Some(row) = inv.table.rows().find(|row| row.has_id(&key)) {
        return Failure::Use(format!(
            "{shown}: this event, {} of {} at {}, belongs to no session: its record names no credentials that one goes by; `trailhound profile ACTOR` tells of its actor",
            visible(row.event()),
            visible(row.actor()),
            row.time()
        ));
    }
    Failure::Use(match handed {
        Some(row) => format!(
            "{shown}: the key was handed out at {} by event {} of {} and is not used in these logs",
            row.time(),
            row.id(),
            visible(row.actor())
        ),
        None => format!(
            "{shown}: no session, access key or event has this name; `trailhound profile ACTOR` lists the sessions of an actor"
        ),
    })
}

pub(crate) fn profile(args: &ProfileArgs) -> Outcome {
    let baseline = baseline(&args.baseline)?;
    let places = places(args.places.as_deref())?;
    let places = places.as_ref().map(|p| p as &dyn Places);
    let (inv, background) = loaded(&args.sources, &args.page)?;
    let Ok(subject) = args.subject.parse::<Subject>();
    let usual = Most::default();
    let most = Most {
        events: output::most(args.page.top, usual.events),
        sessions: output::most(args.page.top, usual.sessions),
    };
    let Some(found) = describe::profile(inv, &background, &subject, baseline, places, most, &GO) else {
        return Err(nobody(inv, &subject));
    };
    let page = ProfilePage { baseline: baseline_words(baseline), profile: found };
    output::to_stdout(|out| match args.page.format {
        ListFormat::Json => write_json(out, &page),
        ListFormat::Table => {
            profile::write_table(out, &page, output::most(args.page.top, ROWS), output::table_style())
        }
    })?;
    Ok(done(inv, &args.page))
}

fn baseline(text: &str) -> Result<Baseline, Failure> {
    let length = query::length(text).map(Baseline::Span);
    length.or_else(|| query::beginning(text).map(Baseline::Before)).ok_or_else(|| {
        Failure::Use(format!(
            "--baseline {}: this is neither a length such as 12h or 7d nor a time such as 2026-01-10",
            visible(text)
        ))
    })
}

fn nobody(inv: &Investigation, subject: &Subject) -> Failure {
    let dicts = inv.table.dicts();
    let names = (0..dicts.identity_count()).map(|id| dicts.actor(dicts.identity(id).actor).0);
    let hint = nearest(&subject.name, names);
    let hint = hint.map(|name| format!("; did you mean `{}`?", visible(name))).unwrap_or_default();
    let kind = subject.kind.map_or("actor, user, role, address, key or session", |kind| kind.name());
    Failure::Use(format!("{}: no {kind} has this name{hint}", visible(&subject.name)))
}

pub(crate) fn anomalies(args: &AnomaliesArgs) -> Outcome {
    let table = args.page.format == ListFormat::Table;
    let wanted = wanted(args)?;
    let (inv, background) = loaded(&args.sources, &args.page)?;
    let found = Found::new(inv, &background, wanted, &GO).ok_or_else(stopped)?;
    output::to_stdout(|out| {
        if table {
            anomalies::write_table(out, &found, wanted.most, output::table_style())
        } else {
            anomalies::write_document(out, &found)
        }
    })?;
    Ok(done(inv, &args.page))
}

fn wanted(args: &AnomaliesArgs) -> Result<Wanted, Failure> {
    let bucket = query::length(&args.bucket).filter(|&ms| ms >= 1000).ok_or_else(|| {
        Failure::Use(format!(
            "--bucket {}: this is no length of a second or more, such as 15m or 1h",
            visible(&args.bucket)
        ))
    })?;
    if !(0.0..=0.5).contains(&args.contamination) {
        return Err(Failure::Use(format!(
            "--contamination {}: this is not between 0 and 0.5",
            args.contamination
        )));
    }
    let preset = match args.features {
        Features::Behavior => Preset::Behavior,
        Features::Bytes => Preset::Bytes,
    };
    let usual = if args.page.format == ListFormat::Table { TABLE_ANOMALIES } else { ANOMALIES };
    let forest = Growth { contamination: args.contamination, seed: args.seed, ..Growth::default() };
    Ok(Wanted { preset, forest, bucket, most: output::most(args.page.top, usual) })
}
