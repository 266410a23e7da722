//! What is said: found and copied as it stands in the log, or shown as an escape.

use proptest::prelude::*;

use super::*;

#[test]
fn text_can_be_found_and_copied() {
    let texts = [
        "Ünïcödé – naïve café",
        "Ελληνικά γράμματα, Ω and \u{2126}",
        "Кириллица и ещё",
        "İstanbul ışık ğ şüphe Ş",
        "(parentheses) \\ backslash % <angle> [brackets]",
        "\u{b5} and \u{3bc}, - and \u{2010}, A and \u{410} and \u{391}",
    ];
    for look in [Look::Plain, Look::Strong, Look::Muted, Look::Value, Look::Level(Level::High)] {
        let block = |text: &&str| Block::Text(Text::new().and(look, *text));
        let read = Read::of(&paper(texts.iter().map(block).collect()));
        for text in texts {
            read.says(text);
        }
    }
}

#[test]
fn what_cannot_be_seen_is_shown_as_an_escape() {
    for (text, shown) in [
        ("a\u{202e}b", "a\\u{202e}b"),
        ("a\u{200b}b", "a\\u{200b}b"),
        ("a\u{1b}[31mb", "a\\u{1b}[31mb"),
        ("a\nb\tc\0", "a\\u{a}b\\u{9}c\\u{0}"),
        ("a🙂b", "a\\u{1f642}b"),
        ("a東b", "a\\u{6771}b"),
        ("a\u{a0}\u{3000}b", "a\\u{a0}\\u{3000}b"),
        ("שלום", "\\u{5e9}\\u{5dc}\\u{5d5}\\u{5dd}"),
        ("e\u{301}\u{301}\u{301}\u{301}\u{301}.", "e\u{301}\u{301}\u{301}\u{301}\\u{301}."),
    ] {
        let cell = vec![Text::value(text)];
        let fact = (text.to_owned(), text.into());
        let blocks =
            vec![Block::Text(text.into()), Block::Facts(vec![fact]), Block::Table(table([cell].into_iter()))];
        for block in blocks {
            let read = Read::of(&paper(vec![block]));
            read.says(shown);
            assert!(!read.pages.concat().contains(text), "{text:?} must not be in the document");
        }
    }
}

#[test]
fn long_values_break_where_they_have_joints() {
    let arn = "arn:aws:sts::111122223333:assumed-role/OrganizationAccountAccessRole/a-session-of-somebody-with-a-long-name";
    let mut fonts = Fonts::open(&[]).unwrap();
    let known = |_: &str| false;
    let mut setter = Setter::new(&mut fonts, &known);
    let style = line::Style::plain(look::TABLE);
    for width in [60.0, 90.0, 140.0, 200.0] {
        let lines = setter.lines(&Text::value(arn).0, style, width);
        assert!(lines.len() > 1);
        let words: Vec<String> = lines.iter().map(line::Line::words).collect();
        assert_eq!(words.concat(), arn);
        for (line, words) in lines.iter().zip(&words) {
            assert!(line.width <= width + 0.1, "{words} is too wide");
        }
        if width >= 140.0 {
            let (_, begun) = words.split_last().unwrap();
            assert!(begun.iter().all(|line| line.ends_with(['/', ':', '-', '_', '.'])), "{words:?}");
        }
    }
    let hard = setter.lines(&Text::value("x".repeat(100)).0, style, 60.0);
    assert!(hard.len() > 5 && hard.iter().all(|line| line.width <= 60.1));
}

#[test]
fn what_is_missing_is_known_beforehand() {
    let paper = paper(vec![Block::Text("a東é🙂\u{202e}".into()), code("김", "")]);
    assert_eq!(missing(&paper, &[]).unwrap().into_iter().collect::<String>(), "東김🙂");
}

fn any_block() -> impl Strategy<Value = Block> {
    let text = || any::<String>().prop_map(Text::plain);
    prop_oneof![
        text().prop_map(Block::Text),
        prop::collection::vec(text(), 0..3).prop_map(Block::List),
        (any::<String>(), any::<String>()).prop_map(|(title, anchor)| Block::Heading { title, anchor }),
        (any::<String>(), any::<String>()).prop_map(|(caption, text)| Block::Code {
            caption,
            text,
            anchor: String::new()
        }),
        (any::<String>(), any::<String>())
            .prop_map(|(name, value)| Block::Facts(vec![(name, Text::value(value))])),
        (any::<String>(), any::<u16>(), prop::collection::vec(prop::collection::vec(text(), 0..4), 0..4))
            .prop_map(|(title, share, rows)| Block::Table(Table {
                caption: title.clone(),
                columns: vec![Column::new(title.clone(), share), Column::new(title, 1).right()],
                rows,
                more: None,
            })),
        (any::<String>(), any::<f64>()).prop_map(|(name, value)| {
            let bars = vec![Bar { name: name.clone(), value, level: None }];
            chart(&name.clone(), Marks::Bars { unit: name, bars })
        }),
        (any::<String>(), any::<f64>(), any::<f64>()).prop_map(|(x, a, b)| {
            chart(&x.clone(), Marks::Scatter { x, y: String::new(), normal: vec![(a, b)], odd: vec![(b, a)] })
        }),
        (any::<i64>(), any::<i64>(), any::<[u64; 5]>()).prop_map(|(ms, step, bucket)| {
            chart("a", Marks::Activity { start: Time::from_millis(ms), step, buckets: vec![bucket; 3] })
        }),
        (any::<String>(), any::<Vec<u64>>()).prop_map(|(name, cells)| {
            chart("f", Marks::Field { rows: vec![name.clone()], columns: vec![name; 3], cells: vec![cells] })
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_report_makes_it_fail(title: String, mark: String, blocks in prop::collection::vec(any_block(), 0..6)) {
        let sections = vec![section(&mark, &title, blocks)];
        let (classification, footer) = (mark, title.clone());
        let read = Read::of(&Paper { title, classification, footer, sections, ..Paper::default() });
        prop_assert!(read.pages.len() >= 3);
    }

    #[test]
    fn no_character_gets_lost(text in "[ -~À-ʯΑ-ώА-џ]{1,200}") {
        let paper = paper(vec![Block::Text(Text::value(text.clone()))]);
        let (read, missing) = (Read::of(&paper), missing(&paper, &[]).unwrap());
        let escaped = |c: char| crate::text::is_hostile(c) || missing.contains(&c);
        let show = |c: char| if escaped(c) { format!("\\u{{{:x}}}", u32::from(c)) } else { c.to_string() };
        let shown: String = text.chars().map(show).collect();
        prop_assert!(read.pages.concat().contains(&bare(&shown)), "{shown} is not in {:?}", read.pages);
    }
}
