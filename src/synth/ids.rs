//! Identifiers in the forms that AWS gives them.
//!
//! Access keys and principal ids of the present style carry the account number in
//! their first characters, so that an account can be told from a key alone. The
//! ones made here carry theirs.

use crate::synth::rng::Rng;

const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const HEX: &[u8; 16] = b"0123456789abcdef";
const UPPER: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const ALNUM: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789aZ";

/// Appends `count` characters of an alphabet of 2^`BITS` characters.
fn push<const BITS: u32>(out: &mut Vec<u8>, rng: &mut Rng, count: usize, alphabet: &[u8]) {
    let (mut bits, mut left) = (0, 0);
    for _ in 0..count {
        if left < BITS {
            (bits, left) = (rng.bits(), 64);
        }
        let index = (bits & ((1 << BITS) - 1)) as usize;
        out.push(alphabet.get(index).copied().unwrap_or(b'A'));
        bits >>= BITS;
        left -= BITS;
    }
}

/// Appends hexadecimal digits.
pub(crate) fn hex(out: &mut Vec<u8>, rng: &mut Rng, count: usize) {
    push::<4>(out, rng, count, HEX);
}

/// Appends capital letters and digits, as in the request ids of S3.
pub(crate) fn upper(out: &mut Vec<u8>, rng: &mut Rng, count: usize) {
    push::<5>(out, rng, count, UPPER);
}

/// Appends letters and digits, as at the end of the name of a log file.
pub(crate) fn alnum(out: &mut Vec<u8>, rng: &mut Rng, count: usize) {
    push::<6>(out, rng, count, ALNUM);
}

/// Appends characters of base 64.
pub(crate) fn base64(out: &mut Vec<u8>, rng: &mut Rng, count: usize) {
    push::<6>(out, rng, count, BASE64);
}

/// Appends a random UUID (version 4).
pub(crate) fn uuid(out: &mut Vec<u8>, rng: &mut Rng) {
    let (high, low) = (rng.bits(), rng.bits());
    let high = high & !0xf000 | 0x4000;
    let low = low & !(3 << 62) | 2 << 62;
    for place in 0..32 {
        if matches!(place, 8 | 12 | 16 | 20) {
            out.push(b'-');
        }
        let word = if place < 16 { high } else { low };
        out.push(HEX[(word >> (60 - place % 16 * 4) & 15) as usize]);
    }
}

/// An id of the form `AKIA...` whose characters decode to `account`; `extra` more than the 16 behind the prefix.
fn with_account(prefix: &str, account: u64, rng: &mut Rng, extra: usize) -> String {
    // 80 bits: a 1 that marks the present style, 40 of the account, 39 of chance.
    let high = 1 << 47 | account << 7 & 0x7fff_ffff_ff80 | rng.bits() & 0x7f;
    let bits = u128::from(high) << 32 | u128::from(rng.bits() & 0xffff_ffff);
    let coded = (0..16).map(|i| char::from(BASE32[(bits >> (75 - i * 5) & 31) as usize]));
    let tail = (0..extra).map(|_| char::from(BASE32[rng.index(32)])).collect::<Vec<_>>();
    prefix.chars().chain(coded).chain(tail).collect()
}

/// An access key id of 20 characters (`AKIA` for long-lived keys, `ASIA` for temporary ones).
pub(crate) fn access_key(prefix: &str, account: u64, rng: &mut Rng) -> String {
    with_account(prefix, account, rng, 0)
}

/// A principal id of 21 characters (`AIDA` for users, `AROA` for roles, `ANPA` for policies).
pub(crate) fn principal(prefix: &str, account: u64, rng: &mut Rng) -> String {
    with_account(prefix, account, rng, 1)
}

/// The account that an id of the present style carries.
#[cfg(test)]
pub(crate) fn decode_account(id: &str) -> Option<u64> {
    let high = id
        .bytes()
        .skip(4)
        .take(10)
        .try_fold(0_u64, |v, b| Some(v << 5 | BASE32.iter().position(|&c| c == b)? as u64))?;
    // 50 bits were read, of which the first 48 count.
    Some((high >> 2 & 0x7fff_ffff_ff80) >> 7)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(f: impl Fn(&mut Vec<u8>, &mut Rng)) -> String {
        let mut out = Vec::new();
        f(&mut out, &mut Rng::new(5));
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn ids_carry_their_account() {
        let mut rng = Rng::new(2);
        for account in [111_122_223_333, 444_455_556_666, 7, 999_999_999_999] {
            let key = access_key("ASIA", account, &mut rng);
            let role = principal("AROA", account, &mut rng);
            assert_eq!((key.len(), role.len()), (20, 21), "{key} {role}");
            assert_eq!(
                (decode_account(&key), decode_account(&role)),
                (Some(account), Some(account)),
                "{key}"
            );
            assert!(!(b'A'..b'Q').contains(&key.as_bytes()[4]), "{key} is of the old style");
        }
    }

    #[test]
    fn uuids_look_like_uuids() {
        let id = text(uuid);
        let dashes: Vec<_> = id.bytes().enumerate().filter(|b| b.1 == b'-').map(|b| b.0).collect();
        assert_eq!((id.len(), dashes, &id[14..15]), (36, vec![8, 13, 18, 23], "4"), "{id}");
    }

    #[test]
    fn alphabets_are_kept() {
        assert!(text(|o, r| hex(o, r, 40)).bytes().all(|b| b.is_ascii_hexdigit()));
        assert!(text(|o, r| upper(o, r, 40)).bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()));
        assert!(text(|o, r| alnum(o, r, 99)).bytes().all(|b| b.is_ascii_alphanumeric()));
        assert_eq!(text(|o, r| base64(o, r, 76)).len(), 76);
    }
}
