//! The rules that come with the program, and how their texts are read in less time.
//!
//! Nothing is known here of what a rule says.

use std::borrow::Cow;

const PACK: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/rule_pack.rs"));

/// Rule files: name and text.
pub type Files = Vec<(String, String)>;

/// The rules that come with the program.
pub fn pack() -> Files {
    PACK.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}

/// The text of a file as it has to be read: of one that comes with the program without its examples, which are most of
/// it, hold the rules to what they promise in the tests, and are asked for by `rules test` alone.
pub(super) fn needed<'t>(name: &str, text: &'t str) -> Cow<'t, str> {
    let is_own = PACK
        .binary_search_by(|(own, _)| (*own).cmp(name))
        .is_ok_and(|at| PACK.get(at).is_some_and(|(_, own)| *own == text));
    if is_own { Cow::Owned(without_examples(text)) } else { Cow::Borrowed(text) }
}

/// A text whose examples are only said to be there; all else stands in the line in which it stood.
fn without_examples(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut is_example = false;
    for line in text.split_inclusive('\n') {
        let is_nested = line.starts_with(' ') || line.trim_end().is_empty();
        is_example &= is_nested;
        if line.trim_end() == "tests:" {
            is_example = true;
            out.push_str("tests: true\n");
        } else if is_example {
            out.push('\n');
        } else {
            out.push_str(line);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::sigma::item::Placeholders;
    use crate::detect::sigma::set::RuleSet;

    #[test]
    fn the_pack_is_in_order_and_says_the_same_without_examples() {
        assert!(PACK.is_sorted_by_key(|(name, _)| *name));
        let read = |texts: &[(&str, Cow<'_, str>)]| {
            let texts = texts.iter().map(|(name, text)| (*name, text.as_ref()));
            let (set, faults) = RuleSet::read(texts, &Placeholders::new());
            assert!(faults.is_empty(), "{faults:?}");
            format!("{:?}{:?}", set.rules, set.correlations)
        };
        let full: Vec<_> = PACK.iter().map(|(name, text)| (*name, Cow::Borrowed(*text))).collect();
        let less: Vec<_> = PACK.iter().map(|(name, text)| (*name, needed(name, text))).collect();
        assert_eq!(read(&full), read(&less));
        let size = |texts: &[(&str, Cow<'_, str>)]| texts.iter().map(|(_, text)| text.len()).sum::<usize>();
        assert!(size(&less) * 3 < size(&full) * 2, "{} of {}", size(&less), size(&full));
    }

    #[test]
    fn what_stands_behind_examples_stays_in_its_line() {
        let text = "a: 1\ntests:\n  matches:\n\n    - x\nb: 2\n---\ntests:\n  - y\n---\nc: 3\n";
        assert_eq!(without_examples(text), "a: 1\ntests: true\n\n\n\nb: 2\n---\ntests: true\n\n---\nc: 3\n");
        assert!(
            matches!(needed("rules/mine.yml", text), Cow::Borrowed(_)),
            "what is not ours is read as it is"
        );
    }
}
