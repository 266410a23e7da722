use super::*;

fn alert(actor: &str, time: &str, id: &str) -> Message {
    Message::Alert(Box::new(Alert {
        rules: vec!["A trail was stopped".into()],
        actor: actor.into(),
        time: time.into(),
        event_id: id.into(),
        account: "111122223333".into(),
        ..Alert::default()
    }))
}

#[test]
fn what_is_the_same_within_an_hour_has_one_key() {
    let keys = |actor: &str, time: &str, id: &str| alert(actor, time, id).keys("slack").unwrap();
    let first = keys("alice", "2026-03-02T09:10:00Z", "1");
    for (other, own, same, alike) in [
        (keys("alice", "2026-03-02T09:10:00Z", "1"), true, true, true),
        (keys("alice", "2026-03-02T09:50:00Z", "2"), false, true, true),
        (keys("alice", "2026-03-02T10:10:00Z", "3"), false, false, true),
        (keys("bob", "2026-03-02T09:10:00Z", "4"), false, false, true),
    ] {
        assert_eq!(
            (first.own == other.own, first.same == other.same, first.alike == other.alike),
            (own, same, alike)
        );
    }
    assert_ne!(first, alert("alice", "2026-03-02T09:10:00Z", "1").keys("mail").unwrap());
    assert_eq!(Message::Test.keys("slack"), None);
}

#[test]
fn similar_ones_are_counted_and_others_named() {
    let Message::Alert(first) = alert("alice", "", "1") else { panic!() };
    let mut similar = Similar::default();
    assert_eq!(similar.words(), "");
    for actor in ["alice", "bob", "bob", "carol", "dave", "erin", ""] {
        similar.add(&first, &Alert { actor: actor.into(), ..Alert::default() });
    }
    assert_eq!(similar.words(), "+7 similar, also by bob, carol, dave");
}

#[test]
fn a_message_is_read_as_it_was_written() {
    let huge = Alert {
        level: Level::Critical,
        title: "字".repeat(5000),
        rules: vec!["x".repeat(5000); 50],
        ..Alert::default()
    };
    let message = Message::Alert(Box::new(huge.cut()));
    let text = serde_json::to_string(&message).unwrap();
    assert!(text.len() < 20_000);
    assert_eq!(serde_json::from_str::<Message>(&text).unwrap(), message);
    assert_eq!(
        serde_json::from_str::<Message>("{\"alert\":{\"level\":\"high\",\"later\":1}}").unwrap(),
        Message::Alert(Box::new(Alert { level: Level::High, ..Alert::default() }))
    );
}

#[test]
fn the_counts_of_a_run_are_those_of_the_log() {
    let inv = crate::investigation::load(
        crate::notify::tests::demo(),
        crate::ingest::worker::Options::default(),
        crate::investigation::Judgment::shipped(),
        std::sync::Arc::default(),
        &|_| {},
    );
    let summary = RunSummary::of(&inv);
    assert_eq!(summary.total_events, inv.event_count());
    assert!(summary.average_risk > 0.0 && summary.average_risk < 100.0);
    assert!(!summary.anomalous_users.is_empty() && summary.anomalous_users.len() <= 3);
    let row = inv.table.rows().find(|row| row.event() == "StopLogging").unwrap();
    let alert = Alert::of_row(&inv, &row);
    assert_eq!((alert.event.as_str(), alert.score), ("StopLogging", row.risk()));
    assert_eq!(alert.level, rank::level_of(&row));
    assert_eq!(alert.event_id, row.id());
    assert!(!alert.rules.is_empty() && alert.factors.len() <= 3 && !alert.factors.is_empty());
    assert!(alert.factors[0].starts_with('+'), "{:?}", alert.factors);
    assert_eq!(alert.title, alert.rules[0]);
}

#[test]
fn points_are_told_where_the_level_comes_of_them() {
    let standing = |level, score| Alert { level, score, ..Alert::default() }.standing();
    assert_eq!(standing(Level::High, 85), "HIGH 85");
    assert_eq!(standing(Level::High, 0), "HIGH");
}
