//! Recording keys into a file, and replaying them.
//!
//! A replay presses a key only when the screen has settled: everything is loaded, nothing is under way, and what came
//! of the last key has been drawn. Any key that a person presses meanwhile ends it.

use std::collections::VecDeque;
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::Path;

use crate::console::app::Msg;
use crate::console::app::key::Key;
use crate::console::app::recording::{self, Step};
use crate::text::visible;

/// What is recorded, and what is replayed.
#[derive(Default, Debug)]
pub struct Tape {
    /// Writes down what is pressed.
    pub recorder: Option<Recorder>,
    /// What is still to be pressed.
    pub replay: Option<Replay>,
}

/// Writes keys into a file, line by line.
#[derive(Debug)]
pub struct Recorder {
    file: File,
    typed: String,
}

impl Recorder {
    /// Begins a file. One that is there already is left alone.
    ///
    /// # Errors
    /// There is such a file, or it cannot be made.
    pub fn create(path: &Path) -> io::Result<Self> {
        let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
        writeln!(file, "# Keys of trailhound; --replay presses them again.")?;
        Ok(Self { file, typed: String::new() })
    }

    /// Writes down what happens; `typing`: letters go into a line of text now.
    pub(super) fn take(&mut self, msg: &Msg, typing: bool) -> io::Result<()> {
        let step = match msg {
            Msg::Key(key) => match key.typed().filter(|_| typing) {
                Some(letter) => {
                    self.typed.push(letter);
                    return Ok(());
                }
                None => Step::Press(*key),
            },
            Msg::Paste(text) if !text.is_empty() => Step::Paste(text.clone()),
            Msg::Mouse(mouse) => Step::Mouse(*mouse),
            _ => return Ok(()),
        };
        self.finish()?;
        writeln!(self.file, "{step}")
    }

    /// Writes down what was typed last.
    pub(super) fn finish(&mut self) -> io::Result<()> {
        let typed = std::mem::take(&mut self.typed);
        if typed.is_empty() { Ok(()) } else { writeln!(self.file, "{}", Step::Type(typed)) }
    }
}

/// What is still to be pressed.
#[derive(Debug)]
pub struct Replay {
    name: String,
    steps: VecDeque<(usize, Step)>,
    pressed: usize,
}

impl Replay {
    /// Reads a recording.
    ///
    /// # Errors
    /// In words: the file cannot be read, or one of its lines means nothing.
    pub fn open(path: &Path) -> Result<Self, String> {
        let name = path.display().to_string();
        let mut text = String::new();
        let file = File::open(path).map_err(|e| format!("{name}: {e}"))?;
        file.take(recording::LONGEST).read_to_string(&mut text).map_err(|e| format!("{name}: {e}"))?;
        let lines = recording::read(&text).map_err(|e| format!("{name}: {e}"))?;
        let mut steps = VecDeque::new();
        for line in lines {
            match line.step {
                Step::Type(text) => {
                    let letters = text.chars().map(|c| (line.number, Step::Press(Key::letter(c))));
                    steps.extend(letters);
                }
                step => steps.push_back((line.number, step)),
            }
        }
        Ok(Self { name, steps, pressed: 0 })
    }

    /// The next step with the number of its line.
    pub(super) fn next(&mut self) -> Option<(usize, Step)> {
        let next = self.steps.pop_front()?;
        self.pressed += next.1.presses();
        Some(next)
    }

    /// How many keys were pressed.
    pub(super) fn pressed(&self) -> usize {
        self.pressed
    }

    /// The line of the next step, in words.
    pub(super) fn place(&self) -> String {
        let line = self.steps.front().map_or(0, |(line, _)| *line);
        format!("{}: line {line}", self.name)
    }

    /// Why a line cannot be replayed.
    pub(super) fn fault(&self, line: usize, what: &str) -> String {
        visible(&format!("{}: line {line}: {what}", self.name)).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::app::key::{Code, Mods};

    #[test]
    fn what_is_recorded_is_replayed_and_no_file_is_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.txt");
        let mut recorder = Recorder::create(&path).unwrap();
        let enter = Key::new(Code::Enter, Mods::NONE);
        recorder.take(&Msg::Key(Key::letter('/')), false).unwrap();
        for letter in "a b".chars() {
            recorder.take(&Msg::Key(Key::letter(letter)), true).unwrap();
        }
        recorder.take(&Msg::Key(enter), true).unwrap();
        recorder.take(&Msg::Paste("x\ny".to_owned()), false).unwrap();
        recorder.take(&Msg::Key(Key::letter('q')), true).unwrap();
        recorder.finish().unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(
            text.lines().skip(1).collect::<Vec<_>>(),
            ["/", "\"a b\"", "<enter>", "paste \"x\\ny\"", "\"q\""]
        );
        assert_eq!(Recorder::create(&path).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        let mut replay = Replay::open(&path).unwrap();
        let mut lines = Vec::new();
        while let Some((line, _)) = replay.next() {
            lines.push(line);
        }
        assert_eq!((lines, replay.pressed()), (vec![2, 3, 3, 3, 4, 5, 6], 7));
    }

    #[test]
    fn a_recording_that_cannot_be_read_names_file_and_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.txt");
        assert!(Replay::open(&path).unwrap_err().contains("keys.txt: "));
        std::fs::write(&path, "j\n<entr>\n").unwrap();
        assert!(Replay::open(&path).unwrap_err().contains("keys.txt: line 2: <entr>"));
    }
}
