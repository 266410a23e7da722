//! Clients of the services, by the usual chain of configuration: environment, profiles, SSO, roles.

use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::timeout::TimeoutConfig;

use crate::cloud::Access;

/// How often one request is tried by the SDK, with growing pauses between.
const ATTEMPTS: u32 = 5;
/// Where nothing says a region, and for endpoints that know none.
const ANY_REGION: &str = "us-east-1";

/// Reads the configuration. `region` is stronger than what the environment says.
pub(super) async fn configuration(access: &Access, region: Option<&str>) -> SdkConfig {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(10))
        .read_timeout(Duration::from_secs(60))
        .build();
    let mut loader = aws_config::defaults(BehaviorVersion::latest()).timeout_config(timeouts);
    if let Some(profile) = &access.profile {
        loader = loader.profile_name(profile);
    }
    if let Some(endpoint) = &access.endpoint {
        loader = loader.endpoint_url(endpoint);
    }
    if let Some(region) = region {
        loader = loader.region(Region::new(region.to_owned()));
    }
    #[cfg(test)]
    if let Some(keys) = &access.keys {
        loader = loader.credentials_provider(keys.credentials()).region(Region::new("us-east-1"));
    }
    loader.load().await
}

fn retries(access: &Access, attempts: u32) -> RetryConfig {
    let config = RetryConfig::standard().with_max_attempts(attempts);
    #[cfg(test)]
    if access.keys.is_some() {
        return config.with_initial_backoff(Duration::from_millis(5));
    }
    let _ = access;
    config
}

/// A client of S3; `region` is the one that the bucket was found to be in.
pub(super) fn s3(access: &Access, sdk: &SdkConfig, region: Option<&str>) -> aws_sdk_s3::Client {
    let mut config = aws_sdk_s3::config::Builder::from(sdk)
        .retry_config(retries(access, ATTEMPTS))
        .force_path_style(access.path_style)
        .use_arn_region(true);
    if let Some(region) = region {
        config = config.region(Region::new(region.to_owned()));
    } else if sdk.region().is_none() {
        config = config.region(Region::from_static(ANY_REGION));
    }
    aws_sdk_s3::Client::from_conf(config.build())
}

/// A client of CloudTrail in a region. It tries once: who calls it keeps the pace that the service asks for.
pub(super) fn cloudtrail(access: &Access, sdk: &SdkConfig, region: &str) -> aws_sdk_cloudtrail::Client {
    let config = aws_sdk_cloudtrail::config::Builder::from(sdk)
        .retry_config(retries(access, 1))
        .region(Region::new(region.to_owned()));
    aws_sdk_cloudtrail::Client::from_conf(config.build())
}
