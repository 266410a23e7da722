//! CloudTrail's own spelling of its names.
//!
//! Athena writes every name in lower case, Lake in some places, Elastic with
//! underscores, the console with spaces. Compared without regard to case and to
//! these marks they are all the same name, and are written as CloudTrail does.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::event::field::RECORD_KEYS;

/// Names below the top of a record that are worth restoring: identity, session, TLS, resources, addendum, insight.
const INNER_NAMES: &[&str] = &[
    "type",
    "principalId",
    "arn",
    "accountId",
    "accessKeyId",
    "userName",
    "invokedBy",
    "sessionContext",
    "sessionIssuer",
    "attributes",
    "creationDate",
    "mfaAuthenticated",
    "webIdFederationData",
    "federatedProvider",
    "sourceIdentity",
    "ec2RoleDelivery",
    "ec2IssuedInVpc",
    "assumedRoot",
    "identityProvider",
    "credentialId",
    "onBehalfOf",
    "userId",
    "identityStoreArn",
    "inScopeOf",
    "issuerType",
    "credentialsIssuedTo",
    "sourceArn",
    "sourceAccount",
    "tlsVersion",
    "cipherSuite",
    "keyExchange",
    "clientProvidedHostHeader",
    "deviceType",
    "snowJobId",
    "arnPrefix",
    "resourceType",
    "resourceName",
    "reason",
    "updatedFields",
    "originalRequestID",
    "originalEventID",
    "state",
    "insightType",
    "insightContext",
    "statistics",
    "baseline",
    "insight",
    "average",
    "insightDuration",
    "baselineDuration",
    "attributions",
    "attribute",
    "value",
    "windowStart",
    "windowEnd",
    "windowSize",
    "primaryDimension",
    "dimension",
    "name",
    "aggregationType",
    "details",
    "requestContext",
    "tagContext",
    "resourceTags",
    "principalTags",
];

/// Top-level names that the catalogue of fields leaves out.
const MORE_TOP_NAMES: &[&str] = &["eventData", "metadata", "accountId", "errorReason"];

/// The name without case and without the marks that other spellings add.
pub(crate) fn plain(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    out.extend(name.chars().filter(|c| !matches!(c, '_' | '-' | ' ')).map(|c| c.to_ascii_lowercase()));
    out
}

fn table(names: &[&[&'static str]]) -> HashMap<String, &'static str> {
    let all = names.iter().flat_map(|list| list.iter().copied());
    all.map(|name| (plain(name), name)).collect()
}

static TOP: LazyLock<HashMap<String, &'static str>> = LazyLock::new(|| table(&[RECORD_KEYS, MORE_TOP_NAMES]));

static INNER: LazyLock<HashMap<String, &'static str>> = LazyLock::new(|| {
    let mut names = table(&[RECORD_KEYS, INNER_NAMES]);
    // Met in the wild, where it was typed by hand.
    names.insert("acceskeyid".to_owned(), "accessKeyId");
    names
});

/// CloudTrail's spelling of a name at the top of a record.
pub(crate) fn top(name: &str) -> Option<&'static str> {
    TOP.get(&plain(name)).copied()
}

/// CloudTrail's spelling of a name below the top.
pub(crate) fn inner(name: &str) -> Option<&'static str> {
    INNER.get(&plain(name)).copied()
}

/// The top-level members whose own names are CloudTrail's and not those of some service.
pub(crate) fn has_known_names(top: &str) -> bool {
    matches!(
        top,
        "userIdentity"
            | "tlsDetails"
            | "resources"
            | "addendum"
            | "insightDetails"
            | "edgeDeviceDetails"
            | "timeWindow"
            | "summary"
    )
}

/// The spelling of `name` inside of the top-level member `top`; unknown names stay as they are.
pub(crate) fn restore(top: &str, name: &str) -> String {
    match inner(name) {
        Some("arn") if top == "resources" => "ARN".to_owned(),
        Some("arnPrefix") if top == "resources" => "ARNPrefix".to_owned(),
        Some(known) => known.to_owned(),
        None => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_leads_to_the_same_name() {
        for (spelt, name) in [
            ("eventname", Some("eventName")),
            ("Event name", Some("eventName")),
            ("event_name", Some("eventName")),
            ("EVENTNAME", Some("eventName")),
            ("sourceipaddress", Some("sourceIPAddress")),
            ("requestid", Some("requestID")),
            ("useridentity", Some("userIdentity")),
            ("nonsense", None),
        ] {
            assert_eq!(top(spelt), name, "{spelt}");
        }
        for (spelt, name) in [
            ("mfaauthenticated", "mfaAuthenticated"),
            ("access_key_id", "accessKeyId"),
            ("accesKeyId", "accessKeyId"),
            ("ec2issuedinvpc", "ec2IssuedInVpc"),
        ] {
            assert_eq!(restore("userIdentity", spelt), name);
        }
        assert_eq!(restore("resources", "arn"), "ARN");
        assert_eq!(restore("userIdentity", "arn"), "arn");
        assert_eq!(restore("userIdentity", "newThing"), "newThing");
    }
}
