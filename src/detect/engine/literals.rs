//! Which leaves may hold for a text at all, told by one look at the text.
//!
//! Hundreds of rules each ask whether some word stands in a user agent, and hardly any does. What a leaf cannot match
//! without is looked for together with what the others need; only a leaf whose word was found is asked.

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use foldhash::fast::FixedState;
use hashbrown::HashMap;

use super::Engine;
use super::leaf::{item_on_text, test_on_text};
use crate::detect::operations::without_version;
use crate::detect::sigma::item::{Item, Test};
use crate::query::Shape;
use crate::query::pattern::Part;

/// Leaves on the same values.
#[derive(Debug, Default)]
pub(super) struct Literals {
    /// For each whole text in lower case, the leaves that hold for it.
    whole: HashMap<String, Vec<usize>, FixedState>,
    words: Option<AhoCorasick>,
    /// For each word, who asks for it.
    of_word: Vec<Word>,
    leaves: Vec<Asked>,
    /// The leaves that have to be asked whatever the text is.
    always: Vec<usize>,
    /// How many texts were looked at.
    text: u32,
    /// The last text in lower case.
    lower: String,
}

/// One leaf.
#[derive(Debug)]
struct Asked {
    /// Its place among those whose outcomes are kept.
    bit: usize,
    leaf: usize,
    /// In which text it was last known to hold, or not to.
    text: u32,
}

/// A word of a leaf.
#[derive(Debug)]
struct Word {
    number: usize,
    /// The test that may hold where the word stands; `None`: only the whole item tells.
    test: Option<usize>,
    /// In which text it was found last.
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
                Some(needed) => all.add(number, item, needed, &mut words),
                None => all.always.push(number),
            }
        }
        if let Some(filler) = filler(&words) {
            words.insert(0, filler);
            all.of_word.insert(0, Word { number: usize::MAX, test: None, text: 0 });
        }
        match search(&words) {
            Some(search) => all.words = Some(search).filter(|_| !words.is_empty()),
            None => {
                all.whole.clear();
                all.always = (0..all.leaves.len()).collect();
            }
        }
        all
    }

    /// Adds the words of a leaf. A whole text is looked up, which takes the same time however many there are.
    fn add(&mut self, number: usize, item: &Item, needed: Vec<(usize, String)>, words: &mut Vec<String>) {
        for (test, word) in needed {
            match item.tests.get(test) {
                Some(Test::Text(pattern)) if !item.all && matches!(pattern.shape(), Shape::Exact(_)) => {
                    let holding = self.whole.entry(word.to_ascii_lowercase()).or_default();
                    if holding.last() != Some(&number) {
                        holding.push(number);
                    }
                }
                _ => {
                    self.of_word.push(Word { number, test: (!item.all).then_some(test), text: 0 });
                    words.push(word);
                }
            }
        }
    }

    /// Gives the places of the leaves that hold for a text, each once.
    pub(super) fn holding(&mut self, engine: &Engine, text: &str, mut put: impl FnMut(usize)) {
        self.text = self.text.wrapping_add(1);
        for asked in self.always.iter().filter_map(|number| self.leaves.get(*number)) {
            let leaf = engine.leaves.get(asked.leaf);
            if leaf.is_some_and(|leaf| item_on_text(&leaf.item, text)) {
                put(asked.bit);
            }
        }
        self.look_up(text, |_| true, &mut put);
        let plain = without_version(text);
        if plain != text {
            let has_form =
                |leaf: usize| engine.leaves.get(leaf).is_some_and(|l| l.item.other_form(text).is_some());
            self.look_up(plain, has_form, &mut put);
        }
        self.search(engine, text, &mut put);
    }

    /// Looks up a whole text, for the leaves that take it as one.
    fn look_up(&mut self, text: &str, takes: impl Fn(usize) -> bool, put: &mut impl FnMut(usize)) {
        if self.whole.is_empty() {
            return;
        }
        self.lower.clear();
        self.lower.push_str(text);
        self.lower.make_ascii_lowercase();
        for number in self.whole.get(&self.lower).into_iter().flatten() {
            let asked = self.leaves.get_mut(*number).filter(|asked| asked.text != self.text);
            if let Some(asked) = asked.filter(|asked| takes(asked.leaf)) {
                asked.text = self.text;
                put(asked.bit);
            }
        }
    }

    /// Looks for the words of all leaves, and asks what may hold where they stand.
    fn search(&mut self, engine: &Engine, text: &str, put: &mut impl FnMut(usize)) {
        for found in self.words.iter().flat_map(|words| words.find_overlapping_iter(text)) {
            let word = self.of_word.get_mut(found.pattern().as_usize());
            let Some(word) = word.filter(|word| word.text != self.text) else { continue };
            word.text = self.text;
            let Some(asked) = self.leaves.get_mut(word.number).filter(|asked| asked.text != self.text) else {
                continue;
            };
            let Some(item) = engine.leaves.get(asked.leaf).map(|leaf| &leaf.item) else { continue };
            let test = word.test.map(|test| item.tests.get(test));
            let holds = match test {
                Some(test) => test.is_some_and(|test| test_on_text(item, test, text)),
                None => item_on_text(item, text),
            };
            if holds || word.test.is_none() {
                asked.text = self.text;
            }
            if holds {
                put(asked.bit);
            }
        }
    }
}

/// A search for words, whatever their case; `None` where they are more than it has room for.
fn search(words: &[String]) -> Option<AhoCorasick> {
    // A table of all states would be faster yet, but takes longer to make than a log takes to read.
    let kind = Some(AhoCorasickKind::ContiguousNFA);
    AhoCorasick::builder().ascii_case_insensitive(true).kind(kind).build(words).ok()
}

/// More words than this get a filler before them.
const MANY: usize = 1_000;

/// A word that nobody asks for.
///
/// When a search is made, each of its states is followed through all states that took the place of another one. Where
/// only a few are no word's end, as in `Name0` to `Name99999`, these ways are a quarter of all states long, and the time is
/// quadratic. A long word before all others makes them short.
fn filler(words: &[String]) -> Option<String> {
    let length = words.iter().map(String::len).sum::<usize>() / 32;
    (words.len() > MANY).then(|| "\0".repeat(length))
}

/// Words of which one stands in every text that an item holds for, whatever their case, each with the place of its test;
/// `None` where there are no such.
fn needed(item: &Item) -> Option<Vec<(usize, String)>> {
    if item.negated {
        return None;
    }
    // An absent value is no text.
    let tests = item.tests.iter().enumerate().filter(|(_, test)| !matches!(test, Test::Null));
    tests
        .map(|(place, test)| {
            let Test::Text(pattern) = test else { return None };
            let texts = pattern.parts().iter().filter_map(|part| match part {
                // Case is folded in ASCII alone, as patterns do it for what is ASCII.
                Part::Text(text) if text.is_ascii() => Some(text),
                _ => None,
            });
            texts.max_by_key(|text| text.len()).map(|text| (place, text.clone()))
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
            "userAgent: ['CURL', 'wget', 'curl', 'g*1.3', 'Boto3*']",
            "userAgent|endswith: ['o 1.2', '5', 'BOTO3/1.2']",
            "userAgent|startswith: ['curl', 'go']",
            "userAgent: ['Ümlaut', 'go 1.2', null]",
        ]);
        let numbers: Vec<usize> = (0..engine.leaves.len()).collect();
        assert_eq!(numbers.len(), 13);
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
        assert!(all > 25, "{all}");
    }

    #[test]
    fn a_name_is_met_with_its_version_behind_it() {
        let engine =
            engine(&["eventName: ['A', 'Update']", "eventName|endswith: date", "eventName|contains: v2"]);
        let mut literals = Literals::new(&engine, (0..engine.leaves.len()).map(|n| (n, n)));
        for text in ["Update", "UPDATE20150331v2", "Update20150331", "Updates20150331", "Update2", "a"] {
            let mut found = Vec::new();
            literals.holding(&engine, text, |bit| found.push(bit));
            found.sort_unstable();
            let holds = |n: &usize| item_on_text(&engine.leaves[*n].item, text);
            let expected: Vec<usize> = (0..engine.leaves.len()).filter(holds).collect();
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn of_very_many_words_each_is_found() {
        let words = |by: &str| (0..60_000).map(|n| format!("Name{n}{by}")).collect::<Vec<_>>().join(", ");
        let engine = engine(&[
            &*format!("userAgent: [{}]", words("")),
            &*format!("userAgent|contains: [{}]", words("x")),
        ]);
        let mut literals = Literals::new(&engine, (0..engine.leaves.len()).map(|n| (n, n)));
        let mut found = |text: &str| {
            let mut found = Vec::new();
            literals.holding(&engine, text, |bit| found.push(bit));
            found
        };
        assert_eq!(found("name59999"), [0]);
        assert_eq!(found("Name60000"), [0; 0]);
        assert_eq!(found("a Name59999X and name7x"), [1]);
        assert_eq!(found("Name59999"), [0]);
        assert_eq!(found("\0\0\0"), [0; 0]);
    }
}
