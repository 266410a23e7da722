//! What is in a file of rules, document by document. Files know nothing of each other.

use std::borrow::Cow;
use std::num::NonZero;

use crate::detect::sigma::correlation::Correlation;
use crate::detect::sigma::filter::Filter;
use crate::detect::sigma::item::Placeholders;
use crate::detect::sigma::rule::{Rule, RuleError};
use crate::detect::sigma::yaml::{self, Node, Value};

/// The largest file of rules, in bytes.
const LARGEST: usize = 16 << 20;

/// What a document of a file says, or why it cannot be used.
pub(super) type Part = Result<Said, RuleError>;

/// What a document says.
pub(super) enum Said {
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
pub(super) fn parts_of_all(files: &[(&str, &str)], placeholders: &Placeholders) -> Vec<Vec<Part>> {
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
    let mut reading =
        ReadingFile { file, placeholders, global: None, before: None, parts: Vec::new(), unnamed: 0 };
    let mut rest = Cow::Borrowed(text);
    for _ in 0..MOST_FAULTS {
        let (documents, error) = yaml::documents(&rest);
        documents.into_iter().for_each(|document| reading.document(document));
        let Some(error) = error else { return reading.parts };
        let behind = behind(&rest, error.line);
        let next = match behind {
            Some(_) => "the other documents of this file are used",
            None if reading.parts.iter().any(Result::is_ok) => "what stands before it in this file is used",
            None => "nothing in this file is used",
        };
        reading.parts.push(fault(error.line, format!("this is no YAML: {}; {next}", error.reason)));
        let Some(behind) = behind else { return reading.parts };
        rest = Cow::Owned(behind);
    }
    let reason =
        format!("this is the fault number {MOST_FAULTS} in this file; what stands behind it was not read");
    let last = rest.lines().take_while(|line| line.is_empty()).count() + 1;
    reading.parts.push(fault(last, reason));
    reading.parts
}

/// After so many faults in the YAML of a file it is left.
pub(super) const MOST_FAULTS: usize = 100;

/// The documents behind a faulty one, with as many empty lines before them as there were lines.
fn behind(text: &str, line: usize) -> Option<String> {
    let begun = text.lines().take_while(|line| line.is_empty()).count();
    let mut at = 0;
    for (n, one) in text.split_inclusive('\n').enumerate() {
        if n > begun && n + 1 >= line && one.trim_end() == "---" {
            return Some("\n".repeat(n) + &text[at..]);
        }
        at += one.len();
    }
    None
}

/// A file whose documents are read one after the other.
struct ReadingFile<'f> {
    file: &'f str,
    placeholders: &'f Placeholders,
    /// What the documents share.
    global: Option<Node>,
    before: Option<Node>,
    parts: Vec<Part>,
    /// How many rules had neither an id nor a name.
    unnamed: usize,
}

impl ReadingFile<'_> {
    fn document(&mut self, document: Node) {
        if let Some(key) = twice(&document) {
            let name = key.scalar().unwrap_or_default();
            let reason = format!(
                "the key `{name}` stands twice in one map; put both values into a list under it, or name one of them otherwise"
            );
            self.parts.push(Err(RuleError { file: self.file.to_owned(), line: key.line, reason }));
            return;
        }
        let action = document.get("action").and_then(Node::scalar).unwrap_or_default();
        let below = match action.as_str() {
            "global" => {
                self.global = Some(document);
                return;
            }
            "reset" => {
                self.global = None;
                return;
            }
            "repeat" => self.before.as_ref(),
            "" => self.global.as_ref(),
            other => {
                let reason = format!("there is no action `{other}`; write global, reset or repeat");
                self.parts.push(Err(RuleError { file: self.file.to_owned(), line: document.line, reason }));
                return;
            }
        };
        let whole = merged(below, &document);
        let mut part = part_of(self.file, &whole, self.placeholders);
        let id = match &mut part {
            Some(Ok(Said::Rule(rule, _) | Said::Generic(rule, _))) => Some(&mut rule.id),
            Some(Ok(Said::Correlation(correlation, _))) => Some(&mut correlation.id),
            _ => None,
        };
        let says = |key: &str| whole.get(key).and_then(Node::scalar).is_some_and(|text| !text.is_empty());
        if let Some(id) = id.filter(|_| !says("id") && !says("name")) {
            self.unnamed += 1;
            if self.unnamed > 1 {
                // Each needs an id of its own, or all but the first would be left out.
                id.push_str(&format!("-{}", self.unnamed));
            }
        }
        self.parts.extend(part);
        self.before = Some(whole);
    }
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

/// Whether a rule is about events that other programs send.
fn is_generic(node: &Node) -> bool {
    let category = node.get("logsource").and_then(|source| source.get("category")).and_then(Node::scalar);
    category.as_deref() == Some("generic")
}

/// Why a rule is about other logs; `None` when it is about CloudTrail, or about what other programs send.
fn elsewhere(node: &Node) -> Option<String> {
    let source = node.get("logsource")?;
    let is = |key: &str, wanted: &str| source.get(key).and_then(Node::scalar).is_none_or(|is| is == wanted);
    let of = ["product", "category", "service"].map(|key| source.get(key).and_then(Node::scalar));
    let of: Vec<String> = of.into_iter().flatten().collect();
    // A category alone is one of other logs: of web servers, of processes.
    let is_whole = ["product", "service"].iter().all(|key| source.get(key).is_some());
    let no_category = source.get("category").and_then(Node::scalar).is_none();
    let is_ours = is("product", "aws") && is("service", "cloudtrail") && (is_whole || no_category);
    if is_generic(node) || is_ours {
        return None;
    }
    Some(format!("a rule for other logs ({}); only those of aws cloudtrail are used", of.join(" ")))
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
