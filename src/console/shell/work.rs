//! The workers: whoever looks for rows, reads records and counts while keys are pressed.
//!
//! Each kind of work has a lane, a thread with room for one job: what is newer
//! takes the place of what has not begun. Files alone are worked on one after the other. Nothing here ever makes the
//! loop wait.

use std::io;
use std::sync::{Arc, mpsc as std_mpsc};
use std::thread;

use tokio::sync::mpsc::Sender;

use super::busy::Busy;
use super::{paths, rules};
use crate::console::app::answer::{answer, values};
use crate::console::app::rules::work::{RuleNews, RuleWork};
use crate::console::app::{Effect, Msg};
use crate::detect::rules::Rules;
use crate::investigation::Investigation;

/// Reads all rules from their files.
pub type Library = Arc<dyn Fn() -> Result<Rules, String> + Send + Sync>;

type Job = Box<dyn FnOnce(&Sender<Msg>) + Send>;

/// One lane for each kind of work.
pub(super) struct Workers {
    rows: Lane,
    record: Lane,
    looks: Lane,
    groups: Lane,
    discards: Lane,
    names: Lane,
    values: Lane,
    boards: Lane,
    trials: Lane,
    files: Lane,
    judging: Lane,
    sights: Lane,
    library: Library,
}

struct Lane {
    jobs: std_mpsc::Sender<Job>,
    busy: Busy,
}

impl Lane {
    /// One on which what is newer takes the place of what has not begun.
    fn start(name: &str, out: &Sender<Msg>, busy: &Busy) -> io::Result<Self> {
        Self::with(name, out, busy, true)
    }

    /// One on which everything is done, in order: nothing that is written may be left out.
    fn in_order(name: &str, out: &Sender<Msg>, busy: &Busy) -> io::Result<Self> {
        Self::with(name, out, busy, false)
    }

    fn with(name: &str, out: &Sender<Msg>, busy: &Busy, newest: bool) -> io::Result<Self> {
        let (send, jobs) = std_mpsc::channel::<Job>();
        let out = out.clone();
        let (busy, counted) = (busy.clone(), busy.clone());
        thread::Builder::new().name(name.to_owned()).spawn(move || {
            while let Ok(first) = jobs.recv() {
                let mut taken = 1;
                let newer = if newest { jobs.try_iter().inspect(|_| taken += 1).last() } else { None };
                newer.unwrap_or(first)(&out);
                counted.end(taken);
            }
        })?;
        Ok(Self { jobs: send, busy })
    }

    fn give(&self, job: impl FnOnce(&Sender<Msg>) + Send + 'static) {
        // The thread lives as long as the lane; without it there is nothing to be done.
        self.busy.begin();
        let _ = self.jobs.send(Box::new(job));
    }
}

/// Tells the loop. Once it is gone nobody listens, and that is all right.
pub(super) fn tell(out: &Sender<Msg>, msg: Msg) {
    let _ = out.blocking_send(msg);
}

fn record(inv: &Investigation, row: u32) -> Result<Vec<u8>, String> {
    let row = inv.table.row(row).ok_or("the event is gone")?;
    inv.raw(&row).map_err(|e| e.to_string())
}

impl Workers {
    /// Starts the threads; answers go to `out`.
    pub(super) fn start(out: &Sender<Msg>, busy: &Busy, library: Library) -> io::Result<Self> {
        Ok(Self {
            rows: Lane::start("rows", out, busy)?,
            record: Lane::start("record", out, busy)?,
            looks: Lane::start("looks", out, busy)?,
            groups: Lane::start("groups", out, busy)?,
            discards: Lane::start("discards", out, busy)?,
            names: Lane::start("names", out, busy)?,
            values: Lane::start("values", out, busy)?,
            boards: Lane::start("boards", out, busy)?,
            trials: Lane::start("trials", out, busy)?,
            files: Lane::in_order("files", out, busy)?,
            judging: Lane::start("judging", out, busy)?,
            sights: Lane::start("sights", out, busy)?,
            library,
        })
    }

    /// Begins a piece of work; what is no work is not for here.
    pub(super) fn give(&self, effect: Effect) {
        match effect {
            Effect::Ask(request) => self.rows.give(move |out| {
                answer(&request, &mut |answer| tell(out, Msg::Answered(Box::new(answer))));
            }),
            Effect::Read(id, inv, row) => self.record.give(move |out| {
                tell(out, Msg::Record(id, record(&inv, row)));
            }),
            // What is copied does not give way to what is looked at next.
            Effect::ReadToCopy(inv, row) => self.files.give(move |out| {
                tell(out, Msg::ToCopy(record(&inv, row)));
            }),
            Effect::Count(request) => self.groups.give(move |out| {
                let (counted, at) = request.answer();
                tell(out, Msg::Counted(request.generation, Arc::new(counted), at));
            }),
            Effect::Discard(counted) => self.discards.give(move |_| drop(counted)),
            Effect::Name(naming) => self.names.give(move |out| {
                let text = naming.text.clone();
                tell(out, Msg::Named(text, naming.answer()));
            }),
            Effect::Values(field, inv) => self.values.give(move |out| {
                tell(out, Msg::Values(field, values(&inv, field)));
            }),
            Effect::Board(request) => self.boards.give(move |out| {
                if let Some(board) = request.answer() {
                    tell(out, Msg::Board(request.generation, Arc::new(board)));
                }
            }),
            Effect::Look(inv, reject) => self.looks.give(move |out| {
                let look = inv.look(&reject);
                tell(out, Msg::Looked(reject, look));
            }),
            Effect::Sight(sighting) => {
                self.sights.give(move |out| tell(out, Msg::Sighted(Arc::new(sighting.answer()))));
            }
            Effect::Paths(typed) => self.files.give(move |out| {
                let found = paths::beginning(&typed);
                tell(out, Msg::Paths(typed, found));
            }),
            Effect::Rule(RuleWork::Try(trial)) => self.trials.give(move |out| {
                if let Some(verdict) = trial.answer() {
                    tell(out, Msg::Rule(RuleNews::Tried(Box::new(verdict))));
                }
            }),
            Effect::Rule(RuleWork::Open { file, new, id }) => {
                self.files.give(move |out| tell(out, Msg::Rule(rules::open(file, new, id))));
            }
            Effect::Rule(RuleWork::Save(saving)) => {
                self.files.give(move |out| tell(out, Msg::Rule(rules::save(saving))));
            }
            Effect::Rule(RuleWork::Reload) => {
                let library = self.library.clone();
                self.files.give(move |out| tell(out, Msg::Rule(RuleNews::Reloaded(library().map(Arc::new)))));
            }
            Effect::Rule(RuleWork::Disable(id, on)) => {
                self.files.give(move |out| tell(out, Msg::Rule(rules::disable(&id, on))));
            }
            Effect::Rule(RuleWork::Judge(judging)) => self.judging.give(move |out| {
                if let Some(news) = judging.answer() {
                    tell(out, Msg::Rule(news));
                }
            }),
            Effect::Rule(RuleWork::Test(testing)) => {
                self.files.give(move |out| tell(out, Msg::Rule(testing.answer())));
            }
            Effect::Rule(RuleWork::External(_))
            | Effect::Load(_)
            | Effect::Pause(_)
            | Effect::Rules(_)
            | Effect::Case(_)
            | Effect::Deliver(_)
            | Effect::Copy(_)
            | Effect::Mouse(_)
            | Effect::Redraw
            | Effect::Suspend
            | Effect::Quit => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::ingest::status::Reject;
    use crate::investigation::Judgment;

    #[test]
    fn a_look_at_bytes_does_not_take_the_place_of_a_record_that_is_waited_for() {
        let (out, mut answers) = tokio::sync::mpsc::channel(8);
        let library: Library = Arc::new(|| Err(String::new()));
        let workers = Workers::start(&out, &Busy::default(), library).unwrap();
        let inv = Arc::new(Investigation::empty(Judgment::shipped()));
        let (begun, begins) = std_mpsc::channel();
        let (go, goes) = std_mpsc::channel::<()>();
        workers.record.give(move |_| {
            begun.send(()).unwrap();
            goes.recv().unwrap();
        });
        begins.recv().unwrap();
        workers.give(Effect::Read("an event".to_owned(), inv.clone(), 0));
        let (file, reason) = ("a.json".to_owned(), "cut".to_owned());
        let reject = Reject { file, number: None, offset: None, reason, sample: String::new() };
        workers.give(Effect::Look(inv, Box::new(reject)));
        assert!(matches!(answers.blocking_recv(), Some(Msg::Looked(..))));
        go.send(()).unwrap();
        assert!(matches!(answers.blocking_recv(), Some(Msg::Record(..))));
    }

    #[test]
    fn work_on_files_is_all_done_and_in_order_and_other_work_gives_way_to_what_is_newer() {
        for in_order in [true, false] {
            let (out, _answers) = tokio::sync::mpsc::channel(8);
            let busy = Busy::default();
            let lane =
                if in_order { Lane::in_order("a", &out, &busy) } else { Lane::start("a", &out, &busy) };
            let lane = lane.unwrap();
            let (begun, begins) = std_mpsc::channel();
            let (go, goes) = std_mpsc::channel::<()>();
            let done = Arc::new(Mutex::new(Vec::new()));
            lane.give(move |_| {
                begun.send(()).unwrap();
                goes.recv().unwrap();
            });
            begins.recv().unwrap();
            let (last, ends) = std_mpsc::channel();
            for n in 0..3 {
                let (done, last) = (done.clone(), last.clone());
                lane.give(move |_| {
                    done.lock().unwrap().push(n);
                    if n == 2 {
                        last.send(()).unwrap();
                    }
                });
            }
            go.send(()).unwrap();
            ends.recv().unwrap();
            assert_eq!(*done.lock().unwrap(), if in_order { vec![0, 1, 2] } else { vec![2] });
        }
    }
}
