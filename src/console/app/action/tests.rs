//! What can be asked, how it is written, and what is said of what cannot.

use proptest::prelude::*;

use super::*;
use crate::event::field::Field;

#[test]
fn actions_are_read_and_written_alike() {
    for (text, action) in [
        ("quit", Action::Quit),
        ("view events", Action::View(View::Events)),
        ("sort", Action::Sort(None)),
        ("sort risk", Action::Sort(Some(Sort::by(Field::Risk)))),
        ("preset last-hour", Action::Preset(Some(Preset::LastHour))),
        ("pivot event-name", Action::Pivot(Some(Pivot::EventName))),
        ("filter risk>=50 service:iam", Action::Filter(Some("risk>=50 service:iam".parse().unwrap()))),
        ("sort -time", Action::Sort(Some(Sort { by: Field::Time, descending: true }))),
        ("frequency region", Action::Frequency(Some(FieldRef::Column(Field::Region)))),
        ("fold open-all", Action::Fold(Fold::OpenAll)),
    ] {
        assert_eq!(Action::parse(text), Ok(action.clone()));
        assert_eq!(action.to_string(), text);
    }
    assert_eq!(Action::parse("  sort   eventTime "), Ok(Action::Sort(Some(Sort::by(Field::Time)))));
}

#[test]
fn what_cannot_be_read_says_what_was_meant() {
    for (text, said) in [
        ("", "must name an action"),
        ("srot risk", "no such action; did you mean \"sort\"?"),
        ("explode", "no such action"),
        ("sort rsik", "there is no field rsik; did you mean \"sort risk\"?"),
        (
            "sort requestParameters.x",
            "requestParameters.x is no column of the table, only a path for queries",
        ),
        (
            "sort file",
            "rows cannot be sorted by file, only by risk, time, event, service, actor, ip, region, account, \
                       outcome, agent, target, key",
        ),
        ("frequency regoin", "there is no field regoin; did you mean \"frequency region\"?"),
        ("filter outcom:denied", "no field is called `outcom`; did you mean \"filter outcome:denied\"?"),
        ("view event", "no such view; did you mean \"view events\"?"),
        ("view", "needs a view after its name: actors, events, profile, anomalies, rules, case, sources"),
        ("copy all", "no such kind; there are value, id, json, arn, command, lookup, link"),
        ("preset last-houre", "no such preset; did you mean \"preset last-hour\"?"),
        ("quit now", "takes nothing after its name, found now; did you mean \"quit\"?"),
        ("Quit", "no such action; did you mean \"quit\"?"),
    ] {
        assert_eq!(Action::parse(text).unwrap_err().to_string(), said, "{text}");
    }
}

#[test]
fn every_action_has_a_name_of_its_own_in_kebab_case_and_a_line_about_it() {
    let mut seen = Vec::new();
    for info in ACTIONS {
        let kebab = info.name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
        assert!(kebab && !seen.contains(&info.name), "{}", info.name);
        assert!(!info.about.is_empty() && info.about.len() < 90, "{}", info.name);
        seen.push(info.name);
    }
}

#[test]
fn the_palette_offers_every_action_and_every_argument() {
    let commands = commands();
    let lines: Vec<&str> = commands.iter().map(|command| command.line.as_str()).collect();
    for info in ACTIONS {
        assert!(commands.iter().any(|command| command.action.name() == info.name), "{}", info.name);
    }
    for line in [
        "quit",
        "view case",
        "sort",
        "sort account",
        "frequency first-seen",
        "preset",
        "preset writes",
        "filter",
        "edit home",
    ] {
        assert!(lines.contains(&line), "{line}");
    }
    assert!(!lines.contains(&"view") && !lines.contains(&"move"));
    let expected: usize = ACTIONS.iter().map(catalog_lines).sum();
    assert_eq!(commands.len(), expected);
    for command in &commands {
        assert_eq!(command.action.to_string(), command.line);
        assert!(!command.about.is_empty());
    }
}

fn catalog_lines(info: &ActionInfo) -> usize {
    let Some(argument) = info.argument else { return 1 };
    argument.choices().len() + usize::from(!argument.needed)
}

#[test]
fn the_line_about_an_action_knows_its_argument() {
    let about = |text: &str| Action::parse(text).unwrap().about();
    assert_eq!(about("move down"), "moves the cursor: one row down");
    assert_eq!(about("sort risk"), "sorts the list: the risk points, 0-100");
    assert_eq!(about("sort"), "sorts the list; without a field, asks by which; a - in front turns it round");
    assert_eq!(about("filter x"), "filters by a query as you type it");
}

#[test]
fn what_is_not_there_yet_says_what_it_comes_with() {
    let later = |text: &str| Action::parse(text).unwrap().later();
    assert_eq!(later("mark"), None);
    assert_eq!(later("sort risk"), None);
}

#[test]
fn every_preset_is_a_query() {
    for preset in Preset::ALL {
        let query = crate::query::parse(preset.query());
        assert!(query.is_ok_and(|query| !query.is_all()), "{}", preset.name());
    }
}

proptest! {
    #[test]
    fn no_text_breaks_the_reader(text: String) {
        let _ = Action::parse(&text);
    }
}
