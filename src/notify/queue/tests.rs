//! The queue over crashes, repetitions and many programs.

use super::*;
use crate::notify::message::{Alert, Keys};

const HOUR: i64 = 3_600_000;

struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn queue(&self) -> Queue {
        Queue::open(&self.0.path().join("notify")).unwrap()
    }

    fn journal(&self) -> PathBuf {
        self.0.path().join("notify/queue.jsonl")
    }
}

fn alert(rule: &str, actor: &str, hour: u8, id: u32) -> Message {
    Message::Alert(Box::new(Alert {
        rules: vec![rule.into()],
        actor: actor.into(),
        account: "111122223333".into(),
        time: format!("2026-03-02T{hour:02}:00:00Z"),
        event_id: id.to_string(),
        ..Alert::default()
    }))
}

fn add(queue: &Queue, message: &Message, now: i64) -> [u64; 4] {
    let added = queue.add([("slack", message)], now).unwrap();
    [added.queued, added.folded, added.known, added.full]
}

const QUEUED: [u64; 4] = [1, 0, 0, 0];
const FOLDED: [u64; 4] = [0, 1, 0, 0];
const KNOWN: [u64; 4] = [0, 0, 1, 0];

#[test]
fn alike_messages_become_one_and_the_same_is_told_once() {
    let place = Place::new();
    let queue = place.queue();
    assert_eq!(add(&queue, &alert("stop", "alice", 9, 1), 0), QUEUED);
    for (message, now, expected) in [
        // The same event.
        (alert("stop", "alice", 9, 1), 0, KNOWN),
        // The same rule, actor and hour, while the first one waits, however long that takes.
        (alert("stop", "alice", 9, 2), HOUR, FOLDED),
        (alert("stop", "alice", 9, 2), HOUR, KNOWN),
        // Another actor, within a minute; and that actor once more.
        (alert("stop", "bob", 9, 3), 59_999, FOLDED),
        (alert("stop", "bob", 9, 6), 59_999, FOLDED),
        // Beyond it.
        (alert("stop", "carol", 9, 4), 60_000, QUEUED),
        // Another rule.
        (alert("start", "alice", 9, 5), 0, QUEUED),
    ] {
        assert_eq!(add(&queue, &message, now), expected, "{message:?}");
    }
    let waiting = queue.waiting().unwrap();
    assert_eq!(waiting.len(), 3);
    assert_eq!(waiting[0].similar.words(), "+3 similar, also by bob");
    // Another target is told of its own.
    assert_eq!(queue.add([("mail", &alert("stop", "alice", 9, 1))], 0).unwrap().queued, 1);
}

#[test]
fn what_was_sent_is_not_sent_again() {
    let place = Place::new();
    let queue = place.queue();
    add(&queue, &alert("stop", "alice", 9, 1), 0);
    let entry = queue.begin(0).unwrap().unwrap();
    assert!(!entry.begun);
    // What is on its way takes in nothing.
    assert_eq!(add(&queue, &alert("stop", "alice", 9, 2), 0), KNOWN);
    assert_eq!(add(&queue, &alert("stop", "bob", 9, 3), 0), QUEUED);
    queue.sent(0).unwrap();
    for queue in [queue, place.queue()] {
        assert_eq!(queue.waiting().unwrap().len(), 1);
        assert_eq!(queue.begin(0).unwrap(), None);
        assert_eq!(add(&queue, &alert("stop", "alice", 9, 1), HOUR), KNOWN);
        assert_eq!(add(&queue, &alert("stop", "alice", 9, 2), HOUR), KNOWN);
    }
    // The next hour is another one.
    assert_eq!(add(&place.queue(), &alert("stop", "alice", 10, 9), 2 * HOUR), QUEUED);
}

#[test]
fn what_began_and_did_not_end_is_known_to_be_open() {
    let place = Place::new();
    add(&place.queue(), &alert("stop", "alice", 9, 1), 0);
    place.queue().begin(0).unwrap();
    assert!(place.queue().waiting().unwrap()[0].begun);
    place.queue().back(0).unwrap();
    assert!(!place.queue().waiting().unwrap()[0].begun);
    place.queue().drop(0, "unfit").unwrap();
    assert_eq!(place.queue().waiting().unwrap(), []);
}

#[test]
fn a_full_queue_takes_no_more_and_says_so() {
    let place = Place::new();
    let queue = Queue { most: 2, ..place.queue() };
    let messages: Vec<Message> = (0..5).map(|n| alert(&n.to_string(), "a", 9, n)).collect();
    let added = queue.add(messages.iter().map(|message| ("slack", message)), 0).unwrap();
    assert_eq!((added.queued, added.full), (2, 3));
    // What is alike still finds a place, and what was not kept is not known either.
    assert_eq!(add(&queue, &alert("1", "b", 9, 9), 0), FOLDED);
    queue.sent(0).unwrap();
    assert_eq!(add(&queue, &messages[4], 0), QUEUED);
}

/// Cuts the journal at every byte: whatever the crash left, each message is whole or absent, and the queue goes on.
#[test]
fn a_journal_that_a_crash_cut_off_is_read_as_far_as_it_goes() {
    let place = Place::new();
    for n in 0..3 {
        add(&place.queue(), &alert(&n.to_string(), "a", 9, n), 0);
    }
    place.queue().begin(0).unwrap();
    place.queue().sent(0).unwrap();
    let whole = std::fs::read(place.journal()).unwrap();
    for end in 0..=whole.len() {
        std::fs::write(place.journal(), &whole[..end]).unwrap();
        let lines = whole[..end].iter().filter(|byte| **byte == b'\n').count();
        let expected = [0, 1, 2, 3, 3, 2][lines];
        assert_eq!(place.queue().waiting().unwrap().len(), expected, "cut at {end}");
        if end % 7 == 0 {
            assert_eq!(add(&place.queue(), &alert("new", "a", 9, 99), 0), QUEUED);
            assert_eq!(place.queue().waiting().unwrap().len(), expected + 1);
        }
    }
}

#[test]
fn damage_in_the_middle_costs_its_line_alone() {
    let place = Place::new();
    for n in 0..3 {
        add(&place.queue(), &alert(&n.to_string(), "a", 9, n), 0);
    }
    let text = std::fs::read_to_string(place.journal()).unwrap();
    let mut lines: Vec<&str> = text.lines().collect();
    lines[1] = "{\"line\":\"add\",\u{0}";
    std::fs::write(place.journal(), lines.join("\n") + "\n").unwrap();
    let ids: Vec<u64> = place.queue().waiting().unwrap().iter().map(|entry| entry.id).collect();
    assert_eq!(ids, [0, 2]);
}

#[test]
fn a_long_journal_is_written_anew_and_forgets_nothing() {
    let place = Place::new();
    let queue = place.queue();
    add(&queue, &alert("kept", "a", 9, 0), 0);
    queue.begin(0).unwrap();
    add(&queue, &alert("gone", "a", 9, 1), 0);
    queue.sent(1).unwrap();
    let seen: Vec<Message> = (0..2100).map(|n| alert("gone", "a", 9, n + 10)).collect();
    let before = std::fs::metadata(place.journal()).unwrap().len();
    let added = queue.add(seen.iter().map(|message| ("slack", message)), 0).unwrap();
    assert_eq!(added.known, 2100);
    let text = std::fs::read_to_string(place.journal()).unwrap();
    assert_eq!(text.lines().count(), 3, "{before}");
    let waiting = place.queue().waiting().unwrap();
    assert_eq!((waiting.len(), waiting[0].id, waiting[0].begun), (1, 0, true));
    assert_eq!(add(&place.queue(), &alert("gone", "a", 9, 1), HOUR), KNOWN);
    assert_eq!(add(&place.queue(), &alert("new", "a", 9, 5000), HOUR), QUEUED);
    assert_eq!(place.queue().waiting().unwrap()[1].id, 2, "a number is given once");
}

#[test]
fn many_may_write_and_one_may_send() {
    let place = Place::new();
    let threads: Vec<_> = (0..8u32)
        .map(|thread| {
            let queue = place.queue();
            std::thread::spawn(move || {
                for n in 0..10 {
                    let id = thread * 100 + n;
                    assert_eq!(add(&queue, &alert(&id.to_string(), "a", 9, id), 0), QUEUED);
                }
            })
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    let waiting = place.queue().waiting().unwrap();
    assert_eq!(waiting.len(), 80);
    assert!(waiting.windows(2).all(|pair| pair[0].id < pair[1].id));
    let sending = place.queue().sending().unwrap();
    assert!(sending.is_some());
    assert!(place.queue().sending().unwrap().is_none());
    drop(sending);
    assert!(place.queue().sending().unwrap().is_some());
}

#[cfg(unix)]
#[test]
fn only_the_owner_may_look_into_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::new();
    add(&place.queue(), &alert("stop", "alice", 9, 1), 0);
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(place.journal().parent().unwrap()), mode(&place.journal())), (0o700, 0o600));
}

#[test]
fn messages_without_keys_never_become_one() {
    let place = Place::new();
    assert_eq!(Message::Test.keys("slack").map(|keys: Keys| keys.own), None);
    for _ in 0..2 {
        assert_eq!(add(&place.queue(), &Message::Test, 0), QUEUED);
    }
}

proptest::proptest! {
    #[test]
    fn no_journal_breaks_the_reader(text in "(?s)(\\{\"line\":\"(add|done|begin|next|fold|seen)\",\"(id|keys)\":[0-9\\[\\]]{1,20}\\}\n|.){0,20}") {
        let place = Place::new();
        place.queue();
        std::fs::write(place.journal(), &text).unwrap();
        let before = place.queue().waiting().unwrap().len();
        let added = place.queue().add([("slack", &alert("r", "a", 9, 1))], 0).unwrap();
        proptest::prop_assert_eq!((before, added.queued), (0, 1));
        proptest::prop_assert_eq!(place.queue().waiting().unwrap().len(), 1);
    }
}
