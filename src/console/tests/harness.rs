//! A console whose effects are carried out on the spot, on a few records that are written out here.

use std::fmt::Write as _;
use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use crate::config::{Depth, Settings, Themes};
use crate::console::app::answer::{answer, values};
use crate::console::app::key::Keys;
use crate::console::app::keymap::Keymap;
use crate::console::app::rules::work::{Opened, RuleNews, RuleWork};
use crate::console::app::{Effect, Model, Msg, Now, Start, update};
use crate::console::ui::{Clock, view};
use crate::detect::rules::{Rules, pack};
use crate::ingest::worker::Options;
use crate::investigation::{Investigation, Judgment, load};
use crate::query::Query;
use crate::source::{Object, Place};

/// A file of rules as the shell finds it, with a folder that is nowhere.
fn open(file: String, new: Option<String>, id: String) -> RuleNews {
    let is_new = new.is_some();
    let text = new.or_else(|| pack().into_iter().find(|(name, _)| *name == file).map(|(_, text)| text));
    let path = Some(std::path::Path::new("/rules").join(&file));
    RuleNews::Opened(Ok(Opened { file, text: text.unwrap(), path, on_disk: None, id, is_new }))
}

/// A console.
pub(super) struct Console {
    pub(super) model: Model,
    /// Effects that leave the console.
    pub(super) left: Vec<Effect>,
    /// The rules that what comes is to be judged by, where that was said.
    pub(super) rules: Option<Arc<Rules>>,
    clock: Clock,
    now: u64,
}

pub(super) fn judgment() -> Judgment {
    Judgment::shipped()
}

/// The investigation of one file.
pub(super) fn investigation(text: String) -> Investigation {
    let object = Object {
        name: "logs/a.json".to_owned(),
        place: Place::Memory(text.into_bytes().into()),
        found: true,
    };
    let listing = Box::new(std::iter::once(Ok(object)));
    load(listing, Options { threads: 1, ..Options::default() }, judgment(), Arc::default(), &|_| {})
}

/// A record of the story below.
fn record(n: usize, time: &str, source: &str, name: &str, who: &str, rest: &str) -> String {
    let user = format!(
        r#""userIdentity":{{"type":"IAMUser","principalId":"AIDAEXAMPLE{who}","arn":"arn:aws:iam::111122223333:user/{who}","accountId":"111122223333","accessKeyId":"AKIAEXAMPLE{who}","userName":"{who}"}}"#
    );
    format!(
        r#"{{"eventVersion":"1.08",{user},"eventTime":"2026-03-02T{time}Z","eventSource":"{source}.amazonaws.com","eventName":"{name}","awsRegion":"eu-west-1",{rest},"requestID":"r-{n}","eventID":"00000000-0000-4000-8000-{n:012}","readOnly":false,"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"111122223333","eventCategory":"Management"}}"#
    )
}

/// A morning: mallory finds a trail and stops it, after alice has worked.
pub(super) fn story() -> String {
    let calm = r#""sourceIPAddress":"10.0.0.7","userAgent":"aws-cli/2.15.0","requestParameters":null,"responseElements":null"#;
    let far = r#""sourceIPAddress":"203.0.113.9","userAgent":"Boto3/1.34""#;
    let mut records = Vec::new();
    for n in 0..6 {
        records.push(record(n, &format!("08:0{n}:00"), "ec2", "DescribeInstances", "alice", calm));
    }
    for n in 6..10 {
        let rest =
            format!(r#"{far},"errorCode":"AccessDenied","errorMessage":"no","requestParameters":null"#);
        records.push(record(n, &format!("09:1{}:30", n - 6), "iam", "ListUsers", "mallory", &rest));
    }
    let trail = format!(r#"{far},"requestParameters":{{"name":"main-trail"}},"responseElements":null"#);
    records.push(record(10, "09:20:11", "cloudtrail", "StopLogging", "mallory", &trail));
    let bucket = format!(
        r#"{far},"requestParameters":{{"bucketName":"logs-\u001b[31m","key":"a/b"}},"responseElements":null"#
    );
    records.push(record(11, "09:21:40", "s3", "DeleteObject", "mallory", &bucket));
    format!(r#"{{"Records":[{}]}}"#, records.join(","))
}

impl Console {
    /// One on the story, of that size.
    pub(super) fn on_story(width: u16, height: u16) -> Self {
        Self::on(width, height, story())
    }

    /// One on the file of that text.
    pub(super) fn on(width: u16, height: u16, text: String) -> Self {
        let mut console = Self::begun(width, height, Some("./logs"));
        console.send(Msg::Loaded(Arc::new(investigation(text))));
        console
    }

    /// One that has nothing yet.
    pub(super) fn begun(width: u16, height: u16, source: Option<&str>) -> Self {
        Self::judging(width, height, source, judgment())
    }

    /// One that has nothing yet, with other rules.
    pub(super) fn judging(width: u16, height: u16, source: Option<&str>, judgment: Judgment) -> Self {
        let start = Start {
            settings: Settings::default(),
            themes: Themes::built_in(),
            keymap: Keymap::built_in(),
            depth: Depth::Ansi16,
            source: source.map(str::to_owned),
            sources: source.map(|name| name.trim_start_matches("./").to_owned()).into_iter().collect(),
            query: Query::all(),
            faults: Vec::new(),
            inv: Arc::new(match source {
                Some(_) => Investigation::begun(judgment, Arc::default()),
                None => Investigation::empty(judgment),
            }),
            labels: None,
            case: Some("acme".to_owned()),
            live: false,
            size: (width, height),
        };
        let model = Model::new(start);
        let mut console = Self { model, left: Vec::new(), rules: None, clock: Clock::UTC, now: 0 };
        console.send(Msg::Tick);
        console
    }

    /// A message, and all that follows from it.
    pub(super) fn send(&mut self, msg: Msg) {
        let mut open = vec![msg];
        while let Some(msg) = open.pop() {
            let effects = update(&mut self.model, msg, Now(self.now));
            for effect in effects {
                open.extend(self.carry_out(effect));
            }
        }
    }

    pub(super) fn carry_out(&mut self, effect: Effect) -> Vec<Msg> {
        match effect {
            Effect::Ask(request) => {
                let mut answers = Vec::new();
                answer(&request, &mut |answer| answers.push(Msg::Answered(Box::new(answer))));
                answers.reverse();
                answers
            }
            Effect::Read(id, inv, row) => {
                let record = inv.raw(&inv.table.row(row).unwrap()).map_err(|e| e.to_string());
                vec![Msg::Record(id, record)]
            }
            Effect::ReadToCopy(inv, row) => {
                vec![Msg::ToCopy(inv.raw(&inv.table.row(row).unwrap()).map_err(|e| e.to_string()))]
            }
            Effect::Count(request) => {
                let (counted, at) = request.answer();
                vec![Msg::Counted(request.generation, Arc::new(counted), at)]
            }
            Effect::Discard(_) => Vec::new(),
            Effect::Rules(rules) => {
                self.rules = Some(rules);
                Vec::new()
            }
            Effect::Name(naming) => vec![Msg::Named(naming.text.clone(), naming.answer())],
            Effect::Values(field, inv) => vec![Msg::Values(field, values(&inv, field))],
            Effect::Board(request) => {
                let board = request.answer().map(|board| Msg::Board(request.generation, Arc::new(board)));
                board.into_iter().collect()
            }
            Effect::Look(inv, reject) => {
                let look = inv.look(&reject);
                vec![Msg::Looked(reject, look)]
            }
            Effect::Rule(RuleWork::Try(trial)) => {
                let verdict = trial.answer().map(|verdict| Msg::Rule(RuleNews::Tried(Box::new(verdict))));
                verdict.into_iter().collect()
            }
            Effect::Sight(sighting) => vec![Msg::Sighted(Arc::new(sighting.answer()))],
            Effect::Rule(RuleWork::Judge(judging)) => judging.answer().map(Msg::Rule).into_iter().collect(),
            Effect::Rule(RuleWork::Test(testing)) => vec![Msg::Rule(testing.answer())],
            Effect::Rule(RuleWork::Open { file, new, id }) => vec![Msg::Rule(open(file, new, id))],
            other => {
                self.left.push(other);
                Vec::new()
            }
        }
    }

    /// What the scopes of the page are called.
    pub(super) fn scopes(&self) -> Vec<&str> {
        self.model.page().scopes.iter().map(|scope| scope.label.as_str()).collect()
    }

    /// Presses keys, written as keymaps write them.
    pub(super) fn press(&mut self, keys: &str) -> &mut Self {
        // Longer texts than a sequence of keys may be are cut into single keys.
        let mut rest = keys;
        while !rest.is_empty() {
            let end = match rest.strip_prefix('<') {
                Some(inner) => inner.find('>').unwrap() + 2,
                None => rest.chars().next().unwrap().len_utf8(),
            };
            let (one, others) = rest.split_at(end);
            let one = if one == " " { "<space>" } else { one };
            for key in one.parse::<Keys>().unwrap().as_slice() {
                self.send(Msg::Key(*key));
            }
            rest = others;
        }
        self
    }

    /// Lets time pass, in milliseconds.
    pub(super) fn wait(&mut self, ms: u64) -> &mut Self {
        self.now += ms;
        self.send(Msg::Tick);
        self
    }

    fn drawn(&self) -> (Buffer, Option<Position>) {
        let (width, height) = self.model.size;
        let area = Rect { x: 0, y: 0, width, height };
        let mut buffer = Buffer::empty(area);
        let theme = self.model.theme.at(self.model.depth);
        let cursor = view(&self.model, &theme, &self.clock, area, &mut buffer);
        (buffer, cursor)
    }

    /// The letters on the screen.
    pub(super) fn screen(&self) -> String {
        let (buffer, _) = self.drawn();
        lines(&buffer).iter().map(|line| line.trim_end().to_owned() + "\n").collect()
    }

    /// The letters, below each line a letter for each style, and at the end what those mean.
    pub(super) fn styled(&self) -> String {
        let (buffer, cursor) = self.drawn();
        let mut styles: Vec<Style> = Vec::new();
        let mut out = String::new();
        for (y, line) in lines(&buffer).iter().enumerate() {
            let _ = writeln!(out, "{}", line.trim_end());
            let mut marks = String::new();
            for x in 0..buffer.area.width {
                let style = buffer[(x, y as u16)].style();
                let known = styles.iter().position(|s| *s == style).unwrap_or_else(|| {
                    styles.push(style);
                    styles.len() - 1
                });
                marks.push(if known == 0 { ' ' } else { mark(known) });
            }
            if !marks.trim().is_empty() {
                let _ = writeln!(out, "~{}", marks.trim_end());
            }
        }
        for (n, style) in styles.iter().enumerate().skip(1) {
            let colors = format!("{:?} on {:?}", style.fg, style.bg).replace("Some(", "").replace(')', "");
            let _ = writeln!(out, "{}: {colors} {:?}", mark(n), style.add_modifier);
        }
        let _ = writeln!(out, "cursor: {:?}", cursor.map(|c| (c.x, c.y)));
        out
    }

    /// The line of the screen that holds a text.
    pub(super) fn line_with(&self, text: &str) -> String {
        let screen = self.screen();
        let line = screen.lines().find(|line| line.contains(text));
        line.unwrap_or_else(|| panic!("{text} is not on the screen:\n{screen}")).to_owned()
    }
}

fn mark(n: usize) -> char {
    char::from_u32('a' as u32 + n as u32 - 1).unwrap_or('?')
}

fn lines(buffer: &Buffer) -> Vec<String> {
    let mut lines = Vec::new();
    for y in 0..buffer.area.height {
        let mut line = String::new();
        let mut skip = 0;
        for x in 0..buffer.area.width {
            let symbol = buffer[(x, y)].symbol();
            if skip == 0 {
                line.push_str(symbol);
            }
            skip = if skip > 0 { skip - 1 } else { crate::text::width(symbol).saturating_sub(1) };
        }
        lines.push(line);
    }
    lines
}
