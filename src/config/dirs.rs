//! Where the user's files lie: the XDG rules on every system.
//!
//! | | configuration | state (cases, history) | cache |
//! |---|---|---|---|
//! | first | `$XDG_CONFIG_HOME/trailhound` | `$XDG_STATE_HOME/trailhound` | `$XDG_CACHE_HOME/trailhound` |
//! | Linux, macOS | `~/.config/trailhound` | `~/.local/state/trailhound` | `~/.cache/trailhound` |
//! | Windows | `%APPDATA%\trailhound` | `%LOCALAPPDATA%\trailhound\state` | `%LOCALAPPDATA%\trailhound\cache` |
//!
//! An XDG variable that holds a relative path is ignored, as those rules demand.
//! Nothing is created here.

use std::path::PathBuf;

use super::Environment;

/// The folder that trailhound has in each of the three places.
const OWN: &str = "trailhound";

/// The kind of system, as far as folders are concerned.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum System {
    /// Linux, macOS, BSD.
    Unix,
    /// Windows.
    Windows,
}

impl System {
    /// The system that this program was built for.
    pub const HERE: Self = if cfg!(windows) { Self::Windows } else { Self::Unix };
}

/// The three folders; `None` where the environment names no home at all.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Dirs {
    /// The user's home, for `~/` in paths.
    pub home: Option<PathBuf>,
    /// Settings, keys, themes: what the user writes.
    pub config: Option<PathBuf>,
    /// Cases, history: what must survive, and is the program's own.
    pub state: Option<PathBuf>,
    /// What may be deleted at any time.
    pub cache: Option<PathBuf>,
}

impl Dirs {
    /// The folders that `environment` leads to.
    pub fn of(environment: &Environment, system: System) -> Self {
        let absolute = |name: &str| environment.path(name).filter(|path| is_absolute(path, system));
        let home = absolute(if system == System::Windows { "USERPROFILE" } else { "HOME" });
        let under = |variable: &str, unix: &str, windows: (&str, &str)| match (absolute(variable), system) {
            (Some(path), _) => Some(path.join(OWN)),
            (None, System::Unix) => Some(home.as_ref()?.join(unix).join(OWN)),
            (None, System::Windows) => Some(absolute(windows.0)?.join(windows.1)),
        };
        Self {
            config: under("XDG_CONFIG_HOME", ".config", ("APPDATA", OWN)),
            state: under("XDG_STATE_HOME", ".local/state", ("LOCALAPPDATA", "trailhound/state")),
            cache: under("XDG_CACHE_HOME", ".cache", ("LOCALAPPDATA", "trailhound/cache")),
            home,
        }
    }
}

impl Dirs {
    /// The case that is worked on when none is named; `None` where there is no place for it.
    pub fn case(&self) -> Option<PathBuf> {
        Some(self.state.as_ref()?.join("cases").join("default.sqlite"))
    }

    /// The user's own rules, which are in force without being named; `None` where there is no place for them.
    pub fn rules(&self) -> Option<PathBuf> {
        Some(self.config.as_ref()?.join("rules"))
    }
}

/// Whether a path is absolute by the rules of `system`, which in a test is not the one it runs on.
fn is_absolute(path: &std::path::Path, system: System) -> bool {
    let text = path.to_string_lossy();
    let drive = || matches!(text.as_bytes(), [letter, b':', ..] if letter.is_ascii_alphabetic());
    text.starts_with('/') || system == System::Windows && (text.starts_with('\\') || drive())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dirs(system: System, pairs: &[(&str, &str)]) -> [Option<String>; 3] {
        let dirs = Dirs::of(&pairs.iter().copied().collect(), system);
        [dirs.config, dirs.state, dirs.cache]
            .map(|dir| dir.map(|path| path.to_string_lossy().replace('\\', "/")))
    }

    fn some(paths: [&str; 3]) -> [Option<String>; 3] {
        paths.map(|path| Some(path.to_owned()))
    }

    #[test]
    fn folders_follow_the_xdg_rules() {
        use System::{Unix, Windows};
        let own = ["/x/c/trailhound", "/x/s/trailhound", "/x/k/trailhound"];
        let at_home = ["/h/.config/trailhound", "/h/.local/state/trailhound", "/h/.cache/trailhound"];
        let roaming = ["C:/R/trailhound", "C:/L/trailhound/state", "C:/L/trailhound/cache"];
        let xdg = [("XDG_CONFIG_HOME", "/x/c"), ("XDG_STATE_HOME", "/x/s"), ("XDG_CACHE_HOME", "/x/k")];
        let windows = [("APPDATA", "C:/R"), ("LOCALAPPDATA", "C:/L"), ("USERPROFILE", "C:/Users/dana")];
        for (system, pairs, expected) in [
            (Unix, xdg.to_vec(), some(own)),
            (Unix, [&xdg[..], &[("HOME", "/h")]].concat(), some(own)),
            (Unix, vec![("HOME", "/h")], some(at_home)),
            (Unix, vec![("HOME", "/h"), ("XDG_CONFIG_HOME", "")], some(at_home)),
            (Unix, vec![("HOME", "/h"), ("XDG_CONFIG_HOME", "relative/path")], some(at_home)),
            (Unix, vec![], [None, None, None]),
            (Unix, vec![("HOME", "not/absolute")], [None, None, None]),
            (Windows, windows.to_vec(), some(roaming)),
            (Windows, [&windows[..], &xdg[..]].concat(), some(own)),
            (Windows, vec![("HOME", "/h")], [None, None, None]),
        ] {
            assert_eq!(dirs(system, &pairs), expected, "{system:?} {pairs:?}");
        }
    }

    #[test]
    fn the_case_lies_among_what_must_survive() {
        let dirs = Dirs::of(&[("XDG_STATE_HOME", "/x/s")].into_iter().collect(), System::Unix);
        assert_eq!(dirs.case(), Some(PathBuf::from("/x/s/trailhound/cases/default.sqlite")));
        assert_eq!(Dirs::default().case(), None);
    }
}
