//! Which leaves may hold for a text at all, told by one look at the text.
//!
//! Hundreds of rules each ask whether some word stands in a user agent, and hardly any does. What a leaf cannot match
//! without is looked for together with what the others need; only a leaf whose word was found is asked.

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use super::Engine;
use super::leaf::item_on_text;
use crate::detect::sigma::item::{Item, Test};
use crate::query::pattern::Part;

/// Leaves on the same values.
#[derive(Debug, Default)]
pub(super) struct Literals {
    words: Option<AhoCorasick>,
    /// For each word, the leaf that asks for it.
    of_word: Vec<usize>,
    leaves: Vec<Asked>,
    /// The leaves that have to be asked whatever the text is.
    always: Vec<usize>,
    /// How many texts were looked at.
    text: u32,
    /// The leaves that may hold for the last one, beside those that always may.
    found: Vec<usize>,
}

/// One leaf.
#[derive(Debug)]
struct Asked {
    /// Its place among those whose outcomes are kept.
    bit: usize,
    leaf: usize,
    /// In which text one of its words was found last.
    text: u32,
}

impl Literals {
    /// The leaves of these numbers, each with the place of its outcome.
    pub(super) fn new(engine: &Engine, leaves: impl IntoIterator<Item = (usize, usize)>) -> Self {
        let mut all = Self::default();
        let mut words: Vec<String> = Vec::new();
        for (bit, leaf) in leaves {
            let Some(item) = engine.leaves.get(leaf).map(|leaf| &leaf.item) else { continue };
            let number = all.leaves.len();
            all.leaves.push(Asked { bit, leaf, text: 0 });
            match needed(item) {
                Some(needed) => {
                    all.of_word.extend(needed.iter().map(|_| number));
                    words.extend(needed);
                }
                None => all.always.push(number),
            }
        }
        match search(&words) {
            Some(search) => all.words = Some(search).filter(|_| !words.is_empty()),
            None => all.always = (0..all.leaves.len()).collect(),
        }
        all
    }

    /// Gives the places of the leaves that hold for a text.
    pub(super) fn holding(&mut self, engine: &Engine, text: &str, mut put: impl FnMut(usize)) {
        self.look(text);
        for asked in self.always.iter().chain(&self.found).filter_map(|number| self.leaves.get(*number)) {
            let leaf = engine.leaves.get(asked.leaf);
            if leaf.is_some_and(|leaf| item_on_text(&leaf.item, text)) {
                put(asked.bit);
            }
        }
    }

    /// Looks for the words of all leaves.
    fn look(&mut self, text: &str) {
        self.text = self.text.wrapping_add(1);
        self.found.clear();
        for word in self.words.iter().flat_map(|words| words.find_overlapping_iter(text)) {
            let Some(number) = self.of_word.get(word.pattern().as_usize()) else { continue };
            let Some(asked) = self.leaves.get_mut(*number).filter(|asked| asked.text != self.text) else {
                continue;
            };
            asked.text = self.text;
            self.found.push(*number);
        }
    }
}

/// A search for words, whatever their case; `None` where they are more than it has room for.
fn search(words: &[String]) -> Option<AhoCorasick> {
    // A table of all states would be faster yet, but takes longer to make than a log takes to read.
    let kind = Some(AhoCorasickKind::ContiguousNFA);
    AhoCorasick::builder().ascii_case_insensitive(true).kind(kind).build(words).ok()
}

/// Words of which one stands in every text that an item holds for, whatever their case; `None` where there are no such.
fn needed(item: &Item) -> Option<Vec<String>> {
    if item.negated {
        return None;
    }
    // An absent value is no text.
    let tests = item.tests.iter().filter(|test| !matches!(test, Test::Null));
    tests
        .map(|test| {
            let Test::Text(pattern) = test else { return None };
            let texts = pattern.parts().iter().filter_map(|part| match part {
                // Case is folded in ASCII alone, as patterns do it for what is ASCII.
                Part::Text(text) if text.is_ascii() => Some(text),
                _ => None,
            });
            texts.max_by_key(|text| text.len()).cloned()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::attack::Attack;
    use crate::detect::rules::Rules;
    use crate::detect::sigma::item::Placeholders;

    /// One rule for each of these items.
    fn engine(items: &[&str]) -> Engine {
        let rule = |(n, item): (usize, &&str)| {
            format!("---\ntitle: t{n}\nid: t{n}\ndetection: {{s: {{{item}}}, condition: s}}\n")
        };
        let text: String = items.iter().enumerate().map(rule).collect();
        let files = vec![("t.yml".to_owned(), text)];
        let rules = Rules::read(&files, &Placeholders::new(), &[], &Attack::shipped());
        assert_eq!(rules.faults().len(), 0, "{:?}", rules.faults().first());
        Engine::new(rules.singles())
    }

    #[test]
    fn what_is_passed_over_would_not_have_held() {
        let engine = engine(&[
            "userAgent|contains: ['Boto3', 'curl']",
            "userAgent: 'aws-cli*linux*'",
            "userAgent|endswith: ümlaut",
            "userAgent|contains|all: ['go', '1.2']",
            "userAgent|neq: curl",
            "userAgent|re: '^c'",
            "userAgent: null",
            "userAgent: '*'",
            "userAgent: ''",
        ]);
        let numbers: Vec<usize> = (0..engine.leaves.len()).collect();
        assert_eq!(numbers.len(), 9);
        let mut literals = Literals::new(&engine, numbers.iter().map(|n| (*n, *n)));
        let mut all = 0;
        for text in [
            "BOTO3/1.2",
            "curl",
            "aws-cli/2 on LINUX 5",
            "Ümlaut",
            "ÜMLAUT",
            "go 1.2",
            "go 1.3",
            "",
            "\u{212a}url",
        ] {
            let mut found = Vec::new();
            literals.holding(&engine, text, |bit| found.push(bit));
            found.sort_unstable();
            let holds = |n: &usize| item_on_text(&engine.leaves[*n].item, text);
            let expected: Vec<usize> = numbers.iter().copied().filter(holds).collect();
            assert_eq!(found, expected, "{text}");
            all += found.len();
        }
        assert!(all > 15, "{all}");
    }
}
