//! Every answer that another side can give, and what is done about it.

use super::*;

fn trouble(report: &Report) -> &str {
    report.trouble.as_deref().unwrap_or_default()
}

#[test]
fn messages_arrive_in_order_one_a_second_after_a_burst() {
    let server = Server::http(vec![Say::ok()]);
    let (report, waits, queue, _folder) = send(&slack_at(&server), 6);
    assert_eq!((report.sent, report.waiting, report.trouble), (6, 0, None));
    assert_eq!(waits.len(), 3, "{waits:?}");
    let heard = server.heard();
    for (n, request) in heard.iter().enumerate() {
        let body = request.json();
        assert_eq!(body["blocks"][0]["text"]["text"], format!("🔴 CRITICAL 95 · StopLogging{n}"));
        assert_eq!(body["unfurl_links"], false);
        assert_eq!(request.header("Content-Type"), Some("application/json; charset=utf-8"));
        assert!(request.head.starts_with("POST /services/T000/B000/sesame-webhook HTTP/1.1\r\n"));
    }
    assert_eq!(queue.waiting().unwrap(), []);
}

#[test]
fn one_flush_after_another_is_no_faster() {
    let server = Server::http(vec![Say::ok()]);
    let targets = slack_at(&server);
    let (_folder, queue) = queue();
    let (clock, go) = (Fake::default(), AtomicBool::new(false));
    let sender = Sender::new(&targets, &clock, Duration::from_secs(5), &go);
    for n in 0..6 {
        queue.add(for_targets(&[alert(n)], &targets), 0).unwrap();
        runtime().unwrap().block_on(sender.flush(&queue)).unwrap();
    }
    assert_eq!((server.heard().len(), clock.waits().len()), (6, 3));
}

#[test]
fn every_permanent_answer_is_tried_once_and_told_with_the_way_out() {
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
        (418, "what is this sesame-webhook", false),
        (302, "", false),
    ] {
        let server = Server::http(vec![Say::status(status, word), Say::ok()]);
        let (report, waits, queue, _folder) = send(&slack_at(&server), 2);
        assert_eq!(waits, [0; 0], "{word}");
        if unfit {
            // The message is put away, the next one goes.
            assert_eq!((report.sent, report.waiting, server.heard().len()), (1, 0, 2), "{word}");
            assert!(report.unfit[0].contains(word) && report.unfit[0].contains("StopLogging0 by actor-0"));
        } else {
            // Nothing more goes there, and nothing is lost.
            assert_eq!((report.sent, report.waiting, server.heard().len()), (0, 2, 1), "{word}");
            assert!(trouble(&report).contains(&format!("HTTP {status}")), "{report:?}");
            assert!(queue.waiting().unwrap().iter().all(|entry| !entry.begun));
        }
    }
}

#[test]
fn too_many_is_answered_with_the_wait_that_was_asked_for() {
    let server = Server::http(vec![Say::retry_after("1"), Say::ok()]);
    let (report, waits, ..) = send(&slack_at(&server), 1);
    assert_eq!((report.sent, server.heard().len(), waits), (1, 2, vec![1]));
    let server = Server::http(vec![Say::retry_after("86400"), Say::ok()]);
    let (report, waits, ..) = send(&slack_at(&server), 1);
    assert_eq!((report.sent, waits.len()), (1, 1));
    assert!((60..=65).contains(&waits[0]), "{waits:?}");
}

#[test]
fn a_fault_over_there_is_tried_three_times() {
    let down = || Say::status(500, "rollup_error");
    let server = Server::http(vec![down(), down(), Say::ok()]);
    let (report, waits, ..) = send(&slack_at(&server), 1);
    assert_eq!((report.sent, server.heard().len()), (1, 3));
    assert!(matches!(waits[..], [1, 2 | 3]), "{waits:?}");
    let heard = server.heard();
    assert_eq!(heard[0].body, heard[2].body, "a clear no is no reason to speak of a repetition");
    let server = Server::http(vec![down()]);
    let (report, _, queue, _folder) = send(&slack_at(&server), 2);
    assert_eq!((report.sent, report.waiting, server.heard().len()), (0, 2, 3));
    assert!(trouble(&report).contains("HTTP 500 rollup_error; it may work later"), "{report:?}");
    // Later it goes, as if nothing had been.
    let server = Server::http(vec![Say::ok()]);
    let (report, _) = flush_fake(&queue, &slack_at(&server));
    assert_eq!((report.sent, report.waiting), (2, 0));
    assert!(!server.heard()[0].body.contains("Sent again"));
}

#[test]
fn silence_and_a_reset_are_tried_again_and_the_message_says_so() {
    for (say, words) in [(Say::Hang, "no answer in time"), (Say::Reset, "")] {
        let server = Server::http(vec![say.clone(), Say::ok()]);
        let (report, ..) = send(&slack_at(&server), 1);
        assert_eq!((report.sent, server.heard().len()), (1, 2), "{say:?}");
        let heard = server.heard();
        assert!(heard[1].body.contains("Sent again after an interruption"), "{}", heard[1].body);
        let server = Server::http(vec![say]);
        let (report, _, queue, _folder) = send(&slack_at(&server), 1);
        assert_eq!((report.sent, report.waiting, server.heard().len()), (0, 1, 3));
        assert!(trouble(&report).contains(words), "{report:?}");
        assert!(queue.waiting().unwrap()[0].begun, "it may have arrived");
    }
}

#[test]
fn nobody_there_is_told_without_the_address() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let mut settings = Notify { trusted_hosts: vec![address.to_string()], ..Notify::default() };
    settings.slack.webhook = given(&format!("http://{address}/services/T0/B0/sesame"));
    let (report, waits, queue, _folder) = send(&Targets::of(&settings).unwrap(), 1);
    assert_eq!((report.waiting, waits.len()), (1, 2));
    assert!(trouble(&report).to_lowercase().contains("refused"), "{report:?}");
    assert!(!queue.waiting().unwrap()[0].begun, "it cannot have arrived");
}

#[test]
fn a_server_without_tls_gets_nothing() {
    // The address is trusted, and says https.
    let server = Server::http(vec![Say::ok()]);
    let mut settings = trusting(&server);
    settings.slack.webhook = given(&server.url().replace("http://", "https://"));
    let (report, ..) = send(&Targets::of(&settings).unwrap(), 1);
    assert_eq!((report.sent, report.waiting), (0, 1));
    assert!(server.heard().is_empty());
}

#[test]
fn the_web_api_says_no_with_status_200() {
    let api = |server: &Server| {
        let mut settings = trusting(server);
        settings.slack.token = given("xoxb-1-sesame");
        settings.slack.channel = Some("#alerts".into());
        settings.slack.api_url = format!("http://{}/api/chat.postMessage", server.address);
        Targets::of(&settings).unwrap()
    };
    let server = Server::http(vec![Say::status(200, "{\"ok\":true,\"ts\":\"1.2\"}")]);
    let (report, ..) = send(&api(&server), 1);
    assert_eq!(report.sent, 1);
    let heard = server.heard();
    assert_eq!(heard[0].header("Authorization"), Some("Bearer xoxb-1-sesame"));
    assert_eq!((&heard[0].json()["channel"], &heard[0].json()["parse"]), (&"#alerts".into(), &"none".into()));
    assert!(!heard[0].body.contains("sesame"));

    let server = Server::http(vec![Say::status(200, "{\"ok\":false,\"error\":\"not_in_channel\"}")]);
    let (report, ..) = send(&api(&server), 2);
    assert_eq!((report.sent, report.waiting, server.heard().len()), (0, 2, 1));
    assert!(trouble(&report).contains("not_in_channel; invite the bot"), "{report:?}");

    let late = Say::Answer(
        429,
        vec![("retry-after", "2".into())],
        "{\"ok\":false,\"error\":\"ratelimited\"}".into(),
    );
    let server = Server::http(vec![late, Say::status(200, "{\"ok\":true}")]);
    let (report, waits, ..) = send(&api(&server), 1);
    assert_eq!((report.sent, server.heard().len()), (1, 2));
    assert!(matches!(waits[..], [2 | 3]), "{waits:?}");
}

#[test]
fn a_server_of_ones_own_can_check_who_wrote() {
    let server = Server::http(vec![Say::status(503, ""), Say::status(204, "")]);
    let mut settings = trusting(&server);
    settings.webhook.url = given(&server.url());
    settings.webhook.secret = given("sesame-key");
    let (report, ..) = send(&Targets::of(&settings).unwrap(), 1);
    assert_eq!((report.sent, server.heard().len()), (1, 2));
    let heard = server.heard();
    for request in &heard {
        let timestamp = request.header(webhook::TIMESTAMP).unwrap().parse().unwrap();
        let expected = webhook::signature(&Secret::new("sesame-key"), timestamp, request.body.as_bytes());
        assert_eq!(request.header(webhook::SIGNATURE), Some(expected.as_str()));
    }
    assert_eq!(heard[0].header(webhook::DELIVERY), heard[1].header(webhook::DELIVERY));
    assert_eq!(heard[1].json()["alert"]["event"], "StopLogging0");
}

fn mail_to(server: &Server<String>) -> Notify {
    let mut settings = trusting(server);
    settings.trusted_hosts.push("127.0.0.1".into());
    settings.mail.host = Some(server.address.ip().to_string());
    settings.mail.port = Some(server.address.port());
    settings.mail.security = crate::config::notify::Security::None;
    settings.mail.from = Some("trailhound <alerts@example.com>".into());
    settings.mail.to = vec!["soc@example.com".into()];
    settings
}

#[test]
fn a_mail_server_takes_or_refuses_it() {
    let to = |server: &Server<String>| Targets::of(&mail_to(server)).unwrap();
    let server = Server::smtp(None);
    let (report, ..) = send(&to(&server), 2);
    assert_eq!((report.sent, report.trouble), (2, None));
    let mail = server.heard()[0].clone();
    assert!(mail.contains("Subject: ") && mail.contains("To: soc@example.com\r\n"), "{mail}");
    assert!(mail.contains("multipart/alternative") && mail.contains("text/html"), "{mail}");

    for (refuse, sent, waiting, unfit, words) in [
        (("RCPT", "550 no such user"), 0, 2, 0, "check notify.mail.from"),
        (("MAIL", "451 later"), 0, 2, 0, "it may work later"),
        ((".", "554 spam"), 0, 0, 2, ""),
        (("EHLO", "421 busy"), 0, 2, 0, "it may work later"),
    ] {
        let server = Server::smtp(Some(refuse));
        let (report, ..) = send(&to(&server), 2);
        assert_eq!((report.sent, report.waiting, report.unfit.len()), (sent, waiting, unfit), "{report:?}");
        assert!(trouble(&report).contains(words), "{report:?}");
    }
}

#[test]
fn a_mail_server_without_tls_gets_no_mail_and_no_password() {
    use crate::config::notify::Security;
    for security in [Security::StartTls, Security::Tls] {
        let server = Server::smtp(None);
        let mut settings = mail_to(&server);
        settings.mail.security = security;
        settings.mail.user = Some("alerts".into());
        settings.mail.password = given("sesame-password");
        let (report, ..) = send(&Targets::of(&settings).unwrap(), 1);
        assert_eq!((report.sent, report.waiting), (0, 1), "{report:?}");
        assert!(report.trouble.is_some());
        assert_eq!(server.heard(), [""; 0]);
    }
}

#[test]
fn one_target_in_trouble_holds_up_no_other() {
    let (well, ill) = (Server::http(vec![Say::ok()]), Server::http(vec![Say::status(404, "no_service")]));
    let mut settings = trusting(&well);
    settings.trusted_hosts.push(ill.address.to_string());
    settings.webhook.url = given(&well.url());
    settings.slack.webhook = given(&ill.url());
    let targets = Targets::of(&settings).unwrap();
    let (_folder, queue) = queue();
    queue.add(for_targets(&[alert(1), alert(2)], &targets), 0).unwrap();
    let reports = flush(&queue, &targets).unwrap().unwrap();
    let of = |place: &str| reports.iter().find(|report| report.place == place).unwrap();
    assert_eq!((of("webhook").sent, of("slack").sent, of("slack").waiting), (2, 0, 2));
    // A target that is gone is told, and keeps what waits for it.
    let reports = flush(&queue, &Targets::default()).unwrap().unwrap();
    assert_eq!((reports.len(), reports[0].waiting), (1, 2));
    assert!(trouble(&reports[0]).contains("not set up"));
}

#[test]
fn a_test_says_what_came_back_from_each() {
    let server = Server::http(vec![Say::ok(), Say::status(404, "no_service")]);
    let targets = slack_at(&server);
    let tested = test(&targets).unwrap();
    assert!(tested[0].arrived && tested[0].words == "sent");
    let tested = test(&targets).unwrap();
    assert!(!tested[0].arrived && tested[0].words.contains("HTTP 404 no_service; the webhook was revoked"));
    assert!(!format!("{tested:?}").contains("sesame"));
}

#[test]
fn a_target_gets_what_is_risky_enough_for_it() {
    let server = Server::http(vec![Say::ok()]);
    let mut settings = trusting(&server);
    settings.slack.webhook = given(&server.url());
    settings.webhook.url = given(&server.url());
    settings.webhook.min_level = Level::Critical;
    let targets = Targets::of(&settings).unwrap();
    let at = |level| Message::Alert(Box::new(Alert { level, ..Alert::default() }));
    let messages = [at(Level::Medium), at(Level::High), at(Level::Critical), Message::Test];
    let places: Vec<&str> = for_targets(&messages, &targets).map(|(place, _)| place).collect();
    assert_eq!(places, ["slack", "slack", "webhook", "slack", "webhook"]);
}

#[test]
fn a_preview_is_what_goes_out_and_shows_no_secret() {
    let server = Server::http(vec![Say::ok()]);
    let mut settings = mail_to(&Server::smtp(None));
    settings.trusted_hosts.push(server.address.to_string());
    settings.slack.webhook = given(&server.url());
    settings.webhook.url = given(&server.url());
    settings.webhook.secret = given("sesame-key");
    let targets = Targets::of(&settings).unwrap();
    let Message::Alert(mut one) = alert(1) else { panic!() };
    one.actor = "<!channel>\u{1b}]0;x\u{7}".into();
    let shown = preview(&one, &targets);
    assert!(!shown.contains("sesame") && !shown.contains('\u{1b}'), "{shown}");
    let slack = Targets(targets.0.iter().filter(|target| target.place() == "slack").cloned().collect());
    let shown = preview(&one, &slack);
    let (_folder, queue) = queue();
    queue.add(for_targets(&[Message::Alert(one.clone())], &slack), 0).unwrap();
    flush_fake(&queue, &slack);
    let json: serde_json::Value = serde_json::from_str(shown.split_once('\n').unwrap().1).unwrap();
    assert_eq!(json, server.heard()[0].json());
    assert!(preview(&one, &Targets::default()).contains("Slack would get"));
    let low = Alert { level: Level::Low, ..*one };
    assert!(preview(&low, &slack).contains("does not go out: it is low"));
}
