//! Accounts of AWS, by the twelve digits that name them.

use crate::event::identity::Arn;

/// Whether a text is the id of an account: twelve digits.
pub fn is_id(text: impl AsRef<[u8]>) -> bool {
    let text = text.as_ref();
    text.len() == 12 && text.iter().all(u8::is_ascii_digit)
}

/// The account that a text names, or that an ARN belongs to. What is AWS's own (`arn:aws:iam::aws:policy/…`) is nobody's.
pub fn of(text: &str) -> Option<&str> {
    let account = Arn::parse(text).map_or(text, |arn| arn.account);
    is_id(account).then_some(account)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_cut_out_of_what_belongs_to_one() {
        for (text, account) in [
            ("111122223333", Some("111122223333")),
            ("arn:aws:iam::111122223333:role/x", Some("111122223333")),
            ("arn:aws:iam::aws:policy/AdministratorAccess", None),
            ("arn:aws:s3:::111122223333", None),
            ("1111222233334", None),
            ("11112222333x", None),
            ("x", None),
        ] {
            assert_eq!(of(text), account, "{text}");
        }
    }
}
