//! Actors of one name in several accounts: each row is of one of them, and so is whatever it leads to.

use std::sync::Arc;

use serde_json::{Value, json};

use super::harness::Console;
use crate::console::app::Msg;
use crate::console::app::action::View;
use crate::console::app::board::Cell;
use crate::console::app::stand::Stand;
use crate::investigation::Investigation;
use crate::profile::sample::{self, HOME, OTHER, record, user};

/// Carla in two accounts and in none, and bob in one.
fn carlas() -> Investigation {
    let other = |account: Option<&str>| {
        let mut carla = user("carla", "AKIA2");
        carla["accountId"] = account.map_or(Value::Null, Value::from);
        carla["arn"] = account.map_or(Value::Null, |a| format!("arn:aws:iam::{a}:user/carla").into());
        carla
    };
    let mut records = Vec::new();
    for n in 0..4 {
        records.push(record(&format!("08:00:0{n}"), "s3:GetObject", &user("carla", "AKIA1"), json!({})));
    }
    for n in 0..7 {
        records.push(record(&format!("09:00:0{n}"), "iam:ListUsers", &other(Some(OTHER)), json!({})));
    }
    records.push(record("10:00:00", "iam:ListRoles", &other(None), json!({})));
    records.push(record("11:00:00", "s3:GetObject", &user("bob", "AKIA3"), json!({})));
    sample::investigation(&records)
}

fn console() -> Console {
    let mut console = Console::begun(140, 42, Some("./logs"));
    console.send(Msg::Loaded(Arc::new(carlas())));
    console.press("1");
    console
}

/// The events that the row under the cursor counts.
fn counted(console: &Console) -> u64 {
    let counts = console.model.item().unwrap().cells.iter().filter_map(|cell| match cell {
        Cell::Count(n) => Some(*n),
        _ => None,
    });
    // The first count is the rank.
    counts.clone().nth(1).unwrap()
}

#[test]
fn what_a_row_leads_to_is_of_its_account_alone() {
    let rows = console().model.shown.as_ref().unwrap().board.panels[0].len();
    assert_eq!(rows, 4);
    for line in 0..rows {
        for key in ["e", "+", "u", "-", "v", "<enter>", ":profile actor<enter>", "3"] {
            let mut console = console();
            console.press(&"j".repeat(line));
            let (count, id) = (counted(&console), console.model.item().unwrap().id.clone());
            console.press(key);
            let found = console.model.answer.matched as u64;
            let wanted = if key == "-" { 13 - count } else { count };
            assert_eq!(found, wanted, "{id} {key}");
            if console.model.page().view == View::Profile {
                assert!(console.screen().contains(&format!("{count} ")), "{}", console.screen());
                let shown = console.model.shown.as_ref().unwrap();
                let events = &shown.board.panels[0].table().unwrap().items[1].cells[1];
                assert_eq!(*events, Cell::Count(count), "{id} {key}");
            }
        }
    }
}

#[test]
fn rows_of_one_name_are_told_apart_and_others_keep_their_short_scope() {
    let mut labels = Vec::new();
    for line in 0..4 {
        let mut console = console();
        console.press(&"j".repeat(line));
        let told = console.screen().lines().find(|line| line.contains("carla in ")).map(str::to_owned);
        console.press("e");
        let label = console.model.page().scopes[0].label.clone();
        assert_eq!(told.is_some(), label.contains("carla"), "{label}");
        labels.push(label);
    }
    labels.sort();
    let [a, b] = [HOME, OTHER].map(|account| format!("actor carla in {account}"));
    assert_eq!(labels, ["actor bob".to_owned(), a, b, "actor carla without an account".to_owned()]);
}

#[test]
fn the_profile_of_an_actor_of_one_account_is_come_back_to() {
    let mut left = console();
    while left.model.item().is_none_or(|item| !item.id.starts_with(OTHER)) {
        left.press("j");
    }
    left.press("<enter>");
    assert!(left.screen().contains(&format!("actor carla in {OTHER}")), "{}", left.screen());
    let stand = Stand::of(&left.model).unwrap();
    let mut console = Console::begun(140, 42, Some("./logs"));
    console.model.return_to(&serde_json::from_str(&serde_json::to_string(&stand).unwrap()).unwrap());
    console.send(Msg::Loaded(Arc::new(carlas())));
    assert_eq!(console.model.page().subject, left.model.page().subject);
    assert_eq!(console.model.answer.matched, 7);
}
