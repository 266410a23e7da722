use super::*;
use crate::config::secret::Places;

fn given(secret: &str) -> Places {
    Places { given: Some(Secret::new(secret)), ..Places::default() }
}

fn with_webhook(url: &str, trusted: &[&str]) -> Result<Targets, String> {
    let mut settings = Notify::default();
    settings.slack.webhook = given(url);
    settings.trusted_hosts = trusted.iter().map(|&host| host.to_owned()).collect();
    all(&settings)
}

fn all(settings: &Notify) -> Result<Targets, String> {
    Targets::of(settings).map_err(|faults| {
        let shown: Vec<String> = faults.iter().map(|fault| format!("{fault} {fault:?}")).collect();
        shown.join("\n")
    })
}

#[test]
fn nothing_set_is_no_target() {
    assert!(all(&Notify::default()).unwrap().0.is_empty());
}

#[test]
fn only_slack_is_taken_for_slack() {
    for url in [
        "https://hooks.slack.com/services/T0/B0/sesame",
        "https://hooks.slack-gov.com/services/T0/B0/sesame",
        "https://hooks.slack.com:443/services/T0/B0/sesame",
    ] {
        let targets = with_webhook(url, &[]).unwrap();
        assert!(!format!("{targets:?} {}", targets.0[0].shown()).contains("sesame"));
    }
    for url in [
        "http://hooks.slack.com/services/T0/B0/sesame",
        "https://hooks.slack.com.evil.example/services/T0/B0/sesame",
        "https://hooks.slack.com@evil.example/services/T0/B0/sesame",
        "https://evil.example/services/T0/B0/sesame",
        "https://hooks.slack.com:8443/services/T0/B0/sesame",
        "https://169.254.169.254/services/T0/B0/sesame",
        "http://127.0.0.1:80/services/T0/B0/sesame",
        "file:///services/T0/B0/sesame",
        "hooks.slack.com/services/T0/B0/sesame",
        "sesame",
        "",
    ] {
        let fault = with_webhook(url, &[]).unwrap_err();
        assert!(!fault.contains("sesame") && fault.starts_with("notify.slack.webhook: "), "{url}: {fault}");
    }
}

#[test]
fn a_host_that_the_user_trusts_may_be_anything() {
    assert!(with_webhook("http://127.0.0.1:9000/x", &["127.0.0.1:9000"]).is_ok());
    assert!(with_webhook("http://proxy.example.com/x", &["PROXY.example.com"]).is_ok());
    assert!(with_webhook("http://127.0.0.1:9001/x", &["127.0.0.1:9000"]).is_err());
    assert!(with_webhook("ftp://127.0.0.1:9000/x", &["127.0.0.1:9000"]).is_err());
}

#[test]
fn what_does_not_go_together_is_told_with_the_way_out() {
    type Change = fn(&mut Notify);
    let cases: [(Change, &str); 9] = [
        (|s| s.slack.token = given("xoxb-sesame"), "notify.slack.channel: a bot must be told"),
        (
            |s| {
                s.slack.token = given("xoxb-sesame");
                s.slack.webhook = given("https://hooks.slack.com/services/sesame");
            },
            "keep the one to be used",
        ),
        (
            |s| {
                s.slack.token = given("xoxb-sesame");
                s.slack.channel = Some("#a".into());
                s.slack.api_url = "https://evil.example/".into();
            },
            "notify.slack.api_url: https://evil.example/****: this is not Slack",
        ),
        (|s| s.webhook.url = given("http://soc.example.com/sesame"), "by https:// alone"),
        (|s| s.mail.host = Some("m".into()), "notify.mail.from: "),
        (
            |s| {
                s.mail.host = Some("m".into());
                s.mail.from = Some("a@example.com".into());
            },
            "notify.mail.to: ",
        ),
        (
            |s| {
                s.mail.host = Some("m".into());
                s.mail.from = Some("nobody".into());
                s.mail.to = vec!["a@example.com".into()];
            },
            "this is no mail address",
        ),
        (
            |s| {
                s.mail.host = Some("m".into());
                s.mail.from = Some("a@example.com".into());
                s.mail.to = vec!["a@example.com".into()];
                s.mail.security = Security::None;
            },
            "without TLS mail goes to a trusted host alone",
        ),
        (
            |s| {
                s.mail.host = Some("m".into());
                s.trusted_hosts = vec!["m".into()];
                s.mail.from = Some("a@example.com".into());
                s.mail.to = vec!["a@example.com".into()];
                s.mail.security = Security::None;
                s.mail.user = Some("u".into());
                s.mail.password = given("sesame");
            },
            "a password is not sent without TLS",
        ),
    ];
    for (change, expected) in cases {
        let mut settings = Notify::default();
        change(&mut settings);
        let fault = all(&settings).unwrap_err();
        assert!(fault.contains(expected) && !fault.contains("sesame"), "{fault}");
    }
}
