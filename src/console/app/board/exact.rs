//! Scopes that mean exactly the value of a row.
//!
//! In a query root is found without its account too: `actor:root` finds `root@111122223333`; a principal by its id. A row stands
//! for one name, so the others are taken out again. A name may be that of actors in several accounts, who are one to a query; a row
//! that stands for one of them names the account as well.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::console::app::page::Scope;
use crate::event::field::{Field, FieldRef};
use crate::investigation::Investigation;
use crate::query::{Expr, Pattern, QueryError, Term, Test};

/// So many other names are taken out at most.
const OTHERS: usize = 500;

/// Only events whose `field` is exactly `value`; with `drop` only the others.
///
/// # Errors
/// When the field cannot have that value.
pub fn scope(inv: &Investigation, field: Field, value: &str, drop: bool) -> Result<Scope, QueryError> {
    let scope = Scope::value(&FieldRef::Column(field), value, drop)?;
    let expr = match field {
        _ if value.is_empty() => return Ok(scope),
        Field::Actor => actor(inv, value),
        Field::Principal => principal(inv, value),
        _ => return Ok(scope),
    };
    Ok(Scope { expr: if drop { expr.negate() } else { expr }, ..scope })
}

/// The events of the actors of that name, in whatever account.
pub fn actor(inv: &Investigation, name: &str) -> Expr {
    let dicts = inv.table.dicts();
    let names = (0..dicts.identity_count()).map(|id| dicts.actor(dicts.identity(id).actor).0);
    let others = names.filter(|other| name.eq_ignore_ascii_case("root") && other.starts_with("root@"));
    without(Field::Actor, name, others.collect())
}

/// Only events of the actor of that name in that account, the empty one: of the actor without any; with `drop` only the others.
pub fn actor_in(inv: &Investigation, name: &str, account: &str, drop: bool) -> Scope {
    let caller = |test| Expr::Term(Term { field: FieldRef::Column(Field::Caller), test });
    let (within, place) = match account {
        "" => (caller(Test::Exists).negate(), "without an account".to_owned()),
        account => (caller(Test::Matches(Pattern::exact(account))), format!("in {account}")),
    };
    let expr = Expr::and(vec![actor(inv, name), within]);
    let not = if drop { "not " } else { "" };
    Scope { label: format!("{not}actor {name} {place}"), expr: if drop { expr.negate() } else { expr } }
}

/// The names that actors of more than one account have, in small letters.
pub fn shared(inv: &Investigation) -> HashSet<String> {
    let dicts = inv.table.dicts();
    let actors: HashSet<u32> = (0..dicts.identity_count()).map(|id| dicts.identity(id).actor).collect();
    let mut accounts: HashMap<String, &str> = HashMap::new();
    let mut shared = HashSet::new();
    for (name, account) in actors.into_iter().map(|actor| dicts.actor(actor)) {
        let name = name.to_lowercase();
        if *accounts.entry(name.clone()).or_insert(account) != account {
            shared.insert(name);
        }
    }
    shared
}

/// The events of the principal that is called so, and not of those that have this as their id.
fn principal(inv: &Investigation, name: &str) -> Expr {
    let dicts = inv.table.dicts();
    let is_like = |id: &u32| {
        let own = dicts.identity(*id);
        let (called, known_by) = (dicts.word(own.principal), dicts.word(own.principal_id));
        known_by.eq_ignore_ascii_case(name) && !called.eq_ignore_ascii_case(name) && !called.is_empty()
    };
    let ids = (0..dicts.identity_count()).filter(is_like);
    without(Field::Principal, name, ids.map(|id| dicts.word(dicts.identity(id).principal)).collect())
}

/// What a field finds by a name, without what it finds by others.
fn without(field: Field, name: &str, others: BTreeSet<&str>) -> Expr {
    let term = |name: &str| {
        Expr::Term(Term { field: FieldRef::Column(field), test: Test::Matches(Pattern::exact(name)) })
    };
    let others: Vec<Expr> = others.into_iter().take(OTHERS).map(term).collect();
    match others.len() {
        0 => term(name),
        _ => Expr::And(vec![term(name), Expr::Or(others).negate()]),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::profile::sample::{HOME, investigation, record, role, user};
    use crate::query::plan::plan;
    use crate::query::run;

    #[test]
    fn a_principal_is_not_those_whose_id_is_its_name() {
        let nameless = json!({"type": "IAMUser", "principalId": "AIDAANN", "accountId": HOME});
        let named = json!({"type": "IAMUser", "principalId": "AIDAANN", "accountId": HOME,
                           "arn": format!("arn:aws:iam::{HOME}:user/ann"), "userName": "ann"});
        let inv = investigation(&[
            record("08:00:00", "s3:GetObject", &nameless, json!({})),
            record("08:00:01", "s3:GetObject", &named, json!({})),
            record("08:00:02", "s3:PutObject", &named, json!({})),
        ]);
        let count = |expr: &Expr| run::columns(&plan(expr, &inv), &inv.table).yes.count();
        let arn = format!("arn:aws:iam::{HOME}:user/ann");
        for (value, found) in [("AIDAANN", 1), (arn.as_str(), 2)] {
            assert_eq!(count(&scope(&inv, Field::Principal, value, false).unwrap().expr), found, "{value}");
            assert_eq!(
                count(&scope(&inv, Field::Principal, value, true).unwrap().expr),
                3 - found,
                "{value}"
            );
        }
    }

    #[test]
    fn an_actor_is_not_those_of_whose_name_it_is_a_part() {
        let inv = investigation(&[
            record("08:00:00", "s3:GetObject", &user("ann", "AKIA1"), json!({})),
            record("08:00:01", "s3:GetObject", &role(HOME, "Admin", "ann", "ASIA1", "07:00:00"), json!({})),
            record("08:00:02", "s3:GetObject", &role(HOME, "ann", "ann", "ASIA2", "07:00:00"), json!({})),
        ]);
        let count = |expr: &Expr| run::columns(&plan(expr, &inv), &inv.table).yes.count();
        for (value, found) in
            [("ann", 1), ("Admin/ann", 1), ("ann/ann", 1), ("Ann", 1), ("Admin", 0), ("", 0)]
        {
            let kept = scope(&inv, Field::Actor, value, false).unwrap();
            let dropped = scope(&inv, Field::Actor, value, true).unwrap();
            assert_eq!((count(&kept.expr), count(&dropped.expr)), (found, 3 - found), "{value}");
        }
        for name in ["ann", "Admin/ann"] {
            let kept = scope(&inv, Field::Actor, name, false).unwrap();
            assert_eq!(
                (kept.label, kept.expr.to_string()),
                (format!("actor {name}"), format!("actor:{name}"))
            );
        }
    }

    #[test]
    fn a_query_for_a_user_is_for_no_session_that_somebody_called_like_it() {
        let root = json!({"type": "Root", "principalId": HOME, "accountId": HOME,
                          "arn": format!("arn:aws:iam::{HOME}:root")});
        let inv = investigation(&[
            record("08:00:00", "s3:GetObject", &user("ann", "AKIA1"), json!({})),
            record("08:00:01", "s3:GetObject", &role(HOME, "Evil", "ann", "ASIA1", "07:00:00"), json!({})),
            record("08:00:02", "s3:GetObject", &root, json!({})),
        ]);
        let count = |text: &str| {
            let query = crate::query::parse(text).unwrap();
            run::columns(&plan(query.expr(), &inv), &inv.table).yes.count()
        };
        for (text, found) in [
            ("actor:ann", 1),
            ("actor:ANN", 1),
            ("actor:*/ann", 1),
            ("actor:Evil/ann", 1),
            ("actor:Evil", 0),
            ("actor:Evil/*", 1),
            ("actor:*ann", 2),
            ("role:Evil", 1),
            ("session:ann", 1),
            ("user:ann", 1),
            ("actor:root", 1),
            ("actor:root@*", 1),
        ] {
            assert_eq!(count(text), found, "{text}");
        }
    }
}
