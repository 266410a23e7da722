//! A text, once it is inflated: which form it has, and who reads it.

use std::io::{self, Read};

use super::{Worker, system_words};
use crate::ingest::frame::Framer;
use crate::ingest::inflate::Peeked;
use crate::ingest::shape;
use crate::ingest::status::Count;
use crate::ingest::text_form::{self, Form};

impl Worker<'_> {
    /// Reads a text that is all here.
    pub(super) fn text(&mut self, text: &[u8]) {
        self.shared.status.add(Count::Inflated, text.len() as u64);
        match text_form::of(text, self.is_stray()) {
            Form::Json => {
                Framer::default().feed(text, 0, true, self);
            }
            Form::Csv(layout) => self.csv(&layout, text),
            Form::NoLog => self.no_log(),
            Form::Unreadable(reason) => self.reject_file(&reason),
        }
        self.finish_text();
    }

    /// Reads a text as it comes.
    pub(super) fn text_stream(&mut self, mut reader: Peeked<'_>) {
        let mut head = Vec::new();
        // Enough to tell the form by; what is read here is put in front again.
        let first = reader.by_ref().take(text_form::HEAD as u64).read_to_end(&mut head).err();
        if head.is_empty() && first.is_none() {
            self.reject_file("the file is empty");
            return;
        }
        match text_form::of(&head, self.is_stray()) {
            Form::Json => self.json_stream(head, first, reader),
            Form::Csv(layout) => {
                let rest: Box<dyn Read> =
                    if first.is_some() { Box::new(io::empty()) } else { Box::new(reader) };
                self.csv(&layout, head.as_slice().chain(rest));
                if let Some(e) = first {
                    self.reject_at(head.len() as u64, &system_words(&e), &[]);
                }
            }
            Form::NoLog => self.no_log(),
            Form::Unreadable(reason) => self.reject_file(&reason),
        }
        self.finish_text();
    }

    fn json_stream(&mut self, head: Vec<u8>, first: Option<io::Error>, mut reader: impl Read) {
        const PIECE: usize = 1 << 20;
        let mut framer = Framer::default();
        let mut pending = head;
        let mut base = 0u64;
        let mut fault = first;
        let mut ended = fault.is_some();
        self.shared.status.add(Count::Inflated, pending.len() as u64);
        loop {
            let used = framer.feed(&pending, base, ended, self);
            pending.drain(..used);
            base += used as u64;
            if ended || self.shared.status.is_cancelled() {
                break;
            }
            // A value that does not fit is given twice the text each time, so that it is walked few times.
            let want = PIECE.max(pending.len());
            let before = pending.len();
            match reader.by_ref().take(want as u64).read_to_end(&mut pending) {
                Ok(n) => ended = n == 0,
                Err(e) => (fault, ended) = (Some(e), true),
            }
            self.shared.status.add(Count::Inflated, (pending.len() - before) as u64);
        }
        if let Some(e) = fault {
            let base = base.min(self.shared.options.limits.inflated);
            self.reject_at(base, &format!("{}; what came before it is kept", system_words(&e)), &[]);
        }
    }

    fn csv(&mut self, layout: &shape::csv::Layout, text: impl Read) {
        let read = shape::csv::read(layout, text, &mut |offset, found| self.found(found, offset, 1));
        if let Err(e) = read {
            self.reject_file(&format!("{}; the rows before it are kept", system_words(&e)));
        }
    }

    /// What is to be said of a text when it is through.
    fn finish_text(&mut self) {
        let silent = self.now.records == 0 && self.now.rejects == 0 && self.now.others == 0;
        if silent && !self.now.found {
            self.shared.status.note("file without records");
        }
        self.shared.status.add(Count::Records, self.now.records);
    }
}
