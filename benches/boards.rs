//! What the views of actors, of a profile and of anomalies cost on a million made-up events: `cargo bench --bench boards`.
//!
//! Processor time of all threads for the work of the workers, after the load; and the time that a key and a
//! draw take, which nobody may notice. The events are those of `--bench engine`; `TRAILHOUND_BENCH_DATA` names another folder.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use trailhound::config::{Depth, Settings, Themes};
use trailhound::console::app::answer::answer;
use trailhound::console::app::key::Keys;
use trailhound::console::app::keymap::Keymap;
use trailhound::console::app::{Effect, Model, Msg, Now, Start, update};
use trailhound::console::ui::{Clock, view};
use trailhound::ingest::worker::Options;
use trailhound::investigation::{Investigation, Judgment, load};
use trailhound::query::Query;
use trailhound::source::local;

const SIZE: (u16, u16) = (140, 42);

fn main() {
    let data = std::env::var_os("TRAILHOUND_BENCH_DATA")
        .map_or_else(|| Path::new(env!("CARGO_TARGET_TMPDIR")).join("synth-1000000"), PathBuf::from);
    let listing = local::list(&[data.display().to_string()]);
    let inv = Arc::new(load(listing, Options::default(), Judgment::shipped(), Arc::default(), &|_| {}));
    println!("{} events", inv.table.len());
    let mut desk = Desk::new(&inv);
    let before = processor_time();
    for (keys, what) in [
        ("1", "actors"),
        ("z", "sessions"),
        ("z <enter>", "the profile of the first actor"),
        ("B", "another baseline of it"),
        ("1 <down> <down> <down> <down> <enter>", "the profile of the fifth"),
        ("1", "actors again"),
        ("4", "anomalies"),
        ("B", "another baseline of them"),
        ("<lt>", "another stretch of time"),
        ("F", "the forest over bytes"),
    ] {
        desk.press(keys, what);
    }
    println!("{:<44} {:>8.0} ms", "all of that", (processor_time() - before).as_secs_f64() * 1000.0);
    println!(
        "{:<44} {:>8.1} ms",
        "the longest that a key and a draw took",
        desk.longest.as_secs_f64() * 1000.0
    );
}

/// A console whose workers are waited for.
struct Desk {
    model: Model,
    longest: Duration,
}

impl Desk {
    fn new(inv: &Arc<Investigation>) -> Self {
        let model = Model::new(Start {
            settings: Settings::default(),
            themes: Themes::built_in(),
            keymap: Keymap::built_in(),
            depth: Depth::Ansi16,
            source: Some("bench".to_owned()),
            sources: Arc::default(),
            query: Query::all(),
            faults: Vec::new(),
            inv: inv.clone(),
            labels: None,
            case: None,
            live: false,
            size: SIZE,
        });
        let mut desk = Self { model, longest: Duration::ZERO };
        desk.send(Msg::Tick);
        desk
    }

    /// Presses keys; says what their work cost.
    fn press(&mut self, keys: &str, what: &str) {
        let before = processor_time();
        for key in keys.split(' ').filter_map(|key| key.parse::<Keys>().ok()) {
            key.as_slice().iter().for_each(|key| self.send(Msg::Key(*key)));
        }
        println!("{what:<44} {:>8.0} ms", (processor_time() - before).as_secs_f64() * 1000.0);
    }

    fn send(&mut self, msg: Msg) {
        let mut open = vec![msg];
        while let Some(msg) = open.pop() {
            let begun = Instant::now();
            let effects = update(&mut self.model, msg, Now::default());
            self.draw();
            self.longest = self.longest.max(begun.elapsed());
            for effect in effects {
                match effect {
                    Effect::Ask(request) => {
                        let mut answers = Vec::new();
                        answer(&request, &mut |answer| answers.push(Msg::Answered(Box::new(answer))));
                        answers.reverse();
                        open.extend(answers);
                    }
                    Effect::Board(request) => {
                        let board = request.answer();
                        open.extend(board.map(|board| Msg::Board(request.generation, Arc::new(board))));
                    }
                    _ => {}
                }
            }
        }
    }

    fn draw(&self) {
        let area = Rect { x: 0, y: 0, width: SIZE.0, height: SIZE.1 };
        let theme = self.model.theme.at(self.model.depth);
        view(&self.model, &theme, &Clock::UTC, area, &mut Buffer::empty(area));
    }
}

/// Processor time so far, in ticks of 10 ms.
fn processor_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let behind: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let field = |n: usize| behind.get(n - 3).and_then(|v| v.parse::<u64>().ok()).unwrap_or(0);
    Duration::from_millis((field(14) + field(15)) * 10)
}
