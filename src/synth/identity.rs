//! The `userIdentity` objects, as CloudTrail writes each type.

use crate::synth::bytes::{self, Clock};

/// A session of a role, as its records show it.
#[derive(Clone, Default, Debug)]
pub(crate) struct RoleSession {
    /// The account of the role, in twelve digits.
    pub(crate) account: String,
    /// The name of the role.
    pub(crate) role: String,
    /// Its path: `/`, `/service-role/`.
    pub(crate) path: String,
    /// Its id: `AROA...`.
    pub(crate) role_id: String,
    /// The name of the session.
    pub(crate) name: String,
    /// The key: `ASIA...`.
    pub(crate) key: String,
    /// When it was opened, in seconds since 1970.
    pub(crate) created: i64,
    /// Whether it was opened with a second factor.
    pub(crate) mfa: bool,
    /// What comes of the way in which the credentials were delivered.
    pub(crate) delivery: Delivery,
}

/// How the credentials of a session reach their user, where that shows.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) enum Delivery {
    /// It does not show.
    #[default]
    Plain,
    /// By the metadata service of an instance, in its second version.
    Instance,
    /// By the first version of that service, which needs no token.
    OldInstance,
    /// To a Lambda function.
    Function,
    /// By single sign-on of a pipeline's host.
    Web,
}

impl RoleSession {
    /// The ARN of the session.
    pub(crate) fn arn(&self) -> String {
        let Self { account, role, name, .. } = self;
        format!("arn:aws:sts::{account}:assumed-role/{role}/{name}")
    }

    /// The ARN of the role.
    pub(crate) fn role_arn(&self) -> String {
        let Self { account, path, role, .. } = self;
        format!("arn:aws:iam::{account}:role{path}{role}")
    }

    /// Appends the identity of a call that the session made, or that a service made on its behalf.
    pub(crate) fn write(&self, out: &mut Vec<u8>, key: &str, region: &str, invoked_by: Option<&str>) {
        let Self { account, role, path, role_id, name, .. } = self;
        for part in [
            r#"{"type":"AssumedRole","principalId":""#,
            role_id,
            ":",
            name,
            r#"","arn":"arn:aws:sts::"#,
            account,
            ":assumed-role/",
            role,
            "/",
            name,
            r#"","accountId":""#,
            account,
            r#"","accessKeyId":""#,
            key,
            r#"","sessionContext":{"sessionIssuer":{"type":"Role","principalId":""#,
            role_id,
            r#"","arn":"arn:aws:iam::"#,
            account,
            ":role",
            path,
            role,
            r#"","accountId":""#,
            account,
            r#"","userName":""#,
            role,
            r#""}"#,
        ] {
            out.extend_from_slice(part.as_bytes());
        }
        self.write_provider(out);
        out.extend_from_slice(br#","attributes":{"creationDate":""#);
        bytes::time(out, self.created, Clock::Iso);
        out.extend_from_slice(br#"","mfaAuthenticated":""#);
        out.extend_from_slice(if self.mfa { b"true" } else { b"false" });
        out.extend_from_slice(br#""}"#);
        self.write_delivery(out);
        out.push(b'}');
        self.write_scope(out, region);
        close(out, invoked_by);
    }

    /// Appends what single sign-on of a pipeline leaves behind.
    fn write_provider(&self, out: &mut Vec<u8>) {
        let account = &self.account;
        if self.delivery == Delivery::Web {
            let provider = format!(
                r#","webIdFederationData":{{"federatedProvider":"arn:aws:iam::{account}:oidc-provider/{PIPELINE_HOST}","attributes":{{}}}}"#
            );
            out.extend_from_slice(provider.as_bytes());
        }
    }

    fn write_delivery(&self, out: &mut Vec<u8>) {
        match self.delivery {
            Delivery::Instance => out.extend_from_slice(br#","ec2RoleDelivery":"2.0""#),
            Delivery::OldInstance => out.extend_from_slice(br#","ec2RoleDelivery":"1.0""#),
            Delivery::Function | Delivery::Plain | Delivery::Web => {}
        }
    }

    /// Appends to whom the credentials were issued, which stands beside the session and not in it.
    fn write_scope(&self, out: &mut Vec<u8>, region: &str) {
        if self.delivery == Delivery::Function {
            let (account, name) = (&self.account, &self.name);
            let scope = format!(
                r#","inScopeOf":{{"issuerType":"AWS::Lambda::Function","credentialsIssuedTo":"arn:aws:lambda:{region}:{account}:function:{name}"}}"#
            );
            out.extend_from_slice(scope.as_bytes());
        }
    }
}

/// The host of the pipelines, as an identity provider.
pub(crate) const PIPELINE_HOST: &str = "token.actions.githubusercontent.com";

fn close(out: &mut Vec<u8>, invoked_by: Option<&str>) {
    if let Some(service) = invoked_by {
        out.extend_from_slice(format!(r#","invokedBy":"{service}.amazonaws.com""#).as_bytes());
    }
    out.push(b'}');
}

/// Appends the identity of an IAM user with that key; with a session of the console where `created` says when.
pub(crate) fn user(
    out: &mut Vec<u8>,
    account: &str,
    (id, name): (&str, &str),
    key: &str,
    console: Option<(i64, bool)>,
) {
    let text = format!(
        r#"{{"type":"IAMUser","principalId":"{id}","arn":"arn:aws:iam::{account}:user/{name}","accountId":"{account}","accessKeyId":"{key}","userName":"{name}""#
    );
    out.extend_from_slice(text.as_bytes());
    if let Some((created, mfa)) = console {
        context(out, created, mfa);
    }
    out.push(b'}');
}

/// Appends the session of somebody who has no issuer.
fn context(out: &mut Vec<u8>, created: i64, mfa: bool) {
    out.extend_from_slice(br#","sessionContext":{"attributes":{"creationDate":""#);
    bytes::time(out, created, Clock::Iso);
    out.extend_from_slice(format!(r#"","mfaAuthenticated":"{mfa}"}}}}"#).as_bytes());
}

/// Appends the identity of the root user, in a session of the console.
pub(crate) fn root(out: &mut Vec<u8>, account: &str, key: &str, created: i64) {
    let text = format!(
        r#"{{"type":"Root","principalId":"{account}","arn":"arn:aws:iam::{account}:root","accountId":"{account}","accessKeyId":"{key}""#
    );
    out.extend_from_slice(text.as_bytes());
    if !key.is_empty() {
        context(out, created, true);
    }
    out.push(b'}');
}

/// The identity of somebody who signs in to the console, and so has no key yet.
pub(crate) fn signing_in(account: &str, (id, name): (&str, &str)) -> String {
    format!(
        r#"{{"type":"IAMUser","principalId":"{id}","arn":"arn:aws:iam::{account}:user/{name}","accountId":"{account}","userName":"{name}"}}"#
    )
}

/// The identity of a service that acts by itself.
pub(crate) fn service(name: &str) -> String {
    format!(r#"{{"type":"AWSService","invokedBy":"{name}"}}"#)
}

/// The identity of somebody of another account.
pub(crate) fn other_account(account: &str, id: &str) -> String {
    format!(r#"{{"type":"AWSAccount","principalId":"{id}","accountId":"{account}"}}"#)
}

/// The identity of somebody who comes from single sign-on.
pub(crate) fn saml(account: &str, name: &str) -> String {
    format!(
        r#"{{"type":"SAMLUser","principalId":"halden-sso:{name}","userName":"{name}","identityProvider":"arn:aws:iam::{account}:saml-provider/AWSSSO_0f4c2d9a7b1e3568_DO_NOT_DELETE"}}"#
    )
}

/// The identity of a pipeline before it has a role.
pub(crate) fn web(account: &str, subject: &str) -> String {
    format!(
        r#"{{"type":"WebIdentityUser","principalId":"arn:aws:iam::{account}:oidc-provider/{PIPELINE_HOST}:sts.amazonaws.com:{subject}","userName":"{subject}","identityProvider":"arn:aws:iam::{account}:oidc-provider/{PIPELINE_HOST}"}}"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::identity::Identity;

    fn parsed(write: impl FnOnce(&mut Vec<u8>)) -> Identity<'static> {
        let mut out = Vec::new();
        write(&mut out);
        assert!(
            serde_json::from_slice::<serde_json::Value>(&out).is_ok(),
            "{}",
            String::from_utf8_lossy(&out)
        );
        // A test ends soon.
        Identity::parse(out.leak())
    }

    #[test]
    fn what_is_written_is_understood() {
        let session = RoleSession {
            account: "111122223333".to_owned(),
            role: "web".to_owned(),
            path: "/".to_owned(),
            role_id: "AROAX".to_owned(),
            name: "i-0123456789abcdef0".to_owned(),
            key: "ASIAX".to_owned(),
            created: 1_768_050_481,
            mfa: true,
            delivery: Delivery::Instance,
        };
        for delivery in
            [Delivery::Plain, Delivery::Instance, Delivery::OldInstance, Delivery::Function, Delivery::Web]
        {
            let session = RoleSession { delivery, ..session.clone() };
            let id = parsed(|out| session.write(out, &session.key, "eu-west-1", Some("s3")));
            assert_eq!((id.actor.as_str(), &*id.access_key, id.mfa), ("web", "ASIAX", Some(true)));
            assert_eq!((&*id.arn, &*id.issuer_arn), (&*session.arn(), &*session.role_arn()));
            assert_eq!(
                (&*id.invoked_by, id.created.to_string().as_str()),
                ("s3.amazonaws.com", "2026-01-10T13:08:01Z")
            );
        }
        let id = parsed(|out| user(out, "1", ("AIDA", "bob"), "ASIAY", Some((5, false))));
        assert_eq!(
            (id.actor.as_str(), id.mfa, &*id.session(true)),
            ("bob", Some(false), "AIDA@1970-01-01T00:00:05Z")
        );
        let actor = |text: String| parsed(|out| out.extend(text.bytes())).actor;
        assert_eq!(parsed(|out| root(out, "1", "ASIA", 5)).actor, "root@1");
        assert_eq!(actor(signing_in("1", ("AIDA", "bob"))), "bob");
        assert_eq!(actor(service("ec2.amazonaws.com")), "ec2.amazonaws.com");
        assert_eq!(actor(other_account("7", "AIDAZ")), "AIDAZ");
        assert_eq!(actor(saml("1", "anna@halden.example")), "anna@halden.example");
        assert_eq!(
            actor(web("1", "repo:halden/web:ref:refs/heads/main")),
            "repo:halden/web:ref:refs/heads/main"
        );
    }
}
