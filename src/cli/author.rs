//! Who types the commands, where and when: for what is kept of a change.

use crate::case::By;
use crate::config::Environment;
use crate::event::time::Time;

/// The time of the run, or the one that a reproducible run asks for.
pub(crate) fn now() -> Time {
    let fixed = std::env::var("SOURCE_DATE_EPOCH").ok().and_then(|s| s.parse::<i64>().ok());
    let seconds = fixed.unwrap_or_else(|| {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        since.map_or(0, |d| i64::try_from(d.as_secs()).unwrap_or(0))
    });
    Time::from_millis(seconds.saturating_mul(1000))
}

/// The name that the user has on this machine.
pub(crate) fn user() -> String {
    let environment = Environment::of_process();
    let name = ["USER", "LOGNAME", "USERNAME"].into_iter().find_map(|name| environment.text(name));
    name.map_or_else(|| "somebody".to_owned(), str::to_owned)
}

/// The name of this machine.
pub(crate) fn host() -> String {
    #[cfg(unix)]
    let name = Some(rustix::system::uname().nodename().to_string_lossy().into_owned());
    #[cfg(not(unix))]
    let name = Environment::of_process().text("COMPUTERNAME").map(str::to_owned);
    name.filter(|name| !name.is_empty()).unwrap_or_else(|| "localhost".to_owned())
}

/// Who makes a change in this console, now. Each console is one by itself: undo takes back what was done in it.
pub(crate) fn at_console() -> By {
    let who = format!("{}@{}", user(), host());
    By { console: format!("console {} of {who}", std::process::id()), who, at: now() }
}

/// Who makes a change on the command line. All commands of a user are one console, so that `undo` can take back
/// what another command did.
pub(crate) fn by() -> By {
    let who = format!("{}@{}", user(), host());
    By { console: format!("command line of {who}"), who, at: now() }
}
