//! One post by HTTP. It follows no redirection, repeats nothing by itself, and no error of it holds an address.

use std::error::Error;
use std::time::Duration;

use reqwest::Url;
use serde_json::Value;

use crate::config::Secret;
use crate::notify::outcome::Outcome;
use crate::text::{clip, visible};

/// The most that is read of an answer, in bytes.
const LARGEST: usize = 16 << 10;
/// How much of an error is repeated, in columns.
const SHOWN: usize = 160;

/// A client, which is made when it is first needed.
pub(crate) struct Client {
    patience: Duration,
    made: std::sync::OnceLock<Result<[reqwest::Client; 2], String>>,
}

/// What came back.
pub(crate) struct Answer {
    pub status: u16,
    pub retry_after: Option<Duration>,
    pub body: String,
}

impl Client {
    pub(crate) fn new(patience: Duration) -> Self {
        Self { patience, made: std::sync::OnceLock::new() }
    }

    /// How long one attempt may take.
    pub(crate) fn patience(&self) -> Duration {
        self.patience
    }

    /// The client for an address: to this computer itself nothing goes by a proxy.
    fn of(&self, url: &Url) -> Result<&reqwest::Client, Outcome> {
        let made = self.made.get_or_init(|| {
            let builder = || {
                reqwest::Client::builder()
                    .user_agent(concat!("trailhound/", env!("CARGO_PKG_VERSION")))
                    .timeout(self.patience)
                    .redirect(reqwest::redirect::Policy::none())
                    .retry(reqwest::retry::never())
                    // A connection that was left open may be closed just when it is used again.
                    .pool_max_idle_per_host(0)
            };
            let build =
                |builder: reqwest::ClientBuilder| builder.build().map_err(|e| chain(&e.without_url()));
            Ok([build(builder())?, build(builder().no_proxy())?])
        });
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
        let local = host == "localhost" || host.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback());
        match made {
            Ok([by_proxy, straight]) => Ok(if local { straight } else { by_proxy }),
            Err(why) => {
                Err(Outcome::Refused { why: why.clone(), hint: "TLS cannot be set up on this computer" })
            }
        }
    }

    /// Posts JSON; what came back, or what that comes to where nothing did.
    pub(crate) async fn post(
        &self,
        url: &Secret,
        token: Option<&Secret>,
        headers: &[(&'static str, String)],
        body: &Value,
    ) -> Result<Answer, Outcome> {
        let address = Url::parse(url.expose()).map_err(|_| Outcome::Refused {
            why: "the address cannot be read".to_owned(),
            hint: "check the address",
        })?;
        let client = self.of(&address)?;
        let mut request = client
            .post(address)
            .header("Content-Type", "application/json; charset=utf-8")
            .body(body.to_string());
        if let Some(token) = token {
            request = request.bearer_auth(token.expose());
        }
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let mut response = request.send().await.map_err(failed)?;
        let status = response.status().as_u16();
        let seconds =
            response.headers().get("Retry-After").and_then(|value| value.to_str().ok()?.trim().parse().ok());
        let mut bytes = Vec::new();
        while bytes.len() < LARGEST {
            match response.chunk().await {
                Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
                Ok(None) => break,
                // The status alone does not say that it was taken.
                Err(e) => return Err(failed(e)),
            }
        }
        bytes.truncate(LARGEST);
        let body = String::from_utf8_lossy(&bytes).into_owned();
        Ok(Answer { status, retry_after: seconds.map(Duration::from_secs), body })
    }
}

/// What an attempt without an answer comes to.
fn failed(e: reqwest::Error) -> Outcome {
    let (connect, timeout, builder) = (e.is_connect(), e.is_timeout(), e.is_builder());
    let why = match (timeout, connect) {
        (true, false) => "no answer in time".to_owned(),
        _ => chain(&e.without_url()),
    };
    if builder {
        return Outcome::Refused { why, hint: "the address or the token holds what cannot be sent" };
    }
    if connect && why.contains("certificate") {
        return Outcome::Refused {
            why,
            hint: "this computer does not trust the server; check the address, or the proxy",
        };
    }
    Outcome::Later { after: None, why, unsure: !connect }
}

/// An error with its causes, cut to a line.
fn chain(e: &reqwest::Error) -> String {
    let mut text = e.to_string();
    let mut cause = e.source();
    let mut depth = 0;
    while let Some(inner) = cause.filter(|_| depth < 8) {
        text = format!("{text}: {inner}");
        cause = inner.source();
        depth += 1;
    }
    clip(&visible(&text), SHOWN).into_owned()
}
