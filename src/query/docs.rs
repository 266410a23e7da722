//! The parts of `docs/query.md` that are made from the catalogue, and the test that keeps it true.

use std::fmt::Write as _;

use crate::event::field::{FIELDS, FieldInfo, FieldType};

/// The table of short names, in Markdown.
pub fn field_table() -> String {
    let mut out = String::from("| field | also | values | what it is |\n|---|---|---|---|\n");
    for info in FIELDS {
        let aliases: Vec<String> = info.aliases.iter().map(|alias| format!("`{alias}`")).collect();
        let _ = writeln!(
            out,
            "| `{}` | {} | {} | {} |",
            info.name,
            aliases.join(", "),
            values(info),
            info.about.replace('|', "\\|")
        );
    }
    out
}

fn values(info: &FieldInfo) -> String {
    match info.kind {
        FieldType::Text => "text".to_owned(),
        FieldType::Address => "address, network, text".to_owned(),
        FieldType::Number => "number".to_owned(),
        FieldType::Time => "time".to_owned(),
        FieldType::Word(words) => {
            let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
            words.join(", ")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::{LEVELS, parse};

    const DOCUMENT: &str = include_str!("../../docs/query.md");
    const BEGIN: &str = "<!-- fields: made by `TRAILHOUND_BLESS=1 cargo test query::docs` -->\n";
    const FAULTS: &str = "```text\n";
    const END: &str = "<!-- end of fields -->";

    /// The lines of every block of code of one kind.
    fn examples(kind: &str) -> Vec<&'static str> {
        let opening = format!("```{kind}\n");
        let blocks = DOCUMENT.split(&opening).skip(1).filter_map(|rest| rest.split("```").next());
        blocks.flat_map(str::lines).filter(|line| !line.is_empty()).collect()
    }

    #[test]
    fn every_example_of_the_document_is_understood() {
        let examples = examples("query");
        assert!(examples.len() > 40, "only {} examples were found", examples.len());
        for text in examples {
            let query = parse(text).unwrap_or_else(|e| panic!("{}", e.render(text)));
            assert_eq!(parse(&query.to_string()).as_ref(), Ok(&query), "{text}");
        }
    }

    /// The document with its table and its messages as they should be.
    fn expected() -> String {
        let (head, rest) = DOCUMENT.split_once(BEGIN).expect("the mark before the table");
        let (_, tail) = rest.split_once(END).expect("the mark behind the table");
        let (between, faults) = tail.split_once(FAULTS).expect("the faults");
        let (faults, end) = faults.split_once("```").expect("the end of the faults");
        let queries = faults.lines().filter(|line| !line.is_empty() && !line.starts_with(' '));
        let faults: String =
            queries.map(|text| format!("{text}\n    {}\n", parse(text).expect_err(text))).collect();
        format!("{head}{BEGIN}{}{END}{between}{FAULTS}{faults}```{end}", field_table())
    }

    #[test]
    fn the_fields_and_the_messages_in_the_document_are_the_ones_in_use() {
        crate::golden::check("docs/query.md", &expected());
    }

    #[test]
    fn the_table_of_levels_is_the_one_in_use() {
        for (name, low, high) in LEVELS {
            let row = format!("| `{name}` | {low} | {high} |");
            assert!(DOCUMENT.contains(&row), "{row}");
        }
    }
}
