//! What a sentence cannot say by itself: firewall rules, policies, shares, switches.

use serde_json::Value;

use crate::event::policy::member;
use crate::event::{account, address};
use crate::profile::change::value::{all, listed, name_of, text, texts};
use crate::profile::change::{Call, Danger, Judgment, policy};

/// Who judges a change.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Judge {
    /// A policy document: who may do what.
    Policy,
    /// A trust document: who may assume a role.
    Trust,
    /// A managed policy, by its ARN.
    Grants,
    /// Firewall rules that were opened.
    Firewall,
    /// Firewall rules that were opened to traffic going out.
    Outgoing,
    /// Firewall rules that were closed.
    Closed,
    /// A network that a rule names.
    Cidr,
    /// Attributes of which each is told when it was set.
    Attribute,
    /// An access list.
    Acl,
    /// A block on public access.
    Block,
    /// Accounts that something was shared with.
    Share,
    /// One principal that was allowed something.
    Principal,
}

impl Judge {
    /// The judge that a line of the table names.
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "policy" => Self::Policy,
            "trust" => Self::Trust,
            "grants" => Self::Grants,
            "firewall" => Self::Firewall,
            "outgoing" => Self::Outgoing,
            "closed" => Self::Closed,
            "cidr" => Self::Cidr,
            "attribute" => Self::Attribute,
            "acl" => Self::Acl,
            "block" => Self::Block,
            "share" => Self::Share,
            "principal" => Self::Principal,
            _ => return None,
        })
    }
}

/// What a judge found.
#[derive(Default, Debug)]
pub(super) struct Found {
    /// Facts for the sentence.
    pub(super) facts: Vec<String>,
    /// What is dangerous.
    pub(super) judgments: Vec<Judgment>,
}

impl Found {
    fn danger(&mut self, danger: Danger, reason: impl Into<String>) {
        self.judgments.push(Judgment { danger, reason: reason.into() });
    }
}

/// Judges what stands at `path` of the request.
pub(super) fn judge(judge: Judge, path: &str, call: &Call<'_>) -> Found {
    let mut found = Found::default();
    match judge {
        Judge::Policy => document(path, call, &mut found),
        Judge::Trust => trust(path, call, &mut found),
        Judge::Grants => managed(path, call, &mut found),
        Judge::Firewall => firewall(path, call, true, &mut found),
        // To everywhere is what every group allows from the start.
        Judge::Outgoing | Judge::Closed => firewall(path, call, false, &mut found),
        Judge::Cidr => cidr(call, &mut found),
        Judge::Attribute => attributes(path, call, &mut found),
        Judge::Acl => acl(path, call, &mut found),
        Judge::Block => block(path, call, &mut found),
        Judge::Share => share(path, call, &mut found),
        Judge::Principal => principal(path, call, &mut found),
    }
    found
}

/// How many statements of a policy are told.
const STATEMENTS: usize = 3;

fn read(path: &str, call: &Call<'_>) -> Option<policy::Policy> {
    all(call.request, path).into_iter().find_map(|document| policy::read(document, call))
}

fn document(path: &str, call: &Call<'_>, found: &mut Found) {
    let Some(policy) = read(path, call) else { return };
    for allowed in policy.allows.iter().take(STATEMENTS) {
        found.facts.push(format!("allows {allowed}"));
    }
    if policy.allows.len() > STATEMENTS {
        found.facts.push(format!("{} more statements", policy.allows.len() - STATEMENTS));
    }
    if policy.denies > 0 {
        found.facts.push(format!("denies in {} statements", policy.denies));
    }
    found.judgments = policy.judgments;
}

fn trust(path: &str, call: &Call<'_>, found: &mut Found) {
    let Some(policy) = read(path, call) else { return };
    found.facts = policy.principals;
    found.judgments = policy.judgments;
}

/// AWS's own policies that make an administrator.
const ADMIN_POLICIES: [&str; 3] = ["AdministratorAccess", "IAMFullAccess", "AdministratorAccess-Amplify"];

fn managed(path: &str, call: &Call<'_>, found: &mut Found) {
    for arn in texts(call.request, path).iter().filter(|arn| arn.contains(":aws:policy/")) {
        let name = name_of(arn);
        if ADMIN_POLICIES.contains(&name) {
            found.danger(Danger::Admin, format!("{name} allows everything"));
        } else if name == "PowerUserAccess" || name.ends_with("FullAccess") {
            found.danger(Danger::Wildcard, format!("{name} allows every action of a service"));
        } else if name.starts_with("AWSCompromisedKeyQuarantine") {
            found.danger(Danger::Weakens, "AWS itself has found this key to be known to others");
        }
    }
}

/// Whether a network is all of the internet, or as good as that.
fn is_everywhere(network: &str) -> bool {
    network.parse().is_ok_and(|network| address::is_wide(&network))
}

fn firewall(path: &str, call: &Call<'_>, opens: bool, found: &mut Found) {
    let group = listed(&texts(call.request, "groupId"))
        .or_else(|| listed(&texts(call.request, "groupName")))
        .unwrap_or_else(|| "?".to_owned());
    let listed_rules = all(call.request, &format!("{path}.items"));
    // The old form of the call has one rule at the top.
    let rules = if listed_rules.is_empty() { vec![call.request] } else { listed_rules };
    for rule in rules {
        let ports = ports(rule);
        let peers = peers(rule);
        for peer in peers.iter().filter(|peer| opens && is_everywhere(peer)) {
            found.danger(Danger::Public, format!("{ports} is open to {peer}"));
        }
        for account in texts(rule, "groups.items.userId") {
            if opens && call.is_foreign(&account) && account::is_id(&account) {
                found.danger(Danger::External, format!("{ports} is open to a group of account {account}"));
            }
        }
        let to = listed(&peers).unwrap_or_else(|| "nobody".to_owned());
        found.facts.push(format!("{ports} of {group} to {to}"));
    }
}

/// The protocol and ports of a firewall rule: `tcp/22`, `udp/8000-8100`, `every port`.
fn ports(rule: &Value) -> String {
    let number = |key: &str| member(rule, key).and_then(text);
    let protocol = match number("ipProtocol").as_deref() {
        None | Some("-1") => return "every port".to_owned(),
        Some("6") => "tcp".to_owned(),
        Some("17") => "udp".to_owned(),
        Some(other) => other.to_owned(),
    };
    match (number("fromPort").as_deref(), number("toPort").as_deref()) {
        (Some("-1") | None, _) => protocol,
        (Some("0"), Some("65535")) => format!("every {protocol} port"),
        (Some(from), Some(to)) if from != to => format!("{protocol}/{from}-{to}"),
        (Some(from), _) => format!("{protocol}/{from}"),
    }
}

/// Whom a firewall rule names.
fn peers(rule: &Value) -> Vec<String> {
    const PATHS: [&str; 7] = [
        "ipRanges.items.cidrIp",
        "ipv6Ranges.items.cidrIpv6",
        "groups.items.groupId",
        "groups.items.groupName",
        "prefixListIds.items.prefixListId",
        "cidrIp",
        "sourceSecurityGroupName",
    ];
    PATHS.iter().flat_map(|path| texts(rule, path)).collect()
}

fn cidr(call: &Call<'_>, found: &mut Found) {
    let networks = [texts(call.request, "cidrBlock"), texts(call.request, "ipv6CidrBlock")].concat();
    let allows = texts(call.request, "ruleAction").iter().any(|a| a == "allow");
    for network in networks.iter().filter(|n| allows && is_everywhere(n)) {
        found.danger(Danger::Public, format!("the network ACL lets {network} in or out"));
    }
}

fn attributes(path: &str, call: &Call<'_>, found: &mut Found) {
    for name in path.split(',') {
        let values = all(call.request, name);
        let told = values.iter().filter_map(|v| text(v)).collect::<Vec<_>>();
        let groups = texts(call.request, &format!("{name}.items.groupId"));
        let said = listed(&told).or_else(|| listed(&groups));
        match (name, said.as_deref()) {
            (_, None) if values.is_empty() => continue,
            ("publiclyAccessible", Some("true")) => {
                found.danger(Danger::Public, "the database can be reached from the internet");
            }
            ("deletionProtection" | "disableApiTermination", Some("false")) => {
                found.danger(Danger::Weakens, format!("{name} was switched off"));
            }
            ("backupRetentionPeriod", Some("0")) => {
                found.danger(Danger::Weakens, "automatic backups were switched off");
            }
            _ => {}
        }
        // Passwords and scripts are not told, only that they were set.
        let secret = matches!(name, "userData" | "masterUserPassword");
        match said.filter(|_| !secret) {
            Some(value) => found.facts.push(format!("{name} {value}")),
            None => found.facts.push(name.to_owned()),
        }
    }
}

/// The groups of an access list that stand for everybody.
const EVERYBODY: [&str; 2] = ["/groups/global/AllUsers", "/groups/global/AuthenticatedUsers"];

fn acl(path: &str, call: &Call<'_>, found: &mut Found) {
    for canned in
        [texts(call.request, "x-amz-acl"), texts(call.request, "accessControlList.x-amz-acl")].concat()
    {
        if canned.starts_with("public") || canned == "authenticated-read" {
            found.danger(Danger::Public, format!("the access list is {canned}"));
        }
        found.facts.push(canned);
    }
    for grant in all(call.request, &format!("{path}.AccessControlList.Grant")) {
        let to = texts(grant, "Grantee.URI");
        let permission = texts(grant, "Permission").concat();
        for uri in to.iter().filter(|uri| EVERYBODY.iter().any(|e| uri.ends_with(e))) {
            let group = name_of(uri);
            found.danger(Danger::Public, format!("{group} may {permission}"));
            found.facts.push(format!("{permission} to {group}"));
        }
    }
}

fn block(path: &str, call: &Call<'_>, found: &mut Found) {
    const SWITCHES: [&str; 4] =
        ["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"];
    let off = |switch: &&&str| texts(call.request, &format!("{path}.{switch}")).iter().any(|v| v == "false");
    let off: Vec<String> = SWITCHES.iter().filter(off).map(|s| (*s).to_owned()).collect();
    if let Some(which) = listed(&off) {
        found.danger(Danger::Weakens, format!("{which} switched off"));
        found.facts.push(format!("{which} off"));
    }
}

fn share(path: &str, call: &Call<'_>, found: &mut Found) {
    let added = [
        texts(call.request, path),
        texts(call.request, &format!("{path}.add.items.userId")),
        texts(call.request, &format!("{path}.add.items.group")),
        texts(call.request, &format!("{path}.add.items.organizationArn")),
    ]
    .concat();
    let removed = texts(call.request, &format!("{path}.remove.items.userId"));
    for with in &added {
        if with.eq_ignore_ascii_case("all") {
            found.danger(Danger::Public, "it is shared with everybody");
            found.facts.push("shared with everybody".to_owned());
            continue;
        }
        if account::of(with).is_some_and(|account| call.is_foreign(account)) {
            found.danger(Danger::External, format!("it is shared with account {with}"));
        }
        found.facts.push(format!("shared with {with}"));
    }
    found.facts.extend(removed.iter().map(|who| format!("no longer shared with {who}")));
}

fn principal(path: &str, call: &Call<'_>, found: &mut Found) {
    let bound = ["sourceAccount", "sourceArn", "principalOrgID", "organizationId"]
        .iter()
        .any(|key| !texts(call.request, key).is_empty());
    for who in texts(call.request, path) {
        if who == "*" && !bound {
            found.danger(Danger::Public, "everybody may use it");
        } else if let Some(account) = account::of(&who).filter(|account| call.is_foreign(account)) {
            found.danger(Danger::External, format!("account {account} may use it"));
        }
    }
}
