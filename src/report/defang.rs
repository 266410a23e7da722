//! Addresses and links written so that nothing makes them something to click on: `203[.]0[.]113[.]7`, `hxxp://`.
//!
//! For what people read. What programs read has the values as they are.

use std::net::IpAddr;

/// A value that may be an address, or hold links.
pub fn value(text: &str) -> String {
    match text.parse::<IpAddr>() {
        Ok(IpAddr::V4(_)) => text.replace('.', "[.]"),
        Ok(IpAddr::V6(_)) => text.replace(':', "[:]"),
        Err(_) => links(text),
    }
}

/// A sentence: each address and each link in it.
pub fn sentence(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let part_of = |c: char| c.is_ascii_hexdigit() || c == '.' || c == ':';
    let mut rest = text;
    while let Some(start) = rest.find(part_of) {
        let (before, from) = rest.split_at(start);
        out += before;
        let end = from.find(|c| !part_of(c)).unwrap_or(from.len());
        let (token, after) = from.split_at(end);
        // What stands right behind a letter is a part of a word, as in `file.be`.
        let inside = before.chars().next_back().is_some_and(char::is_alphanumeric);
        // A full stop or colon behind it may be the sentence's.
        let bare = [token, token.trim_end_matches(['.', ':'])];
        match bare.into_iter().find(|bare| !inside && bare.parse::<IpAddr>().is_ok()) {
            Some(bare) => {
                out += &value(bare);
                out += token.get(bare.len()..).unwrap_or_default();
            }
            None => out += token,
        }
        rest = after;
    }
    out += rest;
    links(&out)
}

/// Takes from links what makes them links.
fn links(text: &str) -> String {
    let mut out = text.replace("://", "[:]//");
    for (scheme, harmless) in [("http[:]//", "hxxp://"), ("https[:]//", "hxxps://")] {
        out = replace_any_case(&out, scheme, harmless);
    }
    out
}

fn replace_any_case(text: &str, what: &str, with: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(found) = lower.get(at..).and_then(|rest| rest.find(what)) {
        out += text.get(at..at + found).unwrap_or_default();
        out += with;
        at += found + what.len();
    }
    out += text.get(at..).unwrap_or_default();
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn addresses_and_links_cannot_be_clicked_on() {
        for (text, safe) in [
            ("203.0.113.7", "203[.]0[.]113[.]7"),
            ("2001:db8::1", "2001[:]db8[:][:]1"),
            ("cloudtrail.amazonaws.com", "cloudtrail.amazonaws.com"),
            ("HTTPS://evil.example/x", "hxxps://evil.example/x"),
            ("ftp://evil.example", "ftp[:]//evil.example"),
        ] {
            assert_eq!(value(text), safe);
        }
        for (text, safe) in [
            ("it comes from 203.0.113.7.", "it comes from 203[.]0[.]113[.]7."),
            ("opened to 0.0.0.0/0, ::/0", "opened to 0[.]0[.]0[.]0/0, [:][:]/0"),
            ("at 2026-01-10T10:38:41Z", "at 2026-01-10T10:38:41Z"),
            ("role arn:aws:iam::111122223333:role/a", "role arn:aws:iam::111122223333:role/a"),
            ("see http://x.example", "see hxxp://x.example"),
        ] {
            assert_eq!(sentence(text), safe);
        }
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_no_link_is_left(text: String) {
            let safe = sentence(&text);
            prop_assert!(!safe.contains("http://") && !safe.contains("https://"));
            prop_assert!(safe.len() >= text.len());
            prop_assert!(value(&text).len() >= text.len());
        }
    }
}
