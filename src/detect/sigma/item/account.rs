//! Which accounts of AWS a value names: an id, an ARN, or a policy that lets somebody in.

use serde_json::Value;

use crate::detect::sigma::plain::{text_of, values_at};
use crate::event::identity::Arn;

/// Whether a text is the id of an account.
pub(crate) fn is_id(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())
}

/// Whether a value names an account that is neither the record's own nor one of these.
///
/// Of a policy it is those that a statement lets in: what it denies, and the ARNs of its resources, name nobody.
pub(crate) fn names_other(value: &Value, record: &Value, known: &[String]) -> bool {
    let own = own(record);
    let is_other = |id: &str| own.as_deref() != Some(id) && !known.iter().any(|known| known == id);
    any_account(value, &is_other)
}

/// The account whose log the record is from, else that of who acted.
fn own(record: &Value) -> Option<String> {
    let at = |path: &[&str]| {
        let path: Vec<String> = path.iter().map(|&step| step.to_owned()).collect();
        values_at(record, &path).into_iter().find_map(text_of)
    };
    at(&["recipientAccountId"]).or_else(|| at(&["userIdentity", "accountId"]))
}

fn any_account(value: &Value, is_other: &dyn Fn(&str) -> bool) -> bool {
    let mut open = vec![value];
    while let Some(value) = open.pop() {
        let found = match value {
            Value::String(text) if text.trim_start().starts_with('{') => {
                serde_json::from_str::<Value>(text).is_ok_and(|value| lets_in(&value, is_other))
            }
            Value::String(text) => named(text).is_some_and(is_other),
            Value::Object(map) if map.contains_key("Statement") => lets_in(value, is_other),
            Value::Object(map) => {
                open.extend(map.values());
                false
            }
            Value::Array(list) => {
                open.extend(list);
                false
            }
            _ => false,
        };
        if found {
            return true;
        }
    }
    false
}

/// The account that a text stands for or belongs to.
fn named(text: &str) -> Option<&str> {
    if is_id(text) {
        return Some(text);
    }
    Arn::parse(text).map(|arn| arn.account).filter(|account| is_id(account))
}

/// Whether a statement of a policy lets in such an account.
fn lets_in(policy: &Value, is_other: &dyn Fn(&str) -> bool) -> bool {
    let texts = |value: Option<&'_ Value>| -> Vec<String> {
        match value {
            Some(Value::Array(list)) => list.iter().filter_map(text_of).collect(),
            value => value.and_then(text_of).into_iter().collect(),
        }
    };
    let statements = policy.get("Statement");
    let statements = match statements {
        Some(Value::Array(list)) => list.iter().collect(),
        statement => statement.into_iter().collect::<Vec<&Value>>(),
    };
    let allowed = statements
        .into_iter()
        .filter(|statement| statement.get("Effect").and_then(Value::as_str) == Some("Allow"));
    allowed
        .flat_map(|statement| texts(statement.get("Principal").and_then(|principal| principal.get("AWS"))))
        .any(|text| named(&text).is_some_and(is_other))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const OWN: &str = "111122223333";

    fn is_found(value: &Value) -> bool {
        names_other(value, &json!({"recipientAccountId": OWN}), &["127311923021".to_owned()])
    }

    fn policy(statements: &Value) -> Value {
        json!({"Version": "2012-10-17", "Statement": statements})
    }

    #[test]
    fn ids_and_arns_name_accounts() {
        for (value, found) in [
            (json!("444455556666"), true),
            (json!(OWN), false),
            (json!([OWN, "444455556666"]), true),
            (json!([OWN, "127311923021"]), false),
            (json!({"items": [{"userId": OWN}, {"userId": "444455556666"}]}), true),
            (json!("arn:aws-cn:lambda:cn-north-1:444455556666:layer:l:1"), true),
            (json!("arn:aws:s3:::bucket-444455556666"), false),
            (json!("4444555566667"), false),
            (json!("all"), false),
            (json!(444_455_556_666_u64), false),
            (Value::Null, false),
        ] {
            assert_eq!(is_found(&value), found, "{value}");
        }
    }

    #[test]
    fn of_a_policy_those_count_that_it_lets_in() {
        let other = json!({"AWS": "arn:aws:iam::444455556666:root"});
        let both = json!({"AWS": ["arn:aws:iam::111122223333:root", "444455556666"]});
        for (statements, found) in [
            (json!({"Effect": "Allow", "Principal": other}), true),
            (json!([{"Effect": "Allow", "Principal": both}]), true),
            (
                json!([{"Effect": "Allow", "Principal": {"AWS": OWN}}, {"Effect": "Allow", "Principal": other}]),
                true,
            ),
            (json!([{"Effect": "Deny", "Principal": other}]), false),
            (json!([{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}}]), false),
            (
                json!([{"Effect": "Allow", "Principal": "*", "Resource": "arn:aws:sqs:r:444455556666:q"}]),
                false,
            ),
            (json!([{"Effect": "Allow", "Principal": {"AWS": ["127311923021", OWN]}}]), false),
            (json!("odd"), false),
        ] {
            let policy = policy(&statements);
            assert_eq!(is_found(&policy), found, "{policy}");
            assert_eq!(is_found(&json!(policy.to_string())), found, "{policy} as a text");
        }
        assert!(!is_found(&json!("{ no policy")));
    }

    #[test]
    fn a_record_without_a_recipient_belongs_to_who_acted() {
        let of = |record: Value| names_other(&json!(OWN), &record, &[]);
        assert!(!of(json!({"userIdentity": {"accountId": OWN}})));
        assert!(of(json!({"recipientAccountId": "444455556666", "userIdentity": {"accountId": OWN}})));
        assert!(of(json!({})), "nobody's own is another one");
    }
}
