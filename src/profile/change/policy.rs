//! Policy documents: decoded, and judged by what they allow to whom.

use std::borrow::Cow;

use serde_json::Value;

use crate::profile::change::value::member;
use crate::profile::change::{Danger, Judgment};
use crate::store::table::account_of;

/// What a policy document comes to.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Policy {
    /// Whom its statements allow something, as people say it: `everybody`, `account 444455556666`.
    pub principals: Vec<String>,
    /// What its statements allow: `s3:GetObject to everybody`.
    pub allows: Vec<String>,
    /// How many statements deny something.
    pub denies: usize,
    /// What is dangerous about it.
    pub judgments: Vec<Judgment>,
}

/// Condition keys that bind a statement to somebody, so that `*` as its principal is not everybody.
const BINDING: &[&str] = &[
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:principalaccount",
    "aws:principalarn",
    "aws:sourceaccount",
    "aws:sourceowner",
    "aws:sourcearn",
    "aws:sourceorgid",
    "aws:sourcevpce",
    "aws:sourcevpc",
    "aws:userid",
    "kms:calleraccount",
    "s3:dataaccesspointaccount",
    "s3:x-amz-server-side-encryption-aws-kms-key-id",
];

/// Reads a document: a string of JSON, perhaps encoded for an address, or the object itself. `home` is the account it
/// belongs to. `None` when it is no policy.
pub fn read(document: &Value, home: &str) -> Option<Policy> {
    let parsed;
    let document = match document {
        Value::String(text) => {
            parsed = serde_json::from_str(&decoded(text)).ok()?;
            &parsed
        }
        other => other,
    };
    let statements = match member(document, "Statement")? {
        Value::Array(list) => list.iter().collect(),
        one => vec![one],
    };
    let mut policy = Policy::default();
    for statement in statements {
        policy.add(&Statement::new(statement), home);
    }
    policy.judgments.sort();
    policy.judgments.dedup();
    Some(policy)
}

/// Text without its `%7B` and the like.
fn decoded(text: &str) -> Cow<'_, str> {
    if !text.trim_start().starts_with('%') {
        return Cow::Borrowed(text);
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let hex = |b: u8| char::from(b).to_digit(16);
        match (first, tail) {
            (b'%', &[a, b, ..]) if hex(a).is_some() && hex(b).is_some() => {
                bytes.push((hex(a).unwrap_or(0) << 4 | hex(b).unwrap_or(0)) as u8);
                rest = tail.get(2..).unwrap_or_default();
                continue;
            }
            (b'+', _) => bytes.push(b' '),
            _ => bytes.push(first),
        }
        rest = tail;
    }
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}

/// One statement of a policy.
struct Statement {
    allow: bool,
    actions: Vec<String>,
    not_actions: bool,
    resources: Vec<String>,
    principals: Vec<(String, String)>,
    not_principal: bool,
    /// Condition keys in lower case, with their values.
    conditions: Vec<(String, Vec<String>)>,
}

impl Statement {
    fn new(value: &Value) -> Self {
        let texts = |key: &str| member(value, key).map(strings).unwrap_or_default();
        let not_actions = member(value, "NotAction").is_some();
        Self {
            allow: member(value, "Effect").and_then(Value::as_str) == Some("Allow"),
            actions: if not_actions { texts("NotAction") } else { texts("Action") },
            not_actions,
            resources: texts("Resource"),
            principals: principals(member(value, "Principal").unwrap_or(&Value::Null)),
            not_principal: member(value, "NotPrincipal").is_some(),
            conditions: conditions(member(value, "Condition").unwrap_or(&Value::Null)),
        }
    }

    /// The condition that keeps `*` from being everybody.
    fn bound_by(&self) -> Option<&str> {
        let binding = |(key, values): &&(String, Vec<String>)| {
            let open = values.iter().any(|v| v == "*" || v == "0.0.0.0/0" || v == "::/0");
            (BINDING.contains(&key.as_str()) || key == "aws:sourceip") && !open
        };
        self.conditions.iter().find(binding).map(|(key, _)| key.as_str())
    }

    fn on_everything(&self) -> bool {
        self.resources.iter().any(|r| r == "*" || r == "arn:aws:s3:::*")
    }

    fn what(&self) -> String {
        let some = |list: &[String]| match list {
            [] => "nothing".to_owned(),
            [one] if one == "*" || one == "*:*" => "everything".to_owned(),
            [one] => one.clone(),
            [one, rest @ ..] => format!("{one} and {} more", rest.len()),
        };
        if self.not_actions { format!("everything but {}", some(&self.actions)) } else { some(&self.actions) }
    }

    fn on(&self) -> String {
        match self.resources.as_slice() {
            [] => String::new(),
            _ if self.on_everything() => " on everything".to_owned(),
            [one] => format!(" on {one}"),
            [one, rest @ ..] => format!(" on {one} and {} more", rest.len()),
        }
    }
}

impl Policy {
    fn add(&mut self, statement: &Statement, home: &str) {
        if !statement.allow {
            self.denies += 1;
            return;
        }
        let mut whom = Vec::new();
        for (kind, name) in &statement.principals {
            whom.push(self.principal(statement, kind, name, home));
        }
        if statement.not_principal {
            whom.push("everybody but some".to_owned());
            self.judge(Danger::Public, "it allows everybody but some principals".to_owned());
        }
        self.judge_actions(statement);
        let to = if whom.is_empty() { String::new() } else { format!(" to {}", whom.join(" and ")) };
        self.allows.push(format!("{}{}{to}", statement.what(), statement.on()));
        for name in whom {
            if !self.principals.contains(&name) {
                self.principals.push(name);
            }
        }
    }

    fn judge(&mut self, danger: Danger, reason: String) {
        self.judgments.push(Judgment { danger, reason });
    }

    /// One principal in words; what is dangerous about it is noted.
    fn principal(&mut self, statement: &Statement, kind: &str, name: &str, home: &str) -> String {
        let what = statement.what();
        match (kind, name) {
            ("AWS", "*") => match statement.bound_by() {
                Some(key) => format!("whoever meets {key}"),
                None => {
                    self.judge(Danger::Public, format!("everybody is allowed {what}"));
                    "everybody".to_owned()
                }
            },
            ("AWS", name) => {
                let account = account_of(name);
                if let Some(account) = account.filter(|a| !home.is_empty() && *a != home) {
                    self.judge(Danger::External, format!("account {account} is allowed {what}"));
                }
                match account {
                    Some(account) if name == account || name.ends_with(":root") => {
                        format!("account {account}")
                    }
                    _ => name.to_owned(),
                }
            }
            ("Federated", provider) => {
                if let Some(reason) = open_provider(provider, &statement.conditions) {
                    self.judge(Danger::Wildcard, reason);
                }
                format!("identities of {}", crate::profile::change::value::name_of(provider))
            }
            ("Service", service) => format!("service {service}"),
            (kind, name) => format!("{kind} {name}"),
        }
    }

    fn judge_actions(&mut self, statement: &Statement) {
        if !statement.on_everything() {
            return;
        }
        let all = statement.actions.iter().any(|a| a == "*" || a == "*:*");
        if statement.not_actions {
            self.judge(Danger::Admin, format!("it allows {} on everything", statement.what()));
            return;
        }
        if all {
            self.judge(Danger::Admin, "it allows everything on everything".to_owned());
            return;
        }
        for action in statement.actions.iter().filter(|a| a.ends_with('*')) {
            let danger = match action.split_once(':') {
                // Whoever may do anything with identities may make himself anything.
                Some((service, "*")) if service.eq_ignore_ascii_case("iam") => Danger::Admin,
                Some((_, "*")) => Danger::Wildcard,
                _ => continue,
            };
            self.judge(danger, format!("it allows {action} on everything"));
        }
    }
}

/// Whether every identity of a provider may come, because nothing narrows them down.
fn open_provider(provider: &str, conditions: &[(String, Vec<String>)]) -> Option<String> {
    let name = provider.split_once("oidc-provider/").map(|p| p.1)?;
    let subject = conditions.iter().find(|(key, _)| key.ends_with(":sub"));
    let open = match subject {
        None => true,
        Some((_, values)) => values.iter().any(|v| v == "*" || v == "repo:*" || v == "repo:*:*"),
    };
    open.then(|| format!("every identity of {name} is let in"))
}

/// The strings of a value that is a string or a list of them.
fn strings(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(list) => list.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

/// The principals of a statement by their kind; `*` is an AWS principal.
fn principals(value: &Value) -> Vec<(String, String)> {
    match value {
        Value::Object(kinds) => kinds
            .iter()
            .flat_map(|(kind, names)| strings(names).into_iter().map(|name| (kind.clone(), name)))
            .collect(),
        other => strings(other).into_iter().map(|name| ("AWS".to_owned(), name)).collect(),
    }
}

/// The keys that a `Condition` tests, in lower case, with their values.
fn conditions(value: &Value) -> Vec<(String, Vec<String>)> {
    let operators = value.as_object().into_iter().flatten();
    operators
        // A condition that must not hold binds nobody.
        .filter(|(operator, _)| !operator.contains("Not"))
        .flat_map(|(_, keys)| keys.as_object().into_iter().flatten())
        .map(|(key, values)| (key.to_lowercase(), strings(values)))
        .collect()
}

#[cfg(test)]
mod tests;
