//! Many rules from many files: what can be used, and what cannot with the reason.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZero;

use super::correlation::{self, Correlation, Known, Resolved};
use super::filter::Filter;
use super::item::Placeholders;
use super::rule::{Rule, RuleError};
use super::yaml::{self, Node, Value};

/// The rules that can be used.
#[derive(Clone, Default, Debug)]
pub struct RuleSet {
    /// The rules on single events of CloudTrail, in the order of their files; filters are applied.
    pub rules: Vec<Rule>,
    /// The rules on events of other programs (`logsource: {category: generic}`).
    pub generic: Vec<Rule>,
    /// The correlations of those.
    pub generic_correlations: Vec<Correlation>,
    /// The correlations of events of CloudTrail.
    pub correlations: Vec<Correlation>,
    /// The correlations of which a reference leads nowhere, or in a circle.
    pub unusable: Vec<Correlation>,
    /// How the correlations hang together: in which order they are run, and what they refer to.
    pub links: Resolved,
}

/// The largest file of rules, in bytes.
const LARGEST: usize = 16 << 20;

impl RuleSet {
    /// Reads files, given as their names and what is in them. A fault costs the rule that it is in, and nothing else.
    pub fn read<'f>(
        files: impl IntoIterator<Item = (&'f str, &'f str)>,
        placeholders: &Placeholders,
    ) -> (Self, Vec<RuleError>) {
        let files: Vec<(&str, &str)> = files.into_iter().collect();
        let mut reading = Reading::default();
        for ((file, _), parts) in files.iter().zip(parts_of_all(&files, placeholders)) {
            parts.into_iter().for_each(|part| reading.take(file, part));
        }
        let Reading { mut set, mut faults, filters, .. } = reading;
        for filter in filters {
            let mut is_used = false;
            for rule in set.rules.iter_mut().filter(|rule| filter.is_for(&rule.id, rule.name.as_deref())) {
                filter.apply(rule);
                is_used = true;
            }
            if !is_used {
                let reason =
                    "this filter is for rules that are not there; check the ids and names in its `rules`";
                faults.push(RuleError { file: filter.file, line: filter.line, reason: reason.to_owned() });
            }
        }
        set.part_correlations();
        set.link(&mut faults);
        (set, faults)
    }

    /// Leaves out the rules and correlations for which `keep` does not hold, by id, and what refers to them.
    pub fn retain(&mut self, faults: &mut Vec<RuleError>, mut keep: impl FnMut(&str) -> bool) {
        self.rules.retain(|rule| keep(&rule.id));
        self.correlations.retain(|correlation| keep(&correlation.id));
        self.link(faults);
    }

    /// Puts the correlations of generic events beside the rules on such.
    fn part_correlations(&mut self) {
        let generic = &self.generic;
        let refers = |name: &String| generic.iter().any(|r| r.id == *name || r.name.as_ref() == Some(name));
        let (theirs, ours) = std::mem::take(&mut self.correlations)
            .into_iter()
            .partition(|correlation: &Correlation| correlation.rules.iter().any(refers));
        (self.generic_correlations, self.correlations) = (theirs, ours);
    }

    /// Links the correlations with what they refer to. Those that cannot be used are put aside.
    fn link(&mut self, faults: &mut Vec<RuleError>) {
        self.links = self.resolved();
        faults.append(&mut self.links.faults);
        if self.links.order.len() < self.correlations.len() {
            let usable: BTreeSet<usize> = self.links.order.iter().copied().collect();
            for (n, correlation) in std::mem::take(&mut self.correlations).into_iter().enumerate() {
                let list = if usable.contains(&n) { &mut self.correlations } else { &mut self.unusable };
                list.push(correlation);
            }
            self.links = self.resolved();
        }
    }

    fn resolved(&mut self) -> Resolved {
        let known: Vec<Known<'_>> =
            self.rules.iter().map(|rule| Known { id: &rule.id, name: rule.name.as_deref() }).collect();
        correlation::resolve(&mut self.correlations, &known)
    }
}

/// What a document of a file says, or why it cannot be used.
type Part = Result<Said, RuleError>;

/// What a document says.
enum Said {
    /// A rule on events of CloudTrail, and the line that it begins in.
    Rule(Rule, usize),
    /// A rule on events of other programs.
    Generic(Rule, usize),
    Correlation(Correlation, usize),
    Filter(Filter),
}

/// With fewer files than this for each of them, threads are not worth their start.
const FEW: usize = 16;

/// What is in each of the files. They know nothing of each other, so that all processors read.
fn parts_of_all(files: &[(&str, &str)], placeholders: &Placeholders) -> Vec<Vec<Part>> {
    let read = |files: &[(&str, &str)]| -> Vec<Vec<Part>> {
        files.iter().map(|(file, text)| parts_of(file, text, placeholders)).collect()
    };
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    let many = files.len().div_ceil(cores).max(FEW);
    std::thread::scope(|scope| {
        let (first, rest) = files.split_at(many.min(files.len()));
        let others: Vec<_> =
            rest.chunks(many).map(|files| (files, scope.spawn(move || read(files)))).collect();
        let mut all = read(first);
        for (files, other) in others {
            // A thread that cannot be had costs time and no rule.
            all.extend(other.join().unwrap_or_else(|_| read(files)));
        }
        all
    })
}

/// What is in a file.
fn parts_of(file: &str, text: &str, placeholders: &Placeholders) -> Vec<Part> {
    let fault = |line: usize, reason: String| Err(RuleError { file: file.to_owned(), line, reason });
    if text.len() > LARGEST {
        return vec![fault(1, format!("larger than {} MiB; split it into several files", LARGEST >> 20))];
    }
    let (documents, error) = yaml::documents(text);
    let mut global: Option<Node> = None;
    let mut before: Option<Node> = None;
    let mut parts = Vec::new();
    for document in documents {
        if let Some(key) = twice(&document) {
            let name = key.scalar().unwrap_or_default();
            let reason = format!(
                "the key `{name}` stands twice in one map; put both values into a list under it, or name one of them otherwise"
            );
            parts.push(fault(key.line, reason));
            continue;
        }
        let action = document.get("action").and_then(Node::scalar).unwrap_or_default();
        let below = match action.as_str() {
            "global" => {
                global = Some(document);
                continue;
            }
            "reset" => {
                global = None;
                continue;
            }
            "repeat" => before.as_ref(),
            _ => global.as_ref(),
        };
        let whole = merged(below, &document);
        parts.extend(part_of(file, &whole, placeholders));
        before = Some(whole);
    }
    if let Some(error) = error {
        let next = "what stands before it in this file is used";
        parts.push(fault(error.line, format!("this is no YAML: {}; {next}", error.reason)));
    }
    parts
}

/// What a document says; `None` for one that is empty.
fn part_of(file: &str, node: &Node, placeholders: &Placeholders) -> Option<Part> {
    if node.value == Value::Null {
        return None;
    }
    let line = node.line;
    Some(if node.get("correlation").is_some() {
        Correlation::read(file, node).map(|correlation| Said::Correlation(correlation, line))
    } else if let Some(reason) = elsewhere(node) {
        Err(RuleError { file: file.to_owned(), line, reason })
    } else if node.get("filter").is_some() {
        Filter::read(file, node, placeholders).map(Said::Filter)
    } else {
        let said = if is_generic(node) { Said::Generic } else { Said::Rule };
        Rule::read(file, node, placeholders).map(|rule| said(rule, line))
    })
}

#[derive(Default)]
struct Reading {
    set: RuleSet,
    faults: Vec<RuleError>,
    /// Where the rule of an id stands.
    ids: BTreeMap<String, String>,
    filters: Vec<Filter>,
}

impl Reading {
    /// Takes what a document of this file says.
    fn take(&mut self, file: &str, part: Part) {
        match part {
            Ok(Said::Rule(rule, line)) if self.is_new(file, line, &rule.id) => self.set.rules.push(rule),
            Ok(Said::Generic(rule, line)) if self.is_new(file, line, &rule.id) => {
                self.set.generic.push(rule);
            }
            Ok(Said::Correlation(rule, line)) if self.is_new(file, line, &rule.id) => {
                self.set.correlations.push(rule);
            }
            Ok(Said::Rule(..) | Said::Generic(..) | Said::Correlation(..)) => {}
            Ok(Said::Filter(filter)) => self.filters.push(filter),
            Err(fault) => self.faults.push(fault),
        }
    }

    /// Whether nothing has had that id so far; what has is told.
    fn is_new(&mut self, file: &str, line: usize, id: &str) -> bool {
        if let Some(first) = self.ids.get(id) {
            let reason = format!("the id {id} is that of the rule in {first}; this one is left out");
            self.faults.push(RuleError { file: file.to_owned(), line, reason });
            return false;
        }
        self.ids.insert(id.to_owned(), format!("{file}:{line}"));
        true
    }
}

/// Whether a rule is about events that other programs send.
fn is_generic(node: &Node) -> bool {
    let category = node.get("logsource").and_then(|source| source.get("category")).and_then(Node::scalar);
    category.as_deref() == Some("generic")
}

/// Why a rule is about other logs; `None` when it is about CloudTrail, or about what other programs send.
fn elsewhere(node: &Node) -> Option<String> {
    let source = node.get("logsource")?;
    let is = |key: &str, wanted: &str| source.get(key).and_then(Node::scalar).is_none_or(|is| is == wanted);
    let of = |key: &str| source.get(key).and_then(Node::scalar).unwrap_or_default();
    if is_generic(node) || (is("product", "aws") && is("service", "cloudtrail")) {
        return None;
    }
    Some(format!(
        "a rule for other logs ({} {}); only those of aws cloudtrail are used",
        of("product"),
        of("service")
    ))
}

/// A document over what it shares.
fn merged(below: Option<&Node>, above: &Node) -> Node {
    match below {
        Some(below) => {
            let shared = below.entries().iter().filter(|(key, _)| key.text() != Some("action")).cloned();
            over(&Node { line: below.line, value: Value::Map(shared.collect()) }, above)
        }
        None => above.clone(),
    }
}

/// `above` over `below`: maps are merged, those in them too; anything else is replaced. Documents are nested only so deep.
fn over(below: &Node, above: &Node) -> Node {
    let mut entries = below.entries().to_vec();
    for (key, value) in above.entries() {
        match entries.iter_mut().find(|(known, _)| known.value == key.value) {
            Some((_, old)) if !old.entries().is_empty() && !value.entries().is_empty() => {
                *old = over(old, value);
            }
            Some((_, old)) => *old = value.clone(),
            None => entries.push((key.clone(), value.clone())),
        }
    }
    Node { line: above.line, value: Value::Map(entries) }
}

/// A key that stands twice in one map, the second time; all but one would be lost without a word.
fn twice(node: &Node) -> Option<&Node> {
    let keys = node.entries();
    let own =
        keys.iter().enumerate().find(|(n, (key, _))| keys[..*n].iter().any(|(k, _)| k.value == key.value));
    match (own, &node.value) {
        (Some((_, (key, _))), _) => Some(key),
        (None, Value::Map(entries)) => entries.iter().find_map(|(_, value)| twice(value)),
        (None, Value::List(list)) => list.iter().find_map(twice),
        (None, _) => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::super::condition::Condition;
    use super::super::item::{Item, Place, Test};
    use super::super::plain::fires;
    use super::*;
    use crate::query::Part;

    const RULE: &str = "title: A\nid: one\nlogsource: {product: aws, service: cloudtrail}\ndetection:\n  s: {eventName: X}\n  condition: s\n";

    #[test]
    fn a_fault_costs_only_its_rule() {
        let windows = "title: W\nlogsource: {product: windows}\ndetection: {s: {a: 1}, condition: s}\n";
        let broken = format!("{RULE}---\ntitle: [\n");
        let files = [
            ("a.yml", RULE),
            ("same.yml", RULE),
            ("windows.yml", windows),
            ("empty.yml", ""),
            ("untitled.yml", "detection: {s: {a: 1}, condition: s}"),
            ("broken.yml", &broken.replace("id: one", "id: two")),
        ];
        let (set, faults) = RuleSet::read(files, &Placeholders::new());
        let ids: Vec<&str> = set.rules.iter().map(|rule| rule.id.as_str()).collect();
        assert_eq!(ids, ["one", "two"]);
        let said: Vec<String> = faults.iter().map(ToString::to_string).collect();
        for (n, text) in [
            "same.yml:1: the id one is that of the rule in a.yml:1",
            "windows.yml:1: a rule for other logs (windows",
            "untitled.yml:1: a rule needs a title",
            "broken.yml:",
        ]
        .iter()
        .enumerate()
        {
            assert!(said[n].contains(text), "{text}: {said:?}");
        }
    }

    #[test]
    fn maps_are_shared_to_any_depth() {
        let text = "action: global\ntitle: G\ndetection: {s: {eventName: X}, condition: s}\n---\nid: a\ndetection: {s: {awsRegion: r}}\n---\naction: repeat\nid: b\ndetection: {s: {errorCode: E}}\n---\naction: reset\n---\ntitle: C\nid: c\ndetection: {s: {awsRegion: r}, condition: s}\n";
        let (set, faults) = RuleSet::read([("g.yml", text)], &Placeholders::new());
        assert_eq!(faults, []);
        let fired = |record: Json| -> String {
            set.rules.iter().filter(|rule| fires(rule, &record)).map(|rule| rule.id.as_str()).collect()
        };
        assert_eq!(fired(json!({"eventName": "Y", "awsRegion": "r"})), "c");
        assert_eq!(fired(json!({"eventName": "X", "awsRegion": "r"})), "ac");
        assert_eq!(fired(json!({"eventName": "X", "awsRegion": "r", "errorCode": "E"})), "abc");
    }

    #[test]
    fn a_key_that_stands_twice_is_a_fault_of_its_rule() {
        let twice = "title: T\nid: t\ndetection:\n  s: {a: 1}\n  s: {b: 2}\n  condition: s\n";
        let level = format!("{RULE}level: low\nlevel: high\n");
        let listed =
            "title: L\nid: l\ndetection:\n  s:\n    - a: 1\n      b: 2\n      a: 3\n  condition: s\n";
        let (set, faults) = RuleSet::read(
            [("t.yml", twice), ("l.yml", &level), ("m.yml", listed), ("r.yml", RULE)],
            &Placeholders::new(),
        );
        assert_eq!(set.rules.len(), 1);
        let said: Vec<String> = faults.iter().map(ToString::to_string).collect();
        for (n, begin) in
            ["t.yml:5: the key `s` ", "l.yml:8: the key `level` ", "m.yml:7: the key `a` "].iter().enumerate()
        {
            assert!(said[n].starts_with(begin), "{begin}: {said:?}");
        }
    }

    #[test]
    fn correlations_that_cannot_be_used_are_told_once_and_not_kept() {
        let correlation = |id: &str, of: &str| {
            format!(
                "---\ntitle: {id}\nid: {id}\ncorrelation: {{type: event_count, rules: [{of}], timespan: 1h, condition: {{gte: 2}}}}\n"
            )
        };
        let all = [("a", "b"), ("b", "a"), ("lost", "nobody"), ("good", "one"), ("better", "good")];
        let text: String = all.iter().map(|(id, of)| correlation(id, of)).collect();
        let (mut set, mut faults) =
            RuleSet::read([("c.yml", &*format!("{RULE}{text}"))], &Placeholders::new());
        let ids = |set: &RuleSet| -> Vec<String> { set.correlations.iter().map(|c| c.id.clone()).collect() };
        assert_eq!(
            (ids(&set), set.links.order.len(), faults.len()),
            (vec!["good".to_owned(), "better".to_owned()], 2, 3)
        );
        set.retain(&mut faults, |id| id != "one");
        assert_eq!((ids(&set).len(), faults.len()), (0, 5), "{faults:?}");
    }

    #[test]
    fn collections_share_what_is_global() {
        let text = "action: global\ntitle: G\nlogsource: {product: aws}\ndetection: {condition: s}\n---\nid: a\ndetection: {s: {eventName: X}}\n---\nid: b\ndetection: {s: {eventName: Y}}\n";
        let (set, faults) = RuleSet::read([("g.yml", text)], &Placeholders::new());
        assert_eq!(faults, []);
        let fired = |name: &str| -> Vec<String> {
            let hit = |rule: &&Rule| fires(rule, &json!({"eventName": name}));
            set.rules.iter().filter(hit).map(|rule| rule.id.clone()).collect()
        };
        assert_eq!((fired("X"), fired("Y")), (vec!["a".to_owned()], vec!["b".to_owned()]));
    }

    #[test]
    fn ten_thousand_rules_are_read() {
        let texts: Vec<(String, String)> =
            (0..10_000).map(|n| (format!("{n}.yml"), RULE.replace("one", &n.to_string()))).collect();
        let files = texts.iter().map(|(file, text)| (file.as_str(), text.as_str()));
        assert_eq!(RuleSet::read(files, &Placeholders::new()).0.rules.len(), 10_000);
    }

    /// A record on which a rule fires, made from what the rule itself says.
    fn crafted(rule: &Rule) -> Option<Json> {
        let all = rule.searches.len();
        (0..1u32 << all.min(12)).find_map(|wanted| {
            {
                let holds = |c: &Condition| c.holds(&mut |n| wanted >> n & 1 == 1);
                let searches = (0..all).filter(|n| wanted >> n & 1 == 1);
                rule.conditions.iter().any(holds).then(|| {
                    let mut record = json!({});
                    for n in searches {
                        for item in &rule.searches[n].1.groups[0] {
                            put(&mut record, item);
                        }
                    }
                    record
                })
            }
            .filter(|record| fires(rule, record))
        })
    }

    fn put(record: &mut Json, item: &Item) {
        let tests = if item.all { &item.tests[..] } else { &item.tests[..1] };
        let texts: Vec<String> = tests.iter().filter_map(sample).collect();
        if texts.is_empty() {
            return;
        }
        let path = item.field.clone().unwrap_or_else(|| vec!["requestParameters".to_owned()]);
        if let Test::Field(other, _) = &item.tests[0] {
            set(record, other, json!("same"));
            set(record, &path, json!("same"));
            return;
        }
        let value = json!(texts.join(" "));
        // What holds the parameters is an object.
        let holder = path.len() == 1 && matches!(path[0].as_str(), "requestParameters" | "responseElements");
        set(record, &path, if holder { json!({"policyDocument": value}) } else { value });
    }

    fn set(record: &mut Json, path: &[String], value: Json) {
        let mut place = record;
        for step in path {
            if !place.is_object() {
                *place = json!({});
            }
            place = &mut place[step.as_str()];
        }
        *place = value;
    }

    fn sample(test: &Test) -> Option<String> {
        Some(match test {
            Test::Text(pattern) => pattern
                .parts()
                .iter()
                .map(|part| match part {
                    Part::Text(text) => text.as_str(),
                    Part::Many => "",
                    Part::One => "x",
                })
                .collect(),
            // Expressions are written by hand in the few rules that have them.
            Test::Regex(_) => "arn:aws:sts::111122223333:assumed-role/aws:ec2-instance/i-0abc".to_owned(),
            Test::Cidr(net) => net.addr().to_string(),
            Test::Exists(true) => "there".to_owned(),
            Test::Number(_, number) | Test::TimePart(_, number) => number.to_string(),
            Test::Field(_, Place::Whole | Place::Anywhere | Place::Beginning | Place::End) => {
                "same".to_owned()
            }
            Test::Null | Test::Exists(false) => return None,
        })
    }

    #[test]
    fn every_public_rule_can_fire() {
        let beside = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
        let folder = std::env::var_os("TRAILHOUND_REAL_DATA").map_or(beside, Into::into).join("sigma-aws");
        let Ok(entries) = std::fs::read_dir(&folder) else {
            eprintln!("skipped: there are no public rules at {}", folder.display());
            return;
        };
        let paths = entries.map(|e| e.unwrap().path()).filter(|p| p.extension().is_some_and(|e| e == "yml"));
        let texts: Vec<(String, String)> =
            paths.map(|p| (p.display().to_string(), std::fs::read_to_string(&p).unwrap())).collect();
        let files = texts.iter().map(|(file, text)| (file.as_str(), text.as_str()));
        let (set, faults) = RuleSet::read(files, &Placeholders::new());
        assert_eq!((set.rules.len(), faults), (57, Vec::new()));
        let silent: Vec<&str> =
            set.rules.iter().filter(|rule| crafted(rule).is_none()).map(|rule| rule.title.as_str()).collect();
        assert_eq!(silent, [""; 0], "these can never fire");
    }
}
