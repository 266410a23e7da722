//! Whom a value names: accounts of AWS by id, ARN or policy; by a policy everybody, every identity of a provider, and those who
//! are administrators by it.

use std::cell::RefCell;
use std::collections::BTreeSet;

use serde_json::Value;

use crate::detect::sigma::plain::{text_of, values_at};
use crate::event::account;
use crate::event::policy::{self, Statement};

/// Where a record says whose log it is from; else whose identity acted.
pub(crate) const HOME: [&[&str]; 2] = [&["recipientAccountId"], &["userIdentity", "accountId"]];

/// Whom a rule asks for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Whom {
    /// An account that is neither the event's own nor one of these.
    OtherAccount(Vec<String>),
    /// Everybody, by a policy.
    Everybody,
    /// Every identity of a provider, by a policy.
    EveryIdentity,
    /// Whom a policy makes an administrator.
    Administrator,
}

impl Whom {
    /// The paths of what it asks for beside the value that may name somebody.
    pub(super) fn refers_to(&self) -> Vec<Vec<String>> {
        match self {
            Self::Everybody | Self::EveryIdentity | Self::Administrator => Vec::new(),
            Self::OtherAccount(_) => HOME.iter().map(|path| steps(path)).collect(),
        }
    }

    /// Whether a value of a record names such.
    ///
    /// Of a policy it is those that a statement lets in: what it denies, and the ARNs of its resources, name nobody.
    pub(crate) fn is_named(&self, value: &Value, record: &Value) -> bool {
        match self {
            Self::Everybody => any(value, &|_| false, &Statement::lets_everybody_in),
            Self::EveryIdentity => {
                any(value, &|_| false, &|statement| statement.open_providers().next().is_some())
            }
            Self::Administrator => any(value, &|_| false, &Statement::makes_administrator),
            Self::OtherAccount(known) => {
                let home = home(record);
                let is_other = |text: &str| {
                    account::of(text)
                        .is_some_and(|id| home.as_deref() != Some(id) && !known.iter().any(|k| k == id))
                };
                any(value, &is_other, &|statement| statement.lets_in().any(is_other))
            }
        }
    }
}

/// The accounts that a value names: by id, by ARN, or by a statement of a policy that lets them in.
pub(crate) fn named_accounts(value: &Value) -> BTreeSet<String> {
    let named = RefCell::new(BTreeSet::new());
    let take = |text: &str| {
        named.borrow_mut().extend(account::of(text).map(str::to_owned));
        false
    };
    any(value, &take, &|statement| statement.lets_in().filter(|name| take(name)).count() > 0);
    named.into_inner()
}

/// The account whose log the record is from, else that of who acted. An empty text says nothing.
pub(crate) fn home(record: &Value) -> Option<String> {
    let text = |value: &Value| text_of(value).filter(|text| !text.is_empty());
    HOME.iter().find_map(|path| values_at(record, &steps(path)).into_iter().find_map(text))
}

fn steps(path: &[&str]) -> Vec<String> {
    path.iter().map(|&step| step.to_owned()).collect()
}

/// Whether a text in a value, or a statement of a policy in it, is one of those.
fn any(value: &Value, text: &dyn Fn(&str) -> bool, statement: &dyn Fn(&Statement) -> bool) -> bool {
    let mut open = vec![value];
    while let Some(value) = open.pop() {
        let found = match value {
            Value::String(written) => match policy::parse(written) {
                Some(inner) => any(&inner, text, statement),
                None => text(written),
            },
            Value::Object(map) => match policy::statements(value) {
                Some(statements) => statements.iter().any(statement),
                None => {
                    open.extend(map.values());
                    false
                }
            },
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const OWN: &str = "111122223333";

    fn bound(condition: &Value) -> Value {
        json!({"Effect": "Allow", "Principal": "*", "Condition": condition})
    }

    fn is_found(value: &Value) -> bool {
        let whom = Whom::OtherAccount(vec!["127311923021".to_owned()]);
        whom.is_named(value, &json!({"recipientAccountId": OWN}))
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
            // Everybody, if from there.
            (bound(&json!({"StringEquals": {"aws:PrincipalAccount": ["444455556666"]}})), true),
            (bound(&json!({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::444455556666:role/*"}})), true),
            (bound(&json!({"StringEquals": {"kms:CallerAccount": OWN}})), false),
            (bound(&json!({"StringNotEquals": {"aws:PrincipalAccount": "444455556666"}})), false),
            (
                json!({"Effect": "Allow", "Principal": {"AWS": OWN}, "Condition": {"StringEquals": {"aws:PrincipalAccount": "444455556666"}}}),
                false,
            ),
        ] {
            let policy = policy(&statements);
            assert_eq!(is_found(&policy), found, "{policy}");
            assert_eq!(is_found(&json!(policy.to_string())), found, "{policy} as a text");
        }
        assert!(!is_found(&json!("{ no policy")));
    }

    #[test]
    fn a_record_without_a_recipient_belongs_to_who_acted() {
        let of = |record: Value| Whom::OtherAccount(Vec::new()).is_named(&json!(OWN), &record);
        assert!(!of(json!({"userIdentity": {"accountId": OWN}})));
        assert!(of(json!({"recipientAccountId": "444455556666", "userIdentity": {"accountId": OWN}})));
        assert!(!of(json!({"recipientAccountId": "", "userIdentity": {"accountId": OWN}})));
        assert!(of(json!({})), "nobody's own is another one");
    }
}
