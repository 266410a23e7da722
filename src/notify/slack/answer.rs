//! What Slack's answers mean: sent, better later, never to this channel, never this message.

use std::time::Duration;

use serde_json::Value;

use crate::notify::outcome::Outcome;
use crate::text::{clip, visible};

/// How much of an answer is repeated, in columns.
const SHOWN: usize = 120;

/// What can be done about an answer, by the word that Slack gives; the first rows are about the message alone.
const HINTS: &[(&str, bool, &str)] = &[
    ("invalid_payload", true, "Slack cannot read the message; this is a fault of trailhound"),
    ("no_text", true, "the message is empty; this is a fault of trailhound"),
    ("invalid_blocks", true, "Slack refuses the blocks of the message; this is a fault of trailhound"),
    ("invalid_blocks_format", true, "Slack refuses the blocks of the message; this is a fault of trailhound"),
    ("msg_blocks_too_long", true, "the message is too long; this is a fault of trailhound"),
    ("msg_too_long", true, "the message is too long; this is a fault of trailhound"),
    ("too_many_attachments", true, "the message has too many parts; this is a fault of trailhound"),
    ("user_not_found", false, "the user that the webhook writes to is gone; make a new webhook"),
    (
        "channel_not_found",
        false,
        "the channel is gone, or the bot may not see it; check notify.slack.channel or make a new webhook",
    ),
    (
        "channel_is_archived",
        false,
        "the channel is archived; take it out of the archive or choose another one",
    ),
    ("is_archived", false, "the channel is archived; take it out of the archive or choose another one"),
    ("not_in_channel", false, "invite the bot to the channel: /invite @BOT"),
    ("action_prohibited", false, "an administrator has forbidden this; ask for an exception"),
    (
        "posting_to_general_channel_denied",
        false,
        "only administrators may write to this channel; choose another one",
    ),
    ("restricted_action", false, "the workspace forbids this; ask an administrator"),
    ("invalid_token", false, "the address is of no use; make a new webhook"),
    ("invalid_auth", false, "the token is not valid; copy it again from the settings of the app"),
    ("not_authed", false, "there is no token; check where it is kept"),
    ("token_revoked", false, "the token was revoked; install the app again"),
    ("token_expired", false, "the token has expired; make a new one"),
    ("account_inactive", false, "the token is of a user or a workspace that is gone"),
    ("missing_scope", false, "the bot lacks the scope chat:write; add it and install the app again"),
    ("team_disabled", false, "the workspace is switched off"),
    ("no_team", false, "the workspace is gone; check the address of the webhook"),
    ("no_service", false, "the webhook was revoked or never was; make a new one"),
    ("no_service_id", false, "the address of the webhook is incomplete; copy it again"),
    ("no_active_hooks", false, "the webhook is switched off; make a new one"),
];

/// Words of the Web API that are worth another try.
const PASSING: &[&str] = &[
    "ratelimited",
    "rate_limited",
    "service_unavailable",
    "internal_error",
    "fatal_error",
    "request_timeout",
];

/// Reads an answer: its status, `Retry-After` in seconds, its body; `api`: of the Web API, which says `ok` in JSON.
pub(crate) fn read_answer(status: u16, retry_after: Option<Duration>, body: &str, api: bool) -> Outcome {
    let word = if api { word_of_json(body) } else { Some(body.trim().to_owned()) };
    let said =
        |word: &str| format!("HTTP {status} {}", clip(&visible(word.trim()), SHOWN)).trim_end().to_owned();
    match (status, word) {
        (200, Some(word)) if word == "ok" => Outcome::Sent,
        (429, word) => Outcome::later(retry_after, said(&word.unwrap_or_default())),
        (500.., word) => Outcome::later(retry_after, said(word.as_deref().unwrap_or(body))),
        (200, Some(word)) if api && PASSING.contains(&word.as_str()) => {
            Outcome::later(retry_after, said(&word))
        }
        (_, Some(word)) if (200..500).contains(&status) => permanent(&word, said(&word)),
        _ => Outcome::Refused { why: said(body), hint: "this is no answer of Slack; check the address" },
    }
}

fn permanent(word: &str, why: String) -> Outcome {
    match HINTS.iter().find(|(known, ..)| *known == word) {
        Some((_, true, hint)) => Outcome::Unfit { why, hint },
        Some((_, false, hint)) => Outcome::Refused { why, hint },
        None => Outcome::Refused { why, hint: "Slack will not take this; check the webhook or the token" },
    }
}

/// `ok`, or the word of the error; `None` where it is no answer of the Web API.
fn word_of_json(body: &str) -> Option<String> {
    let value: Value = serde_json::from_str(body).ok()?;
    match value.get("ok")?.as_bool()? {
        true => Some("ok".to_owned()),
        false => Some(value.get("error").and_then(Value::as_str).unwrap_or("no reason given").to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_answer_of_a_webhook_means_what_slack_says() {
        for (status, word, unfit) in [
            (400, "invalid_payload", true),
            (400, "user_not_found", false),
            (400, "no_text", true),
            (400, "too_many_attachments", true),
            (400, "invalid_blocks", true),
            (400, "msg_blocks_too_long", true),
            (403, "action_prohibited", false),
            (403, "posting_to_general_channel_denied", false),
            (403, "invalid_token", false),
            (403, "team_disabled", false),
            (403, "no_team", false),
            (404, "channel_not_found", false),
            (404, "no_service", false),
            (404, "no_active_hooks", false),
            (404, "no_service_id", false),
            (410, "channel_is_archived", false),
        ] {
            let expected = format!("HTTP {status} {word}");
            match read_answer(status, None, word, false) {
                Outcome::Unfit { why, hint } => {
                    assert!(unfit && why == expected && !hint.is_empty(), "{word}");
                }
                Outcome::Refused { why, hint } => {
                    assert!(!unfit && why == expected, "{word}");
                    assert!(!hint.contains("will not take"), "{word} has no hint of its own");
                }
                other => panic!("{word}: {other:?}"),
            }
        }
    }

    #[test]
    fn what_may_be_better_later_is_tried_again() {
        let wait = Some(Duration::from_secs(7));
        let later = |outcome: Outcome| match outcome {
            Outcome::Later { after, .. } => after,
            other => panic!("{other:?}"),
        };
        assert_eq!(later(read_answer(429, wait, "rate_limited", false)), wait);
        assert_eq!(later(read_answer(500, None, "rollup_error", false)), None);
        assert_eq!(later(read_answer(503, wait, "<html>", true)), wait);
        assert_eq!(later(read_answer(429, wait, "{\"ok\":false,\"error\":\"ratelimited\"}", true)), wait);
        assert_eq!(later(read_answer(200, None, "{\"ok\":false,\"error\":\"internal_error\"}", true)), None);
    }

    #[test]
    fn only_what_slack_acknowledges_is_sent() {
        assert_eq!(read_answer(200, None, "ok", false), Outcome::Sent);
        assert_eq!(read_answer(200, None, "{\"ok\":true,\"ts\":\"1.2\"}", true), Outcome::Sent);
        for (status, body, api) in [
            (200, "", false),
            (200, "<html>log in</html>", false),
            (200, "ok", true),
            (200, "{\"ok\":false,\"error\":\"not_in_channel\"}", true),
            (200, "{\"ok\":false}", true),
            (302, "", false),
            (302, "{\"ok\":true}", true),
            (204, "", false),
            (404, "\x1b]0;evil\x07", false),
        ] {
            match read_answer(status, None, body, api) {
                Outcome::Refused { why, .. } if !(status == 302 && api) => assert!(!why.contains('\x1b')),
                Outcome::Refused { .. } => {}
                other => panic!("{status} {body}: {other:?}"),
            }
        }
    }
}
