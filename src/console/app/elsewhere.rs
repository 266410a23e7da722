//! The same thing elsewhere: as a command for a shell, and as a page of the AWS console.
//!
//! Commands and addresses are made from logs, and so from what an attacker wrote. A shell gets words in quotes or
//! nothing; an address gets nothing but letters, digits and percent signs. Nothing here is run or opened.

use std::fmt::Write as _;

use crate::query::Expr;
use crate::store::{Column, Row};
use crate::text::is_hostile;

/// A word as a POSIX shell reads it; `None` where it has characters that no terminal should get.
pub fn quoted(word: &str) -> Option<String> {
    if word.chars().any(|c| c.is_control() || is_hostile(c)) {
        return None;
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+,=".contains(c);
    if !word.is_empty() && !word.starts_with('-') && word.chars().all(plain) {
        return Some(word.to_owned());
    }
    Some(format!("'{}'", word.replace('\'', "'\\''")))
}

/// The command that prints the same events; `None` where a shell should not get it.
pub fn scan(sources: &[String], expr: &Expr) -> Option<String> {
    let sources: Option<Vec<String>> = sources.iter().map(|source| quoted(source)).collect();
    let all = "--all --top 0";
    match expr {
        Expr::All => Some(format!("trailhound scan {all} {}", sources?.join(" "))),
        expr => {
            // Behind an equals sign a query may begin with anything.
            let query = quoted(&expr.to_string())?;
            Some(format!("trailhound scan {all} --query={query} {}", sources?.join(" ")))
        }
    }
}

/// The command that asks AWS for an event; `None` where a shell should not get it.
pub fn lookup(row: &Row<'_>) -> Option<String> {
    let region = match row.text(Column::Region) {
        "" => String::new(),
        region => format!(" --region {}", quoted(region)?),
    };
    let attribute = quoted(&format!("AttributeKey=EventId,AttributeValue={}", row.id()))?;
    Some(format!("aws cloudtrail lookup-events{region} --lookup-attributes {attribute}"))
}

/// A part of AWS with a console of its own, and where that is.
const CONSOLES: [(&str, &str, &str); 3] = [
    ("aws-cn", "cn-", "console.amazonaws.cn"),
    ("aws-us-gov", "us-gov-", "console.amazonaws-us-gov.com"),
    ("aws", "", "console.aws.amazon.com"),
];

/// Regions that no console in the public network knows.
const CLOSED: [&str; 3] = ["us-iso", "eu-isoe", "eusc-"];

/// The page of an event in the AWS console; `None` where that is not known.
pub fn event_link(region: &str, id: &str) -> Option<String> {
    let is_region = region.len() < 32
        && region.contains('-')
        && region.chars().all(|c| c == '-' || c.is_ascii_lowercase() || c.is_ascii_digit());
    if id.is_empty() || !is_region || CLOSED.iter().any(|closed| region.starts_with(closed)) {
        return None;
    }
    let (_, _, host) = CONSOLES.iter().find(|(_, begins, _)| region.starts_with(begins))?;
    Some(format!("https://{region}.{host}/cloudtrailv2/home?region={region}#/events/{}", percent(id)))
}

/// The page of a resource in the AWS console, by its ARN; `None` where that is not known.
pub fn arn_link(arn: &str) -> Option<String> {
    let partition = arn.strip_prefix("arn:")?.split(':').next()?;
    let (_, _, host) = CONSOLES.iter().find(|(name, ..)| *name == partition)?;
    (arn.split(':').count() >= 6).then(|| format!("https://{host}/go/view?arn={}", percent(arn)))
}

/// Everything but letters, digits and `-._~` as percent signs.
fn percent(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(byte as char),
            _ => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::query::parse;

    #[test]
    fn a_command_is_quoted_where_it_has_to_be_and_refused_where_no_terminal_should_get_it() {
        let of = |source: &str, query: &str| scan(&[source.to_owned()], parse(query).unwrap().expr());
        assert_eq!(of("./logs", "").unwrap(), "trailhound scan --all --top 0 ./logs");
        assert_eq!(
            of("my logs", "-region:us-east-1 \"it's\"").unwrap(),
            "trailhound scan --all --top 0 --query='-region:us-east-1 \"it'\\''s\"' 'my logs'"
        );
        assert_eq!(of("-f", "").unwrap(), "trailhound scan --all --top 0 '-f'");
        assert_eq!(of("a\u{1b}[2J", ""), None);
        // A query has its own way to write such a letter.
        let escaped = of("a", "event:\"\u{202e}\"").unwrap();
        assert!(escaped.contains("\\u{202e}") && escaped.is_ascii(), "{escaped}");
    }

    #[test]
    fn each_part_of_aws_has_its_own_console() {
        for (region, id, link) in [
            (
                "eu-west-1",
                "a-1",
                "https://eu-west-1.console.aws.amazon.com/cloudtrailv2/home?region=eu-west-1#/events/a-1",
            ),
            (
                "cn-north-1",
                "a",
                "https://cn-north-1.console.amazonaws.cn/cloudtrailv2/home?region=cn-north-1#/events/a",
            ),
            (
                "us-gov-west-1",
                "a",
                "https://us-gov-west-1.console.amazonaws-us-gov.com/cloudtrailv2/home?region=us-gov-west-1#/events/a",
            ),
        ] {
            assert_eq!(event_link(region, id).as_deref(), Some(link));
        }
        for region in ["us-iso-east-1", "", "evil.example/", "EU-WEST-1", "eu-west-1.evil.example"] {
            assert_eq!(event_link(region, "a"), None, "{region}");
        }
        let hostile = event_link("eu-west-1", "\" onload=x\u{1b}").unwrap();
        assert!(hostile.ends_with("#/events/%22%20onload%3Dx%1B"), "{hostile}");
    }

    #[test]
    fn a_resource_is_found_by_its_name() {
        for (arn, begins) in [
            (
                "arn:aws:iam::111122223333:user/a",
                Some("https://console.aws.amazon.com/go/view?arn=arn%3Aaws%3Aiam"),
            ),
            ("arn:aws-cn:s3:::b", Some("https://console.amazonaws.cn/go/view?arn=")),
            ("arn:aws-us-gov:s3:::b", Some("https://console.amazonaws-us-gov.com/go/view?arn=")),
            ("arn:aws-iso:s3:::b", None),
            ("arn:aws:s3", None),
            ("bucket", None),
        ] {
            let link = arn_link(arn);
            assert_eq!(link.is_some(), begins.is_some(), "{arn}");
            assert!(link.unwrap_or_default().starts_with(begins.unwrap_or_default()), "{arn}");
        }
    }

    proptest! {
        #[test]
        fn no_text_leaves_its_quotes_or_its_address(text: String) {
            if let Some(word) = quoted(&text) {
                let bare = word.replace("'\\''", "");
                prop_assert!(word == text || (bare.starts_with('\'') && bare.ends_with('\'') && bare.matches('\'').count() == 2));
            }
            let encoded = percent(&text);
            prop_assert!(encoded.chars().all(|c| c.is_ascii_alphanumeric() || "-._~%".contains(c)));
        }
    }
}
