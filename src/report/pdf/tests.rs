//! Documents read back with a parser of PDF: what is in them, where links lead, what is embedded.

use lopdf::{Dictionary, Document, Object};
use proptest::prelude::*;

use super::*;
use crate::event::time::Time;
use crate::report::paper::{Bar, Block, Chart, Column, Look, Marks, Section, Table, Text};
use crate::score::Level;

/// A document that was read back.
struct Read {
    file: Document,
    /// The text of each page without white space: where lines break is not asked.
    pages: Vec<String>,
}

impl Read {
    fn of(paper: &Paper) -> Self {
        Self::with(paper, &PdfOptions::default())
    }

    fn with(paper: &Paper, options: &PdfOptions) -> Self {
        let file = Document::load_mem(&render(paper, options).unwrap()).unwrap();
        let numbers: Vec<u32> = file.get_pages().into_keys().collect();
        let text = |n: u32| file.extract_text(&[n]).unwrap();
        let pages = numbers.into_iter().map(|n| bare(&text(n))).collect();
        Self { file, pages }
    }

    /// Where a text stands: page numbers from 1.
    fn find(&self, text: &str) -> Vec<usize> {
        let text = bare(text);
        (1..).zip(&self.pages).filter(|(_, page)| page.contains(&text)).map(|(n, _)| n).collect()
    }

    fn says(&self, text: &str) {
        assert!(!self.find(text).is_empty(), "{text:?} is nowhere in {:#?}", self.pages);
    }

    /// The links of each page as the numbers of the pages they lead to.
    fn links(&self) -> Vec<Vec<usize>> {
        let pages: Vec<_> = self.file.get_pages().into_values().collect();
        let target = |annotation: &Object| {
            let link = self.dictionary(annotation);
            assert_eq!(link.get(b"Subtype").unwrap().as_name().unwrap(), b"Link");
            let action = self.dictionary(link.get(b"A").unwrap());
            assert_eq!(action.get(b"S").unwrap().as_name().unwrap(), b"GoTo", "no link leaves the document");
            let page = action.get(b"D").unwrap().as_array().unwrap()[0].as_reference().unwrap();
            pages.iter().position(|p| *p == page).expect("a link leads to a page that is there") + 1
        };
        let links = |id: &lopdf::ObjectId| {
            let page = self.file.get_dictionary(*id).unwrap();
            page.get(b"Annots").map_or(Vec::new(), |all| all.as_array().unwrap().iter().map(target).collect())
        };
        pages.iter().map(links).collect()
    }

    fn dictionary<'a>(&'a self, object: &'a Object) -> &'a Dictionary {
        match object {
            Object::Reference(id) => self.file.get_dictionary(*id).unwrap(),
            object => object.as_dict().unwrap(),
        }
    }

    /// Name, bytes of the font file, and whether there is a map back to text, for each font.
    fn fonts(&self) -> Vec<(String, usize, bool)> {
        let mut fonts = Vec::new();
        for object in self.file.objects.values() {
            let Ok(font) = object.as_dict() else { continue };
            if font.get(b"Subtype").and_then(Object::as_name).is_ok_and(|kind| kind == b"Type0") {
                let below = font.get(b"DescendantFonts").unwrap().as_array().unwrap();
                let descriptor = self.dictionary(&below[0]).get(b"FontDescriptor").unwrap();
                let descriptor = self.dictionary(descriptor);
                let file = descriptor.get(b"FontFile2").or_else(|_| descriptor.get(b"FontFile3"));
                let file = self.file.get_object(file.unwrap().as_reference().unwrap()).unwrap();
                let name = String::from_utf8_lossy(font.get(b"BaseFont").unwrap().as_name().unwrap());
                let size = file.as_stream().unwrap().content.len();
                fonts.push((name.into_owned(), size, font.has(b"ToUnicode")));
            }
        }
        fonts
    }
}

fn bare(text: &str) -> String {
    text.split_whitespace().collect()
}

fn section(anchor: &str, title: &str, blocks: Vec<Block>) -> Section {
    Section { anchor: anchor.into(), title: title.into(), blocks }
}

fn paper(blocks: Vec<Block>) -> Paper {
    Paper { title: "A title".into(), sections: vec![section("one", "First", blocks)], ..Paper::default() }
}

fn heading(title: &str) -> Block {
    Block::Heading { title: title.into(), anchor: String::new() }
}

fn code(text: &str, anchor: &str) -> Block {
    Block::Code { caption: String::new(), text: text.into(), anchor: anchor.into() }
}

fn table(rows: impl Iterator<Item = Vec<Text>>) -> Table {
    let columns = vec![Column::new("Alpha", 1), Column::new("Beta", 3), Column::new("Gamma", 1).right()];
    Table { caption: "A caption".into(), columns, rows: rows.collect(), more: None }
}

fn chart(title: &str, marks: Marks) -> Block {
    Block::Chart(Chart { title: title.into(), marks })
}

/// A report with everything in it.
fn full() -> Paper {
    let link =
        Text::plain("see ").link(Look::Plain, "the record", "evid-1").link(Look::Plain, "gone", "nowhere");
    let rows = (0..90).map(|i| vec![Text::plain(format!("r{i}.")), Text::value("v"), Text::plain("3")]);
    Paper {
        title: "Keys used from abroad".into(),
        subtitle: "What was read".into(),
        classification: "TLP:AMBER".into(),
        facts: vec![("Analyst".into(), "Çağlar Işık".into()), ("Case".into(), Text::value("2026-017"))],
        footer: "Example Ltd".into(),
        made: Some(Time::from_civil(2026, 1, 12, 8, 30, 0)),
        sections: vec![
            section(
                "summary",
                "Summary",
                vec![Block::Text(link), heading("Known"), Block::List(vec!["a point".into()])],
            ),
            section("rows", "Rows", vec![Block::Table(table(rows))]),
            section("records", "Records", vec![code("{\n  \"a\": 1\n}", "evid-1")]),
        ],
    }
}

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
fn the_contents_name_every_section_with_its_page_and_lead_there() {
    let read = Read::of(&full());
    let contents = &read.pages[1];
    let links = &read.links()[1];
    assert_eq!(links.len(), 4, "three sections and a heading");
    for (i, (entry, on_page)) in
        [("1Summary", "see the record"), ("Known", "a point"), ("2Rows", "r0."), ("3Records", "\"a\": 1")]
            .into_iter()
            .enumerate()
    {
        let page = *read.find(on_page).first().unwrap();
        assert!(contents.contains(&format!("{entry}{page}")), "{entry} on {page}: {contents}");
        assert_eq!(links[i], page);
    }
}

#[test]
fn a_link_leads_to_what_has_its_anchor() {
    let read = Read::of(&full());
    let from = read.find("see the record")[0];
    assert_eq!(read.links()[from - 1], read.find("\"a\": 1"), "and one to nowhere is plain text");
    read.says("gone");
}

#[test]
fn the_outline_has_sections_with_their_headings() {
    let read = Read::of(&full());
    let catalog = read.file.catalog().unwrap();
    assert_eq!(catalog.get(b"PageMode").unwrap().as_name().unwrap(), b"UseOutlines");
    let outline = read.dictionary(catalog.get(b"Outlines").unwrap());
    let mut at = Some(read.dictionary(outline.get(b"First").unwrap()));
    let mut titles = Vec::new();
    while let Some(item) = at {
        let below = item.get(b"Count").and_then(Object::as_i64).unwrap_or(0);
        titles.push((lopdf::decode_text_string(item.get(b"Title").unwrap()).unwrap(), below));
        at = item.get(b"Next").ok().map(|next| read.dictionary(next));
    }
    assert_eq!(
        titles,
        [("1  Summary".to_owned(), -1), ("2  Rows".to_owned(), 0), ("3  Records".to_owned(), 0)]
    );
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
fn fonts_are_embedded_small_and_with_their_text() {
    let read = Read::of(&full());
    let fonts = read.fonts();
    assert!(fonts.len() >= 3, "{fonts:?}");
    for (name, size, text) in fonts {
        assert!(text && size < 40_000, "{name} {size} {text}");
        assert!(name.get(6..7) == Some("+") && name.contains("DejaVu"), "{name}");
    }
}

#[test]
fn the_properties_say_title_author_and_date() {
    let read = Read::of(&full());
    let info = read.dictionary(read.file.trailer.get(b"Info").unwrap());
    let text = |key: &[u8]| lopdf::decode_text_string(info.get(key).unwrap()).unwrap();
    assert_eq!(text(b"Title"), "Keys used from abroad");
    assert_eq!(text(b"Author"), "Çağlar Işık");
    assert_eq!(text(b"CreationDate"), "D:20260112083000Z");
    assert!(!info.has(b"GTS_PDFXVersion"));
    let options = PdfOptions { author: "Somebody".into(), ..PdfOptions::default() };
    let read = Read::with(&full(), &options);
    let info = read.dictionary(read.file.trailer.get(b"Info").unwrap());
    assert_eq!(lopdf::decode_text_string(info.get(b"Author").unwrap()).unwrap(), "Somebody");
}

#[test]
fn nothing_in_it_runs_or_leads_out() {
    let mut paper = full();
    paper.sections[0].blocks.push(Block::Text(Text::new().link(
        Look::Value,
        "https://example.com",
        "https://example.com",
    )));
    let read = Read::of(&paper);
    read.says("https://example.com");
    for object in read.file.objects.values() {
        let said = format!("{object:?}");
        for word in ["/JavaScript", "/JS", "/OpenAction", "/URI", "/Launch", "/GoToR"] {
            assert!(!said.contains(word), "{said}");
        }
    }
}

#[test]
fn the_same_report_gives_the_same_bytes() {
    let bytes = || render(&full(), &PdfOptions::default()).unwrap();
    let first = bytes();
    assert_eq!(first, bytes());
    assert_eq!(
        first,
        std::thread::spawn(|| render(&full(), &PdfOptions::default()).unwrap()).join().unwrap()
    );
    let mut other = full();
    other.footer.push('.');
    let other = render(&other, &PdfOptions::default()).unwrap();
    let id = |bytes: &[u8]| Document::load_mem(bytes).unwrap().trailer.get(b"ID").unwrap().clone();
    assert_ne!(id(&first), id(&other));
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

#[test]
fn what_is_missing_is_known_beforehand() {
    let paper = paper(vec![Block::Text("a東é🙂\u{202e}".into()), code("김", "")]);
    assert_eq!(missing(&paper, &[]).unwrap().into_iter().collect::<String>(), "東김🙂");
}

#[test]
fn a_file_that_is_no_font_is_named() {
    let font = Font { name: "notes.txt".into(), bytes: b"hello".to_vec() };
    let options = PdfOptions { fonts: vec![font], ..PdfOptions::default() };
    let said = render(&full(), &options).unwrap_err().to_string();
    assert!(said.contains("notes.txt") && said.contains(".ttf"), "{said}");
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
