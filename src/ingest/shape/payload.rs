//! Payloads: text that is base64 of gzip, of base64, of JSON, as Kinesis, Lambda and CloudWatch Logs send it.
//!
//! A few bytes can ask for any amount of memory here, so everything has a limit
//! and what a limit cut off is said.

use std::io::Read;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_PAD_INDIFFERENT, URL_SAFE_PAD_INDIFFERENT};
use flate2::read::MultiGzDecoder;

use super::{MAX_PAYLOAD, MAX_PAYLOADS};

const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// What came out of a payload.
#[derive(PartialEq, Eq, Debug)]
pub(crate) struct Payload {
    /// The text, as far as it could be read.
    pub bytes: Vec<u8>,
    /// Why it is not all there, for the rejects list.
    pub fault: Option<String>,
}

/// Decodes `text` when it looks like base64 of gzip or JSON; at most `limit` bytes come out.
pub(crate) fn decode(text: &[u8], limit: usize) -> Option<Payload> {
    let text = text.trim_ascii();
    let head = STANDARD_PAD_INDIFFERENT.decode(text.get(..4)?).ok()?;
    if !head.starts_with(&GZIP_MAGIC) && !matches!(head.trim_ascii_start().first(), Some(b'{' | b'[')) {
        return None;
    }
    if text.len() / 4 > limit / 3 {
        return Some(Payload { bytes: Vec::new(), fault: Some(too_large()) });
    }
    Some(unzip(base64(text)?, limit))
}

fn base64(text: &[u8]) -> Option<Vec<u8>> {
    let joined: Vec<u8>;
    let text = if text.iter().any(u8::is_ascii_whitespace) {
        joined = text.iter().copied().filter(|b| !b.is_ascii_whitespace()).collect();
        &joined
    } else {
        text
    };
    STANDARD_PAD_INDIFFERENT.decode(text).or_else(|_| URL_SAFE_PAD_INDIFFERENT.decode(text)).ok()
}

/// Inflates when the bytes are gzip, also of several members; other bytes are passed through.
pub(crate) fn unzip(bytes: Vec<u8>, limit: usize) -> Payload {
    if !bytes.starts_with(&GZIP_MAGIC) {
        return Payload { bytes, fault: None };
    }
    let mut out = Vec::new();
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    let read = MultiGzDecoder::new(bytes.as_slice()).take(most).read_to_end(&mut out);
    let fault = match read {
        Ok(_) if out.len() > limit => Some(too_large()),
        Ok(_) => None,
        Err(error) => {
            let kept = out.len();
            Some(format!("the gzip payload is damaged ({error}); its first {kept} bytes were read"))
        }
    };
    out.truncate(limit);
    Payload { bytes: out, fault }
}

fn too_large() -> String {
    let (one, all) = (MAX_PAYLOAD >> 20, MAX_PAYLOADS >> 20);
    format!(
        "a payload is larger than {one} MB, or all of one value than {all} MB; inflate it to a file and load that"
    )
}

#[cfg(test)]
pub(crate) fn zipped(text: &[u8]) -> String {
    use std::io::Write as _;
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gz.write_all(text).unwrap();
    STANDARD_PAD_INDIFFERENT.encode(gz.finish().unwrap())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: usize = 1 << 20;

    fn text(payload: &str) -> Option<String> {
        decode(payload.as_bytes(), LIMIT).map(|p| String::from_utf8(p.bytes).unwrap())
    }

    #[test]
    fn payloads_are_known_by_what_they_hold() {
        let plain = STANDARD_PAD_INDIFFERENT.encode(br#"{"a":"??>>"}"#);
        let wrapped = format!("{}\n{}\n", &plain[..8], &plain[8..]);
        for (payload, expected) in [
            (zipped(b"{\"a\":1}"), Some("{\"a\":1}")),
            (plain.clone(), Some(r#"{"a":"??>>"}"#)),
            (plain.replace('+', "-").replace('/', "_").replace('=', ""), Some(r#"{"a":"??>>"}"#)),
            (wrapped, Some(r#"{"a":"??>>"}"#)),
            ("aGVsbG8gd29ybGQ=".to_owned(), None),
            ("e30".to_owned(), None),
            ("H4sI!!!!".to_owned(), None),
            (String::new(), None),
        ] {
            assert_eq!(text(&payload).as_deref(), expected, "{payload}");
        }
    }

    #[test]
    fn limits_cut_and_say_so() {
        let bomb = zipped(&vec![b' '; 3 * LIMIT]);
        let payload = decode(bomb.as_bytes(), LIMIT).unwrap();
        assert_eq!(payload.bytes.len(), LIMIT);
        assert!(payload.fault.unwrap().contains("is larger than"));
    }

    #[test]
    fn a_damaged_payload_keeps_what_could_be_read() {
        let whole = base64(zipped(&b"{\"a\":1}\n".repeat(20_000)).as_bytes()).unwrap();
        let payload = unzip(whole[..whole.len() - 12].to_vec(), LIMIT);
        assert!(payload.bytes.starts_with(b"{\"a\":1}\n"));
        assert!(payload.fault.unwrap().contains("damaged"));
    }
}
