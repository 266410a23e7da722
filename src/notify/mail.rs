//! E-mail: a message of plain text and HTML that say the same, and what a mail server's answers mean.
//!
//! In the plain text hostile characters are visible; in the HTML they are escaped as
//! well, and there is nothing in it but words: no link, no picture, no style from elsewhere.
//! The id of a mail is that of its message, so that a mail that is sent twice is seen once
//! by programs that look at it.

use std::time::{Duration, SystemTime};

use lettre::message::{Mailbox, MultiPart, SinglePart, header::ContentType};
use lettre::transport::smtp::AsyncSmtpTransport;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{AsyncTransport as _, Tokio1Executor};

use super::message::{Message, Similar};
use super::outcome::Outcome;
use crate::config::Secret;
use crate::config::notify::Security;
use crate::text::{clip, visible};

/// The widest subject, in columns.
const SUBJECT: usize = 120;
/// How much of an answer is repeated, in columns.
const SHOWN: usize = 160;

/// A mail server, and who writes to whom by it.
#[derive(Clone, Debug)]
pub struct Server {
    /// The name of the server.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is secured.
    pub security: Security,
    /// The sender.
    pub from: Mailbox,
    /// The receivers.
    pub to: Vec<Mailbox>,
    /// With what to log in.
    pub login: Option<(String, Secret)>,
}

/// The mail of a message; `id` tells it from all others.
pub(crate) fn compose(
    server: &Server,
    message: &Message,
    similar: &Similar,
    repeated: bool,
    id: &str,
    date: SystemTime,
) -> Result<lettre::Message, lettre::error::Error> {
    let lines = lines(message, similar, repeated);
    let subject = format!("[trailhound] {}", message.headline());
    let mut builder = lettre::Message::builder()
        .from(server.from.clone())
        .subject(clip(&visible(&subject), SUBJECT).into_owned())
        .message_id(Some(format!("<{id}@{}>", server.from.email.domain())))
        .date(date);
    for to in &server.to {
        builder = builder.to(to.clone());
    }
    let part = |kind: ContentType, text: String| SinglePart::builder().header(kind).body(text);
    let boundary = format!("trailhound-{id}-{:016x}", id.len());
    let both = MultiPart::alternative().boundary(boundary);
    builder.multipart(
        both.singlepart(part(ContentType::TEXT_PLAIN, plain(&lines)))
            .singlepart(part(ContentType::TEXT_HTML, html(&lines))),
    )
}

/// What a mail says: names, empty for a sentence, and what they are.
fn lines(message: &Message, similar: &Similar, repeated: bool) -> Vec<(&'static str, String)> {
    let mut lines = vec![("", message.headline())];
    match message {
        Message::Alert(alert) => {
            lines.push(("Actor", alert.actor.clone()));
            lines.push(("Account", alert.account.clone()));
            lines.push(("Source IP", alert.source_ip.clone()));
            lines.push(("Region", alert.region.clone()));
            lines.push(("Time (UTC)", alert.time.clone()));
            lines.push(("Outcome", alert.outcome.clone()));
            lines.push(("Target", alert.target.clone()));
            lines.push(("Technique", alert.techniques.join(", ")));
            lines.extend(alert.rules.iter().map(|rule| ("Rule", rule.clone())));
            lines.extend(alert.factors.iter().map(|factor| ("Why", factor.clone())));
            lines.push(("Event", alert.event_id.clone()));
            lines.push(("Case", alert.case_id.clone()));
            lines.push(("", alert.narrative.clone()));
            lines.push(("", similar.words()));
        }
        Message::Summary(summary) => {
            lines.push(("Anomalous users", summary.anomalous_users.join(", ")));
            lines.push(("Anomalous actions", summary.anomalous_actions.join(", ")));
            lines.push(("First event", summary.span.0.clone()));
            lines.push(("Last event", summary.span.1.clone()));
        }
        Message::Test => {}
    }
    if repeated {
        lines.push(("", "Sent again after an interruption; it may have arrived before.".to_owned()));
    }
    lines.push(("", concat!("trailhound ", env!("CARGO_PKG_VERSION")).to_owned()));
    lines.retain(|(_, text)| !text.is_empty());
    lines
}

fn plain(lines: &[(&str, String)]) -> String {
    let line = |(name, text): &(&str, String)| match *name {
        "" => format!("{}\r\n", visible(text)),
        name => format!("{:<18}{}\r\n", format!("{name}:"), visible(text)),
    };
    lines.iter().map(line).collect()
}

fn html(lines: &[(&str, String)]) -> String {
    let line = |(name, text): &(&str, String)| match *name {
        "" => format!("<p>{}</p>\r\n", escaped(text)),
        name => format!("<p><b>{name}</b>: <code>{}</code></p>\r\n", escaped(text)),
    };
    let body: String = lines.iter().map(line).collect();
    format!("<!doctype html>\r\n<html><body>\r\n{body}</body></html>\r\n")
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in visible(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// Sends a mail; what came of it.
pub(crate) async fn post(server: &Server, mail: lettre::Message, patience: Duration) -> Outcome {
    let transport = match transport(server, patience) {
        Ok(transport) => transport,
        Err(e) => return read_error(&e),
    };
    // The transport has a limit for each step; this one is for all of them.
    match tokio::time::timeout(patience, transport.send(mail)).await {
        Ok(Ok(_)) => Outcome::Sent,
        Ok(Err(e)) => read_error(&e),
        Err(_) => Outcome::Later { after: None, why: "no answer in time".to_owned(), unsure: true },
    }
}

fn transport(
    server: &Server,
    patience: Duration,
) -> Result<AsyncSmtpTransport<Tokio1Executor>, lettre::transport::smtp::Error> {
    let tls = match server.security {
        Security::Tls => Tls::Wrapper(TlsParameters::new(server.host.clone())?),
        Security::StartTls => Tls::Required(TlsParameters::new(server.host.clone())?),
        Security::None => Tls::None,
    };
    let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(server.host.as_str())
        .port(server.port)
        .timeout(Some(patience))
        .tls(tls);
    if let Some((user, password)) = &server.login {
        builder = builder.credentials(Credentials::new(user.clone(), password.expose().to_owned()));
    }
    Ok(builder.build())
}

fn read_error(e: &lettre::transport::smtp::Error) -> Outcome {
    let why = clip(&visible(&e.to_string()), SHOWN).into_owned();
    let code = e.status().map(u16::from);
    match code {
        Some(530 | 534 | 535) => Outcome::Refused { why, hint: "check notify.mail.user and its password" },
        Some(552 | 554) => Outcome::Unfit { why, hint: "the mail server does not take this mail" },
        Some(500..) => Outcome::Refused { why, hint: "check notify.mail.from and notify.mail.to" },
        Some(_) => Outcome::later(None, why),
        None if e.is_tls() || e.is_client() => Outcome::Refused {
            why,
            hint: "check notify.mail.security, the port and the server's certificate",
        },
        None => Outcome::Later { after: None, why, unsure: true },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notify::message::Alert;

    fn server() -> Server {
        Server {
            host: "mail.example.com".into(),
            port: 465,
            security: Security::Tls,
            from: "trailhound <alerts@example.com>".parse().unwrap(),
            to: vec!["soc@example.com".parse().unwrap(), "dana@example.com".parse().unwrap()],
            login: None,
        }
    }

    fn of(message: &Message) -> String {
        let date = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
        let mail = compose(&server(), message, &Similar::default(), false, "7-abc", date).unwrap();
        String::from_utf8(mail.formatted()).unwrap()
    }

    #[test]
    fn a_mail_says_it_twice_and_is_the_same_each_time() {
        let alert = Alert { event: "StopLogging".into(), actor: "alice".into(), ..Alert::default() };
        let mail = of(&Message::Alert(Box::new(alert)));
        assert_eq!(
            mail,
            of(&Message::Alert(Box::new(Alert {
                event: "StopLogging".into(),
                actor: "alice".into(),
                ..Alert::default()
            })))
        );
        for part in [
            "Message-ID: <7-abc@example.com>\r\n",
            "To: soc@example.com, dana@example.com\r\n",
            "Content-Type: text/plain; charset=utf-8\r\n",
            "Content-Type: text/html; charset=utf-8\r\n",
            "multipart/alternative",
            "<b>Actor</b>: <code>alice</code>",
        ] {
            assert!(mail.contains(part), "{part}\n{mail}");
        }
    }

    #[test]
    fn what_an_attacker_writes_adds_no_header_and_no_markup() {
        let hostile = "x\r\nBcc: evil@example.net\r\n\r\n<script>alert(1)</script><img src=x>\u{1b}";
        let alert = Alert {
            event: hostile.into(),
            actor: hostile.into(),
            narrative: hostile.into(),
            rules: vec![hostile.into()],
            ..Alert::default()
        };
        let mail = of(&Message::Alert(Box::new(alert)));
        assert!(!mail.contains("\r\nBcc:"), "{mail}");
        let plain_lines = lines(&Message::Test, &Similar::default(), true);
        assert_eq!(plain_lines.len(), 3);
        let page = html(&[("", hostile.to_owned()), ("Actor", hostile.to_owned())]);
        assert!(!page.contains("<script") && !page.contains("<img") && !page.contains('\u{1b}'), "{page}");
    }
}
