//! Whither messages go: the settings, checked, with their secrets.
//!
//! This is where an address is refused that messages must not go to. Slack's hosts are
//! known, and nothing else is taken for them unless the user names it among
//! `notify.trusted_hosts`; a server of one's own may be any, but speaks TLS. So a file with a
//! changed address cannot make this program send what is found in logs to a stranger,
//! nor make it knock at doors behind the firewall. No fault shows an address in full.

use reqwest::Url;

use super::mail;
use crate::config::Secret;
use crate::config::notify::{Mail, Notify, Security, Slack, Webhook};
use crate::config::secret::SecretError;
use crate::score::Level;
use crate::text::visible;

/// The hosts of Slack.
const SLACK_HOSTS: [&str; 4] = ["hooks.slack.com", "hooks.slack-gov.com", "slack.com", "slack-gov.com"];

/// Why a target cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TargetError {
    /// The secret cannot be had.
    #[error("{key}: {why}")]
    Secret {
        /// The setting.
        key: &'static str,
        /// The reason.
        why: SecretError,
    },
    /// An address that messages do not go to.
    #[error("{key}: {address}: {what}")]
    Address {
        /// The setting.
        key: &'static str,
        /// The address, masked.
        address: String,
        /// What is wrong with it, and the way out.
        what: String,
    },
    /// Something is missing or does not go together.
    #[error("{key}: {what}")]
    Setting {
        /// The setting.
        key: &'static str,
        /// What is wrong with it, and the way out.
        what: String,
    },
}

/// What a target is.
#[derive(Clone, Debug)]
pub enum Kind {
    /// Slack, by incoming webhook.
    SlackWebhook {
        /// Its address.
        url: Secret,
    },
    /// Slack, by its Web API.
    SlackApi {
        /// The address of `chat.postMessage`.
        url: Secret,
        /// The token of the bot.
        token: Secret,
        /// The channel.
        channel: String,
    },
    /// A web server of one's own.
    Webhook {
        /// Its address.
        url: Secret,
        /// The key that messages are signed with.
        key: Option<Secret>,
    },
    /// E-mail.
    Mail(Box<mail::Server>),
}

/// One target.
#[derive(Clone, Debug)]
pub struct Target {
    /// What it is.
    pub kind: Kind,
    /// The least level that is sent there.
    pub min_level: Level,
}

impl Target {
    /// The word for it: `slack`, `webhook` or `mail`. The queue knows it by this.
    pub fn place(&self) -> &'static str {
        match self.kind {
            Kind::SlackWebhook { .. } | Kind::SlackApi { .. } => "slack",
            Kind::Webhook { .. } => "webhook",
            Kind::Mail(_) => "mail",
        }
    }

    /// Which one it is, with what is secret masked.
    pub fn shown(&self) -> String {
        match &self.kind {
            Kind::SlackWebhook { url } | Kind::Webhook { url, .. } => url.masked(),
            Kind::SlackApi { token, channel, .. } => format!("{} to {}", token.masked(), visible(channel)),
            Kind::Mail(server) => format!("{}:{}", visible(&server.host), server.port),
        }
    }

    /// `text` from elsewhere, with everything masked that is secret here.
    pub(crate) fn scrub(&self, text: &str) -> String {
        let secrets: [Option<&Secret>; 2] = match &self.kind {
            Kind::SlackWebhook { url } => [Some(url), None],
            Kind::SlackApi { url, token, .. } => [Some(token), Some(url)],
            Kind::Webhook { url, key } => [Some(url), key.as_ref()],
            Kind::Mail(server) => [server.login.as_ref().map(|(_, password)| password), None],
        };
        secrets.into_iter().flatten().fold(text.to_owned(), |text, secret| secret.scrub(&text))
    }
}

/// All targets.
#[derive(Clone, Default, Debug)]
pub struct Targets(pub Vec<Target>);

impl Targets {
    /// The targets of the settings; the secrets are read now.
    ///
    /// # Errors
    /// Everything that is wrong with any of them.
    pub fn of(settings: &Notify) -> Result<Self, Vec<TargetError>> {
        let trusted = &settings.trusted_hosts;
        let all = [
            slack(&settings.slack, trusted).transpose(),
            webhook(&settings.webhook, trusted).transpose(),
            mail_server(&settings.mail, trusted).transpose(),
        ];
        let (mut targets, mut faults) = (Vec::new(), Vec::new());
        for one in all.into_iter().flatten() {
            match one {
                Ok(target) => targets.push(target),
                Err(fault) => faults.push(fault),
            }
        }
        if faults.is_empty() { Ok(Self(targets)) } else { Err(faults) }
    }
}

fn slack(settings: &Slack, trusted: &[String]) -> Result<Option<Target>, TargetError> {
    let webhook = read("notify.slack.webhook", &settings.webhook)?;
    let token = read("notify.slack.token", &settings.token)?;
    let kind = match (webhook, token) {
        (None, None) => return Ok(None),
        (Some(_), Some(_)) => {
            return Err(missing("notify.slack", "there are a webhook and a token; keep the one to be used"));
        }
        (Some(url), None) => {
            check_url("notify.slack.webhook", &url, Some(&SLACK_HOSTS), trusted)?;
            Kind::SlackWebhook { url }
        }
        (None, Some(token)) => {
            let what = "a bot must be told the channel it writes to";
            let channel = settings.channel.clone().ok_or_else(|| missing("notify.slack.channel", what))?;
            let url = Secret::new(&settings.api_url);
            check_url("notify.slack.api_url", &url, Some(&SLACK_HOSTS), trusted)?;
            Kind::SlackApi { url, token, channel }
        }
    };
    Ok(Some(Target { kind, min_level: settings.min_level }))
}

fn webhook(settings: &Webhook, trusted: &[String]) -> Result<Option<Target>, TargetError> {
    let Some(url) = read("notify.webhook.url", &settings.url)? else { return Ok(None) };
    check_url("notify.webhook.url", &url, None, trusted)?;
    let key = read("notify.webhook.secret", &settings.secret)?;
    Ok(Some(Target { kind: Kind::Webhook { url, key }, min_level: settings.min_level }))
}

fn mail_server(settings: &Mail, trusted: &[String]) -> Result<Option<Target>, TargetError> {
    let Some(host) = settings.host.clone() else { return Ok(None) };
    let from = settings.from.as_deref();
    let from = from.ok_or_else(|| missing("notify.mail.from", "mail needs the address of a sender"))?;
    let from = mail_address("notify.mail.from", from)?;
    if settings.to.is_empty() {
        return Err(missing("notify.mail.to", "mail needs the address of a receiver"));
    }
    let to = settings.to.iter().map(|to| mail_address("notify.mail.to", to)).collect::<Result<_, _>>()?;
    let port = settings.port.unwrap_or(match settings.security {
        Security::Tls => 465,
        Security::StartTls => 587,
        Security::None => 25,
    });
    let password = read("notify.mail.password", &settings.password)?;
    if settings.security == Security::None {
        without_tls(&host, port, password.as_ref(), trusted)?;
    }
    let login = match (settings.user.clone(), password) {
        (Some(user), Some(password)) => Some((user, password)),
        (None, None) => None,
        (Some(_), None) => return Err(missing("notify.mail.password", "notify.mail.user needs a password")),
        (None, Some(_)) => {
            return Err(missing("notify.mail.user", "the password needs a name to log in with"));
        }
    };
    let server = mail::Server { host, port, security: settings.security, from, to, login };
    Ok(Some(Target { kind: Kind::Mail(Box::new(server)), min_level: settings.min_level }))
}

fn mail_address(key: &'static str, text: &str) -> Result<lettre::message::Mailbox, TargetError> {
    text.parse().map_err(|e: lettre::address::AddressError| TargetError::Setting {
        key,
        what: format!("{}: this is no mail address: {e}", visible(text)),
    })
}

/// Whether mail may go without TLS.
fn without_tls(
    host: &str,
    port: u16,
    password: Option<&Secret>,
    trusted: &[String],
) -> Result<(), TargetError> {
    if !is_trusted(host, Some(port), trusted) {
        let host = visible(host);
        let what = format!(
            "without TLS mail goes to a trusted host alone; use `tls`, or name {host} among notify.trusted_hosts"
        );
        return Err(TargetError::Setting { key: "notify.mail.security", what });
    }
    if password.is_some() {
        let what = "a password is not sent without TLS; use `tls` or take the password away";
        return Err(missing("notify.mail.security", what));
    }
    Ok(())
}

/// Something is missing or does not go together.
fn missing(key: &'static str, what: &str) -> TargetError {
    TargetError::Setting { key, what: what.to_owned() }
}

fn read(key: &'static str, places: &crate::config::secret::Places) -> Result<Option<Secret>, TargetError> {
    places.read().map_err(|why| TargetError::Secret { key, why })
}

/// Whether messages may go to an address; `known`: the hosts that it has to be one of.
fn check_url(
    key: &'static str,
    url: &Secret,
    known: Option<&[&str]>,
    trusted: &[String],
) -> Result<(), TargetError> {
    let fault = |what: String| TargetError::Address { key, address: url.masked(), what };
    let parsed = Url::parse(url.expose()).ok().filter(Url::has_host);
    let Some(parsed) = parsed else {
        return Err(fault("this is no address; it begins with https:// and a host".to_owned()));
    };
    let host = parsed.host_str().unwrap_or_default();
    if !parsed.username().is_empty() || parsed.password().is_some() {
        return Err(fault("an address with a name or a password in it is not taken".to_owned()));
    }
    if is_trusted(host, parsed.port_or_known_default(), trusted)
        && matches!(parsed.scheme(), "http" | "https")
    {
        return Ok(());
    }
    if parsed.scheme() != "https" {
        return Err(fault(
            "messages go by https:// alone; a relay of your own is named in notify.trusted_hosts".to_owned(),
        ));
    }
    match known {
        Some(known) if !known.contains(&host) || parsed.port().is_some() => Err(fault(format!(
            "this is not Slack; its hosts are {}. Name the host among notify.trusted_hosts to send there",
            known.join(", ")
        ))),
        _ => Ok(()),
    }
}

/// Whether a host stands in the list, with its port or without one.
fn is_trusted(host: &str, port: Option<u16>, trusted: &[String]) -> bool {
    let with_port = port.map(|port| format!("{host}:{port}"));
    trusted.iter().any(|one| {
        one.eq_ignore_ascii_case(host)
            || with_port.as_ref().is_some_and(|with| one.eq_ignore_ascii_case(with))
    })
}

#[cfg(test)]
mod tests;
