//! `trailhound eval`: how early the list shows a labeled attack.

use std::io::{self, Read as _, Write};
use std::path::Path;
use std::sync::Arc;

use crate::cli::args::{EvalArgs, ListFormat};
use crate::cli::exit::{Failure, Outcome};
use crate::cli::{load, output};
use crate::config::file;
use crate::ingest::inflate::text_reader;
use crate::report::eval::{Labels, Measures, measure};
use crate::source::{Listed, Listing, Missing, Object, Place};
use crate::text::visible;

pub(crate) fn run(args: &EvalArgs) -> Outcome {
    let name = args.labels.display().to_string();
    let labels = labels(&args.labels)?;
    let settings = load::sound_settings(&args.input.settings.flags())?;
    let words: Vec<String> = args.mask.iter().filter(|word| !word.is_empty()).cloned().collect();
    let status = Arc::default();
    let listing = load::listing(&args.input.sources, &settings, &status)?;
    let listing = if words.is_empty() { listing } else { masked(listing, words) };
    let inv = load::everything_of(listing, status, &settings, args.input.quiet)?;
    let measures = measure(inv, &labels);
    if measures.events == 0 {
        return Err(Failure::Use(format!(
            "{name}: no label is that of an event that was read; are these the labels of this data?"
        )));
    }
    output::to_stdout(|out| match args.format {
        ListFormat::Json => {
            serde_json::to_writer_pretty(&mut *out, &measures)?;
            out.write_all(b"\n")
        }
        ListFormat::Table => table(out, &measures),
    })?;
    Ok(load::tell_rejects(inv, args.input.quiet, args.input.show_rejects))
}

/// How many faults of a table of labels are told.
const FAULTS: usize = 10;

/// What is known of the events beforehand; what is wrong with single lines is told on stderr.
pub(crate) fn labels(path: &Path) -> Result<Labels, Failure> {
    let name = path.display().to_string();
    let bytes =
        std::fs::read(path).map_err(|e| Failure::Use(format!("--labels {name}: {}", file::words(&e))))?;
    let text = String::from_utf8(bytes).map_err(|e| Failure::Use(no_text(&name, &e)))?;
    let labels =
        Labels::parse(&name, &text).map_err(|e| Failure::Use(visible(&e.to_string()).into_owned()))?;
    for fault in labels.faults.iter().take(FAULTS) {
        eprintln!("trailhound: {}: {}", visible(&name), visible(fault));
    }
    if let Some(more) = labels.faults.len().checked_sub(FAULTS).filter(|more| *more > 0) {
        eprintln!("trailhound: {}: and {more} more lines like these", visible(&name));
    }
    Ok(labels)
}

/// Where a file stops to be text.
fn no_text(name: &str, fault: &std::string::FromUtf8Error) -> String {
    let at = fault.utf8_error().valid_up_to();
    let (before, byte) = fault.as_bytes().split_at_checked(at).unwrap_or_default();
    let line = before.iter().filter(|b| **b == b'\n').count() + 1;
    let byte = byte.first().copied().unwrap_or_default();
    format!("{}:{line}: byte {at} (0x{byte:02x}) is no UTF-8 text; save the table as UTF-8", visible(name))
}

fn table(out: &mut dyn Write, m: &Measures) -> io::Result<()> {
    writeln!(
        out,
        "{} labeled events, {} of the attack, {} techniques",
        m.events, m.attack_events, m.techniques
    )?;
    writeln!(
        out,
        "{} rows after bursts are folded, {} different ranks, at most {} rows alike",
        m.rows, m.distinct_ranks, m.largest_tie
    )?;
    for (rows, recall) in &m.recall {
        writeln!(out, "techniques found within {rows:>3} rows  {recall:.2}")?;
    }
    writeln!(out, "average precision                 {:.3}", m.average_precision)?;
    writeln!(
        out,
        "high or critical rows without attack, for 1,000 benign events  {}",
        rate(m.high_rows_per_1000_benign)
    )?;
    writeln!(
        out,
        "rule hits (medium and above) for 10,000 benign events          {}",
        rate(m.rule_hits_per_10000_benign)
    )?;
    let mut attackers: Vec<(&String, &usize)> = m.attackers.iter().collect();
    attackers.sort_by_key(|(_, place)| **place);
    for (name, place) in attackers {
        writeln!(out, "actor of the attack: {} of {}  {}", place, m.actors, visible(name))?;
    }
    let mut found: Vec<(&String, &usize)> = m.found_at.iter().collect();
    found.sort_by_key(|(_, row)| **row);
    for (technique, row) in found {
        writeln!(out, "  row {row:>4}  {}", visible(technique))?;
    }
    Ok(())
}

/// What a measure of benign events comes to.
fn rate(measured: Option<f64>) -> String {
    measured.map_or_else(|| "unknown: no label says benign".to_owned(), |rate| format!("{rate:.1}"))
}

/// The same objects with the words replaced, letter by letter, whatever their case.
fn masked(listing: Listing, words: Vec<String>) -> Listing {
    Box::new(listing.map(move |listed| -> Listed {
        let object = listed?;
        let text = read(&object).map_err(|e| Missing { name: object.name.clone(), reason: e.to_string() })?;
        let place = Place::Memory(mask(text, &words).into());
        Ok(Object { place, ..object })
    }))
}

fn read(object: &Object) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    text_reader(object.place.open()?)?.read_to_end(&mut text)?;
    Ok(text)
}

fn mask(mut text: Vec<u8>, words: &[String]) -> Vec<u8> {
    for word in words {
        let mut at = 0;
        while let Some(window) = text.get_mut(at..at + word.len()) {
            if window.eq_ignore_ascii_case(word.as_bytes()) {
                window.fill(b'x');
                at += word.len();
            } else {
                at += 1;
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_masked_whatever_their_case() {
        let masked = mask(b"a Stratus-red stratus STRATU".to_vec(), &["stratus".to_owned()]);
        assert_eq!(masked, b"a xxxxxxx-red xxxxxxx STRATU");
    }
}
