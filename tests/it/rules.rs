//! Rules as they are checked before anybody relies on them.

use super::help::{Folder, program, run};

const HEAD: &str =
    "title: T\nlevel: high\nlogsource: {product: aws, service: cloudtrail}\ntags: [attack.t1685.002]\n";
const TESTS: &str = "tests:\n  matches: [{what: W, event: {eventSource: cloudtrail.amazonaws.com, eventName: StopLogging}}]\n";

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
fn a_file_without_a_rule_is_told() {
    let folder = Folder::new();
    for text in ["", "# nothing yet\n---\n"] {
        let file = folder.file("rule.yml", text);
        let ran = run(&["rules", "check", &file]);
        let said = "rule.yml:1: note: there is no rule in this file\n0 rules can be used, 0 faults, 0 warnings and 1 note in 1 file\n";
        assert_eq!((ran.code, ran.out.replace(&file, "rule.yml")), (0, said.to_owned()));
    }
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

#[test]
fn what_is_wrong_with_examples_is_told_and_the_others_are_run() {
    let detection = "detection:\n  s:\n    eventName: StopLogging\n  condition: s\n";
    let event = "event: {eventSource: cloudtrail.amazonaws.com, eventName: Other}";
    let tests = format!("tests:\n  matches:\n    - {event}\n    - what: other\n      {event}\n");
    let folder = Folder::new();
    for (tests, fault, checked, tested) in [
        (tests.as_str(), "rule.yml:7: an example needs `what`", ", 1 fault,", "1 example, 1 failure;"),
        ("tests: foo\n", "rule.yml:5: tests takes a map", ", 1 fault,", "0 examples, 0 failures;"),
    ] {
        let file = folder.file("rule.yml", format!("{HEAD}{tests}{detection}"));
        for (command, said) in [("check", checked), ("test", tested)] {
            let ran = run(&["rules", command, &file]);
            assert!(ran.err.contains(fault), "{command}: {}", ran.err);
            assert!(ran.out.contains(said), "{command}: {}", ran.out);
            assert_eq!(ran.code, 2, "{command}");
        }
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_cannot_be_read_costs_only_itself() {
    let folder = Folder::new();
    let rule = format!("id: a\n{HEAD}{TESTS}detection:\n  s:\n    eventName: StopLogging\n  condition: s\n");
    folder.file("rules/a.yml", rule);
    let rules = folder.path().join("rules");
    std::os::unix::fs::symlink("nowhere", rules.join("b.yml")).unwrap();
    std::os::unix::fs::symlink("a.yml", rules.join("notes.txt")).unwrap();
    let ran = run(&["rules", "check", &rules.display().to_string()]);
    assert!(ran.err.contains("b.yml:1: cannot be read: No such file"), "{}", ran.err);
    assert!(ran.err.contains("take it out of the folder"), "{}", ran.err);
    assert!(
        ran.out.ends_with("1 rule can be used, 1 fault, 0 warnings and 0 notes in 1 file\n"),
        "{}",
        ran.out
    );
    assert_eq!(ran.code, 2);
}

#[test]
fn what_only_serves_others_is_counted_apart() {
    let folder = Folder::new();
    let single = format!(
        "id: a\nname: a\n{HEAD}{TESTS}detection:\n  s:\n    eventName: StopLogging\n  condition: s\n"
    );
    let several = "---\ntitle: C\nid: c\ncorrelation:\n  type: event_count\n  rules: [RULE]\n  timespan: 1h\n  condition: {gte: 2}\n";
    let lost = several.replace("id: c", "id: lost").replace("RULE", "nobody");
    let file = folder.file("rule.yml", format!("{single}{}{lost}", several.replace("RULE", "a")));
    let ran = run(&["rules", "check", &file]);
    assert!(
        ran.out.contains("2 rules can be used (1 only serve others and stand in no list), 1 fault"),
        "{}",
        ran.out
    );
    let ran = run(&["rules", "list", &file]);
    assert_eq!((ran.out.lines().count(), ran.code), (1, 2), "{}", ran.out);
}

#[test]
fn a_file_of_ones_own_stands_in_for_a_built_in_one_only_where_it_can_be_used() {
    const BUILT_IN: &str = "trail-logging-stopped.yml";
    let folder = Folder::new();
    let home = folder.path().join("config");
    let list = || {
        let ran = program().args(["rules", "list"]).env("XDG_CONFIG_HOME", &home).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (text(&ran.stdout), text(&ran.stderr), ran.status.code())
    };
    let file = format!("config/trailhound/rules/{BUILT_IN}");
    let (all, _, _) = list();
    folder.file(&file, "# nothing\n");
    let (idle, said, code) = list();
    assert_eq!((idle.as_str(), code), (all.as_str(), Some(2)));
    assert!(said.contains("so the built-in one stays in force") && said.contains("--exclude-rule"), "{said}");
    let own =
        format!("id: mine\n{HEAD}{TESTS}detection:\n  s:\n    eventName: StopLogging\n  condition: s\n");
    folder.file(&file, own);
    let (own, said, code) = list();
    assert_eq!((own.lines().count(), code), (all.lines().count(), Some(0)), "{said}");
    assert!(own.contains(" mine ") && said.contains("stands in for the built-in rules/"), "{said}");
}
