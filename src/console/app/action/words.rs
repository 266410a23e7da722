//! The words that may follow the names of actions. The line above a word is what help says of it.

use std::borrow::Cow;

use super::argument::{Argument, Choice, missing};
use crate::config::Reason;

/// Makes an enum whose values are written as words, and documented once.
macro_rules! words {
    ($( #[doc = $about:literal] $Name:ident is a $kind:literal { $(
        #[doc = $doc:literal] $Variant:ident = $word:literal,
    )+ } )+) => { $(
        #[doc = $about]
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum $Name { $( #[doc = $doc] $Variant, )+ }

        impl $Name {
            /// Every one, in the order in which help lists them.
            pub const ALL: &'static [Self] = &[$( Self::$Variant ),+];

            /// How it is written.
            pub fn name(self) -> &'static str {
                match self { $( Self::$Variant => $word, )+ }
            }

            /// A few words about it.
            pub fn about(self) -> &'static str {
                match self { $( Self::$Variant => $doc.trim_ascii(), )+ }
            }
        }

        impl Argument for $Name {
            const KIND: &'static str = $kind;

            fn read(text: Option<&str>) -> Result<Self, Reason> {
                let word = text.ok_or_else(missing::<Self>)?;
                let names = Self::ALL.iter().map(|value| value.name());
                let found = Self::ALL.iter().find(|value| value.name() == word);
                found.copied().ok_or_else(|| Reason::unknown($kind, word, names))
            }

            fn write(&self) -> Option<Cow<'_, str>> {
                Some(Cow::Borrowed(self.name()))
            }

            fn choices() -> Vec<Choice> {
                Self::ALL.iter().map(|value| Choice { name: value.name(), about: value.about() }).collect()
            }
        }
    )+ };
}

words! {
    /// The headings of help.
    Category is a "heading" {
        /// moving in lists and between panes
        Moving = "moving",
        /// views and panes
        Views = "views",
        /// going deeper, and back
        DrillDown = "drill-down",
        /// choosing which events are seen
        Filtering = "filtering",
        /// how the list looks
        Arranging = "arranging",
        /// reading a record
        Reading = "reading",
        /// the timeline
        Timeline = "timeline",
        /// taking something along
        Keeping = "keeping",
        /// prompts, palette and pickers
        Typing = "typing",
        /// the program itself
        Program = "program",
    }

    /// Where the cursor goes.
    Motion is a "direction" {
        /// one row up
        Up = "up",
        /// one row down
        Down = "down",
        /// to the left
        Left = "left",
        /// to the right
        Right = "right",
        /// half a page up
        HalfPageUp = "half-page-up",
        /// half a page down
        HalfPageDown = "half-page-down",
        /// one page up
        PageUp = "page-up",
        /// one page down
        PageDown = "page-down",
        /// to the first row
        Top = "top",
        /// to the last row
        Bottom = "bottom",
    }

    /// Which neighbor.
    Step is a "direction" {
        /// the next one
        Next = "next",
        /// the one before
        Previous = "previous",
    }

    /// More or less.
    Size is a "change" {
        /// wider
        Grow = "grow",
        /// narrower
        Shrink = "shrink",
    }

    /// The seven views.
    View is a "view" {
        /// whom to look at first
        Actors = "actors",
        /// what to look at first
        Events = "events",
        /// what is normal for this user, address, key, role or session
        Profile = "profile",
        /// what is out of the ordinary
        Anomalies = "anomalies",
        /// whether a rule would have caught it, and what else
        Rules = "rules",
        /// what has been found
        Case = "case",
        /// what there is, what is missing, and whether it is intact
        Sources = "sources",
    }

    /// What two events may share.
    Pivot is a "pivot" {
        /// user
        User = "user",
        /// role
        Role = "role",
        /// source address
        Address = "address",
        /// session
        Session = "session",
        /// access key
        Key = "key",
        /// event name
        EventName = "event-name",
        /// account
        Account = "account",
        /// region
        Region = "region",
    }

    /// Whom a profile is of.
    Whom is a "kind" {
        /// the actor
        Actor = "actor",
        /// the user
        User = "user",
        /// the role
        Role = "role",
        /// the source address
        Address = "address",
        /// the access key
        Key = "key",
        /// the session
        Session = "session",
    }

    /// How a length changes.
    Length is a "change" {
        /// longer
        Longer = "longer",
        /// shorter
        Shorter = "shorter",
    }

    /// An axis of a chart.
    Axis is a "direction" {
        /// from left to right
        Across = "across",
        /// from below upwards
        Up = "up",
    }

    /// Queries that are asked again and again.
    Preset is a "preset" {
        /// the last 15 minutes before the newest event
        Last15Minutes = "last-15-minutes",
        /// the last hour before the newest event
        LastHour = "last-hour",
        /// the last day before the newest event
        LastDay = "last-day",
        /// the last week before the newest event
        LastWeek = "last-week",
        /// only what changed something
        Writes = "writes",
        /// only what failed
        Errors = "errors",
        /// what the root user did
        RootActivity = "root-activity",
        /// console logins without a second factor
        LoginsWithoutMfa = "logins-without-mfa",
        /// access keys and login profiles that were made
        NewAccessKeys = "new-access-keys",
        /// calls that can open something to the public
        PublicExposure = "public-exposure",
        /// trails, detectors and logs that were changed
        LoggingChanged = "logging-changed",
    }

    /// How far a finding or an incident has come.
    Progress is a "state" {
        /// nobody has looked at it yet
        Detected = "detected",
        /// somebody looks at it
        Analyzing = "analyzing",
        /// something is done about it
        InProgress = "in-progress",
        /// it is done
        Resolved = "resolved",
        /// it was nothing
        FalsePositive = "false-positive",
    }

    /// The least level of rules.
    Least is a "level" {
        /// critical alone
        Critical = "critical",
        /// high and critical
        High = "high",
        /// medium and above
        Medium = "medium",
        /// low and above
        Low = "low",
        /// every rule
        Info = "info",
    }

    /// What is copied.
    Copied is a "kind" {
        /// the value under the cursor
        Value = "value",
        /// the id of the event
        Id = "id",
        /// the whole record as JSON
        Json = "json",
        /// the ARN under the cursor, of what was acted on, or of the caller
        Arn = "arn",
        /// the command that prints the events of this page
        Command = "command",
        /// the command that asks AWS for this event
        Lookup = "lookup",
        /// the link to this in the AWS console
        Link = "link",
    }

    /// Which part of the list is exported.
    Exported is a "part" {
        /// the events of the list that are marked
        Marked = "marked",
    }

    /// What is opened or closed.
    Fold is a "fold" {
        /// opens or closes this part
        Toggle = "toggle",
        /// opens this part
        Open = "open",
        /// closes this part
        Close = "close",
        /// opens every part
        OpenAll = "open-all",
        /// closes every part
        CloseAll = "close-all",
    }

    /// How the part of time changes.
    Brush is a "change" {
        /// half as long
        ZoomIn = "zoom-in",
        /// twice as long
        ZoomOut = "zoom-out",
        /// earlier
        Left = "left",
        /// later
        Right = "right",
        /// everything
        All = "all",
    }

    /// How the part of the timeline that is being chosen changes.
    Edge is a "change" {
        /// one stretch to the left
        Left = "left",
        /// one stretch to the right
        Right = "right",
        /// ten stretches to the left
        FarLeft = "far-left",
        /// ten stretches to the right
        FarRight = "far-right",
        /// takes the other edge
        Other = "other",
        /// both edges to the left
        Earlier = "earlier",
        /// both edges to the right
        Later = "later",
    }

    /// What a profile is asked.
    Question is a "question" {
        /// who was behind it; once more: their profile
        Who = "who",
        /// what happened
        Deeds = "deeds",
        /// what was made and may still be there
        Left = "left",
        /// what was new
        New = "new",
        /// signs of theft
        Theft = "theft",
    }

    /// What happens to a rule.
    Craft is a "step" {
        /// opens the rule under the cursor in the editor
        Edit = "edit",
        /// begins a new rule: chooses fields of the event that was chosen in the list
        New = "new",
        /// saves it
        Save = "save",
        /// saves it over what somebody else changed
        Overwrite = "overwrite",
        /// takes the last change back
        Undo = "undo",
        /// makes the change again
        Redo = "redo",
        /// mutes it for this session, or lets it speak again: its hits give no points and are not shown
        Mute = "mute",
        /// mutes it for good, or lets it speak again
        Disable = "disable",
        /// reads all rules from their files again
        Reload = "reload",
        /// runs the examples in its file
        Test = "test",
        /// searches its text
        Find = "find",
        /// opens it in your own editor, by VISUAL or EDITOR
        External = "external",
        /// closes the editor without saving
        Discard = "discard",
    }

    /// What happens to the line that is being typed.
    Edit is a "change" {
        /// one letter to the left
        Left = "left",
        /// one letter to the right
        Right = "right",
        /// one word to the left
        WordLeft = "word-left",
        /// one word to the right
        WordRight = "word-right",
        /// to the beginning
        Home = "home",
        /// to the end
        End = "end",
        /// deletes the letter before
        Backspace = "backspace",
        /// deletes the letter behind
        Delete = "delete",
        /// deletes the word before
        DeleteWord = "delete-word",
        /// deletes everything before
        DeleteToHome = "delete-to-home",
        /// deletes everything behind
        DeleteToEnd = "delete-to-end",
        /// begins another line, in notes
        NewLine = "new-line",
    }
}
