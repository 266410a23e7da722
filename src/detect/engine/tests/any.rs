//! Rules and records of all kinds: whatever is odd or not in them, each record hits what it hits by itself.

use proptest::prelude::*;

use super::*;

/// What rules ask of names; text of YAML.
const NAMES: [&str; 12] = [
    "GetUser",
    "ListUsers",
    "'null'",
    "null",
    "'5'",
    "'true'",
    "''",
    "PutObject",
    "'[1]'",
    "'1e3'",
    "Get*",
    "'*User*'",
];

/// What else they ask, of keys that come once each in a search.
const OTHERS: [&[&str]; 8] = [
    &["userAgent: '5'", "userAgent|contains: a"],
    &["awsRegion: us-east-1", "awsRegion|neq: eu"],
    &["errorCode: null", "errorCode|exists: true"],
    &["requestParameters.a: x", "requestParameters.a: null"],
    &["userIdentity.type: IAMUser", "userIdentity.userName|startswith: a"],
    &[
        "eventSource: iam.amazonaws.com",
        "eventSource: null",
        "eventSource: '5'",
        "eventSource|startswith: s3",
    ],
    // Words.
    &["readOnly: 'true'", "readOnly: false", "readOnly: null", "readOnly|exists: true"],
    &["managementEvent: true", "sessionCredentialFromConsole: 'true'"],
];

/// Without the keys whose values are words.
const NO_WORDS: usize = 6;

fn rule(keys: usize) -> impl Strategy<Value = String> {
    let name = (
        prop::sample::select(vec![
            "eventName",
            "eventName",
            "eventName",
            "eventName|neq",
            "eventName|endswith",
        ]),
        prop::sample::select(NAMES.to_vec()),
    );
    let others = prop::collection::vec((0..keys, any::<prop::sample::Index>()), 0..4);
    let conditions = prop::sample::select(CONDITIONS.to_vec());
    (prop::option::weighted(0.8, name), others, conditions).prop_map(|(name, others, condition)| {
        let mut items: Vec<String> = name.iter().map(|(key, name)| format!("{key}: {name}")).collect();
        let mut used = [false; OTHERS.len()];
        for (key, one) in others {
            if !std::mem::replace(&mut used[key], true) {
                items.push(OTHERS[key][one.index(OTHERS[key].len())].to_owned());
            }
        }
        if items.is_empty() {
            items.push("awsRegion: us-east-1".to_owned());
        }
        let beside =
            BESIDE.iter().filter(|(name, _)| condition.split([' ', '(', ')']).any(|word| word == *name));
        let beside: String = beside.map(|(name, search)| format!(", {name}: {search}")).collect();
        format!("detection: {{s: {{{}}}{beside}, condition: {condition}}}\n", items.join(", "))
    })
}

/// Searches that stand beside that of a rule, where its condition names them: of columns, and within records.
const BESIDE: [(&str, &str); 3] = [
    ("t", "{userAgent: '5', eventName: GetUser}"),
    ("u", "{requestParameters.a|fieldref: awsRegion}"),
    ("v", "{eventName: [ListUsers, PutObject]}"),
];

/// What a search comes to beside others that decide, or cannot.
const CONDITIONS: [&str; 10] = [
    "s",
    "s",
    "s",
    "not s",
    "s and not t",
    "s or t",
    "(s and not t) or (v and not u)",
    "2 of them or (t and u and v)",
    "not (s or u) and v",
    "(s and u) or not (v or t)",
];

/// Rules that ask for words, and rules that do not: these have a shorter way.
fn rules() -> impl Strategy<Value = String> {
    prop::sample::select(vec![NO_WORDS, OTHERS.len()])
        .prop_flat_map(|keys| prop::collection::vec(rule(keys), 1..14))
        .prop_map(|rules| {
            let all = rules.iter().enumerate();
            all.map(|(n, rule)| format!("---\ntitle: r{n}\nid: r{n}\n{rule}")).collect()
        })
}

fn value() -> impl Strategy<Value = Value> {
    prop::sample::select(vec![
        json!("GetUser"),
        json!("ListUsers"),
        json!("PutObject"),
        json!("iam.amazonaws.com"),
        json!("s3.amazonaws.com"),
        json!("null"),
        json!(null),
        json!(5),
        json!("5"),
        json!(true),
        json!("true"),
        json!(""),
        json!("[1]"),
        json!([1]),
        json!("1e3"),
        json!(1e3),
        json!(["GetUser"]),
        json!({"a": 1}),
        json!("Odd\u{fffd}"),
    ])
}

fn word() -> impl Strategy<Value = Value> {
    prop::sample::select(vec![
        json!(true),
        json!(false),
        json!("true"),
        json!("false"),
        json!("maybe"),
        json!(null),
        json!(7),
        json!(""),
    ])
}

/// What an event has that is not as in the others.
fn more() -> impl Strategy<Value = Value> {
    let values = ["eventName", "eventSource", "userAgent", "awsRegion", "errorCode"];
    let words = ["readOnly", "managementEvent", "sessionCredentialFromConsole"];
    let parameters =
        vec![json!({"a": "x"}), json!({"a": "us-east-1"}), json!(null), json!({"b": 1}), json!([{"a": "x"}])];
    let identities = vec![json!(null), json!("x"), json!([{"type": "IAMUser"}]), json!({"type": 5})];
    let some = |strategy: BoxedStrategy<Value>| prop::option::weighted(0.3, strategy);
    (
        values.map(|_| some(value().boxed())),
        words.map(|_| some(word().boxed())),
        some(prop::sample::select(parameters).boxed()),
        some(prop::sample::select(identities).boxed()),
    )
        .prop_map(move |(of_values, of_words, parameters, identity)| {
            let mut more = json!({});
            let pairs = values.iter().zip(of_values).chain(words.iter().zip(of_words));
            let pairs = pairs.chain([(&"requestParameters", parameters), (&"userIdentity", identity)]);
            for (key, value) in pairs.filter_map(|(key, value)| Some((key, value?))) {
                more[*key] = value;
            }
            more
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn records_hit_what_they_hit_one_by_one(rules in rules(), records in prop::collection::vec(more(), 1..700)) {
        let records: Vec<Value> = records.iter().enumerate().map(|(n, more)| event(n, more)).collect();
        agrees(&rules, &records);
    }
}
