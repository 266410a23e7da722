//! Policy documents: decoded, and judged by what they allow to whom.

use serde_json::Value;

use crate::event::account;
use crate::event::policy::{Statement, is_all_of_iam, is_every_action, statements};
use crate::profile::change::{Call, Danger, Judgment};

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

/// Reads a document that a call carries: a string of JSON, perhaps encoded for an address, or the object itself. `None`
/// when it is no policy.
pub(super) fn read(document: &Value, call: &Call<'_>) -> Option<Policy> {
    let mut policy = Policy::default();
    for statement in &statements(document)? {
        policy.add(statement, call);
    }
    policy.judgments.sort();
    policy.judgments.dedup();
    Some(policy)
}

/// What a statement is about, in words.
fn what(statement: &Statement) -> String {
    let some = |list: &[String]| match list {
        [] => "nothing".to_owned(),
        [one] if is_every_action(one) => "everything".to_owned(),
        [one] => one.clone(),
        [one, rest @ ..] => format!("{one} and {} more", rest.len()),
    };
    let actions = some(&statement.actions);
    if statement.not_actions { format!("everything but {actions}") } else { actions }
}

fn on(statement: &Statement) -> String {
    match statement.resources.as_slice() {
        [] => String::new(),
        [one] if statement.not_resources => format!(" on everything but {one}"),
        [one, rest @ ..] if statement.not_resources => {
            format!(" on everything but {one} and {} more", rest.len())
        }
        _ if statement.is_on_everything() => " on everything".to_owned(),
        [one] => format!(" on {one}"),
        [one, rest @ ..] => format!(" on {one} and {} more", rest.len()),
    }
}

impl Policy {
    fn add(&mut self, statement: &Statement, call: &Call<'_>) {
        if !statement.allow {
            self.denies += 1;
            return;
        }
        let mut whom = Vec::new();
        for (kind, name) in &statement.principals {
            whom.push(self.principal(statement, kind, name, call));
        }
        for name in statement.open_providers() {
            self.judge(Danger::Wildcard, format!("every identity of {name} is let in"));
        }
        if statement.not_principal {
            whom.push(match statement.bound_by() {
                Some(key) => format!("whoever meets {key}, but some"),
                None => {
                    self.judge(Danger::Public, "it allows everybody but some principals".to_owned());
                    "everybody but some".to_owned()
                }
            });
        }
        self.judge_actions(statement);
        let to = if whom.is_empty() { String::new() } else { format!(" to {}", whom.join(" and ")) };
        self.allows.push(format!("{}{}{to}", what(statement), on(statement)));
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
    fn principal(&mut self, statement: &Statement, kind: &str, name: &str, call: &Call<'_>) -> String {
        let allowed = what(statement);
        match (kind, name) {
            ("AWS", "*") => match statement.bound_by() {
                Some(key) => {
                    for account in statement.bound_to().filter_map(account::of) {
                        self.judge_account(account, &allowed, call);
                    }
                    format!("whoever meets {key}")
                }
                None => {
                    self.judge(Danger::Public, format!("everybody is allowed {allowed}"));
                    "everybody".to_owned()
                }
            },
            ("AWS", name) => {
                let account = account::of(name);
                if let Some(account) = account {
                    self.judge_account(account, &allowed, call);
                }
                match account {
                    Some(account) if name == account || name.ends_with(":root") => {
                        format!("account {account}")
                    }
                    _ => name.to_owned(),
                }
            }
            ("Federated", provider) => {
                format!("identities of {}", crate::profile::change::value::name_of(provider))
            }
            ("Service", service) => format!("service {service}"),
            (kind, name) => format!("{kind} {name}"),
        }
    }

    fn judge_account(&mut self, account: &str, allowed: &str, call: &Call<'_>) {
        if !call.home.is_empty() && call.is_foreign(account) {
            self.judge(Danger::External, format!("account {account} is allowed {allowed}"));
        }
    }

    fn judge_actions(&mut self, statement: &Statement) {
        if !statement.is_on_everything() {
            let all_of_s3 = |action: &&String| is_every_action(action) || action.eq_ignore_ascii_case("s3:*");
            if let Some(action) = statement.actions.iter().find(all_of_s3)
                && statement.resources.iter().any(|resource| resource == "arn:aws:s3:::*")
            {
                self.judge(Danger::Wildcard, format!("it allows {action} on all buckets"));
            }
            return;
        }
        if statement.allows_everything() {
            let all = if statement.not_actions { what(statement) } else { "everything".to_owned() };
            self.judge(Danger::Admin, format!("it allows {all}{}", on(statement)));
            return;
        }
        for action in statement.actions.iter().filter(|a| a.ends_with('*')) {
            let danger = match action.split_once(':') {
                // Whoever may do anything with identities may make himself anything.
                _ if is_all_of_iam(action) => Danger::Admin,
                Some((_, "*")) => Danger::Wildcard,
                _ => continue,
            };
            self.judge(danger, format!("it allows {action}{}", on(statement)));
        }
    }
}

#[cfg(test)]
mod tests;
