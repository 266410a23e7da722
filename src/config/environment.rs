//! The environment as a value that is handed in, so that nothing else asks the process for it.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::PathBuf;

/// What every variable of trailhound begins with.
pub const PREFIX: &str = "TRAILHOUND_";

/// The variables of a process. A variable that is empty counts as not set.
///
/// Some hold secrets, so it shows their names alone.
#[derive(Clone, Default)]
pub struct Environment {
    variables: BTreeMap<OsString, OsString>,
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.variables.keys()).finish()
    }
}

impl Environment {
    /// The variables of this process, as they are now.
    pub fn of_process() -> Self {
        std::env::vars_os().collect()
    }

    /// The value of a variable, where it is text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.raw(name)?.to_str()
    }

    /// The value of a variable as a path.
    pub fn path(&self, name: &str) -> Option<PathBuf> {
        self.raw(name).map(PathBuf::from)
    }

    fn raw(&self, name: &str) -> Option<&OsStr> {
        self.variables.get(OsStr::new(name)).map(OsString::as_os_str).filter(|value| !value.is_empty())
    }

    /// Every variable that begins with [`PREFIX`], without it, and its value with what is no text replaced by `�`.
    pub fn own(&self) -> impl Iterator<Item = (&str, String)> {
        self.variables.iter().filter(|(_, value)| !value.is_empty()).filter_map(|(name, value)| {
            Some((name.to_str()?.strip_prefix(PREFIX)?, value.to_string_lossy().into_owned()))
        })
    }
}

impl<K: Into<OsString>, V: Into<OsString>> FromIterator<(K, V)> for Environment {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        Self { variables: pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_variables_are_not_set_and_others_are_not_ours() {
        let environment: Environment =
            [("TRAILHOUND_THEME", ""), ("TRAILHOUND_SORT", "time"), ("HOME", "/home/dana"), ("NO_COLOR", "")]
                .into_iter()
                .collect();
        assert_eq!(environment.text("NO_COLOR"), None);
        assert_eq!(environment.path("HOME"), Some(PathBuf::from("/home/dana")));
        assert_eq!(environment.own().collect::<Vec<_>>(), [("SORT", "time".to_owned())]);
    }
}
