//! What goes wrong with AWS, in words that say what to do.
//!
//! AWS answers with a code and a text. The text of an answer about signatures repeats
//! the request, credentials included: of those only the code is used. Everything else
//! is cut and made safe to show.

use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};

use crate::text::{clip, visible};

/// What was tried.
#[derive(Clone, Copy, Debug)]
pub(super) struct Act<'a> {
    /// The permission that it needs: `s3:ListBucket`.
    pub(super) permission: &'a str,
    /// On what: an ARN, or a name.
    pub(super) on: &'a str,
    /// The profile that was asked for.
    pub(super) profile: Option<&'a str>,
    /// Where requests go, if not to AWS.
    pub(super) endpoint: Option<&'a str>,
}

/// Why it did not work.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Trouble {
    /// What sort of fault it is, for who can do something about it.
    pub(super) sort: Sort,
    /// What to say.
    pub(super) reason: String,
}

/// What can be done about it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Sort {
    /// Ask in the other region, where AWS says which.
    Region(Option<String>),
    /// Ask again, later and less.
    Slow,
    /// Ask again: the line broke.
    Line,
    /// The token of the next page is too old.
    Token,
    /// Nothing, and nothing else will go better: the credentials or the clock are wrong.
    Stop,
    /// Nothing.
    Final,
}

impl Trouble {
    pub(super) fn last(reason: impl Into<String>) -> Self {
        Self { sort: Sort::Final, reason: reason.into() }
    }

    fn stop(reason: impl Into<String>) -> Self {
        Self { sort: Sort::Stop, reason: reason.into() }
    }

    pub(super) fn line(reason: impl Into<String>) -> Self {
        Self { sort: Sort::Line, reason: reason.into() }
    }
}

/// The most of a text from AWS that is shown, in columns.
const SHOWN: usize = 300;

/// Says what an answer, or the lack of one, means.
pub(super) fn explain<E>(error: &SdkError<E, HttpResponse>, act: Act<'_>) -> Trouble
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let response = error.raw_response();
    let region = response
        .and_then(|r| r.headers().get("x-amz-bucket-region"))
        .map(|region| visible(region).into_owned());
    match error {
        SdkError::ServiceError(answer) => {
            let status = response.map_or(0, |r| r.status().as_u16());
            let code = answer.err().code().unwrap_or_default();
            let text = answer.err().message().unwrap_or_default();
            answered(code, text, status, region, act)
        }
        SdkError::TimeoutError(_) => {
            Trouble::line("AWS did not answer in time; check the network and any proxy")
        }
        SdkError::ResponseError(_) => {
            Trouble::line("the answer of AWS could not be read; check any proxy on the way")
        }
        _ => unsent(&chain(error), act),
    }
}

/// An error with everything that it says of its causes.
fn chain(error: &dyn std::error::Error) -> String {
    let mut said = error.to_string();
    let mut cause = error.source();
    // No chain of causes is this long, but nothing says so.
    for _ in 0..20 {
        let Some(inner) = cause else { break };
        let text = inner.to_string();
        if !said.contains(&text) {
            said.push_str(": ");
            said.push_str(&text);
        }
        cause = inner.source();
    }
    said
}

/// What a request came to that was never sent, by the words of its causes.
fn unsent(said: &str, act: Act<'_>) -> Trouble {
    let low = said.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| low.contains(word));
    let login = match act.profile {
        Some(profile) => format!("aws sso login --profile {}", visible(profile)),
        None => "aws sso login".to_owned(),
    };
    if has(&["sso", "token"]) && has(&["expired", "refresh", "not found", "no such file", "login"]) {
        return Trouble::stop(format!("the SSO session has expired or was never begun; run: {login}"));
    }
    if let Some(profile) = act.profile.filter(|_| has(&["profile"])) {
        return Trouble::stop(format!(
            "the profile {} cannot be used; see `aws configure list-profiles` and ~/.aws/config",
            visible(profile)
        ));
    }
    if has(&["credential", "identity", "imds", "assume role", "assumerole"]) {
        return Trouble::stop(format!(
            "no AWS credentials were found in the environment, in ~/.aws, or from the role of this machine; set AWS_PROFILE or --aws-profile, or run: {login}"
        ));
    }
    if has(&["dns", "lookup address", "name resolution"]) {
        return Trouble::line(
            "the name of the AWS service cannot be resolved; check the network, the region and --endpoint-url",
        );
    }
    if has(&["certificate", "tls", "unknownissuer"]) {
        return Trouble::last(
            "the certificate of the other side is not trusted; where a proxy looks into TLS, name its certificate in SSL_CERT_FILE",
        );
    }
    if has(&["missing region", "region must be", "no region"]) {
        return Trouble::last("no region is known; set AWS_REGION");
    }
    match act.endpoint {
        Some(at) => Trouble::line(format!(
            "nothing answers at {}; check the network, any proxy and --endpoint-url",
            endpoint(at)
        )),
        None => Trouble::line("AWS cannot be reached; check the network and any proxy"),
    }
}

/// An endpoint without what may stand in it for logging in.
fn endpoint(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    visible(&format!("{scheme}://{host}")).into_owned()
}

/// What an answer means.
fn answered(code: &str, text: &str, status: u16, region: Option<String>, act: Act<'_>) -> Trouble {
    let on = visible(act.on);
    let redirected = matches!(status, 301 | 307);
    match code {
        "PermanentRedirect"
        | "AuthorizationHeaderMalformed"
        | "IllegalLocationConstraintException"
        | "TemporaryRedirect" => wrong_region(region, text, &on),
        _ if redirected => wrong_region(region, text, &on),
        "NoSuchBucket" => Trouble::last(format!(
            "there is no bucket {}; check the spelling, and --endpoint-url where one is set",
            on.strip_prefix("arn:aws:s3:::").unwrap_or(&on)
        )),
        "NoSuchKey" | "NotFound" => Trouble::last("the object is gone"),
        "PreconditionFailed" => Trouble::last("the object has changed since it was listed"),
        "InvalidObjectState" => {
            Trouble::last("the object is archived in Glacier; restore it first (aws s3api restore-object)")
        }
        "ExpiredToken" | "ExpiredTokenException" | "TokenRefreshRequired" | "RequestExpired" => {
            Trouble::stop(
                "the AWS credentials have expired; log in again or renew them, then start again: what is in the cache is not fetched twice",
            )
        }
        "InvalidAccessKeyId"
        | "UnrecognizedClientException"
        | "InvalidClientTokenId"
        | "InvalidToken"
        | "NotSignedUp"
        | "AuthFailure" => Trouble::stop(
            "AWS does not know these credentials; check AWS_ACCESS_KEY_ID, AWS_SESSION_TOKEN or the profile, and --endpoint-url where one is set",
        ),
        "SignatureDoesNotMatch" | "InvalidSignatureException" => Trouble::stop(
            "the secret key does not fit the access key, or this machine's clock is wrong; check both",
        ),
        "RequestTimeTooSkewed" | "RequestInTheFuture" => Trouble::stop(
            "this machine's clock is more than 15 minutes wrong; set it (NTP), for AWS refuses requests from another time",
        ),
        "SlowDown"
        | "ThrottlingException"
        | "Throttling"
        | "TooManyRequestsException"
        | "RequestLimitExceeded"
        | "ServiceUnavailable" => Trouble {
            sort: Sort::Slow,
            reason: "AWS asks to be asked less often, and went on asking; try again later".to_owned(),
        },
        "InvalidNextTokenException" => {
            Trouble { sort: Sort::Token, reason: "the answer cannot be continued".to_owned() }
        }
        "AccessDenied"
        | "AccessDeniedException"
        | "AllAccessDisabled"
        | "UnauthorizedOperation"
        | "Forbidden" => denied(text, act),
        _ if status == 403 => denied(text, act),
        _ if status == 404 => Trouble::last(format!("there is no such bucket or object: {on}")),
        _ if status >= 500 => Trouble::line("AWS had a fault of its own, several times; try again later"),
        _ => Trouble::last(format!("AWS answered {}: {}", or(&visible(code), "with a fault"), said(text))),
    }
}

fn or<'a>(text: &'a str, other: &'a str) -> &'a str {
    if text.is_empty() { other } else { text }
}

fn said(text: &str) -> String {
    clip(&visible(text), SHOWN).into_owned()
}

/// Where AWS names the right region in the text and not in a header: `expecting 'eu-west-1'`.
fn wrong_region(region: Option<String>, text: &str, on: &str) -> Trouble {
    let quoted = || {
        let behind = text.split_once("expecting '")?.1;
        Some(behind.split_once('\'')?.0.to_owned()).filter(|name| super::address::is_region(name))
    };
    let region = region.or_else(quoted);
    let whereto = region.as_deref().unwrap_or("another region");
    let reason =
        format!("{on} is in {whereto}; set AWS_REGION, or region beside bucket_name in the settings");
    Trouble { sort: Sort::Region(region), reason }
}

/// Names the permission that is missing, as AWS says it, or as we know it.
fn denied(text: &str, act: Act<'_>) -> Trouble {
    let named = text.split_once("perform: ").and_then(|(_, rest)| rest.split_whitespace().next());
    let low = text.to_lowercase();
    let permission = match named {
        Some(named) if named.contains(':') => visible(named.trim_end_matches('.')).into_owned(),
        _ if low.contains("kms") => "kms:Decrypt".to_owned(),
        _ => act.permission.to_owned(),
    };
    let on = if permission.starts_with("kms:") {
        "the key that encrypts the objects".to_owned()
    } else {
        visible(act.on).into_owned()
    };
    let because = if low.contains("explicit deny") { ", which a policy denies explicitly" } else { "" };
    let payer = if permission.starts_with("s3:") {
        "; a bucket whose readers pay needs --requester-pays"
    } else {
        ""
    };
    Trouble::last(format!(
        "no permission: {permission} on {on}{because}; `trailhound aws policy` prints what is needed{payer}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: Act<'static> =
        Act { permission: "s3:ListBucket", on: "arn:aws:s3:::logs", profile: Some("ir"), endpoint: None };

    #[test]
    fn each_fault_says_what_to_do() {
        for (code, text, status, part) in [
            ("AccessDenied", "Access Denied", 403, "no permission: s3:ListBucket on arn:aws:s3:::logs;"),
            (
                "AccessDenied",
                "User: arn:aws:iam::111122223333:user/x is not authorized to perform: s3:GetObject on resource: \"y\" with an explicit deny in a resource-based policy",
                403,
                "no permission: s3:GetObject on arn:aws:s3:::logs, which a policy denies explicitly",
            ),
            (
                "AccessDenied",
                "User is not authorized to perform: kms:Decrypt on resource: arn:aws:kms:x",
                403,
                "kms:Decrypt on the key that encrypts the objects",
            ),
            ("AccessDenied", "The ciphertext refers to a KMS key that is not there", 403, "kms:Decrypt"),
            ("NoSuchBucket", "", 404, "there is no bucket logs;"),
            ("ExpiredToken", "The provided token has expired.", 400, "have expired"),
            ("RequestTimeTooSkewed", "", 403, "clock"),
            ("InvalidAccessKeyId", "", 403, "does not know these credentials"),
            ("InvalidObjectState", "", 403, "restore it first"),
            ("", "", 403, "no permission: s3:ListBucket"),
            ("OddFault", "some \u{1b}[31mtext", 400, "AWS answered OddFault: some ␛[31mtext"),
        ] {
            let trouble = answered(code, text, status, None, LIST);
            assert!(trouble.reason.contains(part), "{code}: {}", trouble.reason);
            assert!(matches!(trouble.sort, Sort::Final | Sort::Stop), "{code}");
        }
        assert_eq!(answered("SlowDown", "", 503, None, LIST).sort, Sort::Slow);
        assert_eq!(answered("Internal", "", 500, None, LIST).sort, Sort::Line);
    }

    #[test]
    fn the_right_region_is_taken_from_header_or_text() {
        let header = answered("PermanentRedirect", "", 301, Some("eu-west-1".into()), LIST);
        let text = "the region 'us-east-1' is wrong; expecting 'eu-west-1'";
        let text = answered("AuthorizationHeaderMalformed", text, 400, None, LIST);
        for trouble in [header, text] {
            assert_eq!(trouble.sort, Sort::Region(Some("eu-west-1".into())));
            assert!(trouble.reason.contains("is in eu-west-1"), "{}", trouble.reason);
        }
    }

    #[test]
    fn the_text_about_a_signature_is_never_repeated() {
        let text = "The Canonical String should have been 'x-amz-security-token:SECRETTOKEN'";
        for code in ["SignatureDoesNotMatch", "InvalidSignatureException", "ExpiredToken"] {
            assert!(!answered(code, text, 403, None, LIST).reason.contains("SECRETTOKEN"));
        }
    }

    #[test]
    fn what_was_never_sent_is_told_by_its_causes() {
        for (said, part) in [
            ("dispatch failure: the credential provider was not enabled", "no AWS credentials were found"),
            ("the SSO token has expired and cannot be refreshed", "aws sso login --profile ir"),
            ("could not resolve profile `ir`", "the profile ir cannot be used"),
            ("dns error: failed to lookup address", "cannot be resolved"),
            ("invalid peer certificate: UnknownIssuer", "SSL_CERT_FILE"),
            ("connection refused", "cannot be reached"),
        ] {
            let trouble = unsent(said, LIST);
            assert!(trouble.reason.contains(part), "{said}: {}", trouble.reason);
        }
        let there = Act { endpoint: Some("http://key:SECRET@127.0.0.1:9000/"), ..LIST };
        let trouble = unsent("connection refused", there);
        assert!(trouble.reason.contains("nothing answers at http://127.0.0.1:9000/"), "{}", trouble.reason);
    }
}
