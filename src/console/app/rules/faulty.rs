//! Rules that cannot be used: how many, why, and the files that they stand in, so that these can be opened and put right.

use crate::console::app::board::{Cell, Item, Note};
use crate::detect::rules::Rules;
use crate::text::{count, plural};

/// What stands before the place of a fault in the id of its row.
const MARK: &str = "fault ";

/// How many cannot be used, in words; `None`: all can.
pub fn words(rules: &Rules) -> Option<String> {
    let faults = rules.faults().len() as u64;
    (faults > 0).then(|| format!("{} cannot be used", count(faults)))
}

/// What is said of them at the start of the console; `None`: nothing.
pub fn said_at_start(rules: &Rules) -> Option<String> {
    let first = rules.faults().first()?;
    let many = rules.faults().len() as u64;
    let them = if many == 1 { "it" } else { "them" };
    Some(format!(
        "{} cannot be used; view 5 lists {them} and E there opens the file: {first}",
        plural(many, "rule")
    ))
}

/// A row for each fault: the file and why. It is known by its place.
pub fn items(rules: &Rules, labeled: bool) -> impl Iterator<Item = Item> {
    rules.faults().iter().map(move |fault| {
        let mut cells = vec![
            Cell::Warn("fault".to_owned()),
            Cell::Warn(fault.reason.clone()),
            Cell::Dim(String::new()),
            Cell::Count(0),
        ];
        if labeled {
            cells.extend([Cell::Count(0), Cell::Count(0)]);
        }
        cells.extend([Cell::Spark(Vec::new()), Cell::Dim(fault.file.clone())]);
        let notes = vec![
            Note::new("fault", format!("line {}: {}", fault.line, fault.reason)),
            Note::new("file", format!("{}; E opens it", fault.file)),
        ];
        Item::new(format!("{MARK}{}:{}", fault.file, fault.line), cells).noting(notes)
    })
}

/// The file of the row of that id, where it is one of a fault.
pub fn faulty_file(id: &str) -> Option<&str> {
    id.strip_prefix(MARK)?.rsplit_once(':').map(|(file, _)| file)
}
