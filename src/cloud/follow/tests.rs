use super::*;
use crate::cloud::s3::Meta;

fn meta(key: &str, etag: &str) -> Meta {
    Meta { key: key.to_owned(), etag: etag.to_owned(), size: 1, modified: Time::UNKNOWN }
}

#[test]
fn a_folder_is_listed_from_a_while_before_its_newest_key() {
    let folder = "AWSLogs/1/CloudTrail/us-east-1/2026/03/02/";
    let key = |stamp: &str| format!("{folder}111122223333_CloudTrail_us-east-1_{stamp}Z_x.json.gz");
    let taken = Taken::default();
    taken.look();
    for stamp in ["20260302T1041", "20260302T0900"] {
        assert_eq!(taken.wants(&meta(&key(stamp), "a")), Ok(true));
        taken.took(&meta(&key(stamp), "a"));
    }
    assert_eq!(taken.after(folder), None, "the first look is at everything");
    taken.look();
    let after = taken.after(folder).unwrap();
    assert!(after > key("20260302T0900") && after < key("20260302T0941"), "{after}");
    assert_eq!(taken.after("elsewhere/"), None);
    assert_eq!(taken.wants(&meta(&key("20260302T1041"), "a")), Ok(false));
    assert_eq!(taken.wants(&meta(&key("20260302T1041"), "b")), Ok(true), "another object under the same key");
    for _ in 2..FROM_THE_BEGINNING + 1 {
        taken.look();
    }
    assert_eq!(taken.after(folder), None, "now and then everything is looked at");
    let _ = taken.wants(&meta(&key("20260302T1041"), "b"));
    taken.listed();
    assert_eq!(taken.lock().objects.len(), 1, "what was not listed is forgotten");
}

#[test]
fn what_could_not_be_had_is_wanted_again_later_each_time_and_told_meanwhile() {
    let (taken, object) = (Taken::default(), meta("a/b.json", "a"));
    let mut tried = Vec::new();
    for look in 1..=60 {
        taken.look();
        match taken.wants(&object) {
            // It is taken first; then its body breaks.
            Ok(true) => {
                tried.push(look);
                taken.took(&object);
                taken.failed(&object, "the line broke".to_owned());
            }
            other => assert_eq!(other, Err("the line broke".to_owned())),
        }
    }
    assert_eq!(tried, [1, 2, 4, 8, 16, 31, 46]);
    assert_eq!(taken.after("a/"), None, "its folder is listed from the beginning");
    assert_eq!(taken.wants(&meta("a/b.json", "b")), Ok(true), "another object under the same key");
    taken.took(&object);
    assert_eq!((taken.wants(&object), taken.lock().failed.len()), (Ok(false), 0));
}
