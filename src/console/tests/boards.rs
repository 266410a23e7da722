//! What keys do on boards, and that what they show is true: every row leads to as many events as it says.

use std::sync::Arc;

use serde_json::json;

use super::harness::{Console, investigation, story};
use crate::console::app::action::View;
use crate::console::app::board::hours::Kind;
use crate::console::app::board::{Body, Cell, Lead, Panel};
use crate::console::app::{Effect, Msg, Now, update};
use crate::investigation::Investigation;
use crate::profile::Background;
use crate::profile::sample::{self, HOME, assumed, record, role, user};

fn console() -> Console {
    Console::on_story(140, 42)
}

fn on(inv: Investigation) -> Console {
    let mut console = Console::begun(140, 42, Some("./logs"));
    console.send(Msg::Loaded(Arc::new(inv)));
    console
}

fn panel<'c>(console: &'c Console, name: &str) -> &'c Panel {
    let board = &console.model.shown.as_ref().expect("a board").board;
    let at = board.find(name).unwrap_or_else(|| panic!("no panel {name}"));
    &board.panels[at]
}

/// Gives the keys to a panel.
fn go_to(console: &mut Console, name: &str) {
    let panels = console.model.shown.as_ref().expect("a board").board.panels.len();
    for _ in 0..panels {
        let shown = console.model.shown.as_ref().expect("a board");
        if shown.panel(shown.focus(&console.model.page().desk)).is_some_and(|panel| panel.name == name) {
            return;
        }
        console.press("<tab>");
    }
    panic!("tab does not reach {name}");
}

fn item_text(console: &Console) -> String {
    format!("{:?}", console.model.item().map(|item| &item.cells))
}

/// Ann deploys for days; then somebody hands her key on through two roles, and makes a user.
fn chained() -> Investigation {
    let ann = user("ann", "AKIAANN");
    let mut records = Vec::new();
    for hour in 0..12 {
        for n in 0..3 + hour % 3 {
            let call = if n % 2 == 0 { "s3:GetObject" } else { "ec2:DescribeInstances" };
            let more = json!({"requestParameters": {"bucketName": "ann-data", "key": format!("k{n}")}});
            records.push(record(&format!("{hour:02}:{:02}:00", 10 + n), call, &ann, more));
        }
    }
    let one = role(HOME, "Deploy", "ann", "ASIA1", "13:00:00");
    let two = role(HOME, "Admin", "ann", "ASIA2", "13:05:00");
    let far = |more: serde_json::Value| {
        let mut all = json!({"sourceIPAddress": "198.51.100.9", "userAgent": "Boto3/1.34"});
        for (key, value) in more.as_object().unwrap() {
            all[key] = value.clone();
        }
        all
    };
    records.push(record("13:00:00", "sts:AssumeRole", &ann, far(assumed("Deploy", "ann", "ASIA1"))));
    records.push(record("13:05:00", "sts:AssumeRole", &one, far(assumed("Admin", "ann", "ASIA2"))));
    for n in 0..9 {
        let denied = json!({"errorCode": "AccessDenied", "errorMessage": "no"});
        records.push(record(&format!("13:02:{n:02}"), "iam:ListUsers", &one, far(denied)));
    }
    let made = json!({"requestParameters": {"userName": "backdoor"}, "responseElements": {"user": {"userName": "backdoor"}}});
    records.push(record("13:06:00", "iam:CreateUser", &two, far(made)));
    let policy = json!({"requestParameters": {"userName": "backdoor", "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}});
    records.push(record("13:07:00", "iam:AttachUserPolicy", &two, far(policy)));
    records.push(record("13:30:00", "s3:GetObject", &ann, json!({})));
    sample::investigation(&records)
}

#[test]
fn from_actors_to_a_profile_to_events_and_back_to_the_row_that_was_left() {
    let mut console = on(chained());
    console.press("1");
    assert_eq!(console.model.page().view, View::Actors);
    console.press("j");
    let left = item_text(&console);
    console.press("<enter>");
    assert_eq!((console.model.page().view, console.scopes().len()), (View::Profile, 1));
    go_to(&mut console, "services");
    let service = item_text(&console);
    console.press("<enter>");
    assert_eq!((console.model.page().view, console.scopes().len()), (View::Events, 2));
    console.press("<esc>");
    assert_eq!((console.model.page().view, item_text(&console)), (View::Profile, service));
    console.press("<esc>");
    assert_eq!((console.model.page().view, item_text(&console)), (View::Actors, left));
    console.press("]]");
    assert_eq!(console.model.page().view, View::Events);
}

#[test]
fn a_profile_is_of_whom_the_cursor_is_on() {
    for (keys, scope) in [
        ("v", "actor mallory"),
        // The fifth column is the address.
        ("<right><right><right><right>v", "ip 203.0.113.9"),
        (":profile key<enter>", "key AKIAEXAMPLEmallory"),
        (":profile session<enter>", "session AKIAEXAMPLEmallory"),
        (":profile user<enter>", "user mallory"),
        ("3", "actor mallory"),
        ("1v", "actor mallory"),
        ("1z<enter>", "session AKIAEXAMPLEmallory"),
    ] {
        let mut console = console();
        console.press(keys);
        assert_eq!((console.model.page().view, console.scopes()), (View::Profile, vec![scope]), "{keys}");
        assert_eq!(panel(&console, "overview").title, scope.replace("ip ", "address "), "{keys}");
        // The profile and its page are of the same events.
        console.press("2");
        assert_eq!(console.model.answer.matched, 6, "{keys}");
    }
    let mut console = console();
    console.press(":profile role<enter>");
    assert!(console.line_with("has no role").contains("this event has no role"));
}

/// How many events a line of a panel says that it leads to; `None` where it does not say, or leads elsewhere.
fn said(panel: &Panel, line: usize) -> Option<u64> {
    match &panel.body {
        Body::Heat(heat) => Some(u64::from(heat.at(line))).filter(|n| *n > 0),
        Body::Activity(activity) => Some(activity.points[line].count),
        Body::Table(table) => {
            let place = match table.heads.is_empty() {
                true => 1,
                false => table.heads.iter().position(|head| head.name == "events")?,
            };
            match (table.items[line].cells.get(place)?, &table.items[line].lead) {
                // A tree leads to what came out of a session as well, and an actor to a profile.
                (Cell::Count(n), Lead::Value | Lead::Within(_) | Lead::All) => Some(*n),
                _ => None,
            }
        }
        Body::Scatter(_) => None,
        Body::Hours(hours) => match hours.at(line) {
            Kind::Covered(n) | Kind::Part(n) => Some(n),
            Kind::Quiet | Kind::Missing => None,
        },
    }
}

/// Puts the cursor of a panel on a line.
fn go_to_line(console: &mut Console, panel: &Panel, line: usize) {
    go_to(console, panel.name);
    console.press("g");
    let (down, right) = match panel.body {
        Body::Heat(_) => (line / 24, line % 24),
        Body::Activity(_) | Body::Scatter(_) => (0, line),
        Body::Table(_) => (line, 0),
        Body::Hours(ref hours) => hours.split(line),
    };
    console.press(&"j".repeat(down)).press(&"l".repeat(right));
}

/// Every row that says how many events it stands for leads to that many; how many rows there are.
fn rows_are_true(console: &mut Console) -> usize {
    let board = console.model.shown.as_ref().expect("a board").board.clone();
    let mut checked = 0;
    for (at, panel) in board.panels.iter().enumerate() {
        for line in 0..panel.len() {
            let Some(said) = said(panel, line) else { continue };
            go_to_line(console, panel, line);
            console.press("<enter>");
            let found = console.model.answer.matched as u64;
            assert_eq!((console.model.page().view, found), (View::Events, said), "{} {line}", panel.name);
            console.press("<esc>");
            let shown = console.model.shown.as_ref().expect("a board");
            assert_eq!(shown.focus(&console.model.page().desk), at);
            checked += 1;
        }
    }
    checked
}

#[test]
fn every_row_leads_to_as_many_events_as_it_says() {
    for (keys, least) in [("1<enter>", 10), ("1j<enter>", 10), ("1G<enter>", 10), ("4", 8), ("7", 3)] {
        let mut console = on(chained());
        console.press(keys);
        let checked = rows_are_true(&mut console);
        assert!(checked >= least, "{keys}: {checked}");
    }
    let mut console = console();
    console.press("v");
    assert!(rows_are_true(&mut console) >= 10);
}

#[test]
fn events_on_boards_lead_to_themselves() {
    for (keys, name) in [
        ("4", "odd"),
        ("4", "points"),
        ("4", "firsts"),
        ("1<enter>", "riskiest"),
        ("1<enter>", "latest"),
        ("1<enter>", "story"),
    ] {
        let mut console = on(chained());
        console.press("BBBB").press(keys).press("BB");
        let panel = panel(&console, name).clone();
        assert!(!panel.is_empty(), "{name}: {}", panel.empty);
        for line in 0..panel.len().min(5) {
            go_to_line(&mut console, &panel, line);
            let Some(Lead::Event(_)) = console.model.item().map(|item| item.lead.clone()) else {
                panic!("{name} {line} leads to no event")
            };
            let id = console.model.row().unwrap().id();
            console.press("<enter>");
            assert_eq!(console.model.page().view, View::Events);
            let in_burst = console.model.line().unwrap().times() > 1;
            assert!(in_burst || console.model.row().unwrap().id() == id, "{name} {line}");
            assert_eq!(console.model.page().cursor.id.as_deref(), Some(id.as_str()), "{name} {line}");
            console.press("<esc>");
        }
    }
}

#[test]
fn a_session_in_the_tree_leads_to_everything_that_came_out_of_it() {
    let inv = chained();
    let background = Background::new(&inv.table, &Default::default()).unwrap();
    let mut console = on(inv);
    console.press("1");
    // Whoever is profiled, the tree is told from its top.
    console.press("<enter>");
    go_to(&mut console, "chain");
    let rows = panel(&console, "chain").table().unwrap().items.clone();
    let deep: Vec<u32> = rows
        .iter()
        .filter_map(|item| {
            item.cells
                .iter()
                .find_map(|cell| if let Cell::Tree(depth, ..) = cell { Some(*depth) } else { None })
        })
        .collect();
    assert!(deep.contains(&2), "{deep:?}");
    assert!(console.screen().contains("its answer names the key"), "{}", console.screen());
    for (line, item) in rows.iter().enumerate() {
        let numbers = background.sessions.find(&console.model.inv.table, &item.id);
        let below = background.chains.tree(numbers[0]);
        let wanted: usize = below.iter().map(|node| background.sessions.rows(node.session).len()).sum();
        console.press("g");
        for _ in 0..line {
            console.press("j");
        }
        console.press("<enter>");
        assert_eq!((console.model.answer.matched, console.scopes().len()), (wanted, 1), "{}", item.id);
        console.press("<esc>");
    }
}

#[test]
fn what_counts_as_normal_is_chosen_live() {
    let mut console = on(chained());
    console.press("/user:ann<enter>v");
    assert!(panel(&console, "new").empty.contains("o baseline yet"), "{}", panel(&console, "new").empty);
    console.press("BBB");
    let title = panel(&console, "new").title.clone();
    assert!(title.contains("the first 3 h") && !panel(&console, "new").is_empty(), "{title}");
    let three = panel(&console, "new").len();
    console.press("B");
    assert!(panel(&console, "new").len() >= three);
    console.press("B");
    assert!(console.line_with("already").contains("normal is the first 1 h of each actor already"));
    console.press("4");
    assert!(panel(&console, "firsts").title.contains("the first 1 h"));
    assert!(!panel(&console, "firsts").is_empty());
}

#[test]
fn anomalies_name_what_made_them_and_points_and_list_share_a_cursor() {
    let mut console = on(chained());
    console.press("4");
    let odd = panel(&console, "odd").table().unwrap().items.clone();
    assert!(!odd.is_empty() && odd.iter().all(|item| !item.notes.is_empty()), "{odd:?}");
    go_to(&mut console, "odd");
    console.press("j");
    let chosen = item_text(&console);
    go_to(&mut console, "points");
    assert_eq!(item_text(&console), chosen);
    // In another order both are still on the same event.
    go_to(&mut console, "odd");
    console.press("oj");
    let chosen = item_text(&console);
    go_to(&mut console, "points");
    assert_eq!(item_text(&console), chosen);
    let axes = console.model.lens.axes;
    console.press(".,");
    assert_ne!(console.model.lens.axes, axes);
    console.press("F");
    assert!(console.line_with("compared by").contains("bytes in, bytes out"));
    assert!(console.screen().contains("bytes out"), "{}", console.screen());
}

#[test]
fn anomalies_are_of_the_events_of_the_page() {
    let mut console = on(chained());
    console.press("/user:ann<enter>");
    let matched = console.model.answer.matched as u64;
    console.press("4");
    let Body::Activity(activity) = &panel(&console, "activity").body else { panic!() };
    assert_eq!(activity.points.iter().map(|point| point.count).sum::<u64>(), matched);
    let step = activity.step_ms;
    console.press("<lt>");
    let Body::Activity(activity) = &panel(&console, "activity").body else { panic!() };
    assert!(activity.step_ms > step);
    assert_eq!(activity.points.iter().map(|point| point.count).sum::<u64>(), matched);
}

#[test]
fn rows_are_sorted_by_the_column_of_the_cursor() {
    let mut console = on(chained());
    console.press("1");
    let names = |console: &Console| -> Vec<String> {
        let shown = console.model.shown.as_ref().unwrap();
        (0..shown.panel(0).unwrap().len()).map(|line| shown.item(0, line).unwrap().id.clone()).collect()
    };
    let ranked = names(&console);
    for _ in 0..5 {
        console.press("l");
    }
    console.press("o");
    assert!(console.line_with("sorted by").contains("sorted by events"));
    assert_eq!(names(&console)[0], format!("{HOME} ann"));
    console.press("O");
    assert_eq!(names(&console).last(), Some(&format!("{HOME} ann")));
    console.press("o");
    assert_eq!(names(&console), ranked);
}

#[test]
fn actors_are_of_the_filter_and_keep_it_open() {
    let mut console = console();
    console.press("1/outcome:denied");
    assert_eq!(panel(&console, "actors").len(), 1);
    console.press("<enter>");
    assert_eq!((console.model.page().view, panel(&console, "actors").len()), (View::Actors, 1));
    console.press("e");
    assert_eq!((console.model.page().view, console.scopes()), (View::Events, vec!["actor mallory"]));
    assert_eq!(console.model.answer.matched, 4);
    // From a profile one goes back to all actors.
    console.press("v1");
    assert_eq!(panel(&console, "actors").len(), 2);
}

/// Sends a message without carrying out what follows.
fn only(console: &mut Console, msg: Msg, now: u64) -> Vec<Effect> {
    update(&mut console.model, msg, Now(now))
}

fn boards(effects: &[Effect]) -> usize {
    effects.iter().filter(|effect| matches!(effect, Effect::Board(_))).count()
}

#[test]
fn a_view_of_nothing_says_the_way_back_where_there_is_one() {
    let mut console = Console::begun(140, 42, Some("./logs"));
    console.send(Msg::Loaded(Arc::new(investigation(String::new()))));
    for view in ["1", "4"] {
        console.press(view);
        console.line_with("once there are events.");
    }
    let mut console = console_on_nothing();
    for view in ["1", "4"] {
        console.press(view);
        console.line_with("a shows everything");
    }
}

/// One whose filter nothing matches.
fn console_on_nothing() -> Console {
    let mut console = Console::on_story(140, 42);
    console.press("/event:Nothing<enter>");
    assert_eq!(console.model.answer.matched, 0);
    console
}

#[test]
fn while_events_come_a_board_is_made_once_a_second_and_says_of_how_many_it_is() {
    let mut console = Console::begun(140, 42, Some("./logs"));
    console.press("1");
    assert!(console.screen().contains("stands here once there are events"), "{}", console.screen());
    let part = |complete| {
        let mut inv = investigation(story());
        inv.complete = complete;
        Msg::Loaded(Arc::new(inv))
    };
    console.wait(5_000);
    console.send(part(false));
    assert!(console.screen().contains("of the first 12 events"), "{}", console.screen());
    let mut made = 0;
    for step in 0..10u64 {
        let effects = only(&mut console, part(false), 5_000 + step * 90);
        made += boards(&effects);
        for effect in effects {
            if let Effect::Ask(request) = effect {
                let mut answers = Vec::new();
                crate::console::app::answer::answer(&request, &mut |answer| answers.push(answer));
                for answer in answers {
                    let more = only(&mut console, Msg::Answered(Box::new(answer)), 5_000 + step * 90);
                    made += boards(&more);
                }
            }
        }
    }
    assert_eq!(made, 0, "less than a second has passed");
    console.wait(2_000);
    console.send(part(true));
    assert!(!console.screen().contains("of the first"), "{}", console.screen());
    assert!(console.screen().contains("mallory"));
}

#[test]
fn a_board_that_nobody_waits_for_is_stopped_and_dropped() {
    let mut console = console();
    let key = |text: &str| Msg::Key(text.parse::<crate::console::app::key::Keys>().unwrap().as_slice()[0]);
    let effects = only(&mut console, key("1"), 10);
    let [Effect::Board(request)] = &effects[..] else { panic!("{effects:?}") };
    assert!(!request.is_stopped());
    let board = Arc::new(request.answer().unwrap());
    let later = only(&mut console, key("4"), 20);
    assert!(request.is_stopped() && boards(&later) == 1);
    only(&mut console, Msg::Board(request.generation, board), 30);
    assert!(console.model.shown.is_none(), "a board of another view is not shown");
    // What is stopped by hand is not asked for again by itself.
    let mut console = self::console();
    only(&mut console, key("4"), 10);
    only(&mut console, key("<c-c>"), 20);
    assert!(!console.model.is_asking());
    assert_eq!(boards(&only(&mut console, Msg::Tick, 30)), 0);
}

#[test]
fn coming_back_shows_the_board_at_once() {
    let mut console = console();
    console.press("1");
    let key = |text: &str| Msg::Key(text.parse::<crate::console::app::key::Keys>().unwrap().as_slice()[0]);
    console.press("4");
    let effects = only(&mut console, key("1"), 50);
    assert_eq!(boards(&effects), 0);
    assert!(console.screen().contains("mallory"));
}

#[test]
fn what_a_call_changed_stands_in_the_detail() {
    let mut console = on(chained());
    console.press("/event:AttachUserPolicy<enter>");
    // A sentence is never cut: it goes on in the next rows, a little further in.
    let screen = console.screen();
    let detail: String = screen.lines().filter_map(|line| line.split('│').rev().nth(1)).collect();
    let detail: String = detail.split_whitespace().collect();
    assert!(detail.contains("changeattachedpolicyAdministratorAccesstouserbackdoor"), "{screen}");
    assert!(detail.contains("!admin:"), "{screen}");
    assert!(detail.contains("AdministratorAccessallowseverything"), "{screen}");
}

#[test]
fn the_mouse_chooses_panels_and_rows() {
    use crate::console::app::msg::Mouse;
    let mut console = on(chained());
    console.press("1");
    let y = console.screen().lines().position(|line| line.contains("Deploy/ann")).unwrap() as u16;
    console.send(Msg::Mouse(Mouse::Click(12, y)));
    assert!(item_text(&console).contains("Deploy/ann"));
    console.send(Msg::Mouse(Mouse::WheelUp(12, y)));
    assert!(!item_text(&console).contains("Deploy/ann"));
}

#[test]
fn values_on_boards_are_copied_kept_and_dropped() {
    let mut console = console();
    console.press("1y");
    assert!(matches!(console.left.last(), Some(Effect::Copy(text)) if text == "mallory"));
    console.press("-");
    assert_eq!((console.model.page().view, console.scopes()), (View::Events, vec!["not actor mallory"]));
}
