//! Who acted: the `userIdentity` object, read once per distinct object.
//!
//! Every part of it may be missing. What people call "the user" is worked out
//! in one place, [`Identity::parse`], as a cascade that ends in `unknown` and
//! never in a guess.

use crate::event::address::is_service_name;
use crate::event::time::Time;
use crate::json;

/// The name of an actor of whom nothing is known.
pub const UNKNOWN_ACTOR: &str = "unknown";

/// Which keys a `userIdentity` has, whatever stands there.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Keys(u8);

#[expect(missing_docs, reason = "the names are CloudTrail's own")]
impl Keys {
    pub const TYPE: Self = Self(1);
    pub const ARN: Self = Self(1 << 1);
    pub const PRINCIPAL_ID: Self = Self(1 << 2);
    pub const ACCOUNT_ID: Self = Self(1 << 3);
    pub const ACCESS_KEY_ID: Self = Self(1 << 4);
    pub const USER_NAME: Self = Self(1 << 5);
    pub const SESSION_CONTEXT: Self = Self(1 << 6);
    /// No key: the account is that of the ARN.
    pub const ACCOUNT_OF_ARN: Self = Self(1 << 7);

    /// Whether a key is there. One that is written with escapes is not seen.
    pub fn has(self, key: Self) -> bool {
        self.0 & key.0 != 0
    }

    fn of(key: &[u8]) -> Self {
        match key {
            b"type" => Self::TYPE,
            b"arn" => Self::ARN,
            b"principalId" => Self::PRINCIPAL_ID,
            b"accountId" => Self::ACCOUNT_ID,
            b"accessKeyId" => Self::ACCESS_KEY_ID,
            b"userName" => Self::USER_NAME,
            b"sessionContext" => Self::SESSION_CONTEXT,
            _ => Self(0),
        }
    }
}

/// What a `userIdentity` says, in the words of CloudTrail; empty where it says nothing.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Identity {
    /// `type` as written: `IAMUser`, `AssumedRole`, `Root`, ... (an open list).
    pub kind: String,
    /// `arn`.
    pub arn: String,
    /// `principalId`.
    pub principal_id: String,
    /// `accountId`, else the account in the ARN.
    pub account: String,
    /// `accessKeyId`.
    pub access_key: String,
    /// `credentialId`: what users of IAM Identity Center have in place of a key.
    pub credential_id: String,
    /// `userName`.
    pub user_name: String,
    /// The role behind an assumed role: the issuer's name, else the name in the ARN.
    pub role: String,
    /// `sessionContext.sessionIssuer.arn`.
    pub issuer_arn: String,
    /// The role session name, or the name given to a federated user.
    pub session_name: String,
    /// `invokedBy`: the service that called on the identity's behalf.
    pub invoked_by: String,
    /// `sessionContext.sourceIdentity`.
    pub source_identity: String,
    /// `sessionContext.signInSessionArn`: the sign-in that all of its credentials go back to.
    pub sign_in_session: String,
    /// `inScopeOf.credentialsIssuedTo`: the function or task that got the credentials.
    pub issued_to: String,
    /// `onBehalfOf.userId`: the user of IAM Identity Center behind the call.
    pub on_behalf_of: String,
    /// `sessionContext.ec2RoleDelivery` is there: the credentials were delivered to an instance.
    pub on_instance: bool,
    /// `sessionContext.attributes.creationDate`.
    pub created: Time,
    /// `sessionContext.attributes.mfaAuthenticated`.
    pub mfa: Option<bool>,
    /// The short name that a person would use; see [`Identity::parse`].
    pub actor: String,
    /// Whether AWS itself acted: a service, or a service-linked role.
    pub is_service: bool,
    /// The keys that it has.
    pub keys: Keys,
}

impl Identity {
    /// Reads a raw `userIdentity` value; anything that is no object gives an unknown actor.
    ///
    /// The actor is `userName` for users, `role/session` for assumed roles (without what IAM Identity Center puts
    /// around the role, and the role
    /// alone where the session name was made by a machine, or each of its sessions
    /// would be an actor of its own), `root@account`, the service for AWS services,
    /// and else the first of: end of the ARN, issuer, user name, principal, the user of IAM Identity Center, invoker, account.
    pub fn parse(raw: &[u8]) -> Self {
        let mut id = Self::default();
        if raw.first() == Some(&b'[') {
            // Whoever enters lists may find any of them there.
            id.keys = Keys(u8::MAX);
        }
        for m in json::members(raw) {
            id.keys.0 |= Keys::of(m.key).0;
            match m.key {
                b"type" => id.kind = owned(m.value),
                b"arn" => id.arn = owned(m.value),
                b"principalId" => id.principal_id = owned(m.value),
                b"accountId" => id.account = owned(m.value),
                b"accessKeyId" => id.access_key = owned(m.value),
                b"credentialId" => id.credential_id = owned(m.value),
                b"userName" => id.user_name = owned(m.value),
                b"invokedBy" => id.invoked_by = owned(m.value),
                b"sessionContext" => id.read_session(m.value),
                b"inScopeOf" => {
                    id.issued_to =
                        json::member(m.value, "credentialsIssuedTo").map(owned).unwrap_or_default();
                }
                b"onBehalfOf" => {
                    id.on_behalf_of = json::member(m.value, "userId").map(owned).unwrap_or_default();
                }
                _ => {}
            }
        }
        id.derive();
        id
    }

    fn read_session(&mut self, context: &[u8]) {
        // Of a context that stands twice the last one counts.
        for text in
            [&mut self.source_identity, &mut self.sign_in_session, &mut self.issuer_arn, &mut self.role]
        {
            text.clear();
        }
        (self.on_instance, self.created, self.mfa) = (false, Time::default(), None);
        for m in json::members(context) {
            match m.key {
                b"sourceIdentity" => self.source_identity = owned(m.value),
                b"signInSessionArn" => self.sign_in_session = owned(m.value),
                b"ec2RoleDelivery" => self.on_instance = !json::is_null(m.value),
                b"sessionIssuer" => self.read_issuer(m.value),
                b"attributes" => self.read_attributes(m.value),
                _ => {}
            }
        }
    }

    fn read_issuer(&mut self, issuer: &[u8]) {
        (self.issuer_arn, self.role) = (String::new(), String::new());
        for m in json::members(issuer) {
            match m.key {
                b"arn" => self.issuer_arn = owned(m.value),
                b"userName" => self.role = owned(m.value),
                _ => {}
            }
        }
    }

    fn read_attributes(&mut self, attributes: &[u8]) {
        (self.created, self.mfa) = (Time::default(), None);
        for m in json::members(attributes) {
            let text = || json::scalar(m.value).unwrap_or_default();
            match m.key {
                b"creationDate" => self.created = Time::parse(text().as_bytes()),
                b"mfaAuthenticated" => {
                    self.mfa = match &*text() {
                        "true" => Some(true),
                        "false" => Some(false),
                        _ => None,
                    };
                }
                _ => {}
            }
        }
    }

    /// Works out what follows from the fields as written.
    fn derive(&mut self) {
        let arn = Arn::parse(&self.arn);
        if let Some(arn) = &arn {
            if self.account.is_empty() {
                self.account = arn.account.to_owned();
                self.keys.0 |= Keys::ACCOUNT_OF_ARN.0;
            }
            let mut parts = arn.resource.splitn(3, '/');
            match (parts.next(), parts.next(), parts.next()) {
                (Some("assumed-role"), Some(role), session) => {
                    if self.role.is_empty() {
                        role.clone_into(&mut self.role);
                    }
                    self.session_name = session.unwrap_or_default().to_owned();
                }
                (Some("federated-user"), Some(name), _) => name.clone_into(&mut self.session_name),
                _ => {}
            }
        }
        if self.session_name.is_empty() && self.kind == "AssumedRole" {
            self.session_name = self.principal_id.split_once(':').map(|p| p.1).unwrap_or_default().to_owned();
        }
        self.is_service = self.kind == "AWSService"
            || self.role.starts_with("AWSServiceRole")
            || self.issuer_arn.contains(":role/aws-service-role/")
            || (self.kind.is_empty() && is_service_name(&self.invoked_by));
        self.actor = self.actor_name(arn.as_ref());
    }

    fn actor_name(&self, arn: Option<&Arn<'_>>) -> String {
        match self.kind.as_str() {
            "Root" if self.account.is_empty() => return "root".to_owned(),
            "Root" => return format!("root@{}", self.account),
            "AWSService" if !self.invoked_by.is_empty() => return self.invoked_by.clone(),
            "AssumedRole" | "Role" if !self.role.is_empty() => {
                let role = short_role(&self.role);
                return if self.session_name.is_empty() || is_generated(&self.session_name) {
                    role.to_owned()
                } else {
                    format!("{role}/{}", self.session_name)
                };
            }
            _ => {}
        }
        let candidates = [
            self.user_name.as_str(),
            self.session_name.as_str(),
            arn.map_or("", |arn| arn.resource.rsplit('/').next().unwrap_or_default()),
            self.arn.as_str(),
            self.role.as_str(),
            self.principal_id.as_str(),
            self.on_behalf_of.as_str(),
            self.invoked_by.as_str(),
            self.account.as_str(),
        ];
        candidates.into_iter().find(|c| !c.is_empty()).unwrap_or(UNKNOWN_ACTOR).to_owned()
    }

    /// The fullest name of the principal: its ARN, else the first of issuer, principal id, user of IAM Identity
    /// Center, invoker, account.
    pub fn principal(&self) -> &str {
        [&self.arn, &self.issuer_arn, &self.principal_id, &self.on_behalf_of, &self.invoked_by, &self.account]
            .into_iter()
            .find(|s| !s.is_empty())
            .map_or(UNKNOWN_ACTOR, String::as_str)
    }

    /// The name of the session that an event of this identity belongs to; empty where there is none.
    ///
    /// The console gives nearly every request a key of its own, so a console
    /// session is the principal and the time it was created; any other session
    /// is its access key, or what it has in place of one.
    pub fn session(&self, from_console: bool) -> String {
        let by_key = !self.access_key.is_empty() && !from_console;
        if by_key {
            self.access_key.clone()
        } else if self.created.is_known() && !self.principal_id.is_empty() {
            format!("{}@{}", self.principal_id, self.created)
        } else if self.access_key.is_empty() {
            self.credential_id.clone()
        } else {
            self.access_key.clone()
        }
    }
}

fn owned(value: &[u8]) -> String {
    json::scalar(value).map(std::borrow::Cow::into_owned).unwrap_or_default()
}

/// The parts of an Amazon Resource Name, in any partition.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "the names are AWS's own")]
pub struct Arn<'a> {
    pub partition: &'a str,
    pub service: &'a str,
    pub region: &'a str,
    pub account: &'a str,
    pub resource: &'a str,
}

impl<'a> Arn<'a> {
    /// Splits `arn:partition:service:region:account:resource`; `None` when it is none.
    pub fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.splitn(6, ':');
        if parts.next() != Some("arn") {
            return None;
        }
        Some(Self {
            partition: parts.next()?,
            service: parts.next()?,
            region: parts.next()?,
            account: parts.next()?,
            resource: parts.next()?,
        })
    }
}

/// A role's name without what IAM Identity Center puts around it:
/// `AWSReservedSSO_Admin_0123456789abcdef` is `Admin`.
fn short_role(role: &str) -> &str {
    let Some(rest) = role.strip_prefix("AWSReservedSSO_") else { return role };
    match rest.rsplit_once('_') {
        Some((name, suffix)) if suffix.len() == 16 && suffix.bytes().all(|b| b.is_ascii_hexdigit()) => name,
        _ => rest,
    }
}

/// Whether a role session name was made by a machine: instance ids, SDK defaults, numbers, hashes.
fn is_generated(name: &str) -> bool {
    const PREFIXES: [&str; 6] =
        ["botocore-session-", "aws-sdk-", "aws-go-sdk-", "AWSCLI-Session", "terraform-", "awslambda_"];
    let hexadecimal = |s: &str| s.bytes().all(|b| b.is_ascii_hexdigit());
    let digits = |s: &str| s.bytes().filter(u8::is_ascii_digit).count();
    let instance = name.strip_prefix("i-").is_some_and(|rest| rest.len() >= 8 && hexadecimal(rest));
    let number = name.len() >= 6 && digits(name) == name.len();
    let hash = name.split(['-', '_', '.', ':']).any(|p| p.len() >= 12 && hexadecimal(p) && digits(p) >= 4);
    instance || number || hash || PREFIXES.iter().any(|p| name.starts_with(p))
}

#[cfg(test)]
mod tests;
