//! Rules as they are checked before anybody relies on them.

use super::help::{Folder, program, run};

const HEAD: &str =
    "title: T\nlevel: high\nlogsource: {product: aws, service: cloudtrail}\ntags: [attack.t1685.002]\n";
const TESTS: &str = "tests:\n  match: [{eventName: StopLogging}]\n";

/// What `rules check` says of one file with this after its head.
fn check(behind: &str) -> (i32, String) {
    let folder = Folder::new();
    let file = folder.file("rule.yml", format!("{HEAD}{behind}"));
    let ran = run(&["rules", "check", &file]);
    (ran.code, ran.out.replace(&file, "rule.yml"))
}

#[test]
fn a_name_that_is_never_logged_is_a_warning_with_its_line_and_the_way_out() {
    let rule = format!(
        "{TESTS}detection:\n  s:\n    eventName:\n      - StopLogging\n      - StopLoging\n  condition: s\n"
    );
    let said = "rule.yml:11: warning: no service is known to log an event `StopLoging`; did you mean `StopLogging`?\n\
        1 rule can be used, 0 faults, 1 warning and 0 notes in 1 file\n";
    assert_eq!(check(&rule), (1, said.to_owned()));
}

#[test]
fn what_could_be_better_is_a_note_and_no_reason_to_fail() {
    let detection = "detection:\n  s:\n    eventName: StopLogging\n  condition: s\n";
    let (code, said) = check(detection);
    assert_eq!(code, 0, "{said}");
    assert!(said.starts_with("rule.yml:1: note: no events of its own to test it with"), "{said}");
    let (code, said) = check(&format!("{TESTS}{detection}"));
    assert_eq!(
        (code, said.as_str()),
        (0, "1 rule can be used, 0 faults, 0 warnings and 0 notes in 1 file\n")
    );
}

#[test]
fn the_second_of_two_rules_that_look_for_the_same_is_named() {
    let folder = Folder::new();
    let rule = format!("{HEAD}{TESTS}detection:\n  s:\n    eventName: StopLogging\n  condition: s\n");
    folder.file("rules/a.yml", format!("id: a\n{rule}"));
    folder.file("rules/b.yml", format!("id: b\n{rule}"));
    let ran = run(&["rules", "check", &folder.path().join("rules").display().to_string()]);
    let first = ran.out.lines().next().unwrap_or_default();
    assert!(first.contains("b.yml:1: warning: this looks for the same as `T` in "), "{}", ran.out);
    assert!(first.ends_with("a.yml:1; leave one of them out"), "{first}");
    assert_eq!(ran.code, 1);
}

#[test]
fn the_way_out_that_a_placeholder_names_can_be_taken() {
    let folder = Folder::new();
    let detection = "detection:\n  s:\n    recipientAccountId|expand: '%own%'\n  condition: s\n";
    let rule = folder.file("rule.yml", format!("{HEAD}{detection}"));
    let known = folder.file("org.toml", "[placeholders]\nown = [\"111122223333\"]\n");
    for command in ["check", "list"] {
        let without = run(&["rules", command, &rule]);
        assert_eq!(without.code, 2, "{command}");
        assert!(without.err.contains("%own%"), "{}", without.err);
        let ran = program()
            .args(["rules", command, &rule])
            .env("TRAILHOUND_ENVIRONMENT_FILE", &known)
            .output()
            .unwrap();
        assert_eq!(ran.status.code(), Some(0), "{command}: {}", String::from_utf8_lossy(&ran.stderr));
    }
    for command in ["check", "test"] {
        let with = run(&["rules", command, &rule, "--environment-file", &known]);
        assert_eq!((with.code, with.err.as_str()), (0, ""), "{command}");
    }
}

#[test]
fn a_hostile_rule_cannot_write_to_the_terminal() {
    let rule = format!("{TESTS}detection:\n  s:\n    \"even\\eName\": \"\\e]0;x\"\n  condition: s\n");
    let (_, said) = check(&rule);
    assert!(said.contains('␛') && !said.contains('\u{1b}'), "{said}");
}
