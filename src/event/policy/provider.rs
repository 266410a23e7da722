//! Whether a statement lets in every identity of a provider: all builds of a public build service, all guests of any pool.

use crate::event::policy::{Condition, Statement, has_variable_of_caller};

/// What tokens say that does not tell whose they are.
const OF_NOBODY: &[&str] = &[
    "amr",
    "aud",
    "environment",
    "event_name",
    "iss",
    "ref",
    "ref_protected",
    "ref_type",
    "runner_environment",
    "terraform_run_phase",
];

/// Providers that stand for themselves, without an ARN. There the audience is a customer's own pool or app, and tells whose it is.
const WITHOUT_ARN: &[&str] =
    &["accounts.google.com", "cognito-identity.amazonaws.com", "graph.facebook.com", "www.amazon.com"];

/// What subjects begin with before they name anybody: `repo:owner/name`, `project_path:group/name`.
const KINDS: &[&str] =
    &["org:", "organization:", "project_path:", "repo:", "system:", "system:serviceaccount:"];

impl Statement {
    /// The providers of which it lets every identity in, by name: no condition says which of them.
    pub fn open_providers(&self) -> impl Iterator<Item = &str> {
        let providers = self.principals.iter().filter(|(kind, _)| self.allow && kind == "Federated");
        providers.filter_map(|(_, provider)| {
            let named = provider.split_once("oidc-provider/").map(|found| found.1);
            let (name, of_nobody) = match named {
                Some(name) => (name, OF_NOBODY),
                None if WITHOUT_ARN.contains(&provider.as_str()) => (provider.as_str(), &["amr"][..]),
                None => return None,
            };
            let tells = |condition: &Condition| condition.tells_whose(name, of_nobody);
            (self.bound_by().is_none() && !self.conditions.iter().any(tells)).then_some(name)
        })
    }
}

impl Condition {
    /// Whether it narrows the identities of a provider down, by anything but what says nothing of them.
    fn tells_whose(&self, provider: &str, of_nobody: &[&str]) -> bool {
        let Some((from, claim)) = self.key.rsplit_once(':') else { return false };
        if !from.contains('.') || !self.is_positive_where_present() {
            return false;
        }
        if from != provider.to_ascii_lowercase() {
            // What another provider's tokens say, these do not.
            return !self.is_lax();
        }
        // Every token has a subject and an audience; of the others one without them comes in.
        (!self.is_lax() || ["sub", "aud"].contains(&claim))
            && !of_nobody.contains(&claim)
            && !self.values.iter().any(|value| is_anybody(value))
    }
}

/// Whether a subject or the like is anybody's: nothing before its first wildcard names one.
fn is_anybody(value: &str) -> bool {
    let before = value.find(['*', '?']).and_then(|at| value.get(..at));
    has_variable_of_caller(value) || before.is_some_and(|before| before.is_empty() || KINDS.contains(&before))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::event::policy::statements;

    const GITHUB: &str = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com";

    fn is_open(provider: &str, condition: &Value) -> bool {
        let statement = json!({"Effect": "Allow", "Principal": {"Federated": ["x", provider]},
            "Action": "sts:AssumeRoleWithWebIdentity", "Condition": condition});
        let statements = statements(&json!({ "Statement": statement })).unwrap();
        statements[0].open_providers().count() > 0
    }

    #[test]
    fn builds_are_anybodys_unless_a_condition_says_whose() {
        let of = |operator: &str, claim: &str, value: &str| {
            let key = format!("token.actions.GitHubUserContent.com:{claim}");
            is_open(GITHUB, &json!({ operator: { key: value } }))
        };
        assert!(is_open(GITHUB, &json!({})));
        for (operator, claim, value) in [
            ("StringLike", "sub", "*"),
            ("StringLike", "sub", "repo:*"),
            ("StringLike", "sub", "repo:*:*"),
            ("StringLike", "sub", "repo:*/*"),
            ("StringLike", "sub", "repo:*/web:ref:refs/heads/main"),
            ("StringLike", "sub", "repo:?*"),
            ("StringEquals", "sub", "${token.actions.githubusercontent.com:sub}"),
            ("StringNotLike", "sub", "repo:example/*"),
            ("StringEquals", "aud", "sts.amazonaws.com"),
            ("StringEquals", "environment", "production"),
            ("StringEqualsIfExists", "repository", "example/web"),
            ("Null", "sub", "false"),
        ] {
            assert!(of(operator, claim, value), "{operator} {claim} {value}");
        }
        for (operator, claim, value) in [
            ("StringLike", "sub", "repo:example/*"),
            ("StringEquals", "sub", "repo:example/web:ref:refs/heads/main"),
            ("ForAllValues:StringLike", "sub", "repo:example/*"),
            ("StringEquals", "repository", "example/web"),
            ("StringEquals", "repository_owner_id", "12345"),
        ] {
            assert!(!of(operator, claim, value), "{operator} {claim} {value}");
        }
        for (condition, open) in [
            (
                json!({"StringEquals": {"gitlab.com:sub": "project_path:example/web:ref_type:branch:ref:main"}}),
                false,
            ),
            (json!({"StringEqualsIfExists": {"gitlab.com:sub": "project_path:example/web"}}), true),
            (json!({"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}), false),
            (json!({"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}), true),
        ] {
            assert_eq!(is_open(GITHUB, &condition), open, "{condition}");
        }
    }

    #[test]
    fn pools_and_apps_are_told_by_their_audience() {
        let pool = json!({"StringEquals": {"cognito-identity.amazonaws.com:aud": "eu-west-1:11111111-2222-3333-4444-555555555555"}});
        let signed_in =
            json!({"ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": "authenticated"}});
        assert!(!is_open("cognito-identity.amazonaws.com", &pool));
        assert!(is_open("cognito-identity.amazonaws.com", &signed_in));
        assert!(is_open("accounts.google.com", &json!({})));
        assert!(
            !is_open("arn:aws:iam::111122223333:saml-provider/office", &json!({})),
            "people of one's own"
        );
    }
}
