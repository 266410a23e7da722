//! How early the list shows a labeled attack: measures to compare weights and rules by.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde::Serialize;

use crate::investigation::Investigation;
use crate::query::order::{Sort, sorted_in_bursts};
use crate::query::run::Selection;
use crate::score::rollup::{Unit, rollup};
use crate::score::{Level, burst, rank};

/// What is known of the events of a data set.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Labels {
    /// By event id: whether it belongs to the attack (`None`: nobody knows), and to which technique.
    pub events: HashMap<String, Label>,
    /// What in the table cannot be used as it is: line, value and the way out. Hostile.
    pub faults: Vec<String>,
}

/// What is known of one event.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Label {
    /// Whether it belongs to the attack; `None` where nobody knows.
    pub attack: Option<bool>,
    /// What the attacker wanted with it; empty where that is not said.
    pub technique: String,
}

/// Why labels cannot be used.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum LabelError {
    /// A column is missing.
    #[error(
        "{file}:1: there is no column {column}; the first line has to name eventID and attack, and technique if it is known"
    )]
    Column {
        /// The file.
        file: String,
        /// What it should be called.
        column: &'static str,
    },
    /// A line cannot be read.
    #[error("{file}: {reason}")]
    Line {
        /// The file.
        file: String,
        /// What is wrong, and where.
        reason: String,
    },
}

impl Labels {
    /// Reads a table with a line of names, parted by tabs or commas. `technique` may also be `stratus_technique`,
    /// or any other name that ends so.
    ///
    /// What is wrong with single lines is in [`Labels::faults`].
    ///
    /// # Errors
    /// A column that is needed is not there, a quote is never closed, or no line can be used.
    pub fn parse(file: &str, text: &str) -> Result<Self, LabelError> {
        if text.trim().is_empty() {
            let reason = "there is nothing in it; a first line has to name eventID and attack, each further one label an event";
            return Err(LabelError::Line { file: file.to_owned(), reason: reason.to_owned() });
        }
        let tabs = text.lines().next().is_some_and(|line| line.contains('\t'));
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(if tabs { b'\t' } else { b',' })
            .flexible(true)
            .from_reader(text.as_bytes());
        let refused = |reason: String| LabelError::Line { file: file.to_owned(), reason };
        let names = reader.headers().map_err(|e| refused(e.to_string()))?.clone();
        let column = |wanted: &'static str| {
            let found = names.iter().position(|name| name.eq_ignore_ascii_case(wanted));
            found.ok_or(LabelError::Column { file: file.to_owned(), column: wanted })
        };
        let (id, attack) = (column("eventID")?, column("attack")?);
        // Where a table has both, the sharper name is the technique's and the other one its id.
        let technique = names.iter().position(|name| name.to_lowercase().ends_with("technique"));
        let mut reading = Reading {
            id,
            attack,
            technique,
            cells: names.len(),
            lines: HashMap::new(),
            labels: Self::default(),
        };
        let mut last = 0;
        for record in reader.records() {
            let record = record.map_err(|e| refused(e.to_string()))?;
            last = record.position().map_or(last, |at| at.byte() as usize);
            reading.take(&record);
        }
        if let Some(line) = unclosed(text, last, if tabs { '\t' } else { ',' }) {
            return Err(refused(format!(
                "line {line}: a quote that opens here is never closed, so all that follows is one value; close it, \
                 or write it twice and the value in quotes"
            )));
        }
        let labels = reading.labels;
        match labels.faults.first() {
            Some(fault) if labels.events.values().all(|label| label.attack.is_none()) => {
                Err(refused(format!("no label can be used; {fault}")))
            }
            _ => Ok(labels),
        }
    }
}

/// A table of labels on its way in.
struct Reading {
    id: usize,
    attack: usize,
    technique: Option<usize>,
    cells: usize,
    /// On which line each id stands.
    lines: HashMap<String, u64>,
    labels: Labels,
}

impl Reading {
    fn take(&mut self, record: &csv::StringRecord) {
        let line = record.position().map_or(0, csv::Position::line);
        let text = |cell: usize| record.get(cell).unwrap_or_default().trim();
        let id = text(self.id);
        if record.len() != self.cells {
            let (has, named) = (record.len(), self.cells);
            return self.fault(format!(
                "line {line}: {has} cells, where the first line names {named}; it is left out: write every cell, empty \
                 ones as well, and quote a value that has the separator in it"
            ));
        }
        if id.is_empty() {
            return;
        }
        let attack = attack_of(text(self.attack)).unwrap_or_else(|| {
            let value = text(self.attack);
            self.fault(format!(
                "line {line}: attack `{value}` says neither yes nor no, so nobody knows of {id}; write 1 or 0, or ? where \
                 it is not known"
            ));
            None
        });
        let technique = self.technique.map(text).unwrap_or_default().to_owned();
        let label = Label { attack, technique };
        match self.labels.events.get(id) {
            Some(known) if *known != label => {
                let first = self.lines.get(id).copied().unwrap_or_default();
                self.fault(format!(
                    "line {line}: {id} has another label on line {first}, which counts; leave one of the two out"
                ));
            }
            Some(_) => {}
            None => {
                self.lines.insert(id.to_owned(), line);
                self.labels.events.insert(id.to_owned(), label);
            }
        }
    }

    fn fault(&mut self, fault: String) {
        self.labels.faults.push(fault);
    }
}

/// What a cell says of an event: of the attack or not, or that nobody knows; `None` where it says nothing of the kind.
///
/// The id of a technique is a yes as well: `trailhound synth` writes it there.
fn attack_of(cell: &str) -> Option<Option<bool>> {
    let technique = |id: &str| id.strip_prefix('t').and_then(|digits| digits.get(..4)).is_some_and(is_digits);
    match cell.to_ascii_lowercase().as_str() {
        "" | "0" | "-" | "false" | "no" => Some(Some(false)),
        "1" | "true" | "yes" => Some(Some(true)),
        "?" => Some(None),
        id => technique(id).then_some(Some(true)),
    }
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit())
}

/// The line of the last record where a quote in it opens a value and is never closed; what follows is then part of it.
fn unclosed(text: &str, last: usize, separator: char) -> Option<usize> {
    let record = text.get(last..)?;
    let opens = record.trim_start().starts_with('"') || record.contains(&format!("{separator}\""));
    let odd = record.bytes().filter(|&b| b == b'"').count() % 2 == 1;
    let line = text.get(..last)?.matches('\n').count() + 1;
    (opens && odd).then(|| {
        line + record.bytes().take_while(|b| matches!(b, b'\n' | b'\r')).filter(|b| *b == b'\n').count()
    })
}

/// The measures.
#[derive(Clone, PartialEq, Serialize, Debug)]
pub struct Measures {
    /// Events that were read and labeled.
    pub events: usize,
    /// Those of the attack.
    pub attack_events: usize,
    /// Techniques of the attack.
    pub techniques: usize,
    /// Rows of the list after bursts are folded.
    pub rows: usize,
    /// The part of the techniques that is found within so many rows.
    pub recall: BTreeMap<usize, f64>,
    /// The first row of each technique, from 1.
    pub found_at: BTreeMap<String, usize>,
    /// The mean of the precision at each row with an event of the attack.
    pub average_precision: f64,
    /// Where the actors with events of the attack stand in the list of actors, from 1.
    pub attackers: BTreeMap<String, usize>,
    /// How many actors there are.
    pub actors: usize,
    /// Rows of high or critical risk with benign events alone, for every 1,000 benign events; `None` where no event
    /// is known to be benign.
    pub high_rows_per_1000_benign: Option<f64>,
    /// Benign events that hit a rule of level medium or above, for every 10,000; `None` as above.
    pub rule_hits_per_10000_benign: Option<f64>,
    /// How many different ranks the rows have.
    pub distinct_ranks: usize,
    /// The most rows of equal rank.
    pub largest_tie: usize,
}

/// At how many rows the recall is measured.
const AT: [usize; 4] = [10, 25, 50, 100];

/// Measures a list against labels.
pub fn measure(inv: &Investigation, labels: &Labels) -> Measures {
    let selection = Selection::all(&inv.table);
    let rows = sorted_in_bursts(&inv.table, &selection, Sort::default(), None);
    let label = |row: u32| inv.table.row(row).and_then(|row| labels.events.get(&row.id()));
    let is_attack = |row: u32| label(row).is_some_and(|l| l.attack == Some(true));
    let is_benign = |row: u32| label(row).is_some_and(|l| l.attack == Some(false));
    let mut found_at = BTreeMap::new();
    let (mut seen, mut precision, mut relevant, mut high) = (0, 0.0, 0, 0);
    let mut ties: HashMap<u32, usize> = HashMap::new();
    for burst in burst::bursts(&inv.table, &rows) {
        let Some(members) = rows.get(burst) else { continue };
        seen += 1;
        let attack: Vec<u32> = members.iter().copied().filter(|row| is_attack(*row)).collect();
        for technique in attack.iter().filter_map(|row| label(*row)).map(|l| &l.technique) {
            found_at.entry(technique.clone()).or_insert(seen);
        }
        if !attack.is_empty() {
            relevant += 1;
            precision += relevant as f64 / seen as f64;
        }
        if let Some(first) = members.first().and_then(|row| inv.table.row(*row)) {
            *ties.entry(rank::key_of(&first)).or_default() += 1;
            let benign = members.iter().all(|row| is_benign(*row));
            high += usize::from(benign && rank::place_of(&first) >= Level::High);
        }
    }
    let known = rows.iter().filter_map(|row| label(*row));
    let benign: HashSet<u32> = rows.iter().copied().filter(|row| is_benign(*row)).collect();
    let hit = |row: &&u32| {
        let row = inv.table.row(**row);
        row.is_some_and(|row| inv.rules_of(&row).any(|rule| rule.level >= Level::Medium))
    };
    let hits = benign.iter().filter(hit).count();
    let part = |n: usize, of: usize, per: f64| (of > 0).then(|| n as f64 * per / of as f64);
    let within = |most: usize| {
        let found = found_at.values().filter(|at| **at <= most).count();
        part(found, found_at.len(), 1.0).unwrap_or(0.0)
    };
    let (attackers, actors) = attackers(inv, &rows, &is_attack);
    Measures {
        events: known.count(),
        attack_events: rows.iter().filter(|row| is_attack(**row)).count(),
        techniques: found_at.len(),
        rows: seen,
        recall: AT.into_iter().map(|most| (most, within(most))).collect(),
        average_precision: if relevant == 0 { 0.0 } else { precision / relevant as f64 },
        attackers,
        actors,
        high_rows_per_1000_benign: part(high, benign.len(), 1_000.0),
        rule_hits_per_10000_benign: part(hits, benign.len(), 10_000.0),
        distinct_ranks: ties.len(),
        largest_tie: ties.values().copied().max().unwrap_or(0),
        found_at,
    }
}

/// Where the actors of the attack stand, and how many actors there are.
fn attackers(
    inv: &Investigation,
    rows: &[u32],
    is_attack: &dyn Fn(u32) -> bool,
) -> (BTreeMap<String, usize>, usize) {
    let of_attack = rows.iter().copied().filter(|row| is_attack(*row)).filter_map(|row| inv.table.row(row));
    let guilty: BTreeSet<(&str, &str)> =
        of_attack.map(|row| inv.table.dicts().actor(row.identity().actor)).collect();
    let all = rollup(inv, &Selection::all(&inv.table), Unit::Actor);
    let places = all
        .iter()
        .enumerate()
        .filter(|(_, line)| guilty.contains(&(line.name.as_str(), line.account.as_str())));
    (places.map(|(n, line)| (line.name.clone(), n + 1)).collect(), all.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_read_with_tabs_or_commas_and_faults_are_named() {
        let tabs = Labels::parse(
            "l.tsv",
            "eventID\tphase\tstratus_technique\tattack\na\tx\tT1\t1\nb\t\t-\t-\nc\t\t?\t?\n",
        )
        .unwrap();
        let commas = Labels::parse("l.csv", "eventID,attack,technique\na,1,T1\nb,0,-\nc,?,?\n").unwrap();
        assert_eq!(tabs, commas);
        assert_eq!(tabs.events["a"], Label { attack: Some(true), technique: "T1".to_owned() });
        assert_eq!((tabs.events["b"].attack, tabs.events["c"].attack), (Some(false), None));
        let synth = Labels::parse("l.tsv", "eventID\tattack\na\tT1685.002\nb\t-\n").unwrap();
        assert_eq!((synth.events["a"].attack, synth.faults.len()), (Some(true), 0));
        let fault = Labels::parse("l.csv", "\n").unwrap_err().to_string();
        assert!(fault.starts_with("l.csv: there is nothing in it"), "{fault}");
        let fault = Labels::parse("l.csv", "id,attack\n").unwrap_err().to_string();
        assert!(fault.contains("l.csv:1: there is no column eventID"), "{fault}");
    }

    #[test]
    fn what_is_wrong_with_a_line_is_said_with_line_value_and_way_out() {
        let text = "eventID,attack,technique\na,1,T1\nb,maybe,T1\nc,0\na,0,\na,1,T1\nd,No,\n";
        let labels = Labels::parse("l.csv", text).unwrap();
        let told = |line: &str| labels.faults.iter().find(|fault| fault.starts_with(line)).unwrap();
        assert_eq!(labels.faults.len(), 3, "{:?}", labels.faults);
        assert!(told("line 3").contains("attack `maybe`") && told("line 3").contains("write 1 or 0"));
        assert!(told("line 4").contains("2 cells, where the first line names 3"));
        assert!(told("line 5").contains("a has another label on line 2, which counts"));
        let attack = |id: &str| labels.events.get(id).map(|label| label.attack);
        assert_eq!((attack("a"), attack("b"), attack("c")), (Some(Some(true)), Some(None), None));
        assert_eq!(attack("d"), Some(Some(false)));
        let refused = |text: &str| Labels::parse("l.csv", text).unwrap_err().to_string();
        let open = refused("eventID,attack\na,1\nb,\"1\nc,0\nd,0\n");
        assert!(open.contains("l.csv: line 3: a quote that opens here is never closed"), "{open}");
        let none = refused("eventID,attack\na,evil\nb,good\n");
        assert!(none.contains("no label can be used; line 2: attack `evil`"), "{none}");
    }
}
