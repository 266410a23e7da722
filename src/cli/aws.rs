//! `trailhound s3` and `trailhound aws`, and the settings as the sources in AWS want them.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::Parser as _;

use crate::cli::args::{AwsArgs, AwsCommand, PickArgs, PolicyArgs, S3Command, TreeArgs};
use crate::cli::exit::{Exit, Failure, Outcome};
use crate::cli::{load, output};
use crate::cloud::address::{self, Address};
use crate::cloud::policy::{self, Scope};
use crate::cloud::{Access, Branch, ConfiguredBucket, Follow, Options, Say, tree};
use crate::config::buckets::BucketSetting;
use crate::config::dirs::System;
use crate::config::{Dirs, Environment, Flags, Settings};
use crate::event::time::Time;
use crate::ingest::status::Status;
use crate::source::Listing;
use crate::text::{plural, visible};

/// The objects of a source in AWS, which may have flags of its own behind it.
pub(crate) fn listing(source: &str, settings: &Settings, status: &Arc<Status>) -> Result<Listing, Failure> {
    let status = status.clone();
    let say: Say = Arc::new(move |what| status.note(what));
    let (source, settings) = typed(source, settings)?;
    Ok(crate::cloud::list(source, &options(&settings), &say))
}

/// What is typed behind a source where no command line is at hand: `s3://bucket --days 3`.
#[derive(clap::Parser, Debug)]
#[command(name = "", no_binary_name = true, disable_help_flag = true)]
struct Typed {
    #[command(flatten)]
    pick: PickArgs,
}

/// A source without the flags behind it, and the settings with them.
fn typed<'a>(source: &'a str, settings: &Settings) -> Result<(&'a str, Settings), Failure> {
    let mut settings = settings.clone();
    let Some((source, flags)) = source.split_once(char::is_whitespace) else { return Ok((source, settings)) };
    let wrong = |why: &str| Failure::Use(format!("{}: {}", visible(source), visible(why)));
    let typed = Typed::try_parse_from(flags.split_whitespace()).map_err(|e| {
        let text = e.to_string();
        wrong(text.lines().next().unwrap_or_default().trim_start_matches("error: "))
    })?;
    settings.pick = settings.pick.with(&typed.pick.flags()).map_err(|why| wrong(&why))?;
    Ok((source, settings))
}

/// The same source, looked at again and again.
pub(crate) fn follow(source: &str, settings: &Settings, status: &Arc<Status>) -> Result<Follow, Failure> {
    let status = status.clone();
    let say: Say = Arc::new(move |what| status.note(what));
    let (source, settings) = typed(source, settings)?;
    Ok(Follow::new(source, options(&settings), say))
}

fn options(settings: &Settings) -> Options {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).ok();
    let now = now.and_then(|d| i64::try_from(d.as_millis()).ok()).map_or(Time::UNKNOWN, Time::from_millis);
    let pick = &settings.pick;
    let folder = || Dirs::of(&Environment::of_process(), System::HERE).cache;
    let cache = (settings.s3_cache > 0).then(folder).flatten();
    Options {
        access: access(settings),
        accounts: pick.accounts.clone(),
        regions: pick.regions.clone(),
        since: pick.since.map(|bound| bound.at(now)),
        until: pick.until.map(|bound| bound.at(now)),
        events: pick.events.clone(),
        max_files: pick.max_files,
        exact_path: pick.exact_path,
        cache: cache.map(|folder| (folder.join("s3"), settings.s3_cache)),
        buckets: settings.buckets.iter().filter(|bucket| bucket.enabled).map(configured).collect(),
        now,
    }
}

fn configured(bucket: &BucketSetting) -> ConfiguredBucket {
    ConfiguredBucket {
        name: bucket.bucket_name.clone(),
        prefix: bucket.prefix.clone(),
        region: Some(bucket.region.clone()).filter(|region| !region.is_empty()),
        max_files: Some(bucket.max_files).filter(|most| *most > 0),
    }
}

fn access(settings: &Settings) -> Access {
    let endpoint = settings.endpoint_url.clone();
    // No other service but that of AWS has a host name for each bucket unless it is set up for that.
    let other = endpoint.as_deref().is_some_and(|url| !url.contains("amazonaws.com"));
    Access::new(settings.aws_profile.clone(), endpoint, settings.path_style || other, settings.requester_pays)
}

pub(crate) fn s3(command: &S3Command) -> Outcome {
    let S3Command::Tree(TreeArgs { source, aws }) = command;
    let settings = load::sound_settings(&flags(aws))?;
    let branches = tree(source, &access(&settings)).map_err(Failure::Use)?;
    if branches.is_empty() {
        eprintln!("trailhound: {}: there is nothing here", visible(source));
    }
    output::to_stdout(|out| branches.iter().try_for_each(|branch| writeln!(out, "{}", line(branch))))?;
    Ok(Exit::Done)
}

fn flags(aws: &AwsArgs) -> Flags {
    Flags {
        aws_profile: aws.aws_profile.clone(),
        endpoint_url: aws.endpoint_url.clone(),
        path_style: aws.path_style.then(|| "true".to_owned()),
        requester_pays: aws.requester_pays.then(|| "true".to_owned()),
        ..Flags::default()
    }
}

fn line(branch: &Branch) -> String {
    let what = match (&branch.days, branch.objects) {
        (Some((first, last)), _) => format!("{}  to  {}", visible(first), visible(last)),
        (None, 0) => "no days, no objects".to_owned(),
        (None, n) => plural(n as u64, "object"),
    };
    format!("{:<70}  {what}", visible(&branch.folder))
}

pub(crate) fn aws(command: &AwsCommand) -> Outcome {
    let AwsCommand::Policy(args) = command;
    let policy = policy::policy(&scope(args)?);
    output::to_stdout(|out| {
        serde_json::to_writer_pretty(&mut *out, &policy)?;
        out.write_all(b"\n")
    })?;
    Ok(Exit::Done)
}

fn scope(args: &PolicyArgs) -> Result<Scope, Failure> {
    let mut prefix = args.prefix.clone();
    let mut buckets = Vec::new();
    for bucket in &args.buckets {
        let source = if address::is_cloud(bucket) { bucket.clone() } else { format!("s3://{bucket}") };
        match address::parse(&source).map_err(Failure::Use)? {
            Address::S3(address) => {
                if prefix.is_empty() {
                    prefix = address.prefix;
                }
                buckets.push(address.bucket);
            }
            Address::Lookup(_) => {}
        }
    }
    Ok(Scope { buckets, prefix, kms_key: args.kms_key.clone(), partition: args.partition.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_can_have_flags_of_its_own() {
        let mut settings = Settings::default();
        settings.pick.regions = vec!["us-east-1".to_owned()];
        let (source, own) = typed("s3://logs/AWSLogs/ --days 3  --account 111122223333", &settings).unwrap();
        assert_eq!(
            (source, own.pick.accounts.as_slice()),
            ("s3://logs/AWSLogs/", &["111122223333".to_owned()][..])
        );
        assert!(own.pick.since.is_some() && own.pick.regions == settings.pick.regions);
        assert_eq!(typed("s3://logs", &settings).unwrap().1.pick, settings.pick);
        for (source, said) in [
            ("s3://logs --dys 3", "--dys"),
            ("s3://logs --days none", "expected a number of days"),
            ("s3://logs backup", "backup"),
        ] {
            let Err(Failure::Use(why)) = typed(source, &settings) else { panic!("{source}") };
            assert!(why.contains(said), "{source}: {why}");
        }
    }
}
