//! The roles: what the console can say with a color.

use super::style::Attributes;

/// A part of the screen, or a meaning, that a theme gives a style to.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[expect(missing_docs, reason = "the table below says what each is")]
pub enum Role {
    Text,
    Muted,
    Title,
    Header,
    Bar,
    Popup,
    Border,
    BorderFocus,
    Selection,
    SelectionIdle,
    Match,
    Accent,
    Mark,
    RiskCritical,
    RiskHigh,
    RiskMedium,
    RiskLow,
    RiskInfo,
    OutcomeSuccess,
    OutcomeDenied,
    OutcomeError,
    Chart1,
    Chart2,
    Chart3,
    Chart4,
    Chart5,
    Chart6,
    JsonKey,
    JsonString,
    JsonNumber,
    JsonWord,
    JsonPunct,
    TabActive,
    TabInactive,
    Breadcrumb,
    Prompt,
    PromptHint,
    Error,
    Warning,
    Success,
    Key,
    KeyLabel,
    Progress,
}

/// One row of the table of roles.
#[derive(Debug)]
pub struct RoleInfo {
    /// The role.
    pub role: Role,
    /// Its name in a theme.
    pub name: &'static str,
    /// Where it is seen, for the documents.
    pub about: &'static str,
    /// What is added where there are no colors, so that the role can still be told apart.
    pub plain: Attributes,
}

const NONE: Attributes = Attributes::NONE;
const BOLD: Attributes = Attributes { bold: true, ..NONE };
const DIM: Attributes = Attributes { dim: true, ..NONE };
const LINE: Attributes = Attributes { underline: true, ..NONE };
const SWAP: Attributes = Attributes { reverse: true, ..NONE };

const fn row(role: Role, name: &'static str, plain: Attributes, about: &'static str) -> RoleInfo {
    RoleInfo { role, name, about, plain }
}

/// Every role, in the order in which the documents list them.
pub static ROLES: &[RoleInfo] = &[
    row(Role::Text, "text", NONE, "everything else; its background is that of the whole screen"),
    row(Role::Muted, "muted", DIM, "what matters less: units, paths, what is folded"),
    row(Role::Title, "title", BOLD, "titles of panes and the name at the top"),
    row(Role::Header, "header", LINE, "the headings of columns"),
    row(Role::Bar, "bar", NONE, "the line at the top and the line of keys at the bottom"),
    row(Role::Popup, "popup", NONE, "what lies over the page: help, palette, pickers"),
    row(Role::Border, "border", DIM, "lines around panes"),
    row(Role::BorderFocus, "border.focus", BOLD, "lines around the pane that takes the keys"),
    row(Role::Selection, "selection", SWAP, "the row of the cursor; drawn over its cells"),
    row(Role::SelectionIdle, "selection.idle", LINE, "the row of the cursor in a pane without the keys"),
    row(Role::Match, "match", LINE, "the letters that a search found"),
    row(Role::Accent, "accent", BOLD, "what is switched on: the sorted column, the brush of the timeline"),
    row(Role::Mark, "mark", BOLD, "a marked row"),
    row(Role::RiskCritical, "risk.critical", BOLD, "risk 90 to 100"),
    row(Role::RiskHigh, "risk.high", BOLD, "risk 70 to 89"),
    row(Role::RiskMedium, "risk.medium", NONE, "risk 45 to 69"),
    row(Role::RiskLow, "risk.low", NONE, "risk 20 to 44"),
    row(Role::RiskInfo, "risk.info", DIM, "risk below 20"),
    row(Role::OutcomeSuccess, "outcome.success", NONE, "the call did what it was asked"),
    row(Role::OutcomeDenied, "outcome.denied", LINE, "the call was not allowed"),
    row(Role::OutcomeError, "outcome.error", NONE, "the call failed in another way"),
    row(Role::Chart1, "chart.1", NONE, "the first series of a chart"),
    row(Role::Chart2, "chart.2", NONE, "the second series of a chart"),
    row(Role::Chart3, "chart.3", NONE, "the third series of a chart"),
    row(Role::Chart4, "chart.4", NONE, "the fourth series of a chart"),
    row(Role::Chart5, "chart.5", NONE, "the fifth series of a chart"),
    row(Role::Chart6, "chart.6", NONE, "the sixth series of a chart"),
    row(Role::JsonKey, "json.key", BOLD, "keys of a record"),
    row(Role::JsonString, "json.string", NONE, "texts in a record"),
    row(Role::JsonNumber, "json.number", NONE, "numbers in a record"),
    row(Role::JsonWord, "json.word", NONE, "true, false and null in a record"),
    row(Role::JsonPunct, "json.punct", DIM, "brackets, commas and colons of a record"),
    row(Role::TabActive, "tab.active", SWAP, "the view that is open"),
    row(Role::TabInactive, "tab.inactive", NONE, "the other views"),
    row(Role::Breadcrumb, "breadcrumb", NONE, "the way that led here"),
    row(Role::Prompt, "prompt", NONE, "what is being typed"),
    row(Role::PromptHint, "prompt.hint", DIM, "what could be typed"),
    row(Role::Error, "error", BOLD, "something failed"),
    row(Role::Warning, "warning", NONE, "something is missing or doubtful"),
    row(Role::Success, "success", NONE, "something was done"),
    row(Role::Key, "key", BOLD, "a key, in the line at the bottom and in help"),
    row(Role::KeyLabel, "key.label", NONE, "what that key does"),
    row(Role::Progress, "progress", NONE, "the bar of long work"),
];

impl Role {
    /// How many roles there are.
    pub const COUNT: usize = Role::Progress as usize + 1;

    /// The role of that name.
    pub fn find(name: &str) -> Option<Self> {
        ROLES.iter().find(|info| info.name == name).map(|info| info.role)
    }

    /// The row of the table.
    pub fn info(self) -> &'static RoleInfo {
        // The rows stand in the order of the enum, which a test checks.
        ROLES.get(self as usize).unwrap_or(&ROLES[0])
    }

    /// The name in a theme.
    pub fn name(self) -> &'static str {
        self.info().name
    }

    /// The role of the series `index` of a chart, from 0; the six are used in turn.
    pub fn chart(index: usize) -> Self {
        const SERIES: [Role; 6] =
            [Role::Chart1, Role::Chart2, Role::Chart3, Role::Chart4, Role::Chart5, Role::Chart6];
        SERIES[index % SERIES.len()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_has_one_row_in_its_place_and_a_name_of_its_own() {
        assert_eq!(ROLES.len(), Role::COUNT);
        for (place, info) in ROLES.iter().enumerate() {
            assert_eq!(info.role as usize, place, "{}", info.name);
            assert_eq!(Role::find(info.name), Some(info.role));
            assert_eq!(info.role.name(), info.name);
        }
        assert_eq!((Role::chart(0), Role::chart(7)), (Role::Chart1, Role::Chart2));
    }
}
