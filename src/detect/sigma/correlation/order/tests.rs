use super::super::super::yaml::documents;
use super::*;

/// Correlations, each given as `name: rule rule`, the first line of each in the file of its name.
fn all(list: &[&str]) -> Vec<Correlation> {
    let one = |text: &&str| {
        let (name, rules) = text.split_once(": ").unwrap();
        let rules = rules.replace(' ', ", ");
        let text = format!(
            "title: T\nid: {name}-id\nname: {name}\ncorrelation:\n  type: temporal\n  timespan: 1s\n  rules: [{rules}]\n"
        );
        Correlation::read(&format!("{name}.yml"), &documents(&text).0[0]).unwrap()
    };
    list.iter().map(one).collect()
}

const KNOWN: [Known<'_>; 3] = [
    Known { id: "r1", name: Some("login") },
    Known { id: "r2", name: None },
    Known { id: "r3", name: Some("login_failed") },
];

fn said(resolved: &Resolved) -> Vec<String> {
    resolved.faults.iter().map(ToString::to_string).collect()
}

#[test]
fn whatever_is_referred_to_comes_first() {
    let mut correlations = all(&["top: middle-id r2", "middle: low login", "low: r1 login_failed"]);
    let resolved = resolve(&mut correlations, &KNOWN);
    assert_eq!((said(&resolved), resolved.order), (vec![], vec![2, 1, 0]));
    assert_eq!(resolved.links[0], [Link::Correlation(1), Link::Rule(1)]);
    assert_eq!(resolved.links[2], [Link::Rule(0), Link::Rule(2)]);
}

#[test]
fn a_reference_to_nothing_costs_what_depends_on_it_and_no_more() {
    let mut correlations = all(&["bad: logn r2", "on: bad", "over: on", "good: r1"]);
    let resolved = resolve(&mut correlations, &KNOWN);
    assert_eq!(resolved.order, [3]);
    assert!(resolved.links[..3].iter().all(Vec::is_empty));
    assert_eq!(
        said(&resolved),
        [
            "bad.yml:7: there is no rule with the id or name `logn`; did you mean `login`?",
            "on.yml:1: it refers to `bad-id`, which cannot be used; mend that one first",
            "over.yml:1: it refers to `on-id`, which cannot be used; mend that one first",
        ]
    );
}

#[test]
fn circles_are_shown_and_the_rest_stays() {
    let mut correlations = all(&["a: b r1", "b: c", "c: a", "self: self", "above: a", "good: r1"]);
    let resolved = resolve(&mut correlations, &KNOWN);
    assert_eq!(resolved.order, [5]);
    let said = said(&resolved);
    assert_eq!(said.len(), 5);
    for (n, shown) in [
        (0, "a.yml:1: its references lead in a circle: `a-id` -> `b-id` -> `c-id` -> `a-id`; take one"),
        (3, "circle: `self-id` -> `self-id`"),
        (4, "circle: `above-id` -> `a-id` -> `b-id` -> `c-id` -> `a-id`"),
    ] {
        assert!(said[n].contains(shown), "{said:?}");
    }
}

#[test]
fn a_name_of_several_rules_is_not_guessed_at() {
    let twice = [Known { id: "r1", name: Some("login") }, Known { id: "r2", name: Some("login") }];
    let resolved = resolve(&mut all(&["a: login", "b: r1"]), &twice);
    assert_eq!(resolved.order, [1]);
    assert!(said(&resolved)[0].contains("several rules have the name `login`"));
}

fn aliased(aliases: &str) -> Vec<Correlation> {
    let text = format!(
        "title: T\ncorrelation:\n  type: temporal\n  timespan: 1s\n  rules: [r1, login_failed]\n  group-by: [ip]\n  aliases:\n    ip: {aliases}\n"
    );
    vec![Correlation::read("c.yml", &documents(&text).0[0]).unwrap()]
}

#[test]
fn aliases_name_rules_by_id_or_name_whatever_the_list_says() {
    let mut correlations = aliased("{login: sourceIPAddress, login_failed: requestParameters.ip}");
    assert_eq!(said(&resolve(&mut correlations, &KNOWN)), [""; 0]);
    let fields: Vec<String> = (0..2).map(|rule| correlations[0].group_fields(rule)[0].join(".")).collect();
    assert_eq!(fields, ["sourceIPAddress", "requestParameters.ip"]);
}

#[test]
fn aliases_that_leave_a_rule_out_or_name_another_are_faults() {
    for (aliases, reason) in [
        ("{login: a}", "c.yml:8: the alias `ip` names no field of `login_failed`; add `login_failed: field`"),
        (
            "{login: a, login_failde: b}",
            "names `login_failde`, which `rules` does not; did you mean `login_failed`?",
        ),
        ("{login: a, r2: b, login_failed: c}", "names `r2`, which `rules` does not"),
    ] {
        let resolved = resolve(&mut aliased(aliases), &KNOWN);
        assert!(said(&resolved)[0].contains(reason), "{aliases}: {:?}", said(&resolved));
        assert_eq!(resolved.order, [0; 0]);
    }
}

#[test]
fn ten_thousand_in_one_circle_are_told_quickly() {
    let list: Vec<String> = (0..10_000).map(|n| format!("c{n}: c{}", (n + 1) % 10_000)).collect();
    let list: Vec<&str> = list.iter().map(String::as_str).collect();
    let resolved = resolve(&mut all(&list), &[]);
    assert_eq!((resolved.order.len(), resolved.faults.len()), (0, 10_000));
    assert!(resolved.faults[0].reason.contains("-> ..."));
}
