//! Fills a sentence of the table with what a record says.

use crate::profile::change::Call;
use crate::profile::change::value::{all, listed, name_of, texts};

/// Stands where a record says nothing.
const MISSING: &str = "?";

/// The verb of a sentence in the infinitive, and the rest of it, filled in.
///
/// Facts that a judge found go where the sentence has `{@}`, else behind it.
pub(super) fn fill(sentence: &str, call: &Call<'_>, facts: &[String]) -> (String, String) {
    let (verb, rest) = sentence.split_once(' ').unwrap_or((sentence, ""));
    let mut filled = String::new();
    if !rest.is_empty() {
        filled.push(' ');
    }
    let mut left = rest;
    while let Some(open) = left.find('[') {
        let close = left[open..].find(']').map_or(left.len(), |at| open + at);
        filled.push_str(&part(&left[..open], call, facts).0);
        let (inside, complete) = part(left.get(open + 1..close).unwrap_or_default(), call, facts);
        if complete {
            filled.push_str(&inside);
        }
        left = left.get(close + 1..).unwrap_or_default();
    }
    filled.push_str(&part(left, call, facts).0);
    if !facts.is_empty() && !sentence.contains("{@") {
        filled.push_str(": ");
        filled.push_str(&facts.join("; "));
    }
    (verb.to_owned(), filled)
}

/// Fills the places of a part, and whether none was missing.
fn part(text: &str, call: &Call<'_>, facts: &[String]) -> (String, bool) {
    let (mut out, mut complete) = (String::new(), true);
    let mut left = text;
    while let Some(open) = left.find('{') {
        let close = left[open..].find('}').map_or(left.len(), |at| open + at);
        out.push_str(&left[..open]);
        match place(left.get(open + 1..close).unwrap_or_default(), call, facts) {
            Some(value) => out.push_str(&value),
            None => {
                complete = false;
                out.push_str(MISSING);
            }
        }
        left = left.get(close + 1..).unwrap_or_default();
    }
    out.push_str(left);
    (out, complete)
}

/// What stands at one place.
fn place(place: &str, call: &Call<'_>, facts: &[String]) -> Option<String> {
    if let Some((path, word)) = place.split_once('=') {
        let (root, path) = path.strip_prefix('>').map_or((call.request, path), |p| (call.response, p));
        return texts(root, path).iter().any(|text| text == "true").then(|| word.to_owned());
    }
    if let Some((path, unit)) = place.split_once('*') {
        let counts = texts(call.request, path);
        let plural = if counts.iter().all(|count| count == "1") { "" } else { "s" };
        return listed(&counts).map(|counts| format!("{counts} {unit}{plural}"));
    }
    let (paths, default) = place.split_once('?').map_or((place, None), |(p, d)| (p, Some(d)));
    if paths == "@" {
        return listed(facts).or_else(|| default.map(str::to_owned));
    }
    let value = paths.split(',').find_map(|path| {
        let (path, name_only) = path.strip_suffix(":name").map_or((path, false), |p| (p, true));
        let (root, path) = path.strip_prefix('>').map_or((call.request, path), |p| (call.response, p));
        if let Some(path) = path.strip_suffix('#') {
            return Some(all(root, path).len()).filter(|&n| n > 0).map(|n| n.to_string());
        }
        let mut found = texts(root, path);
        if name_only {
            found.iter_mut().for_each(|text| *text = name_of(text).to_owned());
        }
        listed(&found)
    });
    value.or_else(|| default.map(str::to_owned))
}
