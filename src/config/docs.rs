//! The settings and the roles of themes as a document.

use std::fmt::Write as _;

use super::Settings;
use super::load::FILE;
use super::notify;
use super::settings::{self, Setting};
use super::theme::{ROLES, Themes};

const HEAD: &str = "# Settings and themes

This page is made from the tables of settings and roles; a test keeps it true.

A setting is looked for in four places, each over the one before: the default, `config.toml`, the environment, the
command line. `min_risk` in the file is `TRAILHOUND_MIN_RISK` in the environment and `--min-risk` on the command
line. What is wrong is told at the start, all at once: the console goes on with what was there before, any other command ends there. `trailhound config
show` prints every setting with the place it came from.

| | settings, keys, themes | cases, history | cache |
|---|---|---|---|
| first | `$XDG_CONFIG_HOME/trailhound` | `$XDG_STATE_HOME/trailhound` | `$XDG_CACHE_HOME/trailhound` |
| Linux, macOS | `~/.config/trailhound` | `~/.local/state/trailhound` | `~/.cache/trailhound` |
| Windows | `%APPDATA%\\trailhound` | `%LOCALAPPDATA%\\trailhound\\state` | `%LOCALAPPDATA%\\trailhound\\cache` |

`TRAILHOUND_CONFIG` or `--config` names another file in the place of `config.toml`. A relative path in the file
begins at the folder of the file; `~/` is your home.
";

const MESSAGES: &str = "
## Messages

These have no flags. In the file they may stand in tables: `channel = \"#alerts\"` below `[notify.slack]` is
`notify.slack.channel`, and `TRAILHOUND_NOTIFY_SLACK_CHANNEL` in the environment. A secret is never taken from
`config.toml`; see [notify.md](notify.md).

| `config.toml` | default | values | |
|---|---|---|---|
";

const THEMES: &str = "
A theme is a file `themes/NAME.toml` beside `config.toml`:

```toml
about = \"harbor with a red cursor\"
base = \"harbor\"              # what is not said here is said there
background = \"dark\"          # or light: what it expects of the terminal

[palette]                    # names for colors; those of the base may be changed
tide = \"#40e0d0\"

[roles]
selection = { fg = \"black\", bg = \"bright-red\", bold = true }
\"risk.low\" = \"tide\"          # a color alone is that of the letters
```

A style has `fg`, `bg`, and any of `bold`, `dim`, `italic`, `underline`, `reverse`. A color is `default` (the
terminal's own), one of `black red green yellow blue magenta cyan white` with or without `bright-` in front, a number
from 0 to 255, `#rrggbb`, or a name of the palette. Where the terminal has fewer colors, the nearest that can be read
is used; with `NO_COLOR` there are none, and letters are set bold, underlined or reversed instead.

| role | where |
|---|---|
";

/// Every setting, every theme and every role, as Markdown.
pub fn markdown() -> String {
    let mut out = HEAD.to_owned();
    let _ = write!(out, "\n## Settings\n\n| `{FILE}` | default | values | |\n|---|---|---|---|\n");
    let defaults = Settings::default();
    let row = |out: &mut String, setting: &Setting| {
        let default = setting.show(&defaults).map(|value| format!("`{value}`")).unwrap_or_default();
        let _ = writeln!(out, "| `{}` | {default} | {} | {} |", setting.key, setting.values, setting.about);
    };
    settings::all().filter(|setting| !notify::owns(setting.key)).for_each(|setting| row(&mut out, setting));
    out.push_str(MESSAGES);
    settings::all().filter(|setting| notify::owns(setting.key)).for_each(|setting| row(&mut out, setting));
    out.push_str("\n## Themes\n\n| theme | |\n|---|---|\n");
    let themes = Themes::built_in();
    for name in themes.names() {
        let _ = writeln!(out, "| `{name}` | {} |", themes.get(&name).0.about);
    }
    out.push_str(THEMES);
    for info in ROLES {
        let _ = writeln!(out, "| `{}` | {} |", info.name, info.about);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_of_the_settings_is_true() {
        crate::golden::check("docs/settings.md", &markdown());
    }

    #[test]
    fn the_theme_in_the_document_is_read_without_a_fault() {
        let example = THEMES.split("```").nth(1).and_then(|block| block.strip_prefix("toml\n")).unwrap();
        assert_eq!(Themes::built_in().with("mine", "mine.toml", example).get("mine").1, []);
    }
}
