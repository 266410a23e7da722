//! What can be typed about settings and keys.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{AwsArgs, PickArgs};
use crate::config;

/// Settings that every command shares; each is also a key of `config.toml` and a variable `TRAILHOUND_...`.
#[derive(Args, Clone, Default, Debug)]
pub struct SettingArgs {
    /// Read settings from this file.
    #[arg(long, value_name = "FILE", global = true, help_heading = "Settings")]
    pub config: Option<PathBuf>,
    /// How points are given: default or classic.
    #[arg(long, value_name = "NAME", help_heading = "Settings")]
    pub scoring: Option<String>,
    /// Weights and lists that replace the built-in ones.
    #[arg(long, value_name = "FILE", help_heading = "Settings")]
    pub scoring_file: Option<String>,
    /// A table of sensitive calls that replaces the built-in one.
    #[arg(long, value_name = "FILE", help_heading = "Settings")]
    pub sensitive_apis: Option<String>,
    /// Rules to use beside the built-in ones: a file, or a folder with everything below it. Can be repeated.
    #[arg(long = "rules", value_name = "PATH", help_heading = "Settings")]
    pub rules: Vec<String>,
    /// Leave out the built-in rules.
    #[arg(long, help_heading = "Settings")]
    pub no_builtin_rules: bool,
    /// Leave out the rule of this id. Can be repeated.
    #[arg(long = "exclude-rule", value_name = "ID", help_heading = "Settings")]
    pub exclude_rules: Vec<String>,
    /// What is known of your organization: accounts, networks, roles, buckets of logs.
    #[arg(long, value_name = "FILE", help_heading = "Settings")]
    pub environment_file: Option<String>,
    /// The largest record, such as 8MB.
    #[arg(long, value_name = "SIZE", help_heading = "Settings")]
    pub record_cap: Option<String>,
    /// The most that a file may inflate to, such as 4GB.
    #[arg(long, value_name = "SIZE", help_heading = "Settings")]
    pub inflate_cap: Option<String>,
    /// How many times its size a file may inflate to that comes to more than 256 MiB; 0 for any.
    #[arg(long, value_name = "N", help_heading = "Settings")]
    pub inflate_ratio: Option<String>,
    /// How many threads read.
    #[arg(long, value_name = "N", help_heading = "Settings")]
    pub threads: Option<String>,
    /// How AWS is reached.
    #[command(flatten)]
    pub aws: AwsArgs,
    /// What is wanted of sources in AWS.
    #[command(flatten)]
    pub pick: PickArgs,
}

impl SettingArgs {
    /// As the settings room wants it.
    pub fn flags(&self) -> config::Flags {
        config::Flags {
            config: self.config.clone(),
            scoring: self.scoring.clone(),
            scoring_file: self.scoring_file.clone(),
            sensitive_apis: self.sensitive_apis.clone(),
            rules: lines(&self.rules),
            builtin_rules: self.no_builtin_rules.then(|| "false".to_owned()),
            exclude_rules: lines(&self.exclude_rules),
            environment_file: self.environment_file.clone(),
            record_cap: self.record_cap.clone(),
            inflate_cap: self.inflate_cap.clone(),
            inflate_ratio: self.inflate_ratio.clone(),
            threads: self.threads.clone(),
            aws_profile: self.aws.aws_profile.clone(),
            endpoint_url: self.aws.endpoint_url.clone(),
            path_style: self.aws.path_style.then(|| "true".to_owned()),
            requester_pays: self.aws.requester_pays.then(|| "true".to_owned()),
            s3_cache: self.aws.s3_cache.clone(),
            pick: self.pick.flags(),
            ..config::Flags::default()
        }
    }
}

/// Values that were given one by one, as the settings room wants them.
fn lines(values: &[String]) -> Option<String> {
    (!values.is_empty()).then(|| values.join("\n"))
}

/// `trailhound keys`.
#[derive(Subcommand, Debug)]
pub enum KeysCommand {
    /// Print all keys.
    List {
        /// A file with your keys.
        #[arg(long, value_name = "FILE")]
        keymap: Option<String>,
    },
    /// Check a keymap and say everything that is wrong with it.
    Check {
        /// The file; your own when none is named.
        #[arg(value_name = "FILE")]
        file: Option<String>,
    },
}

/// `trailhound config`.
#[derive(Subcommand, Debug)]
pub enum ConfigCommand {
    /// Print the settings in force, and where each comes from.
    Show {
        /// Read settings from this file.
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
    },
    /// Check the settings and say everything that is wrong with them.
    Check {
        /// Read settings from this file.
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
    },
}
