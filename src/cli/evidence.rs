//! `trailhound coverage` and `trailhound custody`.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use crate::cli::args::{CoverageArgs, CustodyCommand, ListFormat};
use crate::cli::exit::{Exit, Failure, Outcome};
use crate::cli::{author, load, output};
use crate::cloud::address::is_cloud;
use crate::evidence::coverage::Coverage;
use crate::evidence::custody::{self, Act, CustodyError};
use crate::evidence::hash::{self, Hash};
use crate::report::coverage as page;
use crate::report::who::write_json;
use crate::source::{Place, local};
use crate::text::{plural, visible};

/// How many rows of a kind a table shows unless told.
const ROWS: usize = 40;

/// Nobody stops a command but by ending it.
static GO: AtomicBool = AtomicBool::new(false);

impl From<CustodyError> for Failure {
    fn from(e: CustodyError) -> Self {
        Self::Use(visible(&e.to_string()).into_owned())
    }
}

pub(crate) fn coverage(args: &CoverageArgs) -> Outcome {
    let settings = load::sound_settings(&args.input.settings.flags())?;
    let inv = load::everything(&args.input.sources, &settings, args.input.quiet)?;
    let coverage = Coverage::new(inv);
    output::to_stdout(|out| match args.list.format {
        ListFormat::Json => write_json(out, &coverage),
        ListFormat::Table => {
            page::write(out, &coverage, output::most(args.list.top, ROWS), output::table_style())
        }
    })?;
    Ok(load::tell_rejects(inv, args.input.quiet, args.input.show_rejects))
}

pub(crate) fn custody(command: &CustodyCommand) -> Outcome {
    match command {
        CustodyCommand::Add { log, sources, action } => add(log, sources, action),
        CustodyCommand::Verify { log, files } => verify(log, *files),
    }
}

fn add(log: &Path, sources: &[String], action: &str) -> Outcome {
    if let Some(source) = sources.iter().find(|source| is_cloud(source)) {
        return Err(Failure::Use(format!(
            "{}: custody is of files of this machine; fetch what lies in AWS into a folder first, and hash that",
            visible(source)
        )));
    }
    let (mut acts, mut exit) = (Vec::new(), Exit::Done);
    let (actor, host) = (author::user(), author::host());
    let own = absolute(&log.display().to_string());
    for listed in local::list_every(sources) {
        let hashed = match listed {
            // Each line that is added would change what is said of it.
            Ok(object) if absolute(&object.name) == own => {
                eprintln!("trailhound: {}: left out: it is the log of custody itself", visible(&object.name));
                continue;
            }
            Ok(object) => read(&object.place)
                .map(|hash| (object.name.clone(), hash))
                .map_err(|e| (object.name, e.to_string())),
            Err(missing) => Err((missing.name, missing.reason)),
        };
        match hashed {
            Ok((object, sha256)) => acts.push(Act {
                at: author::now(),
                actor: actor.clone(),
                host: host.clone(),
                action: action.to_owned(),
                object: absolute(&object),
                sha256,
            }),
            Err((name, reason)) => {
                eprintln!("trailhound: {}: {}", visible(&name), visible(&reason));
                exit = Exit::PartlyUnreadable;
            }
        }
    }
    let (first, head) = custody::add(log, &acts)?;
    output::to_stdout(|out| {
        writeln!(
            out,
            "{} from number {first}; sha256 of the last line {head}",
            plural(acts.len() as u64, "line")
        )
    })?;
    Ok(exit)
}

/// A path that means the same wherever the log is read.
fn absolute(name: &str) -> String {
    std::path::absolute(name).map_or_else(|_| name.to_owned(), |path| path.display().to_string())
}

/// The hash of an object, as it lies there.
fn read(place: &Place) -> std::io::Result<Option<Hash>> {
    Ok(hash::stream(place.open()?, &GO)?.map(|hashed| hashed.sha256))
}

fn verify(path: &Path, files: bool) -> Outcome {
    let log = match custody::verify(path) {
        Err(e @ CustodyError::Broken { .. }) => {
            eprintln!("trailhound: {}", visible(&e.to_string()));
            return Ok(Exit::Found);
        }
        log => log?,
    };
    let mut changed = 0u64;
    let named = if files { log.lines.as_slice() } else { &[] };
    for line in named.iter().filter(|line| !line.sha256.is_empty()) {
        let now = read(&Place::File(line.object.clone().into()));
        let reason = match now {
            Ok(Some(hash)) if hash.to_string() == line.sha256 => continue,
            Ok(_) => "it is not what it was".to_owned(),
            Err(e) => e.to_string(),
        };
        changed += 1;
        let place = path.display().to_string();
        eprintln!("trailhound: {}:{}: {}: {reason}", visible(&place), line.seq, visible(&line.object));
    }
    output::to_stdout(|out| {
        writeln!(
            out,
            "{}, the chain holds; sha256 of the last line {}",
            plural(log.lines.len() as u64, "line"),
            log.head
        )
    })?;
    Ok(if changed == 0 { Exit::Done } else { Exit::Found })
}
