//! The thread that sends for the console: nobody waits for it, and it loses nothing.

use super::*;
use crate::notify::notifier::{News, Notifier};

const SOON: Duration = Duration::from_secs(30);

fn start(queue: &Queue, targets: Targets) -> Notifier {
    Notifier::with_clock(queue.clone(), targets, Arc::new(Fake::default()), Duration::from_millis(300))
        .unwrap()
}

/// Waits for news.
fn news(notifier: &Notifier) -> Vec<News> {
    let began = std::time::Instant::now();
    loop {
        let news = notifier.news();
        if !news.is_empty() || began.elapsed() > SOON {
            return news;
        }
        std::thread::yield_now();
    }
}

#[test]
fn what_is_handed_over_is_sent_and_told() {
    let server = Server::http(vec![Say::ok()]);
    let (_folder, queue) = queue();
    queue.add([("slack", &alert(1))], 0).unwrap();
    let notifier = start(&queue, slack_at(&server));
    server.wait_for(1);
    notifier.enqueue(vec![alert(2), alert(3)]).unwrap();
    server.wait_for(3);
    assert!(matches!(&news(&notifier)[0], News::Sent(reports) if reports[0].sent >= 1));
    assert!(notifier.close(SOON));
    assert_eq!(queue.waiting().unwrap(), []);
}

#[test]
fn what_cannot_be_sent_waits_on_disk() {
    let server = Server::http(vec![Say::status(404, "no_service")]);
    let (_folder, queue) = queue();
    let notifier = start(&queue, slack_at(&server));
    notifier.enqueue(vec![alert(1), alert(2)]).unwrap();
    let told = news(&notifier);
    assert!(matches!(&told[0], News::Sent(reports) if reports[0].trouble.is_some()), "{told:?}");
    assert!(notifier.close(SOON));
    assert_eq!(queue.waiting().unwrap().len(), 2);
}

#[test]
fn what_is_handed_over_just_before_the_end_is_kept() {
    let server = Server::http(vec![Say::Hang]);
    let (_folder, queue) = queue();
    let notifier = start(&queue, slack_at(&server));
    for n in 0..50 {
        notifier.enqueue(vec![alert(n)]).unwrap();
    }
    assert!(notifier.close(SOON));
    assert_eq!(queue.waiting().unwrap().len(), 50);
}

#[test]
fn a_queue_that_cannot_be_used_is_told() {
    let server = Server::http(vec![Say::ok()]);
    let (folder, queue) = queue();
    std::fs::remove_dir_all(folder.path().join("queue")).unwrap();
    let notifier = start(&queue, slack_at(&server));
    notifier.enqueue(vec![alert(1)]).unwrap();
    assert!(matches!(&news(&notifier)[0], News::Trouble(why) if why.contains("queue of messages")));
    assert!(notifier.close(SOON));
}
