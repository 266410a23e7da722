//! What the console is told of sources that grow.

use std::collections::BTreeMap;

use super::*;
use crate::investigation::growing::Growing;
use crate::score::Level;
use crate::source::{Listing, Object, Place};

fn listing(n: usize) -> Listing {
    let text = format!(
        r#"{{"Records":[{{"eventVersion":"1.08","userIdentity":{{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/ann","accountId":"111122223333","userName":"ann"}},"eventTime":"2026-03-02T09:0{n}:00Z","eventSource":"cloudtrail.amazonaws.com","eventName":"StopLogging","awsRegion":"eu-west-1","sourceIPAddress":"203.0.113.9","userAgent":"x","requestParameters":null,"responseElements":null,"eventID":"00000000-0000-4000-8000-00000000000{n}","eventType":"AwsApiCall","recipientAccountId":"111122223333"}}]}}"#
    );
    let object =
        Object { name: format!("{n}.json"), place: Place::Memory(text.into_bytes().into()), found: true };
    Box::new(std::iter::once(Ok(object)))
}

#[test]
fn what_comes_is_judged_and_told_by_the_rules_that_are_wanted_by_now() {
    let shipped = Judgment::shipped();
    let (send, mut alerts) = mpsc::unbounded_channel();
    let args = FollowArgs { notify_level: Some("low".to_owned()), ..FollowArgs::default() };
    let following = Following { args, controls: Arc::default(), rules: Arc::default(), alerts: send };
    let (send, snapshots) = watch::channel(None);
    let alarm = Mutex::new(Alarm::new(&following.args).unwrap());
    let telling = Telling { send, alarm, rules: following.rules.clone(), alerts: following.alerts.clone() };
    let options = Options { threads: 1, ..Options::default() };
    let mut growing = Growing::new(options, shipped.clone(), Arc::default());
    assert!(telling.take(News::Begun(growing.begin(listing(0), &|_| {}))));
    assert!(telling.take(News::Grown(growing.go_on(listing(1)).unwrap())));
    let told = alerts.try_recv().unwrap();
    assert!(!told[0].rules.is_empty(), "{told:?}");
    let every: BTreeMap<String, bool> =
        shipped.rules.infos().iter().map(|rule| (rule.id.clone(), true)).collect();
    let muted = Arc::new(shipped.rules.with_muted(&every));
    following.ruler()(muted.clone());
    assert!(telling.take(News::Grown(growing.go_on(listing(2)).unwrap())));
    for alert in alerts.try_recv().into_iter().flatten() {
        assert!(alert.rules.is_empty() && alert.level < Level::Critical, "{alert:?}");
    }
    let shown = snapshots.borrow().clone().unwrap();
    assert!(Arc::ptr_eq(&shown.judgment.rules, &muted) && shown.event_count() == 3);
    drop(snapshots);
    assert!(!telling.take(News::Grown(growing.go_on(listing(3)).unwrap())), "nobody listens");
    assert!(alerts.try_recv().is_err(), "another run tells of it");
}
