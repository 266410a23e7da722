//! How long a key takes until it is on the screen, with ten million events loaded: `cargo bench --bench keys`.
//!
//! The program itself runs in a pseudo-terminal. A key is sent once the screen has come to rest, and the clock runs until the
//! end of the next frame has arrived, whatever the program does meanwhile on its workers: that is what a hand
//! feels. Also what the process holds in memory then, and what it uses while nobody does anything. The events are made
//! once and kept in the target folder (some 2.3 GB); `TRAILHOUND_BENCH_EVENTS` asks for another number of them.
#![expect(clippy::expect_used, reason = "a benchmark that cannot go on has failed")]

#[path = "common/mod.rs"]
mod common;

use std::io::{Read, Write};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use common::{data_of, report};
use portable_pty::{CommandBuilder, PtySize, native_pty_system};

const SIZE: PtySize = PtySize { cols: 140, rows: 42, pixel_width: 0, pixel_height: 0 };

/// What is pressed: what it is called, the keys one after the other, and how often all of them.
const STORY: &[(&str, &[&str], usize)] = &[
    ("down", &["j"], 60),
    ("up", &["K"], 30),
    ("a page down", &["\x06"], 30),
    ("a page up", &["\x02"], 20),
    ("the end and the beginning", &["G", "g"], 10),
    ("another sort and back", &["o", "\r", "O", "O"], 3),
    (
        "a filter, letter by letter",
        &["/", "s", "e", "r", "v", "i", "c", "e", ":", "i", "a", "m", "\r", "\x1b"],
        3,
    ),
    ("a word in all columns", &["/", "d", "e", "n", "i", "e", "d", "\r", "\x1b"], 2),
    ("the events of an actor, and back", &["u", "\x1b"], 5),
    ("those of its address, and back", &["i", "\x1b"], 5),
    ("the detail", &["d", "j", "j", "K", "d"], 3),
    ("the timeline", &[">", ".", ",", "="], 5),
    ("views", &["1", "j", "j", "2", "4", "j", "2", "5", "j", "2", "7", "2"], 2),
    ("the profile of an actor", &["v", "j", "\t", "j", "2"], 2),
    ("help and commands", &["?", "\x1b", ":", "e", "x", "\x1b"], 2),
];

/// How long the screen has to be still before the next key is pressed.
const REST: Duration = Duration::from_millis(60);

fn main() {
    let events =
        std::env::var("TRAILHOUND_BENCH_EVENTS").ok().and_then(|n| n.parse().ok()).unwrap_or(10_000_000);
    let mut console = Console::start(&data_of(events).display().to_string());
    let begun = Instant::now();
    console.wait_for("✓");
    println!("{events} events loaded in {:.1?}", begun.elapsed());
    let bytes = |memory: u64| format!("{:.0}", memory as f64 / events as f64);
    report(
        "bytes of the process for each event, once they are loaded",
        &bytes(console.settled_memory()),
        "100",
    );
    let mut all: Vec<(Duration, &str)> = Vec::new();
    for &(what, keys, times) in STORY {
        let mut own: Vec<Duration> = Vec::new();
        for key in (0..times).flat_map(|_| keys) {
            if let Some(taken) = console.press(key) {
                own.push(taken);
                all.push((taken, what));
            }
        }
        own.sort_unstable();
        println!(
            "{what:<36} {:>4} keys, median {:>8.1?}, longest {:>8.1?}",
            own.len(),
            at(&own, 50),
            at(&own, 100)
        );
    }
    all.sort_unstable();
    let times: Vec<Duration> = all.iter().map(|(taken, _)| *taken).collect();
    println!("{} key presses changed the screen", times.len());
    report("99 of 100 are on the screen within", &format!("{:.1?}", at(&times, 99)), "33 ms");
    for view in ["1", "3", "4", "5", "6", "7", "2"] {
        console.press(view);
        console.wait_for_workers();
    }
    report("the same after all views were worked out", &bytes(console.settled_memory()), "100");
    let before = console.processor_time();
    std::thread::sleep(Duration::from_secs(10));
    let idle = (console.processor_time() - before).as_secs_f64() * 10.0;
    report("processor while nothing happens", &format!("{idle:.1} %"), "near 0");
}

/// The time that so many of a hundred do not exceed.
fn at(sorted: &[Duration], percent: usize) -> Duration {
    let place = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
    sorted.get(place).copied().unwrap_or_default()
}

/// The program in a terminal.
struct Console {
    keys: Box<dyn Write + Send>,
    seen: Arc<(Mutex<Seen>, Condvar)>,
    process: u32,
    child: Box<dyn portable_pty::Child + Send + Sync>,
    /// Held, as the program would be hung up on without it.
    _master: Box<dyn portable_pty::MasterPty + Send>,
}

/// What came out of it.
struct Seen {
    screen: vt100::Parser,
    /// How many frames have ended.
    frames: u64,
    last: Instant,
}

impl Console {
    fn start(data: &str) -> Self {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_trailhound"));
        command.args([data, "--no-case"]);
        command.env_clear();
        // Without this it would be the home folder, which is not there.
        command.cwd("/");
        for (name, value) in [("TERM", "xterm-256color"), ("HOME", "/nonexistent")] {
            command.env(name, value);
        }
        // Nothing is kept, so that every run begins in the same way.
        command.env("XDG_STATE_HOME", "/dev/null/state");
        let pair = native_pty_system().openpty(SIZE).expect("there is a pseudo-terminal");
        let child = pair.slave.spawn_command(command).expect("the program starts");
        let mut reader = pair.master.try_clone_reader().expect("the terminal can be read");
        let seen =
            Seen { screen: vt100::Parser::new(SIZE.rows, SIZE.cols, 0), frames: 0, last: Instant::now() };
        let seen = Arc::new((Mutex::new(seen), Condvar::new()));
        let shared = seen.clone();
        std::thread::spawn(move || {
            let mut buffer = [0; 65_536];
            let mut tail: Vec<u8> = Vec::new();
            while let Ok(read @ 1..) = reader.read(&mut buffer) {
                let part = buffer.get(..read).unwrap_or_default();
                let mut seen = shared.0.lock().expect("no thread panics");
                tail.extend_from_slice(part);
                seen.frames += tail.windows(END.len()).filter(|bytes| *bytes == END).count() as u64;
                // An end may come in two pieces.
                tail.drain(..tail.len().saturating_sub(END.len() - 1));
                seen.screen.process(part);
                seen.last = Instant::now();
                shared.1.notify_all();
            }
        });
        let keys = pair.master.take_writer().expect("the terminal can be written to");
        let process = child.process_id().expect("the program runs");
        Self { keys, seen, process, child, _master: pair.master }
    }

    fn wait_for(&self, text: &str) {
        let mut seen = self.seen.0.lock().expect("no thread panics");
        while !seen.screen.screen().contents().contains(text) {
            seen = self.seen.1.wait(seen).expect("no thread panics");
        }
    }

    /// Presses a key once all is still; how long it took to the end of the next frame, `None` when none came.
    fn press(&mut self, key: &str) -> Option<Duration> {
        let mut seen = self.seen.0.lock().expect("no thread panics");
        while seen.last.elapsed() < REST {
            seen = self.seen.1.wait_timeout(seen, REST / 4).expect("no thread panics").0;
        }
        let frames = seen.frames;
        drop(seen);
        let begun = Instant::now();
        self.keys.write_all(key.as_bytes()).and_then(|()| self.keys.flush()).expect("the program runs");
        let mut seen = self.seen.0.lock().expect("no thread panics");
        while seen.frames == frames {
            let left = GIVEN_UP.checked_sub(begun.elapsed())?;
            seen = self.seen.1.wait_timeout(seen, left).expect("no thread panics").0;
        }
        Some(seen.last.saturating_duration_since(begun))
    }

    /// Waits until nothing is worked on any more.
    fn wait_for_workers(&self) {
        let mut before = self.processor_time();
        loop {
            std::thread::sleep(Duration::from_millis(500));
            let now = self.processor_time();
            if now == before {
                return;
            }
            before = now;
        }
    }

    /// Bytes of the process that are in memory, once workers are done and it stays the same.
    fn settled_memory(&self) -> u64 {
        let mut before = self.memory();
        for _ in 0..30 {
            std::thread::sleep(Duration::from_secs(1));
            let now = self.memory();
            if now == before {
                break;
            }
            before = now;
        }
        before
    }

    /// Bytes of the process that are in memory.
    fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process)).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap_or(0) * 1024
    }

    /// Processor time of the process so far, in ticks of 10 ms.
    fn processor_time(&self) -> Duration {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.process)).unwrap_or_default();
        let behind: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let field = |n: usize| behind.get(n - 3).and_then(|v| v.parse::<u64>().ok()).unwrap_or(0);
        Duration::from_millis((field(14) + field(15)) * 10)
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
}

/// What ends a frame: the end of a synchronized update.
const END: &[u8] = b"\x1b[?2026l";

/// A key that changes nothing on the screen is waited for so long.
const GIVEN_UP: Duration = Duration::from_secs(2);
