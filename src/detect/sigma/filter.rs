//! A Sigma filter: what an environment takes for granted, kept out of many rules at once.
//!
//! A filter is a condition with searches of its own, and it is ANDed to the rules that it names, as the
//! specification says: a filter that has to leave something out says `condition: not selection`.

use super::condition::{self, Condition};
use super::item::Placeholders;
use super::rule::{Rule, RuleError, Search, slug};
use super::yaml::{Node, Value};

/// A filter that has been checked.
#[derive(Clone, Debug)]
pub struct Filter {
    /// Its id, else the name of its file.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// The file.
    pub file: String,
    /// The line where the document begins, from 1.
    pub line: usize,
    /// To which rules it belongs.
    pub rules: Targets,
    /// Its searches by name, in the order of the file.
    pub searches: Vec<(String, Search)>,
    /// What an event has to satisfy besides the condition of its rule.
    pub condition: Condition,
}

/// The rules that a filter belongs to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Targets {
    /// Every rule.
    Any,
    /// The rules with these ids or names.
    Listed(Vec<String>),
}

impl Filter {
    /// Reads a document of the file `file` that has a `filter`.
    ///
    /// # Errors
    /// It is no filter, or one that can never be used; with the line and the way out.
    pub fn read(file: &str, node: &Node, placeholders: &Placeholders) -> Result<Self, RuleError> {
        read(file, node, placeholders).map_err(|(line, reason)| RuleError {
            file: file.to_owned(),
            line,
            reason,
        })
    }

    /// Whether it belongs to the rule of that id and name.
    pub fn is_for(&self, id: &str, name: Option<&str>) -> bool {
        match &self.rules {
            Targets::Any => true,
            Targets::Listed(rules) => rules.iter().any(|rule| rule == id || Some(rule.as_str()) == name),
        }
    }

    /// The ids and names that it lists; none where it is for all rules.
    pub fn listed(&self) -> &[String] {
        match &self.rules {
            Targets::Any => &[],
            Targets::Listed(rules) => rules,
        }
    }

    /// ANDs it to each condition of a rule. The searches that the rule has keep their places, so that filter after
    /// filter can be put upon it.
    pub fn apply(&self, rule: &mut Rule) {
        let first = rule.searches.len();
        let named = |(name, search): &(String, Search)| (format!("{}: {name}", self.title), search.clone());
        rule.searches.extend(self.searches.iter().map(named));
        let own = moved(&self.condition, first);
        for condition in &mut rule.conditions {
            match condition {
                // Kept flat, or many filters would make a condition deep.
                Condition::And(parts) => parts.push(own.clone()),
                other => *other = Condition::And(vec![other.clone(), own.clone()]),
            }
        }
    }
}

/// A condition whose searches stand `by` places further behind. As deep as the parser of conditions lets it be.
fn moved(condition: &Condition, by: usize) -> Condition {
    let all = |parts: &[Condition]| parts.iter().map(|part| moved(part, by)).collect();
    match condition {
        Condition::Search(n) => Condition::Search(n + by),
        Condition::And(parts) => Condition::And(all(parts)),
        Condition::Or(parts) => Condition::Or(all(parts)),
        Condition::Not(inner) => Condition::Not(Box::new(moved(inner, by))),
        Condition::AtLeast(least, of) => Condition::AtLeast(*least, of.iter().map(|n| n + by).collect()),
    }
}

fn read(file: &str, node: &Node, placeholders: &Placeholders) -> Result<Filter, (usize, String)> {
    let text = |key: &str| node.get(key).and_then(Node::scalar).filter(|text| !text.is_empty());
    let title = text("title").ok_or_else(|| (node.line, "a filter needs a title".to_owned()))?;
    let section = node.get("filter").filter(|section| !section.entries().is_empty());
    let section = section.ok_or_else(|| {
        (node.line, "a filter needs a section `filter` with rules, a search and a condition".to_owned())
    })?;
    let mut searches = Vec::new();
    for (name, value) in section.entries() {
        let name = name.scalar().unwrap_or_default();
        if name != "rules" && name != "condition" {
            searches.push((name, Search::read(value, placeholders)?));
        }
    }
    let names: Vec<&str> = searches.iter().map(|(name, _)| name.as_str()).collect();
    Ok(Filter {
        id: text("id").unwrap_or_else(|| slug(file)),
        title,
        file: file.to_owned(),
        line: node.line,
        rules: targets(section)?,
        condition: condition_of(section, &names)?,
        searches,
    })
}

fn targets(section: &Node) -> Result<Targets, (usize, String)> {
    let way = "name the ids or names of the rules that it belongs to, or `any`";
    let node = section.get("rules").filter(|node| node.value != Value::Null);
    let node = node.ok_or_else(|| (section.line, format!("a filter needs `rules`; {way}")))?;
    let mut listed = Vec::new();
    for element in node.elements() {
        let name = element.scalar().filter(|name| !name.is_empty());
        listed.push(name.ok_or_else(|| (element.line, format!("this is no rule; {way}")))?);
    }
    match listed.as_slice() {
        [] => Err((node.line, format!("`rules` is empty; {way}"))),
        [any] if any.eq_ignore_ascii_case("any") => Ok(Targets::Any),
        _ => Ok(Targets::Listed(listed)),
    }
}

fn condition_of(section: &Node, names: &[&str]) -> Result<Condition, (usize, String)> {
    let way = "such as `condition: not selection`";
    let node = section.get("condition").filter(|node| node.value != Value::Null);
    let node = node.ok_or_else(|| (section.line, format!("a filter needs a condition, {way}")))?;
    let [one] = node.elements() else {
        return Err((node.line, "a filter has one condition; join several with `and`".to_owned()));
    };
    let text = one.scalar().ok_or_else(|| (node.line, format!("the condition is no text, {way}")))?;
    condition::parse(&text, names).map_err(|e| (one.line, format!("the condition: {e}")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::plain::fires;
    use super::super::yaml::documents;
    use super::*;

    fn filter(section: &str) -> Result<Filter, String> {
        let text = format!("title: Ours\nlogsource: {{product: aws}}\nfilter:\n{section}");
        let (documents, error) = documents(&text);
        assert_eq!(error, None, "{text}");
        Filter::read("f.yml", &documents[0], &Placeholders::new()).map_err(|e| e.to_string())
    }

    fn rule() -> Rule {
        let text = "title: A\nid: one\ndetection:\n  selection: {eventName: X}\n  other: {eventName: Y}\n  \
                    condition: [selection, 1 of other*]\n";
        Rule::read("r.yml", &documents(text).0[0], &Placeholders::new()).unwrap()
    }

    #[test]
    fn a_filter_is_anded_to_every_condition() {
        let section = "  rules: [one]\n  selection: {user|startswith: adm_}\n  condition: not selection\n";
        let filter = filter(section).unwrap();
        let mut filtered = rule();
        filter.apply(&mut filtered);
        for (name, user, before, behind) in [
            ("X", "adm_a", true, false),
            ("X", "bob", true, true),
            ("Y", "adm_a", true, false),
            ("Y", "bob", true, true),
            ("Z", "bob", false, false),
        ] {
            let record = json!({"eventName": name, "user": user});
            assert_eq!(
                (fires(&rule(), &record), fires(&filtered, &record)),
                (before, behind),
                "{name} {user}"
            );
        }
    }

    #[test]
    fn filters_add_up() {
        let with = |word: &str, condition: &str| {
            let section =
                format!("  rules: any\n  a: {{user: {word}}}\n  b: {{user: {word}2}}\n  {condition}\n");
            filter(&section).unwrap()
        };
        let mut filtered = rule();
        with("bob", "condition: not 1 of them").apply(&mut filtered);
        with("eve", "condition: not (a or b)").apply(&mut filtered);
        let passes = |user: &str| fires(&filtered, &json!({"eventName": "X", "user": user}));
        let passed: Vec<bool> = ["bob", "bob2", "eve", "eve2", "kim"].into_iter().map(passes).collect();
        assert_eq!(passed, [false, false, false, false, true]);
    }

    #[test]
    fn any_number_of_filters_stays_flat() {
        let filter = filter("  rules: any\n  s: {user: bob}\n  condition: not s\n").unwrap();
        let mut filtered = rule();
        (0..50_000).for_each(|_| filter.apply(&mut filtered));
        assert!(fires(&filtered, &json!({"eventName": "X", "user": "kim"})));
    }

    #[test]
    fn it_knows_its_rules_by_id_and_name() {
        let listed = filter("  rules: [one, called]\n  s: {a: 1}\n  condition: s\n").unwrap();
        assert!(listed.is_for("one", None) && listed.is_for("two", Some("called")));
        assert!(!listed.is_for("two", Some("other")) && !listed.is_for("two", None));
        let any = filter("  rules: any\n  s: {a: 1}\n  condition: s\n").unwrap();
        assert_eq!(any.rules, Targets::Any);
        assert!(any.is_for("whatever", None));
    }

    #[test]
    fn faults_have_their_line_and_the_way_out() {
        for (section, reason) in [
            ("  s: {a: 1}\n  condition: s\n", "f.yml:4: a filter needs `rules`"),
            ("  rules: []\n  s: {a: 1}\n  condition: s\n", "f.yml:4: `rules` is empty"),
            ("  rules: [{a: b}]\n  s: {a: 1}\n  condition: s\n", "this is no rule"),
            ("  rules: any\n  s: {a: 1}\n", "needs a condition, such as `condition: not selection`"),
            (
                "  rules: any\n  sel: {a: 1}\n  condition: not sal\n",
                "f.yml:6: the condition: there is no search",
            ),
            ("  rules: any\n  s: {a|contain: 1}\n  condition: s\n", "did you mean contains?"),
            ("  rules: any\n  s: {a: 1}\n  condition: [s, s]\n", "one condition"),
            ("", "a filter needs a section"),
        ] {
            let error = filter(section).unwrap_err();
            assert!(error.contains(reason), "{section}: {error}");
        }
    }
}
