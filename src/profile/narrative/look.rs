//! Sentences about looking around.

use std::collections::BTreeMap;

use crate::event::outcome::Outcome;
use crate::profile::narrative::{Kind, Sentence, Teller};
use crate::score::scorer::plain_name;
use crate::store::Row;
use crate::store::flags::RecordKind;
use crate::text::{count, plural};

/// A bout of looking around is over when nothing was looked at for so long.
const QUIET_MS: i64 = 10 * 60_000;
/// No bout is longer than this.
const LONGEST_MS: i64 = 60 * 60_000;
/// How many calls a sentence names.
const NAMED: usize = 8;

/// A bout that may go on.
struct Bout {
    sentence: Sentence,
    /// How often each call was made, by service and name.
    calls: BTreeMap<(String, String), u64>,
    denied: u64,
    failed: u64,
}

/// The bouts of each session.
pub(super) struct Looks {
    open: Vec<Option<Bout>>,
}

impl Looks {
    pub(super) fn new(nodes: usize) -> Self {
        Self { open: (0..nodes).map(|_| None).collect() }
    }

    pub(super) fn take(&mut self, teller: &mut Teller<'_>, node: usize, row: &Row<'_>) {
        let Some(open) = self.open.get_mut(node).filter(|_| row.kind() != RecordKind::Aggregated) else {
            return;
        };
        let is_over = |bout: &Bout| {
            let since = |then: Option<i64>| Some(row.time().millis()?.saturating_sub(then?));
            let (quiet, whole) = (since(bout.sentence.to.millis()), since(bout.sentence.from.millis()));
            quiet.is_none_or(|ms| ms > QUIET_MS) || whole.is_none_or(|ms| ms > LONGEST_MS)
        };
        if let Some(bout) = open.take_if(|bout| is_over(bout)) {
            teller.sentences.push(bout.finish());
        }
        match open {
            Some(bout) => bout.sentence.add(row),
            None => {
                let sentence = teller.sentence(node, Kind::Looked, row, row.actor().to_owned());
                *open = Some(Bout { sentence, calls: BTreeMap::new(), denied: 0, failed: 0 });
            }
        }
        if let Some(bout) = open {
            bout.count(teller, row);
        }
    }

    pub(super) fn finish(self, teller: &mut Teller<'_>) {
        teller.sentences.extend(self.open.into_iter().flatten().map(Bout::finish));
    }
}

impl Bout {
    fn count(&mut self, teller: &Teller<'_>, row: &Row<'_>) {
        let call = (row.service().to_owned(), plain_name(row.event()).to_owned());
        let calls = self.calls.entry(call).or_default();
        *calls += 1;
        // Each kind of call is asked once for what it stands for.
        if *calls == 1 {
            let known = &mut self.sentence.techniques;
            let new: Vec<String> =
                teller.techniques(row).into_iter().filter(|t| !known.contains(t)).collect();
            known.extend(new);
        }
        match row.outcome() {
            Outcome::Success => {}
            Outcome::Denied => self.denied += 1,
            _ => self.failed += 1,
        }
    }

    fn finish(self) -> Sentence {
        let mut calls: Vec<(&(String, String), &u64)> = self.calls.iter().collect();
        calls.sort_by_key(|&(call, &times)| (std::cmp::Reverse(times), call));
        let mut named: Vec<String> = calls
            .iter()
            .take(NAMED)
            .map(|((service, event), times)| match **times {
                1 => format!("{service} {event}"),
                _ => format!("{service} {event} ×{}", count(**times)),
            })
            .collect();
        if calls.len() > NAMED {
            named.push(format!("{} more", calls.len() - NAMED));
        }
        let mut sentence = self.sentence;
        sentence.text +=
            &format!(" looked around with {}: {}", plural(sentence.events, "call"), named.join(", "));
        let refused: Vec<String> = [(self.denied, "denied"), (self.failed, "failed")]
            .into_iter()
            .filter(|(n, _)| *n > 0)
            .map(|(n, how)| format!("{} {how}", count(n)))
            .collect();
        if !refused.is_empty() {
            sentence.text += &format!(" ({})", refused.join(", "));
        }
        sentence
    }
}
