//! Who acted: the `userIdentity` object, read once per distinct object.
//!
//! Every part of it may be missing. What people call "the user" is worked out
//! in one place, [`Identity::parse`], as a cascade that ends in `unknown` and
//! never in a guess. What it says is borrowed from the object where it can be: a log has thousands of these.

use std::borrow::Cow;

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
pub struct Identity<'a> {
    /// `type` as written: `IAMUser`, `AssumedRole`, `Root`, ... (an open list).
    pub kind: Cow<'a, str>,
    /// `arn`.
    pub arn: Cow<'a, str>,
    /// `principalId`.
    pub principal_id: Cow<'a, str>,
    /// `accountId`, else the account in the ARN.
    pub account: Cow<'a, str>,
    /// `accessKeyId`.
    pub access_key: Cow<'a, str>,
    /// `credentialId`: what users of IAM Identity Center have in place of a key.
    pub credential_id: Cow<'a, str>,
    /// `userName`.
    pub user_name: Cow<'a, str>,
    /// The role behind an assumed role: the issuer's name, else the name in the ARN.
    pub role: Cow<'a, str>,
    /// `sessionContext.sessionIssuer.arn`.
    pub issuer_arn: Cow<'a, str>,
    /// The role session name, or the name given to a federated user.
    pub session_name: Cow<'a, str>,
    /// `invokedBy`: the service that called on the identity's behalf.
    pub invoked_by: Cow<'a, str>,
    /// `sessionContext.sourceIdentity`.
    pub source_identity: Cow<'a, str>,
    /// `sessionContext.signInSessionArn`: the sign-in that all of its credentials go back to.
    pub sign_in_session: Cow<'a, str>,
    /// `inScopeOf.credentialsIssuedTo`: the function or task that got the credentials.
    pub issued_to: Cow<'a, str>,
    /// `onBehalfOf.userId`: the user of IAM Identity Center behind the call.
    pub on_behalf_of: Cow<'a, str>,
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

impl<'a> Identity<'a> {
    /// Reads a raw `userIdentity` value; anything that is no object gives an unknown actor.
    ///
    /// The actor is `userName` for users, `role/session` for assumed roles (without what IAM Identity Center puts
    /// around the role, and the role
    /// alone where the session name was made by a machine, or each of its sessions
    /// would be an actor of its own), `root@account`, the service for AWS services,
    /// and else the first of: end of the ARN, issuer, user name, principal, the user of IAM Identity Center, invoker, account.
    pub fn parse(raw: &'a [u8]) -> Self {
        let mut id = Self::default();
        let texts = Texts::of(raw);
        if raw.first() == Some(&b'[') {
            // Whoever enters lists may find any of them there.
            id.keys = Keys(u8::MAX);
        }
        for m in json::members(raw) {
            id.keys.0 |= Keys::of(m.key).0;
            match m.key {
                b"type" => id.kind = texts.read(m.value),
                b"arn" => id.arn = texts.read(m.value),
                b"principalId" => id.principal_id = texts.read(m.value),
                b"accountId" => id.account = texts.read(m.value),
                b"accessKeyId" => id.access_key = texts.read(m.value),
                b"credentialId" => id.credential_id = texts.read(m.value),
                b"userName" => id.user_name = texts.read(m.value),
                b"invokedBy" => id.invoked_by = texts.read(m.value),
                b"sessionContext" => id.read_session(m.value, texts),
                b"inScopeOf" => id.issued_to = texts.member(m.value, "credentialsIssuedTo"),
                b"onBehalfOf" => id.on_behalf_of = texts.member(m.value, "userId"),
                _ => {}
            }
        }
        id.derive();
        id
    }

    fn read_session(&mut self, context: &'a [u8], texts: Texts) {
        // Of a context that stands twice the last one counts.
        for text in
            [&mut self.source_identity, &mut self.sign_in_session, &mut self.issuer_arn, &mut self.role]
        {
            *text = Cow::default();
        }
        (self.on_instance, self.created, self.mfa) = (false, Time::default(), None);
        for m in json::members(context) {
            match m.key {
                b"sourceIdentity" => self.source_identity = texts.read(m.value),
                b"signInSessionArn" => self.sign_in_session = texts.read(m.value),
                b"ec2RoleDelivery" => self.on_instance = !json::is_null(m.value),
                b"sessionIssuer" => self.read_issuer(m.value, texts),
                b"attributes" => self.read_attributes(m.value, texts),
                _ => {}
            }
        }
    }

    fn read_issuer(&mut self, issuer: &'a [u8], texts: Texts) {
        (self.issuer_arn, self.role) = (Cow::default(), Cow::default());
        for m in json::members(issuer) {
            match m.key {
                b"arn" => self.issuer_arn = texts.read(m.value),
                b"userName" => self.role = texts.read(m.value),
                _ => {}
            }
        }
    }

    fn read_attributes(&mut self, attributes: &'a [u8], texts: Texts) {
        (self.created, self.mfa) = (Time::default(), None);
        for m in json::members(attributes) {
            match m.key {
                b"creationDate" => self.created = Time::parse(texts.read(m.value).as_bytes()),
                b"mfaAuthenticated" => {
                    self.mfa = match &*texts.read(m.value) {
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
                self.account = arn.account.to_owned().into();
                self.keys.0 |= Keys::ACCOUNT_OF_ARN.0;
            }
            match cut(arn.resource, b'/') {
                Some(("assumed-role", rest)) => {
                    let (role, session) = cut(rest, b'/').unwrap_or((rest, ""));
                    if self.role.is_empty() {
                        self.role = role.to_owned().into();
                    }
                    self.session_name = session.to_owned().into();
                }
                Some(("federated-user", rest)) => {
                    self.session_name = cut(rest, b'/').map_or(rest, |(name, _)| name).to_owned().into();
                }
                _ => {}
            }
        }
        if self.session_name.is_empty() && self.kind == "AssumedRole" {
            let (_, name) = cut(&self.principal_id, b':').unwrap_or_default();
            self.session_name = name.to_owned().into();
        }
        self.is_service = self.kind == "AWSService"
            || self.role.starts_with("AWSServiceRole")
            || self.issuer_arn.contains(":role/aws-service-role/")
            || (self.kind.is_empty() && is_service_name(&self.invoked_by));
        self.actor = self.actor_name(arn.as_ref());
    }

    fn actor_name(&self, arn: Option<&Arn<'_>>) -> String {
        match &*self.kind {
            "Root" if self.account.is_empty() => return "root".to_owned(),
            "Root" => return ["root@", &self.account].concat(),
            "AWSService" if !self.invoked_by.is_empty() => return self.invoked_by.clone().into_owned(),
            "AssumedRole" | "Role" if !self.role.is_empty() => {
                let role = short_role(&self.role);
                return if self.session_name.is_empty() || is_generated(&self.session_name) {
                    role.to_owned()
                } else {
                    [role, "/", &self.session_name].concat()
                };
            }
            _ => {}
        }
        let candidates = [
            &*self.user_name,
            &*self.session_name,
            arn.map_or("", |arn| arn.resource.rsplit('/').next().unwrap_or_default()),
            &*self.arn,
            &*self.role,
            &*self.principal_id,
            &*self.on_behalf_of,
            &*self.invoked_by,
            &*self.account,
        ];
        candidates.into_iter().find(|c| !c.is_empty()).unwrap_or(UNKNOWN_ACTOR).to_owned()
    }

    /// The fullest name of the principal: its ARN, else the first of issuer, principal id, user of IAM Identity
    /// Center, invoker, account.
    pub fn principal(&self) -> &str {
        [&self.arn, &self.issuer_arn, &self.principal_id, &self.on_behalf_of, &self.invoked_by, &self.account]
            .into_iter()
            .find(|s| !s.is_empty())
            .map_or(UNKNOWN_ACTOR, |name| name)
    }

    /// The name of the session that an event of this identity belongs to; empty where there is none.
    ///
    /// The console gives nearly every request a key of its own, so a console
    /// session is the principal and the time it was created; any other session
    /// is its access key, or what it has in place of one.
    pub fn session(&self, from_console: bool) -> Cow<'_, str> {
        let has_key = !self.access_key.is_empty();
        if has_key && !from_console {
            Cow::Borrowed(&self.access_key)
        } else if self.created.is_known() && !self.principal_id.is_empty() {
            let mut session = String::with_capacity(self.principal_id.len() + 1 + Time::LONGEST);
            session.push_str(&self.principal_id);
            session.push('@');
            self.created.push_to(&mut session);
            Cow::Owned(session)
        } else if has_key {
            Cow::Borrowed(&self.access_key)
        } else {
            Cow::Borrowed(&self.credential_id)
        }
    }
}

/// How the texts of an identity are read. Hardly any has an escape, which is asked once and not for each of its texts.
#[derive(Clone, Copy, Debug)]
struct Texts {
    may_be_escaped: bool,
}

impl Texts {
    fn of(raw: &[u8]) -> Self {
        Self { may_be_escaped: memchr::memchr(b'\\', raw).is_some() }
    }

    /// What a scalar says; empty for everything else.
    #[inline]
    fn read(self, value: &[u8]) -> Cow<'_, str> {
        if let [b'"', text @ .., b'"'] = value
            && !self.may_be_escaped
            && let Ok(text) = std::str::from_utf8(text)
        {
            return Cow::Borrowed(text);
        }
        json::scalar(value).unwrap_or_default()
    }

    /// What the scalar with that key in an object says.
    fn member<'v>(self, object: &'v [u8], key: &str) -> Cow<'v, str> {
        json::member(object, key).map(|value| self.read(value)).unwrap_or_default()
    }
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
        let rest = text.strip_prefix("arn:")?;
        let (partition, rest) = cut(rest, b':')?;
        let (service, rest) = cut(rest, b':')?;
        let (region, rest) = cut(rest, b':')?;
        let (account, resource) = cut(rest, b':')?;
        Some(Self { partition, service, region, account, resource })
    }
}

/// What stands before and behind the first of an ASCII byte. The parts of an ARN are short, and to set up a search for
/// each takes longer than looking at it.
#[inline]
fn cut(text: &str, at: u8) -> Option<(&str, &str)> {
    let place = text.bytes().position(|b| b == at)?;
    Some((text.get(..place)?, text.get(place + 1..)?))
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
