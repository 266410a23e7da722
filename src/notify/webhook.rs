//! A web server of one's own: JSON, signed.
//!
//! Three headers come with each post: `X-Trailhound-Delivery`, the same whenever the
//! same message is sent again; `X-Trailhound-Timestamp`, seconds since 1970; and, where
//! there is a key, `X-Trailhound-Signature`, `v1=` with the HMAC-SHA256 of
//! `TIMESTAMP.BODY` in hexadecimal digits. Whoever takes them checks the signature over the bytes
//! as they came, throws away what is older than some minutes, and what has a delivery that was there.

use std::fmt::Write as _;
use std::time::Duration;

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;

use super::message::{Message, Similar};
use super::outcome::Outcome;
use crate::config::Secret;
use crate::text::{clip, visible};

/// The header that is the same whenever the same message is sent again.
pub(crate) const DELIVERY: &str = "X-Trailhound-Delivery";
/// The header with the time of the attempt.
pub(crate) const TIMESTAMP: &str = "X-Trailhound-Timestamp";
/// The header with the signature.
pub(crate) const SIGNATURE: &str = "X-Trailhound-Signature";

/// How much of an answer is repeated, in columns.
const SHOWN: usize = 120;

/// The body of a post.
pub fn body(message: &Message, similar: &Similar, repeated: bool) -> Value {
    let (kind, content) = match message {
        Message::Alert(alert) => ("alert", json!(alert)),
        Message::Summary(summary) => ("summary", json!(summary)),
        Message::Test => ("test", Value::Null),
    };
    json!({
        "version": 1,
        "tool": concat!("trailhound ", env!("CARGO_PKG_VERSION")),
        "kind": kind,
        "text": message.headline(),
        kind: content,
        "similar": similar,
        "repeated": repeated,
    })
}

/// The value of the signature's header.
pub fn signature(key: &Secret, timestamp: u64, body: &[u8]) -> String {
    let mut out = "v1=".to_owned();
    // A key of any length is taken; the error cannot come.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key.expose().as_bytes()) else { return out };
    mac.update(timestamp.to_string().as_bytes());
    mac.update(b".");
    mac.update(body);
    for byte in mac.finalize().into_bytes() {
        let _ = write!(out, "{byte:02x}");
    }
    out
}

/// The headers of a post.
pub(crate) fn headers(
    key: Option<&Secret>,
    delivery: &str,
    timestamp: u64,
    body: &Value,
) -> Vec<(&'static str, String)> {
    let mut headers = vec![(DELIVERY, delivery.to_owned()), (TIMESTAMP, timestamp.to_string())];
    headers.extend(key.map(|key| (SIGNATURE, signature(key, timestamp, body.to_string().as_bytes()))));
    headers
}

/// Reads an answer: any status of success is one.
pub(crate) fn read_answer(status: u16, retry_after: Option<Duration>, body: &str) -> Outcome {
    let line = body.lines().next().unwrap_or_default();
    let why = format!("HTTP {status} {}", clip(&visible(line.trim()), SHOWN)).trim_end().to_owned();
    match status {
        200..300 => Outcome::Sent,
        408 | 425 | 429 | 500.. => Outcome::later(retry_after, why),
        401 | 403 => {
            Outcome::Refused { why, hint: "the server does not accept the signature or the address" }
        }
        400 | 413 | 415 | 422 => Outcome::Unfit { why, hint: "the server cannot use this message" },
        _ => Outcome::Refused { why, hint: "check notify.webhook.url" },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notify::message::Alert;

    #[test]
    fn the_signature_is_the_one_that_others_work_out() {
        // printf '1700000000.{"a":1}' | openssl dgst -sha256 -hmac key
        let signed = signature(&Secret::new("key"), 1_700_000_000, b"{\"a\":1}");
        assert_eq!(signed, "v1=a438e398bfafc57e4396bb7fc2304422f0f768e965d073ca313cb52e22e6ad03");
        assert_ne!(signed, signature(&Secret::new("key"), 1_700_000_001, b"{\"a\":1}"));
        assert_ne!(signed, signature(&Secret::new("kez"), 1_700_000_000, b"{\"a\":1}"));
    }

    #[test]
    fn the_body_holds_texts_as_they_are() {
        let alert = Alert { actor: "<!channel>\u{1b}".into(), ..Alert::default() };
        let body = body(&Message::Alert(Box::new(alert)), &Similar::default(), false);
        assert_eq!(body["alert"]["actor"], "<!channel>\u{1b}");
        assert_eq!((&body["kind"], &body["alert"]["level"]), (&json!("alert"), &json!("info")));
    }

    #[test]
    fn answers_are_read_by_their_status() {
        for status in [200, 201, 202, 204] {
            assert_eq!(read_answer(status, None, "whatever"), Outcome::Sent);
        }
        for status in [408, 429, 500, 503] {
            assert!(matches!(read_answer(status, None, ""), Outcome::Later { .. }), "{status}");
        }
        for status in [301, 401, 403, 404, 410] {
            assert!(matches!(read_answer(status, None, ""), Outcome::Refused { .. }), "{status}");
        }
        for status in [400, 413, 422] {
            assert!(matches!(read_answer(status, None, ""), Outcome::Unfit { .. }), "{status}");
        }
    }
}
