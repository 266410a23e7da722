//! Access-key ids give away the account they belong to.

/// The characters of the base-32 digits, in the order of their values.
const DIGITS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The account of an access-key id or unique id (`AKIA...`, `ASIA...`, `AROA...`), as 12 digits.
///
/// Ids made before 2019, whose fifth character is `I` or `J`, carry no account and give `None`,
/// like everything that is no such id. An account other than the one the record names means that one of
/// the two was made up or made anonymous.
pub fn account_of(id: &str) -> Option<String> {
    let tail = id.as_bytes().get(4..14)?;
    if !id.starts_with('A') || matches!(tail.first(), Some(b'I' | b'J')) {
        return None;
    }
    let bits = tail.iter().try_fold(0u64, |bits, b| {
        let digit = DIGITS.iter().position(|d| d == b)?;
        Some(bits << 5 | digit as u64)
    })?;
    // Of the 50 bits read the first 48 count.
    let account = (bits >> 2 & 0x7fff_ffff_ff80) >> 7;
    (account < 1_000_000_000_000).then(|| format!("{account:012}"))
}

/// Whether a key lives until somebody deletes it.
pub fn is_long_lived(key: &str) -> bool {
    key.starts_with("AKIA")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn accounts_are_decoded_from_ids_of_the_present_style_only() {
        for (id, account) in [
            ("ASIARTX3GSDSQMDQQCIK", Some("111122223333")),
            ("AKIAWO645SY5AMDQQCIK", Some("444455556666")),
            ("AROA3KF6UTOHQMDQQCIK:session", Some("777788889999")),
            ("ASIAQNZGKIQY56JQ7WML", Some("029608264753")),
            ("AKIAIOSFODNN7EXAMPLE", None),
            ("AKIAJ000000000000000", None),
            ("ASIAEXAMPLE", None),
            ("AKIA1111111111111111", None),
            ("akiartx3gsdsqmdqqcik", None),
            ("", None),
        ] {
            assert_eq!(account_of(id).as_deref(), account, "{id}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(id in ".{0,24}") {
            let _ = account_of(&id);
        }
    }
}
