//! Files of the user's own that stand in for built-in ones of the same name.
//!
//! One that has no rule that can be used stands in for nothing: a built-in rule never goes without a word.

use std::collections::BTreeSet;

use crate::detect::rules::Files;
use crate::detect::sigma::item::Placeholders;
use crate::detect::sigma::rule::RuleError;
use crate::detect::sigma::set::RuleSet;

/// The built-in files for which no file of one's own stands in, and what is said of files that have the name of a
/// built-in one and no rule that can be used. `given` are other files, which rules in `own` may refer to.
pub(super) fn left(
    mut pack: Files,
    own: &Files,
    given: &Files,
    placeholders: &Placeholders,
) -> (Files, Vec<RuleError>) {
    let has_name = |name: &str| own.iter().any(|(other, _)| is_same(other, name));
    let mut out: BTreeSet<String> =
        pack.iter().map(|(name, _)| name.clone()).filter(|name| has_name(name)).collect();
    let mut faults = Vec::new();
    while !out.is_empty() {
        let kept = pack.iter().filter(|(name, _)| !out.contains(name));
        let used = used(kept.chain(own).chain(given), placeholders);
        let stands = |name: &str| own.iter().any(|(other, _)| is_same(other, name) && used.contains(other));
        let idle: Vec<String> = out.iter().filter(|name| !stands(name)).cloned().collect();
        if idle.is_empty() {
            break;
        }
        for name in &idle {
            out.remove(name);
            let text = pack.iter().find(|(other, _)| other == name).map_or("", |(_, text)| text);
            let files = own.iter().filter(|(other, _)| is_same(other, name));
            faults.extend(files.map(|(file, _)| stays(file, name, text, placeholders)));
        }
    }
    pack.retain(|(name, _)| !out.contains(name));
    (pack, faults)
}

/// Which file of one's own stands in for which built-in one, where `files` are all that are in force.
pub(super) fn pairs<'f>(pack: &'f Files, files: &'f Files) -> Vec<(&'f str, &'f str)> {
    let is_there = |name: &str| files.iter().any(|(other, _)| other == name);
    let missing = pack.iter().map(|(name, _)| name.as_str()).filter(|name| !is_there(name));
    let standing = |name: &'f str| files.iter().find(|(other, _)| is_same(other, name));
    missing.filter_map(|name| Some((standing(name)?.0.as_str(), name))).collect()
}

fn is_same(one: &str, other: &str) -> bool {
    file_name(one) == file_name(other)
}

fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// The files with a rule that can be used.
fn used<'f>(
    files: impl Iterator<Item = &'f (String, String)>,
    placeholders: &Placeholders,
) -> BTreeSet<String> {
    let (set, _) = RuleSet::read(files.map(|(name, text)| (name.as_str(), text.as_str())), placeholders);
    let single = set.rules.into_iter().chain(set.generic).map(|rule| rule.file);
    let several = set.correlations.into_iter().chain(set.generic_correlations).map(|rule| rule.file);
    single.chain(several).collect()
}

/// That a built-in rule stays.
fn stays(file: &str, built_in: &str, text: &str, placeholders: &Placeholders) -> RuleError {
    let (set, _) = RuleSet::read([(built_in, text)], placeholders);
    let ids = set.rules.iter().map(|rule| &rule.id).chain(set.correlations.iter().map(|rule| &rule.id));
    let ids: Vec<String> = ids.map(|id| format!("--exclude-rule {id}")).collect();
    let reason = format!(
        "it has the name of the built-in {built_in} and no rule that can be used, so the built-in one stays in force; \
         mend this file, or delete it; to leave the built-in rule out, use {}",
        ids.join(" ")
    );
    RuleError { file: file.to_owned(), line: 1, reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: &str =
        "title: T\nid: ID\nlogsource: {product: aws}\ndetection: {s: {eventName: X}, condition: s}\n";

    fn file(name: &str, text: &str) -> (String, String) {
        (name.to_owned(), text.to_owned())
    }

    #[test]
    fn only_a_file_with_a_usable_rule_stands_in_for_a_built_in_one() {
        let pack = vec![file("rules/x/a.yml", &RULE.replace("ID", "a")), file("rules/x/b.yml", RULE)];
        let refers = "title: C\nid: c\ncorrelation:\n  type: event_count\n  rules: [NAME]\n  timespan: 1h\n  condition: {gte: 2}\n";
        for (text, stands) in [
            (RULE.replace("ID", "mine"), true),
            (RULE.replace("ID", "a"), true),
            (refers.replace("NAME", "ID"), true),
            (refers.replace("NAME", "nobody"), false),
            // What it refers to is gone as soon as it stands in for it.
            (refers.replace("NAME", "a"), false),
            (String::new(), false),
            ("# nothing\n".to_owned(), false),
            ("title: [\n".to_owned(), false),
            (RULE.replace("aws", "windows"), false),
        ] {
            let own = vec![file("/home/rules/a.yml", &text)];
            let (left, faults) = left(pack.clone(), &own, &Files::new(), &Placeholders::new());
            assert_eq!((left.len(), faults.len()), if stands { (1, 0) } else { (2, 1) }, "{text}");
            let all: Files = left.into_iter().chain(own).collect();
            let expected: &[(&str, &str)] = &[("/home/rules/a.yml", "rules/x/a.yml")];
            assert_eq!(pairs(&pack, &all), if stands { expected } else { &[] });
            if let Some(fault) = faults.first() {
                let said = fault.to_string();
                assert!(said.starts_with("/home/rules/a.yml:1: it has the name of the built-in"), "{said}");
                assert!(said.ends_with("use --exclude-rule a"), "{said}");
            }
        }
    }
}
