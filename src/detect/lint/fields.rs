//! The fields that a rule looks at: whether a record can have them.

use super::{Finding, Kind, Known, note, warning};
use crate::detect::sigma::correlation::Correlation;
use crate::detect::sigma::item::{Item, Test};
use crate::detect::sigma::rule::Rule;
use crate::event::field::RECORD_KEYS;
use crate::query::{Part, Pattern};
use crate::text::nearest;

/// What can stand in the parts of a record whose form is fixed; below `*`, anything.
const FIXED: &[&str] = &[
    "userIdentity.type",
    "userIdentity.principalId",
    "userIdentity.arn",
    "userIdentity.accountId",
    "userIdentity.accessKeyId",
    "userIdentity.userName",
    "userIdentity.invokedBy",
    "userIdentity.credentialId",
    "userIdentity.identityProvider",
    "userIdentity.onBehalfOf.userId",
    "userIdentity.onBehalfOf.identityStoreArn",
    "userIdentity.inScopeOf.*",
    "userIdentity.sessionContext.sessionIssuer.type",
    "userIdentity.sessionContext.sessionIssuer.principalId",
    "userIdentity.sessionContext.sessionIssuer.arn",
    "userIdentity.sessionContext.sessionIssuer.accountId",
    "userIdentity.sessionContext.sessionIssuer.userName",
    "userIdentity.sessionContext.attributes.creationDate",
    "userIdentity.sessionContext.attributes.mfaAuthenticated",
    "userIdentity.sessionContext.webIdFederationData.*",
    "userIdentity.sessionContext.ec2RoleDelivery",
    "userIdentity.sessionContext.sourceIdentity",
    "userIdentity.sessionContext.assumedRoot",
    "tlsDetails.tlsVersion",
    "tlsDetails.cipherSuite",
    "tlsDetails.clientProvidedHostHeader",
    "tlsDetails.keyExchange",
    "resources.ARN",
    "resources.ARNPrefix",
    "resources.accountId",
    "resources.type",
];

/// Parts of a record that have parts of their own, in a form that depends on the event.
pub(super) const OPEN: &[&str] = &[
    "requestParameters",
    "responseElements",
    "additionalEventData",
    "serviceEventDetails",
    "addendum",
    "edgeDeviceDetails",
    "insightDetails",
    "eventContext",
    "annotation",
    "summary",
    "timeWindow",
];

pub(super) fn check(rule: &Rule, known: &Known<'_>, out: &mut Vec<Finding>) {
    if let Some(first) = &rule.first_seen {
        let paths = first.key.iter().chain(&first.dimension);
        paths.for_each(|path| check_path(path, first.line, known, out));
    }
    let groups = rule.searches.iter().flat_map(|(_, search)| &search.groups);
    for item in groups.flatten() {
        if let Some(path) = &item.field {
            check_path(path, item.line, known, out);
        }
        for (test, line) in item.tests.iter().zip(&item.lines) {
            match test {
                Test::Field(path, _) => check_path(path, *line, known, out),
                Test::Text(pattern) => out.extend(field_as_text(item, pattern, *line)),
                _ => {}
            }
        }
    }
}

/// The fields that a correlation groups by and measures: an event without one of them counts for nothing.
pub(super) fn check_correlation(correlation: &Correlation, known: &Known<'_>, out: &mut Vec<Finding>) {
    let of_rule = |rule| correlation.group_fields(rule).into_iter().chain(correlation.value_fields(rule));
    let mut paths: Vec<&[String]> = (0..correlation.rules.len()).flat_map(of_rule).collect();
    paths.sort_unstable();
    paths.dedup();
    for path in paths {
        check_path(path, correlation.line, known, out);
    }
}

fn check_path(path: &[String], line: usize, known: &Known<'_>, out: &mut Vec<Finding>) {
    if let Err(text) = possible(path) {
        out.push(warning(line, Kind::UnknownField, text));
    } else if known.field.is_some_and(|seen| !seen(path)) {
        let text = format!("no record that is loaded has a field `{}`", path.join("."));
        out.push(note(line, Kind::UnknownField, text));
    }
}

/// Whether records can have a value there; else what is wrong.
fn possible(path: &[String]) -> Result<(), String> {
    let Some(root) = path.first() else { return Ok(()) };
    let whole = path.join(".");
    if !RECORD_KEYS.contains(&root.as_str()) {
        let near = nearest(root, RECORD_KEYS.iter().copied()).or_else(|| beginning_with(root));
        let near = near.map_or_else(
            || "fields are written as in CloudTrail, such as requestParameters.name".to_owned(),
            |near| format!("did you mean `{near}`?"),
        );
        return Err(format!("no record has a field `{whole}`; {near}"));
    }
    if path.len() == 1 || OPEN.contains(&root.as_str()) || FIXED.iter().any(|fixed| leads_to(fixed, &whole)) {
        return Ok(());
    }
    if FIXED.iter().all(|fixed| !leads_to(fixed, root)) {
        return Err(format!("`{root}` has no parts, so there is never a `{whole}`; write `{root}`"));
    }
    let near = nearest(&whole, FIXED.iter().copied()).or_else(|| by_last_step(path));
    let near = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
    Err(format!("no record has a field `{whole}`{near}"))
}

/// Whether a path is one that is fixed, a beginning of it, or below its `*`.
fn leads_to(fixed: &str, path: &str) -> bool {
    match fixed.strip_suffix(".*") {
        Some(open)
            if path.strip_prefix(open).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')) =>
        {
            true
        }
        _ => fixed.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')),
    }
}

/// The fixed path that ends in the same step: the one in between was left out.
fn by_last_step(path: &[String]) -> Option<&'static str> {
    let (root, last) = (path.first()?, path.last()?);
    FIXED
        .iter()
        .copied()
        .find(|fixed| fixed.split('.').next() == Some(root) && fixed.split('.').next_back() == Some(last))
}

/// The fixed path that ends in a word which stands at the top: `userName` for `userIdentity.userName`.
fn beginning_with(root: &str) -> Option<&'static str> {
    FIXED.iter().copied().find(|fixed| fixed.split('.').next_back() == Some(root))
}

/// The name of a field as the text that a value has to contain.
fn field_as_text(item: &Item, pattern: &Pattern, line: usize) -> Option<Finding> {
    let mut texts = pattern.parts().iter().filter_map(|part| match part {
        Part::Text(text) => Some(text),
        Part::Many | Part::One => None,
    });
    let text = texts.next().filter(|_| texts.next().is_none())?;
    let (root, rest) = text.split_once('.')?;
    let is_path = rest.split('.').all(|step| !step.is_empty() && step.chars().all(char::is_alphanumeric));
    if !is_path || !RECORD_KEYS.contains(&root) || item.field.is_none() {
        return None;
    }
    let text =
        format!("`{text}` is taken as these letters; `|fieldref` compares with the value of that field");
    Some(warning(line, Kind::FieldAsText, text))
}
