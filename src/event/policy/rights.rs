//! How much a statement allows: whether whoever holds it is an administrator.

use crate::event::policy::Statement;

impl Statement {
    /// Whether it is about all resources there are, or all but some.
    pub fn is_on_everything(&self) -> bool {
        self.not_resources || self.resources.iter().any(|resource| is_everything(resource))
    }

    /// Whether it allows every action, or all but some, on everything.
    pub fn allows_everything(&self) -> bool {
        let all = || self.not_actions || self.actions.iter().any(|action| is_every_action(action));
        self.allow && self.is_on_everything() && all()
    }

    /// Whether whoever holds it may make himself anything: everything is allowed, or everything of identities. Its conditions
    /// are not weighed.
    pub fn makes_administrator(&self) -> bool {
        let identities = || self.actions.iter().any(|action| is_all_of_iam(action));
        self.allows_everything() || (self.allow && self.is_on_everything() && identities())
    }
}

/// Whether an action is all there are.
pub fn is_every_action(action: &str) -> bool {
    action == "*:*" || (action.contains('*') && action.bytes().all(|b| b == b'*' || b == b'?'))
}

/// Whether an action is all that can be done with identities.
pub fn is_all_of_iam(action: &str) -> bool {
    let of_iam = |(service, name): (&str, &str)| service.eq_ignore_ascii_case("iam") && is_every_action(name);
    action.split_once(':').is_some_and(of_iam)
}

/// Whether a resource is all there are: `*`, `arn:*`, `arn:aws:*:*:*:*`.
fn is_everything(resource: &str) -> bool {
    let is_any = |part: &str| !part.is_empty() && part.bytes().all(|b| b == b'*');
    let mut parts = resource.split(':');
    let begins = parts.next().is_some_and(|first| is_any(first) || first == "arn");
    let partition = |part: &str| is_any(part) || ["aws", "aws-cn", "aws-us-gov"].contains(&part);
    let all = begins && parts.next().is_none_or(partition) && parts.all(is_any);
    all && resource.contains('*')
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::event::policy::{Statement, statements};

    fn one(more: &Value) -> Statement {
        let mut statement = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
        for (key, value) in more.as_object().unwrap() {
            statement[key] = value.clone();
        }
        statements(&json!({ "Statement": statement })).unwrap().remove(0)
    }

    #[test]
    fn everything_is_everything_however_it_is_written() {
        for more in [
            json!({}),
            json!({"Resource": "arn:*"}),
            json!({"Resource": ["arn:aws:s3:::x", "arn:aws:*:*:*:*"]}),
            json!({"Resource": "**"}),
            json!({"NotResource": "arn:aws:s3:::x"}),
            json!({"Action": "?*"}),
            json!({"Action": ["s3:GetObject", "*:*"]}),
            json!({"NotAction": "s3:GetObject"}),
            json!({"Condition": {"Bool": {"aws:ViaAWSService": "false"}}}),
        ] {
            assert!(one(&more).allows_everything() && one(&more).makes_administrator(), "{more}");
        }
        for more in [
            json!({"Effect": "Deny"}),
            json!({"Action": "?"}),
            json!({"Action": "ec2:*"}),
            json!({"Resource": "arn:aws:s3:::x/*"}),
            json!({"Resource": ["arn:aws:s3:::*", "arn:aws:s3:::*/*"]}),
            json!({"Resource": "arn:aws:iam::*:role/x"}),
            json!({"Resource": "arn"}),
            json!({"Resource": "arn:aws"}),
            json!({"Resource": "aws:*"}),
            json!({"Resource": ""}),
            json!({"Resource": []}),
        ] {
            assert!(!one(&more).allows_everything() && !one(&more).makes_administrator(), "{more}");
        }
    }

    #[test]
    fn whoever_may_do_anything_with_identities_is_an_administrator() {
        for action in ["iam:*", "IAM:*", "iam:**", "iam:?*"] {
            let statement = one(&json!({ "Action": ["s3:GetObject", action] }));
            assert!(statement.makes_administrator() && !statement.allows_everything(), "{action}");
            assert!(
                !one(&json!({"Action": action, "Resource": "arn:aws:iam::*:user/x"})).makes_administrator()
            );
            assert!(!one(&json!({"Action": action, "Effect": "Deny"})).makes_administrator());
        }
        for action in ["iam:Get*", "iam:?", "iam", "iamb:*"] {
            assert!(!one(&json!({ "Action": action })).makes_administrator(), "{action}");
        }
    }
}
