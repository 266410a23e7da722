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
        assert!(taken.wants(&meta(&key(stamp), "a")));
        taken.took(&meta(&key(stamp), "a"));
    }
    assert_eq!(taken.after(folder), None, "the first look is at everything");
    taken.look();
    let after = taken.after(folder).unwrap();
    assert!(after > key("20260302T0900") && after < key("20260302T0941"), "{after}");
    assert_eq!(taken.after("elsewhere/"), None);
    assert!(!taken.wants(&meta(&key("20260302T1041"), "a")));
    assert!(taken.wants(&meta(&key("20260302T1041"), "b")), "another object under the same key");
    for _ in 2..FROM_THE_BEGINNING + 1 {
        taken.look();
    }
    assert_eq!(taken.after(folder), None, "now and then everything is looked at");
    taken.wants(&meta(&key("20260302T1041"), "b"));
    taken.listed();
    assert_eq!(taken.lock().objects.len(), 1, "what was not listed is forgotten");
}
