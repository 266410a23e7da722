//! Scopes that mean exactly the value of a row.
//!
//! In a query an actor is found by a part of its name too: `actor:ann` finds `Admin/ann`. A row of a board stands for one name,
//! so the others are taken out again.

use std::collections::BTreeSet;

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
    if field != Field::Actor || value.is_empty() {
        return Ok(scope);
    }
    let expr = actor(inv, value);
    Ok(Scope { expr: if drop { expr.negate() } else { expr }, ..scope })
}

/// The events of the actors of that name, in whatever account.
pub fn actor(inv: &Investigation, name: &str) -> Expr {
    let term = |name: &str| {
        let test = Test::Matches(Pattern::exact(name));
        Expr::Term(Term { field: FieldRef::Column(Field::Actor), test })
    };
    let dicts = inv.table.dicts();
    let names = (0..dicts.identity_count()).map(|id| dicts.actor(dicts.identity(id).actor).0);
    let is_like = |other: &&str| {
        !other.eq_ignore_ascii_case(name) && other.split('/').any(|part| part.eq_ignore_ascii_case(name))
    };
    let others: BTreeSet<&str> = names.filter(is_like).collect();
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
        assert_eq!(scope(&inv, Field::Actor, "ann", false).unwrap().label, "actor ann");
        assert_eq!(
            scope(&inv, Field::Actor, "Admin/ann", false).unwrap().expr.to_string(),
            "actor:Admin/ann"
        );
    }
}
