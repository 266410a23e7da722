//! The one list of actions: what a key, the palette or a command line can ask of the console.
//!
//! Keys, palette, help and the documents are all made from [`ACTIONS`], so that an action
//! that is added here is in all of them. The line above an action in the list below is its
//! documentation in the code and its line in help. An action is written `name` or `name
//! argument`: `quit`, `view events`, `sort risk`.
//!
//! Messages that the console sends to itself (an answer has come, the clock has
//! ticked) are no actions and cannot be bound to a key.

mod argument;
mod catalog;
mod meaning;
mod words;

use std::borrow::Cow;
use std::fmt;

pub use argument::{Argument, ArgumentInfo, Choice, Name, Number};
pub use catalog::{Command, commands};
pub use words::{
    Axis, Brush, Category, Copied, Craft, Edge, Edit, Exported, Fold, Least, Length, Motion, Pivot, Preset,
    Progress, Question, Size, Step, View, Whom,
};

use super::range::Range;
use crate::config::Reason;
use crate::event::field::FieldRef;
use crate::query::Query;
use crate::query::order::Sort;

/// One row of the list of actions.
#[derive(Debug)]
pub struct ActionInfo {
    /// How it is written.
    pub name: &'static str,
    /// One line about it.
    pub about: &'static str,
    /// Under which heading help shows it.
    pub category: Category,
    /// What may or must follow the name.
    pub argument: Option<ArgumentInfo>,
    /// What it will come with, while it is not there yet.
    pub later: Option<&'static str>,
}

/// Makes the enum, the table and the reader from one list.
macro_rules! actions {
    ($( $Category:ident { $(
        #[doc = $about:literal]
        $Variant:ident $(($Arg:ty))? = $name:literal $(later $later:literal)?,
    )+ } )+) => {
        /// Something that the console can be asked to do.
        #[derive(Clone, PartialEq, Debug)]
        pub enum Action { $( $( #[doc = $about] $Variant $(($Arg))?, )+ )+ }

        /// Every action, in the order in which help lists them.
        pub static ACTIONS: &[ActionInfo] = &[ $( $( ActionInfo {
            name: $name,
            about: $about.trim_ascii(),
            category: Category::$Category,
            argument: actions!(@argument $($Arg)?),
            later: actions!(@later $($later)?),
        }, )+ )+ ];

        impl Action {
            /// How it is written, without its argument.
            pub fn name(&self) -> &'static str {
                match self { $( $( Self::$Variant { .. } => $name, )+ )+ }
            }

            /// Its argument as it is written.
            pub fn argument(&self) -> Option<Cow<'_, str>> {
                match self { $( $(
                    actions!(@pattern value $Variant $($Arg)?) => actions!(@write value $($Arg)?),
                )+ )+ }
            }

            /// The action of that name with that argument; `None`: there is no such name.
            fn make(name: &str, argument: Option<&str>) -> Option<Result<Self, Reason>> {
                match name {
                    $( $( $name => Some(actions!(@read argument $Variant $($Arg)?)), )+ )+
                    _ => None,
                }
            }
        }
    };
    (@argument) => { None };
    (@argument $Arg:ty) => { Some(ArgumentInfo::of::<$Arg>()) };
    (@later) => { None };
    (@later $later:literal) => { Some($later) };
    (@pattern $value:ident $Variant:ident) => { Self::$Variant };
    (@pattern $value:ident $Variant:ident $Arg:ty) => { Self::$Variant($value) };
    (@write $value:ident) => { None };
    (@write $value:ident $Arg:ty) => { Argument::write($value) };
    (@read $argument:ident $Variant:ident) => { argument::none($argument).map(|()| Self::$Variant) };
    (@read $argument:ident $Variant:ident $Arg:ty) => {
        <$Arg as Argument>::read($argument).map(Self::$Variant)
    };
}

actions! {
    Moving {
        /// moves the cursor
        Move(Motion) = "move",
        /// goes to another pane
        Pane(Step) = "pane",
    }
    Views {
        /// opens a view
        View(View) = "view",
        /// goes to the detail of the row, and back
        Detail = "detail",
        /// changes the width of the detail
        DetailSize(Size) = "detail-size",
    }
    DrillDown {
        /// opens what the cursor is on
        Open = "open",
        /// shows the events that share a value with this one; without a word, asks which
        Pivot(Option<Pivot>) = "pivot",
        /// shows the profile of whom the cursor is on; with a word, of that part of the event
        Profile(Option<Whom>) = "profile",
        /// goes to the part of a profile that answers this
        Show(Question) = "show",
        /// goes back to where you were
        Back = "back",
        /// goes forward again
        Forward = "forward",
        /// closes what is open, else leaves the innermost scope; never quits
        Pop = "pop",
        /// leaves every scope and filter
        ShowAll = "show-all",
    }
    Filtering {
        /// filters by a query as you type it
        Filter(Option<Query>) = "filter",
        /// keeps only events with the value under the cursor
        Keep = "keep",
        /// drops events with the value under the cursor
        Drop = "drop",
        /// counts the values of a field; without one, of the field under the cursor
        Frequency(Option<FieldRef>) = "frequency",
        /// filters by a ready-made query; without one, asks which
        Preset(Option<Preset>) = "preset",
    }
    Arranging {
        /// sorts the list; without a field, asks by which; a - in front turns it round
        Sort(Option<Sort>) = "sort",
        /// turns the order of the list around
        Reverse = "reverse",
        /// chooses the columns of the list
        Columns = "columns",
        /// tells of sessions instead of actors, and back
        Sessions = "sessions",
        /// makes the part of the log that counts as normal longer or shorter
        Baseline(Length) = "baseline",
        /// takes another feature for one axis of the points
        Axis(Axis) = "axis",
        /// looks for anomalies by other features
        Features = "features",
        /// opens or closes a burst, a row that stands for many events
        Burst = "burst",
    }
    Reading {
        /// folds the record
        Fold(Fold) = "fold",
        /// searches the record
        Search = "search",
        /// goes to another match of the search
        Match(Step) = "match",
        /// edits, tries and saves a rule
        Rule(Craft) = "rule",
    }
    Timeline {
        /// changes the part of time that the list shows
        Timeline(Brush) = "timeline",
        /// shows only a part of time; without one, asks which
        Range(Option<Range>) = "range",
        /// chooses a part of the timeline by its two edges, to look closer
        Brush = "brush",
        /// moves an edge of the part that is being chosen
        Edge(Edge) = "edge",
    }
    Keeping {
        /// copies to the clipboard, also over ssh and tmux; without a word, asks what
        Copy(Option<Copied>) = "copy",
        /// shows and copies the link to this in the AWS console; enter opens it in your browser
        Link = "link",
        /// marks the row, or takes its mark away
        Mark = "mark",
        /// adds the row to the case as a finding; of a burst, all of it
        AddToCase = "add-to-case",
        /// makes the value under the cursor an indicator of the case
        Indicator = "indicator",
        /// says how far a finding or incident has come; without a word, asks
        State(Option<Progress>) = "state",
        /// opens an incident from a finding or a rule; puts a finding into one, or takes it out
        Incident(Option<Number>) = "incident",
        /// opens an incident for each rule that hit, at or above a level; without a word, asks which
        Gather(Option<Least>) = "gather",
        /// writes a note about the row into the case
        Note = "note",
        /// puts a tag on the row, in the case
        Tag = "tag",
        /// takes a tag off the row; without a word, asks which
        Untag(Option<Name>) = "untag",
        /// takes what the cursor is on out of the case: an indicator, a hunt, a mark, a note
        Remove = "remove",
        /// keeps what the page shows as a hunt of the case, under a name
        SaveHunt = "save-hunt",
        /// runs a hunt of the case; without a name, asks which
        Hunt(Option<Name>) = "hunt",
        /// brings indicators from a file of CSV or STIX 2.1 into the case
        ImportIndicators = "import-indicators",
        /// writes the indicators of the case as CSV or STIX 2.1
        ExportIndicators = "export-indicators",
        /// takes back the last change of the case
        Undo = "undo",
        /// exports the list into a file; with a word, only that part of it
        Export(Option<Exported>) = "export",
        /// shows what Slack would be told of the row, and sends it
        Slack = "slack",
        /// writes the report as PDF
        Report = "report",
    }
    Typing {
        /// takes what was typed or chosen
        Accept = "accept",
        /// closes it without taking anything
        Close = "close",
        /// switches the entry under the cursor on or off
        Toggle = "toggle",
        /// moves the entry under the cursor among the others
        Reorder(Step) = "reorder",
        /// completes the word that is being typed
        Complete(Step) = "complete",
        /// brings back what was typed before
        History(Step) = "history",
        /// edits the line that is being typed
        Edit(Edit) = "edit",
    }
    Program {
        /// loads another source beside those that are loaded
        AddSource = "add-source",
        /// stops taking what comes to the sources that are followed, and goes on
        Follow = "follow",
        /// finds and runs any command
        Palette = "palette",
        /// shows the keys that work here
        Help = "help",
        /// shows the last messages again, and what is wrong with your own files
        Messages = "messages",
        /// chooses the theme, and shows each as you go
        Theme = "theme",
        /// changes to the next theme
        ThemeNext = "theme-next",
        /// changes between UTC and local time
        TimeZone = "time-zone",
        /// switches the mouse on or off
        Mouse = "mouse",
        /// draws the screen anew
        Redraw = "redraw",
        /// puts the console into the background, until `fg`
        Suspend = "suspend",
        /// stops the work that is under way
        Cancel = "cancel",
        /// leaves; asks when unsaved work would be lost
        Quit = "quit",
    }
}

impl Action {
    /// Reads `name` or `name argument`.
    ///
    /// # Errors
    /// There is no such action or argument, one is missing, or one is too many; with the nearest that exists.
    pub fn parse(text: &str) -> Result<Self, Reason> {
        let text = text.trim();
        let (name, argument) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        let argument = Some(argument.trim()).filter(|argument| !argument.is_empty());
        let made = Self::make(name, argument).ok_or_else(|| Self::unknown(name))?;
        made.map_err(|reason| Reason {
            suggestion: reason.suggestion.map(|argument| format!("{name} {argument}").trim().to_owned()),
            ..reason
        })
    }

    fn unknown(name: &str) -> Reason {
        if name.is_empty() {
            return Reason::new("must name an action");
        }
        Reason::unknown("action", name, ACTIONS.iter().map(|info| info.name))
    }

    /// The row of the list.
    pub fn info(&self) -> &'static ActionInfo {
        let name = self.name();
        // The table and the enum are made from one list: the first row is never reached in error.
        ACTIONS.iter().find(|info| info.name == name).unwrap_or(&ACTIONS[0])
    }

    /// One line about it, with its argument.
    pub fn about(&self) -> String {
        let info = self.info();
        let argument = self.argument();
        let choice = argument.and_then(|word| info.argument?.choices().into_iter().find(|c| c.name == word));
        choice.map_or_else(|| info.about.to_owned(), |choice| info.about_choice(&choice))
    }

    /// Why it does nothing yet: `comes with the case board`. `None` where it works.
    pub fn later(&self) -> Option<String> {
        self.info().later.map(|what| format!("comes with {what}"))
    }
}

impl ActionInfo {
    /// One line about the action with one of its arguments: `moves the cursor: one row down`.
    fn about_choice(&self, choice: &Choice) -> String {
        let about = self.about.split(';').next().unwrap_or_default();
        format!("{about}: {}", choice.about)
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        self.argument().map_or(Ok(()), |argument| write!(f, " {argument}"))
    }
}

#[cfg(test)]
mod tests;
