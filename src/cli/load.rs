//! Loading for the commands that print: settings, judgment, progress, notes.

use std::io::IsTerminal as _;
use std::sync::Arc;
use std::time::Duration;

use crate::cli::exit::{Exit, Failure};
use crate::cli::{aws, rule_files};
use crate::cloud::address::is_cloud;
use crate::config::settings::Scoring as ScoringName;
use crate::config::{self, Dirs, Environment, Settings, dirs::System, file};
use crate::detect::attack::Attack;
use crate::detect::sensitive::SensitiveApis;
use crate::ingest::inflate::Limits;
use crate::ingest::status::Status;
use crate::ingest::worker::Options;
use crate::investigation::{Investigation, Judgment, load};
use crate::score::Scoring;
use crate::source::{Listing, Object, Place, local};
use crate::synth;
use crate::text::{count, plural, visible};

/// The name under which the built-in incident can be given as a source.
pub(crate) const DEMO: &str = "demo:";

/// The note of a file that is not even looked into.
const OTHER_NAME: &str = "file or hidden folder that is not called as logs are; name it to read it";

/// The settings in force, with everything that is wrong with them.
pub(crate) fn settings(flags: &config::Flags) -> config::Loaded {
    let environment = Environment::of_process();
    let dirs = Dirs::of(&environment, System::HERE);
    config::load(&environment, flags, dirs)
}

/// The settings in force; a fault in them is wrong use.
pub(crate) fn sound_settings(flags: &config::Flags) -> Result<Settings, Failure> {
    let loaded = settings(flags);
    if loaded.faults.is_empty() {
        return Ok(loaded.settings);
    }
    let faults: Vec<String> = loaded.faults.iter().map(ToString::to_string).collect();
    Err(Failure::Use(format!("the settings are wrong:\n  {}", faults.join("\n  "))))
}

/// The data by which events are judged.
pub(crate) fn judgment(settings: &Settings) -> Result<Judgment, Failure> {
    let read = |path: &std::path::Path| {
        let words = |e: std::io::Error| format!("{}: {}", path.display(), file::words(&e));
        std::fs::read_to_string(path).map_err(|e| Failure::Use(words(e)))
    };
    let scoring = match (&settings.scoring_file, settings.scoring) {
        (Some(path), _) => Scoring::parse(&path.display().to_string(), &read(path)?),
        (None, ScoringName::Default) => Scoring::built_in("default"),
        (None, ScoringName::Classic) => Scoring::built_in("classic"),
    };
    let attack = Attack::shipped();
    let environment = rule_files::environment(settings)?;
    let sensitive = match &settings.sensitive_apis {
        Some(path) => SensitiveApis::parse(&path.display().to_string(), &read(path)?)
            .map_err(|e| Failure::Use(e.to_string()))?,
        None => SensitiveApis::shipped(),
    };
    Ok(Judgment {
        scoring: Arc::new(scoring.map_err(|e| Failure::Use(e.to_string()))?),
        sensitive: Arc::new(sensitive),
        rules: Arc::new(rule_files::rules(settings, &environment, &attack)?),
        attack: Arc::new(attack),
        environment: Arc::new(environment),
    })
}

/// How input is read, by the settings.
pub(crate) fn options(settings: &Settings) -> Options {
    Options {
        limits: Limits {
            inflated: settings.inflate_cap,
            ratio: if settings.inflate_ratio == 0 { u64::MAX } else { settings.inflate_ratio },
        },
        record_cap: usize::try_from(settings.record_cap).unwrap_or(usize::MAX),
        threads: settings.threads.map_or(0, std::num::NonZero::get),
        // As what is loaded, this lives until the program ends.
        events: Box::leak(settings.pick.events.clone().into_boxed_slice()),
    }
}

/// The objects that the sources name; what is left out of sources in AWS is noted in `status`.
pub(crate) fn listing(
    sources: &[String],
    settings: &Settings,
    status: &Arc<Status>,
) -> Result<Listing, Failure> {
    check_pick(sources, settings)?;
    let one = |source: &String| match source.as_str() {
        DEMO => Ok(demo()),
        cloud if is_cloud(cloud) => aws::listing(cloud, settings, status),
        _ => {
            let status = status.clone();
            let passed = move || status.note(OTHER_NAME);
            Ok(local::list_telling(std::slice::from_ref(source), Arc::new(passed)))
        }
    };
    let parts: Vec<Listing> = sources.iter().map(one).collect::<Result<_, Failure>>()?;
    Ok(Box::new(parts.into_iter().flatten()))
}

/// What is picked of sources in AWS is for these alone.
pub(crate) fn check_pick(sources: &[String], settings: &Settings) -> Result<(), Failure> {
    let in_aws = sources.iter().any(|source| is_cloud(source));
    match settings.pick.cloud_flag().filter(|_| !in_aws && !sources.is_empty()) {
        Some(flag) => Err(Failure::Use(format!(
            "{flag} is for sources in AWS (s3://, cloudtrail://); of files, choose with --query, such as 'time>=2026-03-02 account:111122223333'"
        ))),
        None => Ok(()),
    }
}

/// The built-in incident.
pub(crate) fn demo() -> Listing {
    let objects = synth::demo().files.into_iter().map(|(path, bytes)| {
        Ok(Object { name: format!("{DEMO}{path}"), place: Place::Memory(bytes.into()), found: true })
    });
    Box::new(objects)
}

/// Loads everything, with a progress bar where somebody watches.
///
/// What is loaded lives until the program ends, which then need not take it apart piece by piece.
pub(crate) fn everything(
    sources: &[String],
    settings: &Settings,
    quiet: bool,
) -> Result<&'static Investigation, Failure> {
    let status = Arc::default();
    everything_of(listing(sources, settings, &status)?, status, settings, quiet)
}

/// As [`everything`], for objects that are listed already.
pub(crate) fn everything_of(
    listing: Listing,
    status: Arc<Status>,
    settings: &Settings,
    quiet: bool,
) -> Result<&'static Investigation, Failure> {
    Ok(Box::leak(Box::new(loaded(listing, status, settings, quiet)?)))
}

/// As [`everything_of`], for who loads more than once and so gives memory back.
pub(crate) fn loaded(
    listing: Listing,
    status: Arc<Status>,
    settings: &Settings,
    quiet: bool,
) -> Result<Investigation, Failure> {
    let judgment = judgment(settings)?;
    let bar = (!quiet && std::io::stderr().is_terminal()).then(|| progress(&status));
    let inv = load(listing, options(settings), judgment, status, &|_| {});
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
    Ok(inv)
}

fn progress(status: &Arc<Status>) -> indicatif::ProgressBar {
    let bar = indicatif::ProgressBar::new_spinner();
    let status = status.clone();
    let style = indicatif::ProgressStyle::with_template("{spinner} {numbers}")
        .unwrap_or_else(|_| indicatif::ProgressStyle::default_spinner())
        .with_key("numbers", move |_: &indicatif::ProgressState, out: &mut dyn std::fmt::Write| {
            let counts = status.counts();
            let _ = write!(
                out,
                "{} of {} files, {}",
                count(counts.done),
                count(counts.listed),
                plural(counts.records, "record")
            );
        });
    bar.set_style(style);
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}

/// How many rejects are shown unless all are asked for.
const REJECTS_SHOWN: usize = 5;

/// Says on stderr what could not be read, and what was passed over; how the program should end for it.
pub(crate) fn tell_rejects(inv: &Investigation, quiet: bool, all: bool) -> Exit {
    if !quiet {
        for (what, times) in inv.status.notes() {
            eprintln!("trailhound: passed over: {} (×{})", visible(&what), count(times));
        }
    }
    let rejects = inv.status.rejects();
    let total = inv.status.counts().rejected;
    let shown = if all { rejects.len() } else { REJECTS_SHOWN };
    for reject in rejects.iter().take(shown) {
        eprintln!("trailhound: {}", visible(&reject.to_string()));
    }
    if total > shown as u64 {
        eprintln!(
            "trailhound: and {} more that could not be read; see them with --show-rejects",
            total - shown as u64
        );
    }
    if let Some(why) = nothing_read(&inv.status) {
        eprintln!("trailhound: {why}");
        return Exit::PartlyUnreadable;
    }
    if total == 0 { Exit::Done } else { Exit::PartlyUnreadable }
}

/// What to say where files were there and not one of them is a log, and nothing else was said of them.
fn nothing_read(status: &Status) -> Option<String> {
    let counts = status.counts();
    let none = counts.passed > 0 && counts.logs() == 0 && counts.rejected == 0;
    let unseen = status.notes().get(OTHER_NAME).copied().unwrap_or_default();
    none.then(|| {
        format!(
            "nothing was read: of {}, none is a log, and all were passed over; name a folder that holds CloudTrail \
             logs, or a file by itself to read it whatever it is called",
            plural(counts.passed + unseen, "file")
        )
    })
}
