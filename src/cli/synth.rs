//! `trailhound synth`: realistic CloudTrail logs with labeled attacks in them.

use std::io::IsTerminal as _;

use crate::cli::args::SynthArgs;
use crate::cli::exit::{Exit, Failure, Outcome};
use crate::cli::output;
use crate::synth::{Plan, SynthError, write};
use crate::text::{count, plural};

pub(crate) fn run(args: &SynthArgs) -> Outcome {
    let plan = Plan {
        events: args.events,
        seed: args.seed,
        records_per_file: args.records_per_file,
        days: args.days,
        ..Plan::default()
    };
    let bar =
        (!args.quiet && std::io::stderr().is_terminal()).then(|| indicatif::ProgressBar::new(args.events));
    let summary = write(plan, &args.out, &|done| {
        if let Some(bar) = &bar {
            bar.set_position(done);
        }
    });
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
    let made = summary.map_err(|e| match e {
        SynthError::Io { .. } => {
            Failure::Place(format!("{e}; name a folder with --out that you may write to"))
        }
        e => Failure::Use(e.to_string()),
    })?;
    output::to_stdout(|out| {
        writeln!(
            out,
            "{} of {} actors in {}, {} of them in {}",
            plural(made.events, "event"),
            count(made.actors as u64),
            plural(made.accounts as u64, "account"),
            count(made.attack_events),
            plural(made.attacks, "attack")
        )?;
        writeln!(
            out,
            "{} in {}, {} MB of JSON, {} MB compressed",
            plural(made.files, "file"),
            args.out.display(),
            made.json_bytes / 1_000_000,
            made.gzip_bytes / 1_000_000
        )?;
        writeln!(out, "labels: {}", made.labels.display())
    })?;
    Ok(Exit::Done)
}
