//! What leaves the console: files, the report, messages. Each is told to the case.

use std::path::PathBuf;

use tokio::sync::mpsc::Sender;

use super::file::{self, Pen, Written};
use super::open;
use super::{Job, Jobs, Printer, Sent};
use crate::case::{Subject, exchange};
use crate::console::app::Msg;
use crate::console::app::casework::{Delivery, Place, Target, Told};
use crate::console::shell::work::tell;
use crate::investigation::Investigation;
use crate::notify::{self, Alert, Message, Queue, Targets};
use crate::report::csv;
use crate::text::visible;

/// How messages are set up, where none are.
const SET_UP: &str = "Nobody is set up to be told. Put the address of a Slack webhook into a file of mode 600 and name it \
                      in config.toml as notify.slack.webhook_file; docs/notify.md tells of the others.\n\n";

/// Who lets things out.
pub(super) struct Messenger {
    targets: Result<Targets, String>,
    queue: Option<PathBuf>,
    print: Printer,
    case: Jobs,
    out: Sender<Msg>,
    pen: Pen,
}

impl Messenger {
    pub(super) fn new(
        targets: Result<Targets, String>,
        queue: Option<PathBuf>,
        print: Printer,
        case: Jobs,
        out: Sender<Msg>,
        pen: Pen,
    ) -> Self {
        Self { targets, queue, print, case, out, pen }
    }

    fn tell(&self, told: Told) {
        tell(&self.out, Msg::Told(told));
    }

    fn sent(&self, what: &str, target: String, subject: Subject, sha256: String) {
        let what = what.to_owned();
        self.case.send(Job::Sent(Sent { what, target, subject, sha256 }));
    }

    /// Lets something out, and tells when that is over.
    pub(super) fn take(&self, delivery: &Delivery) {
        let is_counted = delivery.words().is_some();
        // Making what is not written in the end may take long: whether it may be is asked first.
        match delivery.target().is_some_and(file::is_taken) {
            true => self.exists(delivery),
            false => self.deliver(delivery),
        }
        if is_counted {
            self.tell(Told::Delivered);
        }
    }

    fn exists(&self, delivery: &Delivery) {
        self.tell(Told::Exists(Box::new(delivery.clone().replacing())));
    }

    fn deliver(&self, delivery: &Delivery) {
        match delivery {
            Delivery::Indicators(indicators, target) => {
                let is_csv = target.path.to_lowercase().ends_with(".csv");
                let style = csv::Style { raw: false };
                let written = file::write(target, &self.pen, |out| match is_csv {
                    true => exchange::csv::export(out, indicators, style),
                    false => exchange::stix::export(out, indicators),
                });
                let form = if is_csv { "csv" } else { "stix" };
                self.wrote(written, form, delivery);
            }
            Delivery::Export(export, target) => {
                let form =
                    target.path.rsplit_once('.').map(|(_, end)| end.to_lowercase()).unwrap_or_default();
                let path = target.path.clone();
                self.tell(Told::Busy(format!("writing {path} …")));
                let written = file::write(target, &self.pen, |out| file::export(out, export, &path));
                self.wrote(written, &form, delivery);
            }
            Delivery::Report(inv, sources, target) => self.report(inv, sources, target, delivery),
            Delivery::Open(link) => match open::browser(link) {
                Ok(()) => self.tell(Told::Done("your browser was asked to open the link".to_owned())),
                Err(e) => self.tell(Told::Failed(format!("{e}; the link is on the clipboard"))),
            },
            Delivery::Preview(inv, place, subject) => self.preview(inv.clone(), place, subject.clone()),
            Delivery::Send(inv, row, subject) => match self.send(inv, *row, subject) {
                Ok(said) => self.tell(Told::Done(visible(&said).into_owned())),
                Err(why) => self.tell(Told::Failed(visible(&why).into_owned())),
            },
        }
    }

    fn wrote(&self, written: std::io::Result<Written>, form: &str, delivery: &Delivery) {
        let path = delivery.target().map_or("", |target| target.path.as_str());
        match written {
            Ok(Written::Done(full, hash)) => {
                self.tell(Told::Done(format!("wrote {path}")));
                self.sent(form, full, Subject::Case, hash);
            }
            Ok(Written::Exists) => self.exists(delivery),
            Err(e) => self.tell(Told::Failed(format!("{path}: {e}; x and p ask for another path"))),
        }
    }

    fn report(&self, inv: &Investigation, sources: &[String], target: &Target, delivery: &Delivery) {
        self.tell(Told::Busy("making the report …".to_owned()));
        match (self.print)(inv, sources) {
            Ok(bytes) => {
                let written = file::write(target, &self.pen, |out| out.write_all(&bytes));
                self.wrote(written, "pdf", delivery);
            }
            Err(why) => self.tell(Told::Failed(format!("the report cannot be made: {why}"))),
        }
    }

    fn preview(&self, inv: std::sync::Arc<Investigation>, place: &Place, subject: Subject) {
        let row = match place {
            Place::Row(row) => Some(*row),
            Place::Id(id) => inv.table.find_id(id),
        };
        let Some(row) = row else {
            return self.tell(Told::Failed("the event of this finding is not loaded".to_owned()));
        };
        let targets = match &self.targets {
            Ok(targets) => targets,
            Err(why) => return self.tell(Told::Failed(why.clone())),
        };
        let Some(alert) = inv.table.row(row).map(|row| Alert::of_row(&inv, &row)) else { return };
        let ready = targets.0.iter().any(|target| alert.level >= target.min_level);
        let intro = if targets.0.is_empty() { SET_UP } else { "" };
        let text = format!("{intro}{}", notify::preview(&alert, targets));
        self.tell(Told::Preview { text, ready, send: Box::new(Delivery::Send(inv, row, subject)) });
    }

    /// Queues the message and sends what waits; what came of it.
    fn send(&self, inv: &Investigation, row: u32, subject: &Subject) -> Result<String, String> {
        let targets = self.targets.as_ref().map_err(Clone::clone)?;
        let row = inv.table.row(row).ok_or("the event is gone")?;
        let folder = self.queue.as_ref().ok_or("there is no folder for the queue; set XDG_STATE_HOME")?;
        let queue = Queue::open(folder).map_err(|e| e.to_string())?;
        let message = Message::Alert(Box::new(Alert::of_row(inv, &row)));
        self.tell(Told::Busy("sending …".to_owned()));
        let added = notify::enqueue(&queue, targets, &[message]).map_err(|e| e.to_string())?;
        if added.full > 0 {
            return Err("the queue of messages is full; trailhound notify flush sends what waits".to_owned());
        }
        if added.queued + added.folded == 0 {
            return Ok("this was told before; it is not sent again".to_owned());
        }
        let reports = notify::flush(&queue, targets).map_err(|e| e.to_string())?;
        let Some(reports) = reports else { return Ok("another trailhound is sending it".to_owned()) };
        let mut said = Vec::new();
        for report in &reports {
            if report.sent > 0 {
                self.sent(&report.place, report.place.to_string(), subject.clone(), String::new());
            }
            match &report.trouble {
                Some(why) => said.push(format!("{}: {why}", report.place)),
                None if report.sent > 0 => said.push(format!("{}: sent", report.place)),
                None => {}
            }
        }
        let failed = reports.iter().any(|report| report.waiting > 0 || !report.unfit.is_empty());
        if failed { Err(said.join("; ") + "; what waits is tried again later") } else { Ok(said.join("; ")) }
    }
}
