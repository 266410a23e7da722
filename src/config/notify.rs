//! The settings of messages: whither they go, how risky an event must be, and where the secrets are kept.
//!
//! They stand in tables of the file, `[notify.slack]`, `[notify.webhook]` and `[notify.mail]`,
//! and in variables of the environment, `TRAILHOUND_NOTIFY_SLACK_CHANNEL`; they have no flags.
//! A secret is never taken from the file of settings. No fault of these settings repeats a
//! value: one may be a secret that stands in the wrong place.

use super::fault::Reason;
use super::given::{Given, Value};
use super::secret::{Places, Secret};
use super::settings::{Setting, put, quoted, quoted_list, shown_path, word_of};
use crate::score::Level;

/// Whither messages go. A target is in use when what it cannot do without is there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Notify {
    /// Hosts beside Slack's own, `name` or `name:port`, that may be sent to, also without TLS.
    pub trusted_hosts: Vec<String>,
    /// Whether `scan --notify` also sends the counts of the run.
    pub summary: bool,
    /// Slack.
    pub slack: Slack,
    /// A web server of one's own.
    pub webhook: Webhook,
    /// E-mail.
    pub mail: Mail,
}

/// Slack, by incoming webhook or by a bot's token.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Slack {
    /// Where the address of the incoming webhook is kept.
    pub webhook: Places,
    /// Where the token of the bot is kept; needs a channel.
    pub token: Places,
    /// The channel that the bot writes to, by name or id.
    pub channel: Option<String>,
    /// The address of `chat.postMessage`.
    pub api_url: String,
    /// The least level that is sent.
    pub min_level: Level,
}

/// A web server of one's own that takes JSON.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Webhook {
    /// Where its address is kept.
    pub url: Places,
    /// Where the key is kept that messages are signed with.
    pub secret: Places,
    /// The least level that is sent.
    pub min_level: Level,
}

/// E-mail by SMTP.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mail {
    /// The server.
    pub host: Option<String>,
    /// Its port; `None`: the usual one of the security.
    pub port: Option<u16>,
    /// How the connection is secured.
    pub security: Security,
    /// The address of the sender.
    pub from: Option<String>,
    /// The addresses of the receivers.
    pub to: Vec<String>,
    /// The name to log in with.
    pub user: Option<String>,
    /// Where its password is kept.
    pub password: Places,
    /// The least level that is sent.
    pub min_level: Level,
}

/// How a connection to a mail server is secured.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Security {
    /// TLS from the first byte, port 465.
    Tls,
    /// TLS after a greeting, and nothing without it, port 587.
    StartTls,
    /// Not at all, port 25: only to a trusted host, and without a password.
    None,
}

impl Default for Notify {
    fn default() -> Self {
        let min_level = Level::High;
        Self {
            trusted_hosts: Vec::new(),
            summary: true,
            slack: Slack {
                webhook: Places::default(),
                token: Places::default(),
                channel: None,
                api_url: "https://slack.com/api/chat.postMessage".to_owned(),
                min_level,
            },
            webhook: Webhook { url: Places::default(), secret: Places::default(), min_level },
            mail: Mail {
                host: None,
                port: None,
                security: Security::Tls,
                from: None,
                to: Vec::new(),
                user: None,
                password: Places::default(),
                min_level,
            },
        }
    }
}

const LEVELS: [(&str, Level); 5] = [
    ("info", Level::Info),
    ("low", Level::Low),
    ("medium", Level::Medium),
    ("high", Level::High),
    ("critical", Level::Critical),
];
const SECURITIES: [(&str, Security); 3] =
    [("tls", Security::Tls), ("starttls", Security::StartTls), ("none", Security::None)];

const A_LEVEL: &str = "`info`, `low`, `medium`, `high`, `critical`";
const A_SECRET: &str = "in the environment alone";
const A_SECRET_FILE: &str = "a path; the file has mode 600";
const A_COMMAND: &str = "a list: the program and its arguments";

/// A setting that is a secret: from the environment alone.
macro_rules! secret {
    ($key:literal, $about:literal, $($place:ident).+) => {
        Setting {
            key: $key,
            about: $about,
            values: A_SECRET,
            set: |settings, given| put(&mut settings.notify.$($place).+, given.secret().map(Some)),
            show: |_| None,
        }
    };
}

/// A setting that names the file of a secret.
macro_rules! secret_file {
    ($key:literal, $about:literal, $($place:ident).+) => {
        Setting {
            key: $key,
            about: $about,
            values: A_SECRET_FILE,
            set: |settings, given| {
                no_secret(given)?;
                put(&mut settings.notify.$($place).+, given.path().map(Some))
            },
            show: |settings| shown_path(settings.notify.$($place).+.as_deref()),
        }
    };
}

/// A setting that holds words.
macro_rules! words {
    ($key:literal, $about:literal, $values:expr, $($place:ident).+) => {
        Setting {
            key: $key,
            about: $about,
            values: $values,
            set: |settings, given| put(&mut settings.notify.$($place).+, given.words()),
            show: |settings| Some(quoted_list(&settings.notify.$($place).+)),
        }
    };
}

/// A setting that is a text or absent.
macro_rules! text {
    ($key:literal, $about:literal, $values:literal, $($place:ident).+) => {
        Setting {
            key: $key,
            about: $about,
            values: $values,
            set: |settings, given| {
                no_secret(given)?;
                put(&mut settings.notify.$($place).+, given.text().map(|text| Some(text.to_owned())))
            },
            show: |settings| settings.notify.$($place).+.as_deref().map(quoted),
        }
    };
}

/// A setting that is a level.
macro_rules! level {
    ($key:literal, $($place:ident).+) => {
        Setting {
            key: $key,
            about: "the least level that is sent there",
            values: A_LEVEL,
            set: |settings, given| put(&mut settings.notify.$($place).+, given.one_of("level", &LEVELS)),
            show: |settings| word_of(&LEVELS, &settings.notify.$($place).+),
        }
    };
}

/// Every setting of messages, in the order in which the documents list them.
pub(super) static ROWS: &[Setting] = &[
    words!(
        "notify.trusted_hosts",
        "hosts beside Slack's own that may be sent to, also without TLS: a proxy, a relay",
        "a list of `name` or `name:port`",
        trusted_hosts
    ),
    Setting {
        key: "notify.summary",
        about: "whether `scan --notify` also sends the counts of the run",
        values: "`true`, `false`",
        set: |settings, given| put(&mut settings.notify.summary, given.flag()),
        show: |settings| Some(settings.notify.summary.to_string()),
    },
    secret!("notify.slack.webhook", "the address of an incoming webhook of Slack", slack.webhook.given),
    secret_file!(
        "notify.slack.webhook_file",
        "the file with the address of the webhook; also a `config.json` with `slack_webhook_url`",
        slack.webhook.file
    ),
    words!(
        "notify.slack.webhook_command",
        "prints the address of the webhook: asks a keyring",
        A_COMMAND,
        slack.webhook.command
    ),
    secret!("notify.slack.token", "the token of a bot, which writes by Slack's Web API", slack.token.given),
    secret_file!("notify.slack.token_file", "the file with the token of the bot", slack.token.file),
    words!("notify.slack.token_command", "prints the token of the bot", A_COMMAND, slack.token.command),
    text!("notify.slack.channel", "the channel that the bot writes to", "a name or an id", slack.channel),
    Setting {
        key: "notify.slack.api_url",
        about: "the address of `chat.postMessage`",
        values: "an address",
        set: |settings, given| {
            if given.text()?.contains("/services/") {
                return Err(Reason::new(
                    "this looks like a webhook; name its file in notify.slack.webhook_file",
                ));
            }
            put(&mut settings.notify.slack.api_url, given.text().map(str::to_owned))
        },
        show: |settings| Some(quoted(&settings.notify.slack.api_url)),
    },
    level!("notify.slack.min_level", slack.min_level),
    secret!("notify.webhook.url", "the address of your own server, which takes JSON", webhook.url.given),
    secret_file!("notify.webhook.url_file", "the file with that address", webhook.url.file),
    words!("notify.webhook.url_command", "prints that address", A_COMMAND, webhook.url.command),
    secret!(
        "notify.webhook.secret",
        "the key that messages to your server are signed with",
        webhook.secret.given
    ),
    secret_file!("notify.webhook.secret_file", "the file with that key", webhook.secret.file),
    words!("notify.webhook.secret_command", "prints that key", A_COMMAND, webhook.secret.command),
    level!("notify.webhook.min_level", webhook.min_level),
    text!("notify.mail.host", "the mail server", "a name", mail.host),
    Setting {
        key: "notify.mail.port",
        about: "its port; 0 is the usual one: 465, 587 or 25",
        values: "0 to 65535",
        set: |settings, given| {
            let port =
                given.whole(u64::from(u16::MAX)).map(|port| u16::try_from(port).ok().filter(|p| *p > 0));
            put(&mut settings.notify.mail.port, port)
        },
        show: |settings| Some(settings.notify.mail.port.unwrap_or(0).to_string()),
    },
    Setting {
        key: "notify.mail.security",
        about: "TLS at once, TLS after a greeting, or none, which a trusted host alone may have",
        values: "`tls`, `starttls`, `none`",
        set: |settings, given| put(&mut settings.notify.mail.security, given.one_of("security", &SECURITIES)),
        show: |settings| word_of(&SECURITIES, &settings.notify.mail.security),
    },
    text!("notify.mail.from", "the address of the sender", "an address", mail.from),
    words!("notify.mail.to", "the addresses of the receivers", "a list of addresses", mail.to),
    text!("notify.mail.user", "the name to log in with", "a text", mail.user),
    secret!("notify.mail.password", "its password", mail.password.given),
    secret_file!("notify.mail.password_file", "the file with the password", mail.password.file),
    words!("notify.mail.password_command", "prints the password", A_COMMAND, mail.password.command),
    level!("notify.mail.min_level", mail.min_level),
];

/// A secret in the place of a name is caught before it is kept and shown.
fn no_secret(given: &Given<'_>) -> Result<(), Reason> {
    let text = given.text()?;
    if text.contains("://") || text.starts_with("xox") {
        return Err(Reason::new("this looks like the secret itself, which belongs into a file of mode 600"));
    }
    Ok(())
}

impl Given<'_> {
    /// A secret, which the file of settings may not hold.
    fn secret(&self) -> Result<Secret, Reason> {
        match &self.value {
            Value::Plain(text) => Ok(Secret::new(text)),
            Value::Typed(node) => Err(Reason::new(format!(
                "a secret does not belong into this file; put it into one of mode 600 and name that in `{}_file`, \
                 or set {}",
                node.key(),
                Setting::find(node.key()).map(Setting::variable).unwrap_or_default()
            ))),
        }
    }
}

/// Whether a key is one of these settings, or the variable of one.
pub(super) fn owns(name: &str) -> bool {
    name.get(.."notify".len()).is_some_and(|start| start.eq_ignore_ascii_case("notify"))
}
