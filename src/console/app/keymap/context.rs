//! The places in which keys mean something, and from which place each inherits.

/// Where a key is pressed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[expect(missing_docs, reason = "the table below says what each is")]
pub enum Context {
    Global,
    Events,
    Detail,
    Actors,
    Profile,
    Anomalies,
    Sources,
    Rules,
    Editor,
    Case,
    Table,
    Bytes,
    Brush,
    Input,
    Prompt,
    Palette,
    Help,
    Picker,
    Confirm,
}

/// One row of the table of contexts.
#[derive(Debug)]
pub struct ContextInfo {
    /// The context.
    pub context: Context,
    /// Its name in `keymap.toml`.
    pub name: &'static str,
    /// Where it is, for help and the documents.
    pub about: &'static str,
    /// What it inherits from.
    pub parent: Option<Context>,
    /// Whether letters are typed there, and so cannot be bound.
    pub typing: bool,
}

const fn row(
    context: Context,
    name: &'static str,
    parent: Option<Context>,
    typing: bool,
    about: &'static str,
) -> ContextInfo {
    ContextInfo { context, name, about, parent, typing }
}

/// Every context, in the order in which help lists them.
pub static CONTEXTS: &[ContextInfo] = &[
    row(Context::Global, "global", None, false, "everywhere but where you type"),
    row(Context::Events, "events", Some(Context::Global), false, "the list of events"),
    row(Context::Detail, "detail", Some(Context::Global), false, "the detail of a row"),
    row(Context::Actors, "actors", Some(Context::Global), false, "the view of actors"),
    row(Context::Profile, "profile", Some(Context::Global), false, "the view of a profile"),
    row(Context::Anomalies, "anomalies", Some(Context::Global), false, "the view of anomalies"),
    row(Context::Sources, "sources", Some(Context::Global), false, "the view of sources"),
    row(Context::Rules, "rules", Some(Context::Global), false, "the view of rules"),
    row(Context::Editor, "editor", None, true, "the editor of a rule"),
    row(Context::Case, "case", Some(Context::Global), false, "the view of the case"),
    row(Context::Table, "table", Some(Context::Global), false, "the table of how often each value occurs"),
    row(Context::Bytes, "bytes", None, false, "bytes that could not be read, and results"),
    row(Context::Brush, "brush", None, false, "a part of the timeline that is being chosen"),
    row(Context::Input, "input", None, true, "everywhere you type"),
    row(Context::Prompt, "prompt", Some(Context::Input), true, "the filter and the search"),
    row(Context::Palette, "palette", Some(Context::Input), true, "the palette of commands"),
    row(Context::Help, "help", Some(Context::Input), true, "this help"),
    row(
        Context::Picker,
        "picker",
        Some(Context::Input),
        true,
        "a list to choose from: themes, columns, presets",
    ),
    row(Context::Confirm, "confirm", None, false, "a question"),
];

impl Context {
    /// How many contexts there are.
    pub const COUNT: usize = Context::Confirm as usize + 1;

    /// The context of that name.
    pub fn find(name: &str) -> Option<Self> {
        CONTEXTS.iter().find(|info| info.name == name).map(|info| info.context)
    }

    /// The row of the table.
    pub fn info(self) -> &'static ContextInfo {
        // The rows stand in the order of the enum, which a test checks.
        CONTEXTS.get(self as usize).unwrap_or(&CONTEXTS[0])
    }

    /// Its name in `keymap.toml`.
    pub fn name(self) -> &'static str {
        self.info().name
    }

    /// The context, the one it inherits from, and so on outward.
    pub(super) fn chain(self) -> impl Iterator<Item = Self> {
        std::iter::successors(Some(self), |context| context.info().parent).take(Self::COUNT)
    }
}
