use std::io::Write as _;

use proptest::prelude::*;

use super::*;

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    out.write_all(text).unwrap();
    out.finish().unwrap()
}

fn read(bytes: &[u8]) -> (String, Option<String>) {
    let (text, fault) = whole(bytes, Limits::default());
    (String::from_utf8(text).unwrap(), fault.map(|e| e.to_string()))
}

fn utf16(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
    std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(unit).collect()
}

#[test]
fn every_wrapping_comes_off() {
    let bzip2 = {
        let mut out = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
        out.write_all(b"text").unwrap();
        out.finish().unwrap()
    };
    let two: Vec<u8> = [gzip(b"te"), gzip(b"xt")].concat();
    for bytes in [
        b"text".to_vec(),
        gzip(b"text"),
        gzip(&gzip(b"text")),
        two,
        [gzip(b"text"), vec![0; 32]].concat(),
        zstd::encode_all(&b"text"[..], 1).unwrap(),
        gzip(&zstd::encode_all(&b"text"[..], 1).unwrap()),
        bzip2,
        b"\xef\xbb\xbftext".to_vec(),
        utf16("text", u16::to_le_bytes),
        utf16("text", u16::to_be_bytes),
        gzip(&utf16("text", u16::to_le_bytes)),
    ] {
        assert_eq!(read(&bytes), ("text".to_owned(), None), "{bytes:x?}");
    }
}

#[test]
fn what_came_before_a_fault_is_kept() {
    let text: String = (0..20_000).map(|i| format!("{i} ")).collect();
    let good = gzip(text.as_bytes());
    let (kept, fault) = read(&good[..good.len() / 2]);
    assert!(text.starts_with(&kept) && kept.len() > 1000);
    assert_eq!(fault.as_deref(), Some("the gzip stream is cut off"));
    assert_eq!(
        read(&gzip(b"short")[..14]).1.as_deref(),
        Some("the gzip stream is cut off"),
        "also within the first bytes"
    );
    let (kept, fault) = read(&good[..good.len() - 4]);
    assert_eq!((kept.len(), fault.is_some()), (text.len(), true), "only the checksum is missing");
    let mut bad = good.clone();
    let len = bad.len();
    bad[len - 6] ^= 1;
    assert!(read(&bad).1.unwrap().contains("damaged"));
    let mut bad = good.clone();
    bad[len / 2..len / 2 + 64].fill(0xff);
    let (kept, fault) = whole(&bad, Limits::default());
    let same = kept.iter().zip(text.as_bytes()).take_while(|(a, b)| a == b).count();
    let (cut, _) = whole(&good[..len / 2], Limits::default());
    assert!(fault.unwrap().to_string().contains("damaged"));
    assert!(same >= cut.len(), "damage loses nothing that stands before it: {same} of {}", cut.len());
    let (kept, fault) = read(&[good, b"injected".to_vec()].concat());
    assert_eq!((kept, fault.as_deref()), (text, Some("unexpected data after the end of the gzip stream")));
}

/// Hands out its bytes in pieces, and is interrupted before each, as a pipe is by a signal.
struct Interrupted<'a> {
    pieces: std::slice::Chunks<'a, u8>,
    is_told: bool,
}

impl Read for Interrupted<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.is_told = !self.is_told;
        if self.is_told {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let mut piece = self.pieces.next().unwrap_or_default();
        piece.read(buf)
    }
}

#[test]
fn what_stands_behind_a_member_is_told_though_the_last_one_is_as_long() {
    let (first, second) = (gzip(b"te"), gzip(b"xt"));
    let with = |between: &[u8]| read(&[&first, between, &second].concat());
    assert_eq!(with(b""), ("text".to_owned(), None));
    assert_eq!(with(b"\0\0\0\0"), ("text".to_owned(), None));
    let message = "unexpected data after the end of the gzip stream";
    assert_eq!(with(b"junk"), ("te".to_owned(), Some(message.to_owned())));
    assert_eq!(with(b"\0\0junk"), ("te".to_owned(), Some(message.to_owned())));
    assert_eq!(Inflater::default().gzip(&[&first[..], b"junk", &second].concat(), 1 << 20), None);
    assert_eq!(Inflater::default().gzip(&first, 1 << 20), Some(&b"te"[..]));
}

#[test]
fn padding_does_not_end_where_a_piece_does() {
    let mut padded = gzip(b"te");
    padded.push(0);
    let all = [padded.as_slice(), b"\0\0junk"].concat();
    let mut reader = GzipReader::new(BufReader::with_capacity(padded.len(), &all[..]));
    let mut text = String::new();
    let fault = reader.read_to_string(&mut text).unwrap_err();
    assert_eq!(fault.to_string(), "unexpected data after the end of the gzip stream");
}

#[test]
fn a_pipe_that_is_interrupted_between_two_members_is_read_on() {
    let first = gzip(b"te");
    let both = [first.clone(), gzip(b"xt")].concat();
    // So that a piece ends where a member does.
    let pipe = Interrupted { pieces: both.chunks(first.len()), is_told: false };
    let mut reader = GzipReader::new(BufReader::with_capacity(first.len(), pipe));
    let mut text = String::new();
    reader.read_to_string(&mut text).unwrap();
    assert_eq!(text, "text");
}

#[test]
fn bombs_are_stopped_and_named() {
    let zeros = vec![0u8; 1 << 20];
    let limits = Limits { inflated: 1 << 19, ratio: 250 };
    let (kept, fault) = whole(&gzip(&zeros), limits);
    assert!(kept.len() >= 1 << 19 && kept.len() < 1 << 20);
    assert!(fault.unwrap().to_string().contains("inflate_cap"));
    let endless = Guarded {
        inner: io::repeat(b'x'),
        limits: Limits::default(),
        compressed: Some(1000),
        read: Limits::FREE,
    };
    let mut out = Vec::new();
    let fault = { endless }.read_to_end(&mut out).unwrap_err();
    assert!(fault.to_string().contains("gzip bomb"), "{fault}");
    let layers = (0..12).fold(b"x".to_vec(), |bytes, _| gzip(&bytes));
    assert!(read(&layers).1.unwrap().contains("8 times"));
}

#[test]
fn the_fast_way_and_the_stream_agree() {
    let mut inflater = Inflater::default();
    let text = "some text ".repeat(500);
    let one = gzip(text.as_bytes());
    assert_eq!(inflater.gzip(&one, u64::MAX), Some(text.as_bytes()));
    assert_eq!(inflater.gzip(&gzip(b""), u64::MAX), Some(&b""[..]));
    assert_eq!(inflater.gzip(&[one.clone(), one.clone()].concat(), u64::MAX), None, "two members");
    assert_eq!(inflater.gzip(&[one.clone(), gzip(b"x")].concat(), u64::MAX), None, "of different lengths");
    let stored = {
        let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::none());
        out.write_all(b"\x1f\x8b\x08 is how a member begins").unwrap();
        out.finish().unwrap()
    };
    assert!(inflater.gzip(&stored, u64::MAX).is_some(), "what looks like a header is none");
    assert_eq!(inflater.gzip(&one[..one.len() - 1], u64::MAX), None);
    assert_eq!(inflater.gzip(b"text", u64::MAX), None);
    assert_eq!(inflater.gzip(&one, 1), None, "more than was allowed");
    let mut lying = one;
    let len = lying.len();
    lying[len - 4..].copy_from_slice(&u32::MAX.to_le_bytes());
    assert_eq!(inflater.gzip(&lying, u64::MAX), None, "the size field is a claim");
}

#[test]
fn broken_utf16_is_replaced() {
    let bytes = [0xff, 0xfe, 0x00, 0xd8, 0x41, 0x00, 0x42];
    assert_eq!(read(&bytes).0, "\u{fffd}A\u{fffd}");
    assert_eq!(read(&utf16("😀", u16::to_le_bytes)).0, "😀");
}

#[test]
fn utf16_is_known_without_its_mark() {
    for text in ["{\"a\": \"ü😀\"}", "[{}]", "{\r\n}"] {
        for unit in [u16::to_le_bytes, u16::to_be_bytes] {
            let bytes: Vec<u8> = text.encode_utf16().flat_map(unit).collect();
            assert_eq!(read(&bytes), (text.to_owned(), None));
        }
    }
    for plain in [&b"{\0\0\0"[..], b"{\0a", b"\0{\0", b"{a\0b"] {
        assert_eq!(Wrapping::of(plain), Wrapping::Plain, "{plain:?}");
    }
}

#[test]
fn archives_and_parquet_are_recognized() {
    let mut tar = vec![0; 512];
    tar[257..262].copy_from_slice(b"ustar");
    assert_eq!(Wrapping::of(&tar), Wrapping::Tar);
    assert_eq!(Wrapping::of(b"PK\x03\x04"), Wrapping::Zip);
    assert_eq!(Wrapping::of(b"PAR1"), Wrapping::Parquet);
    assert_eq!(Wrapping::of(b""), Wrapping::Plain);
    assert_eq!(plain_text(b"\xef\xbb\xbfx").as_deref(), Some(&b"x"[..]));
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(head in prop::sample::select(vec![&[0x1f, 0x8b, 8, 0][..], &[0x28, 0xb5, 0x2f, 0xfd], b"BZh91AY&SY", &[0xff, 0xfe], b"PK\x03\x04"]), tail: Vec<u8>) {
        let bytes = [head, &tail].concat();
        let _ = whole(&bytes, Limits::default());
        let _ = Inflater::default().gzip(&bytes, u64::MAX);
    }
}
