//! The hot paths by themselves: `cargo bench --bench hot`.
#![expect(clippy::expect_used, reason = "a benchmark that cannot go on has failed")]

use std::sync::{Arc, OnceLock};

use divan::{Bencher, black_box};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use trailhound::config::{Depth, Settings, Themes};
use trailhound::console::app::answer::{Request, answer};
use trailhound::console::app::key::Key;
use trailhound::console::app::keymap::Keymap;
use trailhound::console::app::{Effect, Model, Msg, Now, Start, update};
use trailhound::console::ui::{Clock, view};
use trailhound::event::field::{Field, FieldRef};
use trailhound::event::time::Time;
use trailhound::ingest::worker::Options;
use trailhound::investigation::{Investigation, Judgment, load};
use trailhound::json;
use trailhound::query::group::group;
use trailhound::query::order::{Sort, sorted};
use trailhound::query::plan::plan;
use trailhound::query::run::{self, Reading, Selection};
use trailhound::query::series::Series;
use trailhound::query::{Expr, Query, parse};
use trailhound::source::{Object, Place};
use trailhound::synth;

fn main() {
    divan::main();
}

/// The built-in incident: 15,000 events.
fn incident() -> &'static Arc<Investigation> {
    static INCIDENT: OnceLock<Arc<Investigation>> = OnceLock::new();
    INCIDENT.get_or_init(|| {
        let objects: Vec<_> = synth::demo()
            .files
            .into_iter()
            .map(|(name, bytes)| Ok(Object { name, place: Place::Memory(bytes.into()), found: true }))
            .collect();
        let listing = Box::new(objects.into_iter());
        Arc::new(load(listing, Options::default(), judgment(), Arc::default(), &|_| {}))
    })
}

fn judgment() -> Judgment {
    Judgment::shipped()
}

fn record() -> Vec<u8> {
    let inv = incident();
    let row = inv.table.row(7_000).expect("there are 15,000");
    inv.raw(&row).expect("it is in memory")
}

#[divan::bench]
fn end_of_a_record(bencher: Bencher<'_, '_>) {
    let record = record();
    bencher.bench(|| json::skip_value(black_box(&record), 0));
}

#[divan::bench]
fn a_time() -> Time {
    Time::parse(black_box(b"2026-03-02T09:20:11Z"))
}

#[divan::bench]
fn a_query_is_read() -> Query {
    let text =
        "actor:alice service:iam event:(CreateUser OR Create*) ip:203.0.113.0/24 risk>=50 -region:us-east-1";
    parse(black_box(text)).expect("it is a query")
}

#[divan::bench]
fn a_query_is_planned_and_asked(bencher: Bencher<'_, '_>) {
    let inv = incident();
    let query = parse("service:iam outcome:denied risk>=45").expect("it is a query");
    bencher.bench(|| run::columns(&plan(query.expr(), inv), &inv.table).yes.count());
}

#[divan::bench]
fn all_rows_by_risk(bencher: Bencher<'_, '_>) {
    let inv = incident();
    let all = Selection::all(&inv.table);
    bencher.bench(|| sorted(&inv.table, &all, Sort::default(), None));
}

#[divan::bench]
fn counts_over_time(bencher: Bencher<'_, '_>) {
    let inv = incident();
    let all = Selection::all(&inv.table);
    let (from, to) = inv.span();
    bencher.bench(|| Series::new(&inv.table, &all, from, to, 120));
}

#[divan::bench]
fn counts_by_actor(bencher: Bencher<'_, '_>) {
    let inv = incident();
    let all = Selection::all(&inv.table);
    bencher.bench(|| group(inv, &all, &FieldRef::Column(Field::Actor), &Reading::default()));
}

#[divan::bench]
fn what_the_console_asks_when_it_opens(bencher: Bencher<'_, '_>) {
    let request = Request {
        generation: 1,
        inv: incident().clone(),
        expr: Expr::All,
        window: None,
        sort: Sort::default(),
        open_bursts: Vec::new(),
        anchor: None,
        stretches: 120,
        limit: None,
        reading: Arc::new(Reading::default()),
    };
    bencher.bench(|| {
        let mut lines = 0;
        answer(&request, &mut |answer| lines = answer.lines.len());
        lines
    });
}

fn model() -> Model {
    let mut model = Model::new(Start {
        settings: Settings::default(),
        themes: Themes::built_in(),
        keymap: Keymap::built_in(),
        depth: Depth::True,
        source: Some("incident".to_owned()),
        sources: Arc::default(),
        query: Query::all(),
        faults: Vec::new(),
        inv: incident().clone(),
        labels: None,
        case: None,
        live: false,
        size: (140, 42),
    });
    for effect in update(&mut model, Msg::Tick, Now::default()) {
        if let Effect::Ask(request) = effect {
            let mut answers = Vec::new();
            answer(&request, &mut |answer| answers.push(answer));
            for answer in answers {
                update(&mut model, Msg::Answered(Box::new(answer)), Now::default());
            }
        }
    }
    model
}

#[divan::bench]
fn a_key_that_moves(bencher: Bencher<'_, '_>) {
    let mut model = model();
    let mut down = true;
    bencher.bench_local(|| {
        down = !down;
        update(&mut model, Msg::Key(Key::letter(if down { 'j' } else { 'K' })), Now::default()).len()
    });
}

#[divan::bench]
fn the_screen_is_drawn(bencher: Bencher<'_, '_>) {
    let model = model();
    let theme = model.theme.at(Depth::True);
    let area = Rect { x: 0, y: 0, width: 140, height: 42 };
    let mut buffer = Buffer::empty(area);
    bencher.bench_local(|| view(&model, &theme, &Clock::UTC, area, &mut buffer));
}
