use proptest::prelude::*;

use super::*;
use crate::event::time::Time;
use crate::report::paper::{Bar, Chart, Column, Marks};

fn words(text: &str) -> Text {
    let mut out = Text::new();
    for look in [Look::Plain, Look::Strong, Look::Muted, Look::Value, Look::Level(Level::High)] {
        out = out.and(look, text);
    }
    out.link(Look::Value, text, "there")
}

/// A paper with the text everywhere that text can stand.
fn everywhere(text: &str) -> Paper {
    let bars = Marks::Bars {
        unit: text.to_owned(),
        bars: vec![Bar { name: text.to_owned(), value: 3.0, level: None }],
    };
    let field =
        Marks::Field { rows: vec![text.to_owned()], columns: vec![text.to_owned()], cells: vec![vec![1]] };
    let scatter = Marks::Scatter {
        x: text.to_owned(),
        y: text.to_owned(),
        normal: vec![(1.0, 2.0)],
        odd: vec![(0.0, 1e12)],
    };
    let activity = Marks::Activity { start: Time::from_millis(0), step: 60, buckets: vec![[1, 0, 2, 0, 3]] };
    let charts =
        [bars, field, scatter, activity].map(|marks| Block::Chart(Chart { title: text.to_owned(), marks }));
    let mut blocks = vec![
        Block::Heading { title: text.to_owned(), anchor: "there".to_owned() },
        Block::Text(words(text)),
        Block::List(vec![words(text)]),
        Block::Facts(vec![(text.to_owned(), words(text))]),
        Block::Table(Table {
            caption: text.to_owned(),
            columns: vec![Column::new(text, 1)],
            rows: vec![vec![words(text)]],
            more: Some((9, text.to_owned())),
        }),
        Block::Code { caption: text.to_owned(), text: text.to_owned(), anchor: String::new() },
    ];
    blocks.extend(charts);
    Paper {
        title: text.to_owned(),
        subtitle: text.to_owned(),
        classification: text.to_owned(),
        facts: vec![(text.to_owned(), words(text))],
        footer: text.to_owned(),
        made: None,
        sections: vec![Section { anchor: "one".to_owned(), title: text.to_owned(), blocks }],
    }
}

/// Every tag of a document with its attributes, parted by a plain reader that knows nothing of how it was written.
fn tags(document: &str) -> Vec<String> {
    let (mut found, mut rest) = (Vec::new(), document);
    while let Some(at) = rest.find('<') {
        let mut quoted = false;
        let end = rest[at..].find(|c| {
            quoted ^= c == '"';
            c == '>' && !quoted
        });
        let end = at + end.expect("a tag ends");
        found.push(rest[at + 1..end].to_owned());
        rest = &rest[end + 1..];
    }
    found
}

/// The names of the elements, without what closes them.
fn names(document: &str) -> Vec<String> {
    let tags = tags(document);
    tags.iter().map(|t| t.split([' ', '/', '\n']).next().unwrap_or_default().to_owned()).collect()
}

const EVIL: [&str; 6] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='x",
    "</title></style><svg/onload=x>",
    "<!-- ]]> &lt;",
    "javascript:alert(1)",
];

/// The names of the elements and of their attributes, but for places where a line may be broken.
fn shape(document: &str) -> Vec<String> {
    let attributes = |tag: &str| -> String {
        // What stands between quotes is a value; in front of each `=` outside of them is a name.
        let outside: String = tag.split('"').step_by(2).collect();
        outside.split_whitespace().map(|word| format!("{word} ")).collect()
    };
    tags(document).iter().filter(|tag| *tag != "wbr").map(|tag| attributes(tag)).collect()
}

#[test]
fn text_of_the_log_adds_no_element_and_no_attribute() {
    let calm = shape(&render(&everywhere("calm")));
    for evil in EVIL {
        let page = render(&everywhere(evil));
        assert_eq!(shape(&page), calm, "{evil}");
        assert!(!page.contains(evil) || !evil.contains('<'), "{evil}");
    }
}

#[test]
fn the_page_asks_for_nothing_and_runs_nothing() {
    let page = render(&everywhere("calm"));
    for name in ["script", "link", "iframe", "img", "object", "embed", "form", "base", "use", "image"] {
        assert!(!names(&page).iter().any(|n| n == name), "{name}");
    }
    for tag in tags(&page) {
        assert!(!tag.contains(" style="), "{tag}");
        for name in ["src", "srcset", "data", "action", "xlink:href"] {
            assert!(!tag.contains(&format!(" {name}=")), "{tag}");
        }
        assert!(!tag.contains("href=") || tag.contains("href=\"#"), "links stay in the page: {tag}");
    }
    assert!(
        !style::SHEET.contains("url(") && !style::SHEET.contains("@import") && !style::SHEET.contains("</")
    );
}

#[test]
fn the_policy_names_the_hash_of_the_sheet_as_it_stands_in_the_page() {
    let page = render(&everywhere("calm"));
    let sheet = page.split("<style>").nth(1).and_then(|rest| rest.split("</style>").next()).unwrap();
    let hash = base64::engine::general_purpose::STANDARD.encode(Sha256::digest(sheet.as_bytes()));
    assert!(page.contains(&format!("default-src 'none'; style-src 'sha256-{hash}'")));
}

#[test]
fn what_would_act_is_made_visible() {
    let page = render(&everywhere("a\u{202e}b\u{1b}[31mc\u{200b}"));
    assert!(page.contains("a\\u{202e}b␛[31mc\\u{200b}"));
    assert!(!page.contains(['\u{202e}', '\u{1b}', '\u{200b}']));
    assert!(
        render(&everywhere("김민수 東京 🙂")).contains("김민수 東京 🙂"),
        "other scripts stay as they are"
    );
}

#[test]
fn long_values_can_be_broken_where_they_have_parts() {
    assert_eq!(breakable("arn:aws"), "arn:<wbr>aws<wbr>");
    assert_eq!(breakable("DescribeTrails"), "Describe<wbr>Trails<wbr>");
    assert_eq!(breakable("GetItem é"), "GetItem é<wbr>");
    assert_eq!(lines("a\n\tb<"), "a\n    b&lt;");
}

proptest! {
    #[test]
    fn no_text_is_markup(text: String) {
        let safe = escaped(&text);
        prop_assert!(!safe.contains(['<', '>', '"', '\'']));
        prop_assert!(!safe.chars().any(is_hostile));
        for (at, _) in safe.match_indices('&') {
            let known = ["&amp;", "&lt;", "&gt;", "&quot;", "&#39;"];
            prop_assert!(known.iter().any(|entity| safe[at..].starts_with(entity)));
        }
        // And it can be read back.
        let back = safe.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'").replace("&amp;", "&");
        prop_assert_eq!(back, visible(&text).into_owned());
    }
}
