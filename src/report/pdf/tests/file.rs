//! What is in the file beside the words: links, outline, fonts, properties.

use super::*;

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
fn a_file_that_is_no_font_is_named() {
    let font = Font { name: "notes.txt".into(), bytes: b"hello".to_vec() };
    let options = PdfOptions { fonts: vec![font], ..PdfOptions::default() };
    let said = render(&full(), &options).unwrap_err().to_string();
    assert!(said.contains("notes.txt") && said.contains(".ttf"), "{said}");
}
