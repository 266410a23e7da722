//! What outlives one session: keys that are recorded and replayed, and where one stood.

use std::fs::OpenOptions;
use std::io;
use std::path::PathBuf;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{Ended, Notebook, Shell, Tape};
use crate::console::app::casework::Told;
use crate::console::app::recording::Step;
use crate::console::app::stand::Stand;
use crate::console::app::{Model, Msg};
use crate::console::ui::view;
use crate::text::{plural, visible};

/// What outlives one session of the console.
#[derive(Default, Debug)]
pub struct Habits {
    /// What is recorded and replayed.
    pub tape: Tape,
    /// Where it is kept where one stood; `None`: nowhere.
    pub notebook: Option<Notebook>,
    /// Whether this session begins anew, wherever one stood; it is kept for the next all the same.
    pub fresh: bool,
    /// The file that says that somebody was here before; `None`: nobody is welcomed.
    pub welcomed: Option<PathBuf>,
}

impl Habits {
    /// Brings the model to where somebody was, and welcomes who was never here.
    pub(super) fn begin(&self, model: &mut Model) {
        if let Some(stand) = self.notebook.as_ref().filter(|_| !self.fresh).and_then(Notebook::read) {
            model.return_to(&stand);
        }
        // Whoever cannot be remembered is not welcomed each time anew.
        let first = |path: &PathBuf| {
            let made = path.parent().map_or(Ok(()), std::fs::create_dir_all);
            made.is_ok() && OpenOptions::new().write(true).create_new(true).open(path).is_ok()
        };
        model.welcome = self.welcomed.as_ref().is_some_and(first);
    }
}

impl Shell {
    /// What a person does ends a replay, and is recorded.
    pub(super) fn input(&mut self, msg: Msg) -> io::Result<()> {
        if matches!(msg, Msg::Key(_) | Msg::Paste(_) | Msg::Mouse(_)) {
            if let Some(replay) = self.habits.tape.replay.take() {
                let text = format!("the replay ended here: {}", replay.place());
                return self.take(Msg::Told(Told::Busy(text)));
            }
            let typing = self.model.context().info().typing;
            if let Some(recorder) = &mut self.habits.tape.recorder {
                recorder.take(&msg, typing)?;
            }
        }
        self.take(msg)
    }

    /// Whether all that was asked for is there and drawn.
    pub(super) fn is_settled(&self) -> bool {
        let waits = self.model.is_loading() || self.model.adding.is_some() || self.model.is_asking();
        // Work is counted as done after its answer was given: the answers are looked at last.
        !self.changed && !waits && self.busy.is_idle() && self.answers.is_empty()
    }

    /// Does the next step of the replay.
    pub(super) fn replay(&mut self) -> io::Result<()> {
        let Some(replay) = &mut self.habits.tape.replay else { return Ok(()) };
        let Some((line, step)) = replay.next() else {
            let text = format!("replayed {}", plural(replay.pressed() as u64, "key"));
            self.habits.tape.replay = None;
            return self.take(Msg::Told(Told::Done(text)));
        };
        let fault = match step {
            Step::Press(key) if self.model.means(key) => return self.take(Msg::Key(key)),
            Step::Press(key) => format!("{key} does nothing in {}", self.model.context().info().about),
            Step::Paste(text) => return self.take(Msg::Paste(text)),
            Step::Mouse(mouse) => return self.take(Msg::Mouse(mouse)),
            Step::Type(_) => return Ok(()),
            Step::See(text) => {
                let screen = self.screen_text();
                if screen.contains(&text) {
                    return Ok(());
                }
                format!("the screen does not show {text}\n{screen}")
            }
        };
        let mut lines = fault.lines();
        let what = lines.next().unwrap_or_default();
        let said = self.habits.tape.replay.as_ref().map(|replay| replay.fault(line, what));
        let mut why: Vec<String> = lines.map(|line| visible(line).into_owned()).collect();
        // What is wrong comes last: the screen above it may be a long one.
        if !why.is_empty() {
            why.insert(0, "this was on the screen:".to_owned());
        }
        why.extend(said);
        self.ended = Some(Ended::Unfit(why.join("\n")));
        Ok(())
    }

    /// The letters on the screen.
    fn screen_text(&self) -> String {
        let area = Rect { x: 0, y: 0, width: self.model.size.0, height: self.model.size.1 };
        let mut buffer = Buffer::empty(area);
        let _ = view(&self.model, &self.look.theme, &self.look.clock, area, &mut buffer);
        letters(&buffer)
    }

    /// Keeps what is kept when the console ends. What cannot be written is not worth a fault.
    pub(super) fn leave(&mut self) {
        if let (Some(notebook), Some(stand)) = (&self.habits.notebook, Stand::of(&self.model)) {
            let _ = notebook.keep(&stand);
        }
        if let Some(recorder) = &mut self.habits.tape.recorder {
            let _ = recorder.finish();
        }
    }
}

/// The letters of a screen, line by line.
fn letters(buffer: &Buffer) -> String {
    let width = usize::from(buffer.area.width).max(1);
    let rows = buffer.content().chunks(width);
    let line = |cells: &[ratatui::buffer::Cell]| {
        let mut line = String::new();
        let mut covered = 0;
        for cell in cells {
            if covered == 0 {
                line.push_str(cell.symbol());
                covered = crate::text::width(cell.symbol()).max(1);
            }
            covered -= 1;
        }
        line.trim_end().to_owned()
    };
    rows.map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beginning_anew_is_for_once_and_its_end_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let notebook = Notebook::of(folder.path(), &["./logs".to_owned()]);
        notebook.keep(&Stand { filter: "risk>=50".to_owned(), ..Stand::default() }).unwrap();
        for (fresh, filter) in [(true, ""), (false, "risk>=50")] {
            let mut console = crate::console::tests::on_story();
            let habits = Habits { notebook: Some(notebook.clone()), fresh, ..Habits::default() };
            habits.begin(&mut console);
            assert_eq!(console.page().filter.text(), filter);
        }
    }
}
