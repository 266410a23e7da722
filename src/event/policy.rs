//! Policy documents, as requests carry them: read, and told whom a statement lets in and how much it allows.
//!
//! What is dangerous about that is for others to say.

use std::borrow::Cow;

use ipnet::IpNet;
use serde_json::Value;

use crate::event::address;
use crate::event::identity::Arn;

mod provider;
mod rights;

pub use rights::{is_all_of_iam, is_every_action};

/// One statement of a policy.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Statement {
    /// Whether it allows; else it denies.
    pub allow: bool,
    /// What it is about; with `not_actions` all but these.
    pub actions: Vec<String>,
    /// Whether the actions are those that it is not about.
    pub not_actions: bool,
    /// The ARNs it is about, with wildcards; with `not_resources` all but these.
    pub resources: Vec<String>,
    /// Whether the resources are those that it is not about.
    pub not_resources: bool,
    /// Kind (`AWS`, `Service`, `Federated`) and name; `*` alone is an AWS principal.
    pub principals: Vec<(String, String)>,
    /// Whether it is about all principals but some.
    pub not_principal: bool,
    /// What has to hold besides.
    pub conditions: Vec<Condition>,
}

/// One key of a `Condition`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Condition {
    /// As it is written: `StringEquals`, `ForAnyValue:StringLike`, `BoolIfExists`.
    pub operator: String,
    /// The key, in lower case.
    pub key: String,
    /// One of which has to hold.
    pub values: Vec<String>,
}

/// Condition keys that tie a statement to somebody, or to where somebody is, so that `*` as its principal is not everybody.
///
/// What everybody can meet is not among them: encryption on the way, an external id, the name of a program, and what the caller's own
/// account decides, such as tags and names of users.
const BINDING: &[&str] = &[
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalisawsservice",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:principalservicename",
    "aws:principalservicenameslist",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceip",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
    "aws:sourceowner",
    "aws:sourcevpc",
    "aws:sourcevpcarn",
    "aws:sourcevpce",
    "aws:userid",
    "aws:vpceaccount",
    "aws:vpceorgid",
    "aws:vpceorgpaths",
    "elasticfilesystem:accessedviamounttarget",
    "elasticfilesystem:accesspointarn",
    "kms:calleraccount",
    "s3:dataaccesspointaccount",
    "s3:dataaccesspointarn",
    "s3:x-amz-server-side-encryption-aws-kms-key-id",
    "sns:endpoint",
];

/// Those of [`BINDING`] whose values name accounts.
const NAMING: &[&str] = &[
    "aws:principalaccount",
    "aws:principalarn",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceowner",
    "aws:vpceaccount",
    "kms:calleraccount",
    "s3:dataaccesspointaccount",
];

/// The statements of a document: a text of JSON, perhaps encoded for an address, or the object itself. `None` when it is no
/// policy.
pub fn statements(document: &Value) -> Option<Vec<Statement>> {
    let parsed;
    let document = match document {
        Value::String(text) => {
            parsed = parse(text)?;
            &parsed
        }
        other => other,
    };
    Some(match member(document, "Statement")? {
        Value::Array(list) => list.iter().map(Statement::new).collect(),
        one => vec![Statement::new(one)],
    })
}

/// The object that a text stands for: JSON, perhaps encoded for an address.
pub fn parse(text: &str) -> Option<Value> {
    let text = text.trim_start();
    if !(text.starts_with('{') || text.starts_with('%')) {
        return None;
    }
    serde_json::from_str(&decoded(text)).ok().filter(Value::is_object)
}

/// The member of an object with that name, whatever its case.
pub fn member<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    let object = value.as_object()?;
    object.get(name).or_else(|| object.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, v)| v))
}

impl Statement {
    fn new(value: &Value) -> Self {
        let texts = |key: &str| member(value, key).map(strings).unwrap_or_default();
        let not_actions = member(value, "NotAction").is_some();
        let not_resources = member(value, "NotResource").is_some();
        Self {
            allow: member(value, "Effect").and_then(Value::as_str) == Some("Allow"),
            actions: if not_actions { texts("NotAction") } else { texts("Action") },
            not_actions,
            resources: if not_resources { texts("NotResource") } else { texts("Resource") },
            not_resources,
            principals: principals(member(value, "Principal").unwrap_or(&Value::Null)),
            not_principal: member(value, "NotPrincipal").is_some(),
            conditions: conditions(member(value, "Condition").unwrap_or(&Value::Null)),
        }
    }

    /// Who is named of AWS: ARNs, accounts and `*`.
    pub fn aws_principals(&self) -> impl Iterator<Item = &str> {
        self.principals.iter().filter(|(kind, _)| kind == "AWS").map(|(_, name)| name.as_str())
    }

    /// The key of the condition that keeps `*` from being everybody.
    pub fn bound_by(&self) -> Option<&str> {
        self.binding().next().map(|condition| condition.key.as_str())
    }

    fn binding(&self) -> impl Iterator<Item = &Condition> {
        self.conditions.iter().filter(|condition| condition.binds(self.asks_for(&condition.key)))
    }

    /// Whether a condition asks for a key to be there.
    fn asks_for(&self, key: &str) -> bool {
        let is_null = |condition: &&Condition| condition.operator.eq_ignore_ascii_case("null");
        let mut of_key = self.conditions.iter().filter(|condition| condition.key == key).filter(is_null);
        of_key.any(|condition| condition.values.iter().all(|value| value.eq_ignore_ascii_case("false")))
    }

    /// Whom `*` comes to by its conditions: ids of accounts, and ARNs.
    pub fn bound_to(&self) -> impl Iterator<Item = &str> {
        let names = |condition: &&Condition| NAMING.contains(&condition.key.as_str());
        self.binding().filter(names).flat_map(|condition| condition.values.iter().map(String::as_str))
    }

    /// Whom it lets in, as far as it says: ARNs, accounts and `*`, and what conditions make of that.
    pub fn lets_in(&self) -> impl Iterator<Item = &str> {
        let bound = self.is_for_all().then(|| self.bound_to()).into_iter().flatten();
        self.aws_principals().chain(bound).filter(|_| self.allow)
    }

    fn is_for_all(&self) -> bool {
        self.not_principal || self.aws_principals().any(|name| name == "*")
    }

    /// Whether it allows something to everybody, or to everybody but some.
    pub fn lets_everybody_in(&self) -> bool {
        self.allow && self.is_for_all() && self.bound_by().is_none()
    }
}

impl Condition {
    /// Whether it also holds where the key is absent.
    fn is_lax(&self) -> bool {
        let operator = self.operator.to_ascii_lowercase();
        operator.starts_with("forallvalues:") || operator.ends_with("ifexists")
    }

    /// Whether it holds, where the key is present, only for one of its values.
    pub fn is_positive_where_present(&self) -> bool {
        let operator = self.operator.to_ascii_lowercase();
        !operator.contains("not") && operator != "null"
    }

    /// Whether it ties a statement to somebody, or to where somebody is; `is_there` when the key has to be.
    fn binds(&self, is_there: bool) -> bool {
        let is_wide = |value: &String| match self.key.as_str() {
            // `*@example.com`
            "sns:endpoint" => !value.contains('@') && is_wide(value),
            _ => is_wide(value),
        };
        BINDING.contains(&self.key.as_str())
            && self.is_positive_where_present()
            && (is_there || !self.is_lax())
            && !self.values.iter().any(is_wide)
            && !are_wide_together(&self.values)
    }
}

/// Whether nearly everybody has such a value: a wildcard with next to nothing before it, a network of half the world, an
/// ARN of any account.
fn is_wide(value: &str) -> bool {
    /// The longest beginning that all values of a kind share: `vpce-`.
    const SHARED: usize = 5;
    if let Ok(network) = value.parse::<IpNet>() {
        return address::is_wide(&network);
    }
    if has_variable_of_caller(value) {
        return true;
    }
    let has_wildcard = |text: &str| text.contains(['*', '?']);
    match Arn::parse(value) {
        // Their names belong to one account alone; none is shorter than three letters.
        Some(arn) if arn.service == "s3" => arn.resource.find(['*', '?']).is_some_and(|at| at < 3),
        Some(arn) => has_wildcard(arn.account),
        // One that ends before the account: `arn:aws:iam::*`.
        None if value.starts_with("arn:") && has_wildcard(value) => true,
        None => value.find(['*', '?']).is_some_and(|at| at <= SHARED) || value.eq_ignore_ascii_case("false"),
    }
}

/// Whether a value is whatever the caller brings. Variables of what is asked for (`${aws:ResourceAccount}`) are not.
fn has_variable_of_caller(value: &str) -> bool {
    let of_resource =
        |name: &str| name.get(..12).is_some_and(|name| name.eq_ignore_ascii_case("aws:resource"));
    value.split("${").skip(1).any(|name| !of_resource(name))
}

/// Whether networks, each of which is somebody's, are nearly everybody's together: more than a network of seven bits is.
fn are_wide_together(values: &[String]) -> bool {
    let networks = || values.iter().filter_map(|value| value.parse::<IpNet>().ok());
    let share = |bits: u8| (-f64::from(bits)).exp2();
    let v4: f64 =
        networks().map(|net| if let IpNet::V4(net) = net { share(net.prefix_len()) } else { 0.0 }).sum();
    let v6: f64 =
        networks().map(|net| if let IpNet::V6(net) = net { share(net.prefix_len()) } else { 0.0 }).sum();
    v4 > share(7) || v6 > share(31)
}

/// Text without its `%7B` and the like.
fn decoded(text: &str) -> Cow<'_, str> {
    if !text.starts_with('%') {
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

/// The strings of a value that is a string or a list of them.
fn strings(value: &Value) -> Vec<String> {
    match value {
        Value::Array(list) => list.iter().filter_map(scalar).collect(),
        one => scalar(one).into_iter().collect(),
    }
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        _ => None,
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

fn conditions(value: &Value) -> Vec<Condition> {
    let operators = value.as_object().into_iter().flatten();
    operators
        .flat_map(|(operator, keys)| keys.as_object().into_iter().flatten().map(move |key| (operator, key)))
        .map(|(operator, (key, values))| Condition {
            operator: operator.clone(),
            key: key.to_lowercase(),
            values: strings(values),
        })
        .collect()
}

#[cfg(test)]
mod tests;
