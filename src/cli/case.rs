//! `trailhound case`.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::case::exchange::{self, Imported};
use crate::case::{Case, CaseError, State, Subject, gather, matching};
use crate::cli::args::{
    CaseArgs, CaseCommand, Form, IndicatorsCommand, InputArgs, ListArgs, ListFormat, Listed,
};
use crate::cli::exit::{Exit, Failure, Outcome};
use crate::cli::{author, load, output};
use crate::config::{Dirs, Environment, dirs::System};
use crate::evidence::hash::Hash;
use crate::investigation::Investigation;
use crate::report::case::{self as pages, Seen};
use crate::report::csv;
use crate::report::who::write_json;
use crate::score::Level;
use crate::text::{plural, visible};

/// How many rows of a kind a table shows unless told.
const ROWS: usize = 40;

impl From<CaseError> for Failure {
    fn from(e: CaseError) -> Self {
        Self::Use(visible(&e.to_string()).into_owned())
    }
}

pub(crate) fn run(args: &CaseArgs) -> Outcome {
    let path = path(args)?;
    match &args.command {
        CaseCommand::Show { subject, list } => show(&path, subject.as_deref(), *list),
        CaseCommand::List { what, state, list } => list_of(&path, *what, state.as_deref(), *list),
        CaseCommand::Add { id, input } => add(&path, id, input),
        CaseCommand::Gather { level, input } => gather_by_rules(&path, level, input),
        CaseCommand::Open { subject } => open(&path, subject),
        CaseCommand::Note { text, on } => note(&path, text.as_deref(), on),
        CaseCommand::Tag { subject, tag, off } => {
            let subject = subject_of(subject)?;
            Case::open(&path, true)?.tag(&author::by(), &subject, tag, !off)?;
            Ok(Exit::Done)
        }
        CaseCommand::State { subject, state, resolution } => {
            let (subject, state) = (subject_of(subject)?, state_of(state)?);
            Case::open(&path, false)?.set_state(&author::by(), &subject, state, resolution, None)?;
            told(&format!("{subject} is {}", state.name()))
        }
        CaseCommand::Indicators(command) => indicators(&path, command),
        CaseCommand::History { subject, list } => history(&path, subject.as_deref(), *list),
        CaseCommand::Undo => {
            let entry = Case::open(&path, false)?.undo(&author::by())?;
            told(&entry.text)
        }
    }
}

/// The file of the case: the named one, else the user's own.
fn path(args: &CaseArgs) -> Result<PathBuf, Failure> {
    if let Some(path) = &args.case {
        return Ok(path.clone());
    }
    Dirs::of(&Environment::of_process(), System::HERE).case().ok_or_else(|| {
        Failure::Use(
            "there is no folder for cases, as the environment names no home; name a file with --case"
                .to_owned(),
        )
    })
}

/// Says in a line what was done.
fn told(text: &str) -> Outcome {
    output::to_stdout(|out| writeln!(out, "{}", visible(text)))?;
    Ok(Exit::Done)
}

fn subject_of(text: &str) -> Result<Subject, Failure> {
    text.parse().map_err(|e: crate::case::model::UnknownWord| Failure::Use(e.to_string()))
}

fn state_of(text: &str) -> Result<State, Failure> {
    text.parse().map_err(|e: crate::case::model::UnknownWord| Failure::Use(e.to_string()))
}

fn most(list: ListArgs) -> usize {
    output::most(list.top, if list.format == ListFormat::Table { ROWS } else { usize::MAX })
}

fn show(path: &Path, subject: Option<&str>, list: ListArgs) -> Outcome {
    let subject = subject.map(subject_of).transpose()?;
    let case = Case::open(path, false)?;
    let contents = case.contents()?;
    let style = output::table_style();
    let Some(subject) = subject.filter(|subject| *subject != Subject::Case) else {
        output::to_stdout(|out| match list.format {
            ListFormat::Json => write_json(out, &contents),
            ListFormat::Table => pages::write_all(out, path, &contents, most(list), style),
        })?;
        return Ok(Exit::Done);
    };
    let history = case.history(Some(&subject), usize::MAX)?;
    let page = pages::Page::new(&contents, &subject, history);
    let page = page.ok_or_else(|| CaseError::NoSuch { what: subject.to_string() })?;
    output::to_stdout(|out| match list.format {
        ListFormat::Json => write_json(out, &page),
        ListFormat::Table => pages::write_page(out, &page, most(list), style),
    })?;
    Ok(Exit::Done)
}

fn list_of(path: &Path, what: Listed, state: Option<&str>, list: ListArgs) -> Outcome {
    let state = state.map(state_of).transpose()?;
    let mut contents = Case::open(path, false)?.contents()?;
    contents.findings.retain(|f| state.is_none_or(|state| f.state == state));
    contents.incidents.retain(|i| state.is_none_or(|state| i.state == state));
    let (most, style) = (most(list), output::table_style());
    output::to_stdout(|out| match (list.format, what) {
        (ListFormat::Table, what) => pages::write_list(out, &contents, part(what), most, style),
        (_, Listed::Findings) => write_json(out, &contents.findings),
        (_, Listed::Incidents) => write_json(out, &contents.incidents),
        (_, Listed::Notes) => write_json(out, &contents.notes),
        (_, Listed::Tags) => write_json(out, &contents.tags),
        (_, Listed::Marks) => write_json(out, &contents.marks),
        (_, Listed::Indicators) => write_json(out, &contents.indicators),
        (_, Listed::Hunts) => write_json(out, &contents.hunts),
        (_, Listed::Sent) => write_json(out, &contents.sent),
    })?;
    Ok(Exit::Done)
}

fn part(what: Listed) -> pages::Part {
    match what {
        Listed::Findings => pages::Part::Findings,
        Listed::Incidents => pages::Part::Incidents,
        Listed::Notes => pages::Part::Notes,
        Listed::Tags => pages::Part::Tags,
        Listed::Marks => pages::Part::Marks,
        Listed::Indicators => pages::Part::Indicators,
        Listed::Hunts => pages::Part::Hunts,
        Listed::Sent => pages::Part::Sent,
    }
}

fn loaded(input: &InputArgs) -> Result<&'static Investigation, Failure> {
    let settings = load::sound_settings(&input.settings.flags())?;
    load::everything(&input.sources, &settings, input.quiet)
}

fn rejects(inv: &Investigation, input: &InputArgs) -> Exit {
    load::tell_rejects(inv, input.quiet, input.show_rejects)
}

fn add(path: &Path, id: &str, input: &InputArgs) -> Outcome {
    let inv = loaded(input)?;
    let row = inv.table.find_id(id).ok_or_else(|| {
        Failure::Use(format!(
            "{}: no event has this id; `trailhound query SOURCE \"\" --format csv` prints the ids",
            visible(id)
        ))
    })?;
    let found = gather::finding(inv, &[row]).ok_or_else(|| CaseError::NoSuch { what: id.to_owned() })?;
    let finding = Case::open(path, true)?.add_finding(&author::by(), &found)?;
    told(&Subject::Finding(finding).to_string())?;
    Ok(rejects(inv, input))
}

fn gather_by_rules(path: &Path, level: &str, input: &InputArgs) -> Outcome {
    let least = Level::named(level).ok_or_else(|| {
        let known = Level::ALL.map(Level::name).join(", ");
        Failure::Use(format!("--level {}: there is no level of this name; there are {known}", visible(level)))
    })?;
    let inv = loaded(input)?;
    let of_rules = gather::by_rules(inv, least);
    let incidents = Case::open(path, true)?.open_by_rules(&author::by(), &of_rules)?;
    let style = output::table_style();
    output::to_stdout(|out| pages::write_gathered(out, &of_rules, &incidents, style))?;
    for of_rule in of_rules.iter().filter(|of_rule| of_rule.left_out > 0 && !input.quiet) {
        let left = plural(of_rule.left_out as u64, "burst");
        eprintln!(
            "trailhound: rule {}: {left} more were left out; query rule:{}",
            visible(&of_rule.title),
            visible(&of_rule.rule)
        );
    }
    Ok(rejects(inv, input))
}

fn open(path: &Path, subject: &str) -> Outcome {
    let Subject::Finding(finding) = subject_of(subject)? else {
        return Err(Failure::Use(format!(
            "{}: an incident is opened from a finding; name one as finding:N",
            visible(subject)
        )));
    };
    let id = Case::open(path, false)?.open_incident(&author::by(), finding)?;
    told(&Subject::Incident(id).to_string())
}

fn note(path: &Path, text: Option<&str>, on: &str) -> Outcome {
    let subject = subject_of(on)?;
    let text = match text {
        Some("-") | None => String::from_utf8_lossy(&read("-")?).into_owned(),
        Some(text) => text.to_owned(),
    };
    let id = Case::open(path, true)?.add_note(&author::by(), &subject, text.trim_end())?;
    told(&format!("note {id} on {subject}"))
}

/// A file, or the standard input.
fn read(file: &str) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let read = if file == "-" {
        std::io::stdin().read_to_end(&mut bytes).map(|_| bytes)
    } else {
        std::fs::read(file)
    };
    read.map_err(|e| {
        Failure::Use(format!("{}: {e}; check that the file is there and can be read", visible(file)))
    })
}

fn indicators(path: &Path, command: &IndicatorsCommand) -> Outcome {
    match command {
        IndicatorsCommand::Import { file } => import(path, file),
        IndicatorsCommand::Export { form, out, no_private, csv_raw } => {
            let style = csv::Style { raw: *csv_raw };
            export(path, *form, out.as_deref(), !no_private, style)
        }
        IndicatorsCommand::Match { list, input } => look_for(path, *list, input),
    }
}

fn import(path: &Path, file: &str) -> Outcome {
    let name =
        Path::new(file).file_name().map_or_else(|| file.to_owned(), |n| n.to_string_lossy().into_owned());
    let Imported { indicators, faults, counted } = exchange::import(&read(file)?, &name);
    for fault in &faults {
        eprintln!("trailhound: {}: {counted} {}", visible(file), visible(&fault.to_string()));
    }
    let read = plural(indicators.len() as u64, "indicator");
    let new = if indicators.is_empty() {
        0
    } else {
        Case::open(path, true)?.add_indicators(&author::by(), &name, &indicators)?
    };
    told(&format!("{read} read, {new} of them new to the case"))?;
    Ok(if faults.is_empty() { Exit::Done } else { Exit::PartlyUnreadable })
}

fn export(path: &Path, form: Form, to: Option<&Path>, private: bool, style: csv::Style) -> Outcome {
    let mut case = Case::open(path, false)?;
    let mut indicators = case.contents()?.indicators;
    indicators.retain(|i| private || !i.private);
    let mut bytes = Vec::new();
    let name = match form {
        Form::Csv => exchange::csv::export(&mut bytes, &indicators, style).map(|()| "csv"),
        Form::Stix => exchange::stix::export(&mut bytes, &indicators).map(|()| "stix"),
    }?;
    match to {
        Some(file) => std::fs::write(file, &bytes)?,
        None => output::to_stdout(|out| out.write_all(&bytes))?,
    }
    let target = to.map_or_else(|| "standard output".to_owned(), |file| file.display().to_string());
    case.record_sent(&author::by(), name, &target, &Subject::Case, &Hash::of(&bytes).to_string())?;
    Ok(Exit::Done)
}

fn look_for(path: &Path, list: ListArgs, input: &InputArgs) -> Outcome {
    let contents = Case::open(path, false)?.contents()?;
    let inv = loaded(input)?;
    let wanted = contents.indicators.iter().map(|i| (i.kind, i.value.as_str()));
    let found = matching::matches(inv, wanted);
    let seen = Seen::new(&contents.indicators, &found);
    output::to_stdout(|out| match list.format {
        ListFormat::Json => write_json(out, &seen),
        ListFormat::Table => pages::write_seen(out, &seen, most(list), output::table_style()),
    })?;
    Ok(rejects(inv, input))
}

fn history(path: &Path, subject: Option<&str>, list: ListArgs) -> Outcome {
    let subject = subject.map(subject_of).transpose()?.filter(|subject| *subject != Subject::Case);
    let entries = Case::open(path, false)?.history(subject.as_ref(), most(list))?;
    output::to_stdout(|out| match list.format {
        ListFormat::Json => write_json(out, &entries),
        ListFormat::Table => pages::write_history(out, &entries, output::table_style()),
    })?;
    Ok(Exit::Done)
}
