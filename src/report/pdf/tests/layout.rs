//! Where things stand: what comes on each page, what stays together.

use super::*;

#[test]
fn every_page_says_its_number_how_far_it_may_travel_and_the_footer() {
    let read = Read::of(&full());
    let of = read.pages.len();
    assert!(of >= 5);
    for (number, page) in (1..).zip(&read.pages) {
        assert!(page.contains(&format!("{number}/{of}")), "{page}");
        assert_eq!(page.matches("TLP:AMBER").count(), 2, "at the head and at the foot: {page}");
        assert!(page.contains("ExampleLtd"), "{page}");
    }
}

#[test]
fn the_cover_says_what_it_is() {
    let read = Read::of(&full());
    for text in ["Keys used from abroad", "What was read", "Analyst", "Çağlar Işık", "2026-017"] {
        assert!(read.find(text).contains(&1), "{text}");
    }
}

#[test]
fn a_table_has_its_head_on_each_page() {
    let read = Read::of(&full());
    let pages: Vec<usize> = (0..90).map(|i| read.find(&format!("r{i}."))[0]).collect();
    let (first, last) = (pages[0], pages[89]);
    assert!(last > first, "the rows fill more than a page");
    assert_eq!(read.find("AlphaBetaGamma"), (first..=last).collect::<Vec<_>>());
    assert!(pages.is_sorted());
}

#[test]
fn no_row_is_torn_apart() {
    let row = |i: usize| {
        let words = "word ".repeat(i % 7 * 30);
        vec![Text::plain(format!("begin{i}.")), Text::plain(format!("{words}end{i}.")), Text::plain("1")]
    };
    let read = Read::of(&paper(vec![Block::Table(table((0..80).map(row)))]));
    for i in 0..80 {
        assert_eq!(read.find(&format!("begin{i}.")), read.find(&format!("end{i}.")), "row {i}");
    }
}

#[test]
fn a_row_taller_than_a_page_goes_on_and_loses_nothing() {
    let words: Vec<String> = (0..3000).map(|i| format!("w{i}.")).collect();
    let rows = [vec!["first".into()], vec!["tall".into(), Text::plain(words.join(" "))], vec!["last".into()]];
    let read = Read::of(&paper(vec![Block::Table(table(rows.into_iter()))]));
    for word in &words {
        assert_eq!(read.find(word).len(), 1, "{word}");
    }
    assert!(read.find("w2999.")[0] > read.find("w0.")[0]);
    read.says("last");
}

#[test]
fn a_heading_never_stands_alone_at_the_end_of_a_page() {
    let follow = [
        Block::Text("FOLLOWS".into()),
        Block::List(vec!["FOLLOWS".into()]),
        Block::Facts(vec![("FOLLOWS".into(), "x".into())]),
        Block::Table(table([vec!["FOLLOWS".into()]].into_iter())),
        code("FOLLOWS", ""),
        chart(
            "FOLLOWS",
            Marks::Bars {
                unit: "n".into(),
                bars: vec![Bar { name: "a".into(), value: 1.0, level: None }; 9],
            },
        ),
    ];
    for (kind, block) in follow.into_iter().enumerate() {
        for fill in 20..40 {
            let mut blocks = vec![Block::Text("fill".into()); fill];
            blocks.extend([heading("HEADING"), heading("BELOW"), block.clone()]);
            let read = Read::of(&paper(blocks));
            // The contents name the headings too.
            let after = |text: &str| read.find(text).into_iter().filter(|p| *p > 2).collect::<Vec<_>>();
            assert_eq!(after("HEADING"), after("BELOW"), "kind {kind}, {fill} lines before");
            assert_eq!(after("BELOW"), after("FOLLOWS"), "kind {kind}, {fill} lines before");
        }
    }
}

#[test]
fn an_empty_report_is_a_cover() {
    let read = Read::of(&Paper::default());
    assert_eq!(read.pages.len(), 1);
    read.says("1/1");
    let empty = [
        Block::Text(Text::new()),
        Block::List(Vec::new()),
        Block::Facts(Vec::new()),
        Block::Table(Table::default()),
        code("", ""),
    ];
    assert_eq!(Read::of(&paper(empty.to_vec())).pages.len(), 3);
    let marks = [
        Marks::Bars { unit: String::new(), bars: Vec::new() },
        Marks::Activity { start: Time::UNKNOWN, step: 0, buckets: Vec::new() },
        Marks::Scatter { x: String::new(), y: String::new(), normal: Vec::new(), odd: Vec::new() },
        Marks::Field { rows: Vec::new(), columns: Vec::new(), cells: Vec::new() },
    ];
    Read::of(&paper(marks.map(|marks| chart("Nothing", marks)).to_vec())).says("Nothing");
}

#[test]
fn five_thousand_rows_are_all_there() {
    let row = |i: usize| {
        vec![Text::plain(format!("<{i}>")), Text::value("arn:aws:iam::111122223333:user/a"), "1".into()]
    };
    let mut shown = table((0..5000).map(row));
    shown.more = Some((17, "timeline.csv".into()));
    let read = Read::of(&paper(vec![Block::Table(shown)]));
    let all = read.pages.concat();
    assert!((0..5000).all(|i| all.contains(&format!("<{i}>"))));
    read.says("17 more rows: timeline.csv");
    assert!(read.pages.len() > 100);
}

#[test]
fn charts_have_names_numbers_and_units() {
    let bar = |name: &str, value| Bar { name: name.into(), value, level: Some(Level::High) };
    let many = (0..60).map(|i| bar(&format!("bar{i}."), f64::from(i))).collect();
    let read = Read::of(&paper(vec![
        chart(
            "Services",
            Marks::Bars { unit: "calls".into(), bars: vec![bar("s3", 1234.0), bar("iam", f64::NAN)] },
        ),
        chart("Many", Marks::Bars { unit: "calls".into(), bars: many }),
        chart(
            "Activity",
            Marks::Activity {
                start: Time::from_civil(2026, 1, 9, 6, 0, 0),
                step: 900,
                buckets: vec![[1, 2, 3, 4, 5], [0; 5], [u64::MAX; 5]],
            },
        ),
        chart(
            "Points",
            Marks::Scatter {
                x: "bytes in".into(),
                y: "bytes out".into(),
                normal: vec![(1.0, 2.0), (f64::INFINITY, 0.0)],
                odd: vec![(3e9, 4.0)],
            },
        ),
        chart(
            "Hours",
            Marks::Field {
                rows: vec!["Monday".into()],
                columns: vec!["00".into(), "01".into()],
                cells: vec![vec![7, 9]],
            },
        ),
    ]));
    for text in [
        "Services",
        "s3",
        "1,234",
        "calls",
        "no number",
        "bar0.",
        "bar59.",
        "Activity",
        "critical",
        "events per 15 minutes",
        "06:15",
        "Points",
        "bytes in (logarithmic)",
        "bytes out",
        "odd",
        "1 point without a number",
        "Monday",
        "the darkest cell: 9",
    ] {
        read.says(text);
    }
}
