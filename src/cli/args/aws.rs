//! What can be typed for sources in AWS.

use clap::{Args, Subcommand};

use crate::config::PickFlags;

const REACH: &str = "AWS";
const PICK: &str = "Sources in AWS";

/// How AWS is reached.
#[derive(Args, Clone, Default, Debug)]
pub struct AwsArgs {
    /// The profile of ~/.aws/config to use.
    #[arg(long, value_name = "NAME", help_heading = REACH)]
    pub aws_profile: Option<String>,
    /// Another address for the services: MinIO, LocalStack, a VPC endpoint.
    #[arg(long, value_name = "URL", help_heading = REACH)]
    pub endpoint_url: Option<String>,
    /// Put bucket names in the path of requests.
    #[arg(long, help_heading = REACH)]
    pub path_style: bool,
    /// Pay for the requests, which some buckets demand of their readers.
    #[arg(long, help_heading = REACH)]
    pub requester_pays: bool,
    /// Keep up to this much of what is fetched on disk, such as 2GiB, so that it is fetched once.
    #[arg(long, value_name = "SIZE", help_heading = REACH)]
    pub s3_cache: Option<String>,
}

/// What is wanted of sources in AWS.
#[derive(Args, Clone, Default, Debug)]
pub struct PickArgs {
    /// Only this account, by its twelve digits. Can be repeated.
    #[arg(long = "account", value_name = "ID", help_heading = PICK)]
    pub accounts: Vec<String>,
    /// Only this region. Can be repeated.
    #[arg(long = "region", value_name = "REGION", help_heading = PICK)]
    pub regions: Vec<String>,
    /// Only what was delivered since then: 2026-03-02, 2026-03-02T10:00, or 12h ago.
    #[arg(long, value_name = "TIME", help_heading = PICK, allow_hyphen_values = true)]
    pub since: Option<String>,
    /// Only until then; a day is meant with its end.
    #[arg(long, value_name = "TIME", help_heading = PICK, allow_hyphen_values = true)]
    pub until: Option<String>,
    /// Only the last N days.
    #[arg(long, value_name = "N", help_heading = PICK, conflicts_with = "since")]
    pub days: Option<String>,
    /// Read only events of this name, from any source. Can be repeated.
    #[arg(long = "events", value_name = "NAME", help_heading = PICK)]
    pub events: Vec<String>,
    /// Read at most N objects of each bucket, the newest.
    #[arg(long, value_name = "N", help_heading = PICK)]
    pub max_files: Option<String>,
    /// Take the prefix as it is, without looking for the folders of CloudTrail in it.
    #[arg(long, help_heading = PICK)]
    pub exact_path: bool,
}

impl PickArgs {
    /// As the settings room wants it. Lists may also be given with commas.
    pub fn flags(&self) -> PickFlags {
        let split = |values: &[String]| {
            values.iter().flat_map(|value| value.split(',')).map(str::to_owned).collect::<Vec<_>>()
        };
        PickFlags {
            accounts: split(&self.accounts),
            regions: split(&self.regions),
            since: self.since.clone(),
            until: self.until.clone(),
            days: self.days.clone(),
            events: split(&self.events),
            max_files: self.max_files.clone(),
            exact_path: self.exact_path,
        }
    }
}

/// `trailhound s3`.
#[derive(Subcommand, Debug)]
pub enum S3Command {
    /// Print which accounts and regions there are, from which day to which; only folders are listed.
    Tree(TreeArgs),
}

/// `trailhound s3 tree`.
#[derive(Args, Debug)]
pub struct TreeArgs {
    /// A bucket, and where to begin: s3://bucket/prefix.
    #[arg(value_name = "SOURCE")]
    pub source: String,
    /// How AWS is reached.
    #[command(flatten)]
    pub aws: AwsArgs,
}

/// `trailhound aws`.
#[derive(Subcommand, Debug)]
pub enum AwsCommand {
    /// Print the least that trailhound has to be allowed, as an IAM policy. Nothing in it writes.
    Policy(PolicyArgs),
}

/// `trailhound aws policy`.
#[derive(Args, Debug)]
pub struct PolicyArgs {
    /// Buckets, or ARNs of access points, that hold logs; s3://bucket/prefix is understood.
    #[arg(value_name = "BUCKET")]
    pub buckets: Vec<String>,
    /// How the keys begin that may be read, such as AWSLogs/.
    #[arg(long, value_name = "PREFIX", default_value = "")]
    pub prefix: String,
    /// The ARN of the KMS key by which the objects are encrypted.
    #[arg(long, value_name = "ARN")]
    pub kms_key: Option<String>,
    /// The partition: aws, aws-us-gov or aws-cn.
    #[arg(long, value_name = "NAME", default_value = "aws")]
    pub partition: String,
}
