//! The console in a real pseudo-terminal: keys in, screen out, and the terminal as it was afterwards.
#![cfg(unix)]

use std::io::{Read, Write};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

use super::help::{Folder, log, stop_logging};

/// How long a condition may take to come true.
const PATIENCE: Duration = Duration::from_secs(40);

/// A terminal with a program in it.
pub struct Terminal {
    master: Box<dyn MasterPty + Send>,
    child: Box<dyn Child + Send + Sync>,
    keys: Box<dyn Write + Send>,
    seen: Arc<(Mutex<Seen>, Condvar)>,
    modes: String,
}

pub struct Seen {
    parser: vt100::Parser,
    bytes: Vec<u8>,
    ended: bool,
}

impl Terminal {
    /// The program in a terminal of that many columns and rows.
    fn start(size: (u16, u16), args: &[&str]) -> Self {
        Self::start_with(size, args, &[])
    }

    fn start_with(size: (u16, u16), args: &[&str], variables: &[(&str, &str)]) -> Self {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_trailhound"));
        command.args(args);
        Self::run(size, command, variables)
    }

    /// The program in a folder.
    pub fn start_in(size: (u16, u16), args: &[&str], folder: &std::path::Path) -> Self {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_trailhound"));
        command.args(args);
        command.cwd(folder);
        Self::run(size, command, &[])
    }

    fn run(size: (u16, u16), mut command: CommandBuilder, variables: &[(&str, &str)]) -> Self {
        command.env_clear();
        if command.get_cwd().is_none() {
            command.cwd("/");
        }
        for (name, value) in [("TERM", "xterm-256color"), ("HOME", "/nonexistent"), ("PATH", "/usr/bin:/bin")]
        {
            command.env(name, value);
        }
        // Where nothing can be kept, no test begins where another one ended.
        command.env("XDG_STATE_HOME", "/dev/null/state");
        for (name, value) in variables {
            command.env(name, value);
        }
        let size = PtySize { cols: size.0, rows: size.1, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let modes = modes(&*pair.master);
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let parser = vt100::Parser::new(size.rows, size.cols, 0);
        let seen = Arc::new((Mutex::new(Seen { parser, bytes: Vec::new(), ended: false }), Condvar::new()));
        let mut reader = pair.master.try_clone_reader().unwrap();
        let shared = seen.clone();
        std::thread::spawn(move || {
            let mut buffer = [0; 8192];
            loop {
                let read = reader.read(&mut buffer).unwrap_or(0);
                let mut seen = shared.0.lock().unwrap();
                seen.parser.process(&buffer[..read]);
                seen.bytes.extend(&buffer[..read]);
                seen.ended = read == 0;
                shared.1.notify_all();
                if read == 0 {
                    break;
                }
            }
        });
        let keys = pair.master.take_writer().unwrap();
        Self { master: pair.master, child, keys, seen, modes }
    }

    fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    /// Waits until the terminal is as `is` wants it.
    fn until(&self, what: &str, is: impl Fn(&Seen) -> bool) {
        self.until_within(PATIENCE, what, is);
    }

    fn until_within(&self, patience: Duration, what: &str, is: impl Fn(&Seen) -> bool) {
        let deadline = Instant::now() + patience;
        let mut seen = self.seen.0.lock().unwrap();
        while !is(&seen) {
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "{what} did not come:\n{}", seen.parser.screen().contents());
            seen = self.seen.1.wait_timeout(seen, left.min(Duration::from_millis(200))).unwrap().0;
        }
    }

    fn wait_for(&self, text: &str) {
        self.until(text, |seen| seen.parser.screen().contents().contains(text));
    }

    fn wait_gone(&self, text: &str) {
        self.until(text, |seen| !seen.parser.screen().contents().contains(text));
    }

    /// The emulator never gets smaller than two by two: it cannot wrap a line on a single row.
    fn resize(&self, columns: u16, rows: u16) {
        self.seen.0.lock().unwrap().parser.screen_mut().set_size(rows.max(2), columns.max(2));
        self.master.resize(PtySize { cols: columns, rows, pixel_width: 0, pixel_height: 0 }).unwrap();
    }

    fn signal(&self, name: &str) {
        let pid = self.child.process_id().unwrap().to_string();
        let status = std::process::Command::new("kill").args(["-s", name, &pid]).status().unwrap();
        assert!(status.success());
    }

    /// Waits for the end; the exit status.
    fn end(&mut self) -> u32 {
        self.end_within(PATIENCE)
    }

    /// Waits so long for the end; the exit status.
    pub fn end_within(&mut self, patience: Duration) -> u32 {
        self.until_within(patience, "the end of the output", |seen| seen.ended);
        self.child.wait().unwrap().exit_code()
    }

    /// Everything that was changed about the terminal has been changed back.
    pub fn is_restored(&self) {
        let seen = self.seen.0.lock().unwrap();
        let screen = seen.parser.screen();
        assert!(!screen.alternate_screen(), "still on the other screen");
        assert!(!screen.hide_cursor(), "the cursor is hidden");
        assert!(!screen.bracketed_paste(), "pastes are still bracketed");
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None, "the mouse is still taken");
        assert_eq!(modes(&*self.master), self.modes, "the modes of the terminal");
    }

    pub fn text(&self) -> String {
        self.seen.0.lock().unwrap().parser.screen().contents()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
}

fn modes(master: &(dyn MasterPty + Send)) -> String {
    format!("{:?}", master.get_termios())
}

fn demo() -> Terminal {
    let terminal = Terminal::start((140, 42), &["demo"]);
    terminal.wait_for("124 files ✓");
    terminal
}

/// Replays keys in the console on a source, until they leave it.
fn replay(source: &str, keys: &str) -> Terminal {
    let folder = Folder::new();
    let keys = folder.file("keys.txt", keys);
    let mut terminal = Terminal::start((140, 42), &[source, "--no-case", "--replay", &keys]);
    let code = terminal.end();
    assert_eq!(code, 0, "{}", terminal.text());
    terminal.is_restored();
    terminal
}

#[test]
fn the_stopped_trail_is_found_with_a_few_keys_and_q_leaves_the_terminal_as_it_was() {
    replay(
        "demo",
        r#"
            see "Events by risk"
            /
            "event:StopL"
            see "1 event"
            # The values that are there are counted, and offered.
            <tab>
            see "/ event:StopLogging "
            <enter>
            see "T1685.002"
            see "halden-org-trail"
            k
            see "▸ key "
            o
            see "Sort by"
            "time"
            <enter>
            see "Events by time"
            M
            see "the mouse is the console's"
            q
        "#,
    );
}

#[test]
fn what_is_recorded_is_replayed_and_what_does_not_fit_names_its_line_and_key() {
    let folder = Folder::new();
    let keys = folder.path().join("keys.txt");
    let keys = keys.to_str().unwrap();
    let mut terminal = Terminal::start((140, 42), &["demo", "--record", keys]);
    terminal.wait_for("124 files ✓");
    terminal.press("/risk>=80\r");
    terminal.wait_for("9 of 15,000");
    terminal.press("\x1b[200~198.51.100.12\x1b[201~");
    terminal.wait_for("all ▸ ip 198.51.100.12");
    terminal.press("\x1b[B2q");
    assert_eq!(terminal.end(), 0);
    let text = std::fs::read_to_string(keys).unwrap();
    assert!(text.contains("\n/\n\"risk>=80\"\n<enter>\npaste \"198.51.100.12\"\n"), "{text}");
    assert!(text.ends_with("\n2\nq\n"), "{text}");
    // Nothing is written over.
    assert_eq!(super::help::run(&["demo", "--record", keys]).code, 2);
    replay("demo", &text);
    for (keys, said) in
        [("j\n<f9>\n", "line 2: <f9> does nothing"), ("see \"qqq\"", "line 1: the screen does not show qqq")]
    {
        let file = folder.file("wrong.txt", keys);
        let mut terminal = Terminal::start((140, 42), &["demo", "--replay", &file]);
        assert_eq!(terminal.end(), 2);
        terminal.is_restored();
        assert!(terminal.text().contains(said), "{}", terminal.text());
    }
}

#[test]
fn whoever_opens_the_same_sources_again_is_where_they_were() {
    let folder = Folder::new();
    let logs = folder.file("logs/a.json", log(&[stop_logging(1), stop_logging(2)]));
    let state = folder.path().join("state");
    let variables = [("XDG_STATE_HOME", state.to_str().unwrap())];
    let open = |more: &[&str]| {
        let args = [&[logs.as_str()], more].concat();
        let terminal = Terminal::start_with((140, 42), &args, &variables);
        terminal.wait_for("1 file ✓");
        terminal
    };
    // There could be a case, but nothing was done for which it is made.
    let mut terminal = open(&[]);
    terminal.press("W:sort -time\r");
    terminal.wait_for("the other way round");
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
    let mut terminal = open(&["--no-case"]);
    terminal.wait_for("back where you were");
    terminal.wait_for("▸ only what changed something");
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
    let mut terminal = open(&["--fresh"]);
    assert!(!terminal.text().contains("▸ only what"), "{}", terminal.text());
    // Beginning anew is for once: where that ends is kept.
    terminal.press("E");
    terminal.wait_for("▸ only what failed");
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
    // Another case has another end.
    let case = ["--case", &folder.path().join("other.sqlite").display().to_string()];
    let mut terminal = open(&case);
    assert!(!terminal.text().contains("▸ only what"), "{}", terminal.text());
    terminal.press("E");
    terminal.wait_for("▸ only what failed");
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
    for (args, there) in [(&case[..], "▸ only what failed"), (&[], "▸ only what failed")] {
        let mut terminal = open(args);
        terminal.wait_for(there);
        terminal.press("q");
        assert_eq!(terminal.end(), 0);
    }
    // A file that is no good keeps nobody from looking.
    for file in std::fs::read_dir(state.join("trailhound/stands")).unwrap() {
        std::fs::write(file.unwrap().path(), "{\"view\": [").unwrap();
    }
    let mut terminal = open(&[]);
    terminal.wait_for("Events by");
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn a_signal_to_end_leaves_the_terminal_as_it_was() {
    for (signal, code) in [("TERM", 143), ("HUP", 129), ("INT", 130)] {
        let mut terminal = demo();
        terminal.signal(signal);
        assert_eq!(terminal.end(), code, "{signal}");
        terminal.is_restored();
    }
}

#[test]
fn a_fault_of_the_program_leaves_the_terminal_as_it_was_and_says_what_happened() {
    if !cfg!(debug_assertions) {
        eprintln!("skipped: only builds for development can be asked to fail");
        return;
    }
    for (fault, code) in [("panic", 101), ("error", 2)] {
        let mut terminal = Terminal::start_with((100, 30), &["demo"], &[("FAULT_IN_TRAILHOUND", fault)]);
        assert_eq!(terminal.end(), code, "{fault}");
        terminal.is_restored();
        assert!(terminal.text().contains("asked for by a test"), "{}", terminal.text());
    }
}

#[test]
fn the_background_gets_the_terminal_as_it_was_and_the_foreground_the_console_again() {
    for signal in [None, Some("TSTP")] {
        let mut terminal = demo();
        match signal {
            None => terminal.press("\x1a"),
            Some(signal) => terminal.signal(signal),
        }
        terminal.until("the first screen", |seen| !seen.parser.screen().alternate_screen());
        let stat = format!("/proc/{}/stat", terminal.child.process_id().unwrap());
        if std::path::Path::new(&stat).exists() {
            let stopped = || std::fs::read_to_string(&stat).unwrap().contains(") T ");
            terminal.until("the process to stop", |_| stopped());
        }
        terminal.is_restored();
        terminal.signal("CONT");
        terminal.wait_for("Events by risk");
        terminal.press("q");
        assert_eq!(terminal.end(), 0);
        terminal.is_restored();
    }
}

#[test]
fn a_storm_of_sizes_is_survived() {
    let mut terminal = demo();
    for n in 0..120u16 {
        terminal.resize(1 + n * 37 % 200, 1 + n * 13 % 60);
        if n % 7 == 0 {
            terminal.press("j");
        }
    }
    terminal.resize(50, 10);
    terminal.wait_for("needs more room");
    terminal.resize(1, 1);
    terminal.resize(80, 24);
    terminal.wait_for("Events by risk");
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
    terminal.is_restored();
}

#[test]
fn what_is_piped_in_is_shown_and_its_records_are_read_again() {
    let folder = Folder::new();
    let file = folder.file("a.json", log(&[stop_logging(1)]));
    let mut command = CommandBuilder::new("sh");
    command.args(["-c", &format!("cat {file} | {} -", env!("CARGO_BIN_EXE_trailhound"))]);
    let mut terminal = Terminal::run((140, 42), command, &[]);
    terminal.wait_for("requestParameters");
    terminal.press("/");
    // What is pasted is typed, and nothing in it is a key.
    terminal.press("\x1b[200~requestParameters.name:main\x1b[201~");
    terminal.wait_for("/ requestParameters.name:main");
    terminal.wait_for("1 event");
    terminal.press("\x1b");
    terminal.wait_gone("requestParameters.name:main");
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
    terminal.is_restored();
}

#[test]
fn hostile_text_reaches_the_terminal_as_letters_alone() {
    let folder = Folder::new();
    let mut record = stop_logging(1);
    record["userAgent"] = serde_json::json!("\u{1b}]0;owned\u{7}\u{1b}[2J\u{9b}31m\u{202e}");
    record["requestParameters"]["name"] = serde_json::json!("\u{1b}]52;c;ZXZpbA==\u{7}");
    let file = folder.file("a.json", log(&[record]));
    let mut terminal = Terminal::start((140, 42), &[&file]);
    terminal.wait_for("␛]0;owned␇␛[2J");
    terminal.press("\r");
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
    let seen = terminal.seen.0.lock().unwrap();
    for bad in [&b"\x1b]0;owned"[..], b"\x1b]52", b"\xc2\x9b31m", "\u{202e}".as_bytes()] {
        assert!(!seen.bytes.windows(bad.len()).any(|window| window == bad), "{bad:?}");
    }
}

#[test]
fn without_a_terminal_the_console_says_what_to_do_instead() {
    let ran = super::help::run(&["demo"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("needs a terminal") && ran.err.contains("trailhound scan"), "{}", ran.err);
}

#[test]
fn nothing_to_open_is_a_page_that_says_how() {
    let mut terminal = Terminal::start((80, 24), &[]);
    terminal.wait_for("trailhound demo");
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
    terminal.is_restored();
}

#[test]
fn a_fault_in_the_users_files_is_said_and_the_console_opens_all_the_same() {
    let folder = Folder::new();
    folder.file("trailhound/keymap.toml", "[events]\nkeys = [{ on = \"z\", run = \"brst\" }]\n");
    let home = folder.path().to_str().unwrap();
    let mut terminal = Terminal::start_with((140, 42), &["demo"], &[("XDG_CONFIG_HOME", home)]);
    terminal.wait_for("did you mean \"burst\"?");
    terminal.press("j");
    terminal.wait_for("Events by risk");
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
}

/// The letters on the screen, without the blanks at the ends of lines, which differ by the way they were drawn.
fn letters(seen: &Seen) -> Vec<String> {
    seen.parser.screen().contents().lines().map(|line| line.trim_end().to_owned()).collect()
}

#[test]
fn from_actors_to_a_profile_to_events_and_back() {
    let mut terminal = demo();
    terminal.press("1");
    terminal.wait_for("actors by what they did");
    terminal.press("j");
    terminal.wait_for(" 2/103 ");
    let actors = letters(&terminal.seen.0.lock().unwrap());
    terminal.press("\r");
    terminal.wait_for("Riskiest events");
    assert!(terminal.text().contains("all ▸ actor"), "{}", terminal.text());
    // Overview, riskiest, new, hours, services.
    terminal.press("\t\t\t\t");
    terminal.wait_for("to 2026-");
    let profile = letters(&terminal.seen.0.lock().unwrap());
    terminal.press("\r");
    terminal.wait_for("▸ service");
    terminal.wait_for("Events by risk");
    terminal.press("\x1b");
    terminal.until("the profile as it was left", |seen| letters(seen) == profile);
    terminal.press("\x7f");
    terminal.until("the actors as they were left", |seen| letters(seen) == actors);
    terminal.press("4");
    terminal.wait_for("Isolation forest");
    terminal.press("\t\r");
    terminal.wait_for("Events by risk");
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
    terminal.is_restored();
}

#[test]
fn a_broken_file_is_looked_into_and_another_folder_is_added() {
    let (one, two) = (Folder::new(), Folder::new());
    one.file("good.json", log(&[stop_logging(1)]));
    one.file("broken.json", "{\"Records\":[{\"eventName\": \u{1b}[31m \"half");
    two.file("more.json", log(&[stop_logging(2), stop_logging(3)]));
    let (first, second) = (one.path().to_str().unwrap(), two.path().to_str().unwrap());
    let mut terminal = Terminal::start((120, 40), &[first]);
    terminal.wait_for("1 event ");
    terminal.press("7");
    terminal.wait_for("Could not be read · 1");
    terminal.press("\t\r");
    terminal.wait_for("the inflated text");
    terminal.wait_for("·[31m");
    terminal.press("\x1b");
    terminal.wait_gone("the inflated text");
    terminal.press(&format!("a{second}\r"));
    terminal.wait_for("3 events ");
    terminal.wait_for("2 sources");
    terminal.press("anowhere-at-all\r");
    terminal.wait_for("check the spelling");
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
    terminal.is_restored();
}

/// The text of the only rule in the user's folder.
fn only_rule(config: &std::path::Path) -> String {
    let files: Vec<_> =
        std::fs::read_dir(config.join("trailhound/rules")).unwrap().map(Result::unwrap).collect();
    let [file] = files.as_slice() else { panic!("{files:?}") };
    std::fs::read_to_string(file.path()).unwrap()
}

#[test]
fn a_rule_is_edited_tried_and_saved() {
    let folder = Folder::new();
    let logs = folder.file("logs/a.json", log(&[stop_logging(1)]));
    let config = folder.path().join("config");
    let variables = [("XDG_CONFIG_HOME", config.to_str().unwrap())];
    let mut terminal = Terminal::start_with((140, 42), &[&logs], &variables);
    // A rule is made of the record, which comes behind the news that the file was read.
    terminal.wait_for("eventVersion");
    terminal.press(":rule new\r");
    terminal.wait_for("[x] eventName");
    terminal.press("\r");
    terminal.wait_for("1 hit, not saved yet");
    // To the end of the name of the event, and one letter too many.
    terminal.press("\x06eventName:");
    terminal.wait_for("search eventName:▏");
    terminal.press("\x1b");
    terminal.wait_gone("search eventName:▏");
    terminal.press("\x1b[F\x1b[Dx");
    terminal.wait_for("0 hits, not saved yet");
    terminal.press("\x15");
    terminal.wait_for("1 hit, not saved yet");
    terminal.press("\x13");
    terminal.wait_for("1 hit, +0 -0 against the saved rule");
    let saved = only_rule(&config);
    assert!(saved.contains("    eventName: 'StopLogging'\n"), "{saved}");
    terminal.press("\x1b");
    terminal.wait_gone("against the saved rule");
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
    terminal.is_restored();
}

#[test]
fn the_users_own_editor_gets_the_terminal_and_gives_it_back() {
    let folder = Folder::new();
    let logs = folder.file("logs/a.json", log(&[stop_logging(1)]));
    let config = folder.path().join("config");
    // An editor that needs the terminal: it waits for a line that is typed, and says that it has it.
    let script = folder.file(
        "my editor",
        "#!/bin/sh\n[ \"$1\" = --wait ] && shift\n[ -t 0 ] && [ -t 1 ] || exit 9\nn=$(($(cat \"$COUNT\" 2>/dev/null || echo 0) + 1))\necho $n > \"$COUNT\"\nprintf 'EDITING %s %s' \"$WHO\" $n\nread line\n[ \"$line\" = fail ] && exit 3\nprintf '# %s\\n' \"$line\" >> \"$1\"\n",
    );
    let made = std::process::Command::new("chmod").args(["+x", &script]).status().unwrap();
    assert!(made.success());
    let quoted = format!("'{script}' --wait");
    let count = folder.path().join("count");
    for (visual, editor) in [(quoted.as_str(), "/nonexistent"), ("  ", quoted.as_str())] {
        let variables = [
            ("XDG_CONFIG_HOME", config.to_str().unwrap()),
            ("VISUAL", visual),
            ("EDITOR", editor),
            ("WHO", "here"),
            ("COUNT", count.to_str().unwrap()),
        ];
        let mut terminal = Terminal::start_with((140, 42), &["--no-case", &logs], &variables);
        // The record comes behind the news that the file was read.
        terminal.wait_for("eventVersion");
        terminal.press(":rule new\r");
        terminal.wait_for("[x] eventName");
        terminal.press("\r");
        terminal.wait_for("1 hit, not saved yet");
        terminal.press("\x0f");
        terminal.wait_for("here 1");
        terminal.press("fail\r");
        terminal.wait_for("nothing was taken");
        terminal.wait_for("1 hit, not saved yet");
        terminal.press("\x0f");
        terminal.wait_for("here 2");
        // Who breaks off the editor does not end the console.
        terminal.press("\x03");
        terminal.wait_for("nothing was taken");
        terminal.press("\x0f");
        terminal.wait_for("here 3");
        terminal.press("typed there\r");
        terminal.wait_for("# typed there");
        // Keys are the console's again.
        terminal.press("\x1b");
        terminal.wait_for("without saving?");
        terminal.press("y");
        terminal.wait_gone("not saved yet");
        terminal.press("q");
        assert_eq!(terminal.end(), 0);
        terminal.is_restored();
        std::fs::remove_file(&count).unwrap();
    }
}

#[test]
fn a_rule_that_was_muted_for_good_stays_so_in_every_command() {
    let folder = Folder::new();
    let logs = folder.file("logs/a.json", log(&[stop_logging(1)]));
    let config = folder.path().join("config");
    let variables = [("XDG_CONFIG_HOME", config.to_str().unwrap())];
    let mut terminal = Terminal::start_with((140, 42), &["--no-case", &logs], &variables);
    terminal.wait_for("1 file ✓");
    terminal.press("5");
    terminal.wait_for("with hits here");
    terminal.press("D");
    terminal.wait_for("1 muted");
    terminal.wait_for("muted.txt");
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
    let written = std::fs::read_to_string(config.join("trailhound/rules/muted.txt")).unwrap();
    let id = written.lines().last().unwrap().to_owned();
    let hits = |variables: &[(&str, &str)]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_trailhound"));
        command
            .args(["query", "--format", "jsonl", &logs, &format!("rule:{id}")])
            .env("HOME", "/nonexistent");
        let out = command.envs(variables.iter().copied()).output().unwrap();
        String::from_utf8(out.stdout).unwrap().lines().count()
    };
    assert_eq!((hits(&[]), hits(&variables)), (1, 0), "{id}");
}

#[test]
fn what_is_marked_found_and_written_is_there_again_in_another_console() {
    let folder = Folder::new();
    let file = folder.path().join("case.sqlite");
    let args = ["demo", "--case", file.to_str().unwrap()];
    let mut terminal = Terminal::start((140, 42), &args);
    // While it loads, another event is first.
    terminal.wait_for("124 files ✓");
    terminal.wait_for("critical rule: A trail was stopped");
    assert!(!file.exists(), "who only looks leaves no file");
    terminal.press("m");
    terminal.wait_for("marked");
    terminal.press("c");
    terminal.wait_for("finding 1: ");
    terminal.press("6");
    terminal.wait_for("Findings · 1 · 1 open");
    terminal.press("nfirst line\x1b\rsecond line\r");
    terminal.wait_for("a note on finding:1 is written");
    terminal.wait_for("Notes · 1");
    // Another console on the same case sees it, and is seen.
    let mut other = Terminal::start((140, 42), &args);
    other.wait_for("Events by risk");
    other.wait_for("│*");
    other.press("6");
    other.wait_for("first line");
    other.press("w");
    other.wait_for("somebody looks at it");
    other.press("analyz\r");
    other.wait_for("finding:1 is analyzing");
    terminal.until("the state that the other one set", |seen| {
        seen.parser.screen().contents().contains("analyzing")
    });
    other.press("q");
    assert_eq!(other.end(), 0);
    // What was asked for last is done although the console ends at once.
    terminal.press("#late\rq");
    assert_eq!(terminal.end(), 0);
    terminal.is_restored();
    // The console ended in view 6, and opens there again.
    let mut again = Terminal::start((140, 42), &args);
    for text in ["first line", "Marks · 1", "analyzing", "late"] {
        again.wait_for(text);
    }
    again.press("q");
    assert_eq!(again.end(), 0);
}

#[test]
fn where_one_stood_is_there_again_on_the_same_sources_alone() {
    let folder = Folder::new();
    let logs = folder.file("logs/a.json", log(&[stop_logging(1), stop_logging(2), stop_logging(3)]));
    let more = folder.file("more/b.json", log(&[stop_logging(4)]));
    let file = folder.path().join("case.sqlite");
    let case = file.to_str().unwrap();
    let mut terminal = Terminal::start((140, 42), &["--case", case, &logs]);
    // The line that is marked comes behind the news that the file was read.
    terminal.wait_for("StopLogging ×3");
    terminal.press("m");
    terminal.wait_for("marked");
    terminal.press("/event:StopLogging\r");
    terminal.wait_for("event:StopLogging");
    terminal.press(":sort -time\r");
    terminal.wait_for("time (UTC)▼");
    // A signal is no reason to forget it.
    terminal.signal("TERM");
    assert_eq!(terminal.end(), 143);
    let mut again = Terminal::start((140, 42), &["--case", case, &logs]);
    again.wait_for("time (UTC)▼");
    again.wait_for("event:StopLogging");
    again.press("q");
    assert_eq!(again.end(), 0);
    let mut other = Terminal::start((140, 42), &["--case", case, &logs, &more]);
    other.wait_for("2 files ✓");
    other.wait_for("Events by risk");
    other.press("q");
    assert_eq!(other.end(), 0);
}

#[test]
fn an_export_and_the_report_are_files_and_replace_nothing_unasked() {
    let folder = Folder::new();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let mut terminal = Terminal::start((140, 42), &["demo", "--case", &at("case.sqlite")]);
    terminal.wait_for("Events by risk");
    terminal.wait_for("StopLogging");
    terminal.press("/risk>=80\r");
    terminal.wait_for("9 of 15,000");
    terminal.press(&format!("x\x15{}\r", at("a.csv")));
    terminal.wait_for("wrote ");
    let csv = std::fs::read_to_string(at("a.csv")).unwrap();
    assert!(csv.lines().count() > 1 && csv.contains("StopLogging"), "{csv}");
    std::fs::write(at("mine.md"), "mine").unwrap();
    terminal.press(&format!("x\x15{}\r", at("mine.md")));
    terminal.wait_for("Replace it?");
    terminal.press("\x1b");
    terminal.wait_gone("Replace it?");
    assert_eq!(std::fs::read_to_string(at("mine.md")).unwrap(), "mine");
    terminal.press(&format!("p\x15{}\r", at("r.pdf")));
    terminal.until("the report", |seen| seen.parser.screen().contents().contains("r.pdf"));
    terminal.press("6");
    // The history has both, shortened in the middle.
    terminal.until("what went out", |seen| {
        let screen = seen.parser.screen().contents();
        screen.contains("History") && screen.contains("/r.pdf") && screen.contains("/a.csv")
    });
    assert!(std::fs::read(at("r.pdf")).unwrap().starts_with(b"%PDF"));
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
}
