//! A value that nobody may see: kept apart from all that is printed, and read from where it is kept safe.
//!
//! A webhook's address, a token and a password are secrets. [`Secret`] has no form
//! in which its content is shown: what formats it gets a mask. It comes from the
//! environment, from a file that only its owner may read, or from a command that asks
//! a keyring (`secret-tool`, `security`, `pass`); never from `config.toml`, which
//! is copied around. Errors name the file or the command, never what came out of it.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// What stands in the place of a secret.
pub const MASK: &str = "****";
/// The most that a file or a command may hold of a secret, in bytes.
const LARGEST: u64 = 64 << 10;
/// From how many bytes on a piece of an address gives something away.
const TELLING: usize = 8;
/// How long a command may take; a keyring may have to ask for a password.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often a command that is running is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// A text that no output shows.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Keeps `text`, without the space around it.
    pub fn new(text: &str) -> Self {
        Self(text.trim().to_owned())
    }

    /// The secret itself, for the one place that sends it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What may be shown of it: the host of an address and the kind of a token, and of Slack's webhooks their form.
    pub fn masked(&self) -> String {
        let text = self.0.as_str();
        if let Some((scheme, rest)) = text.split_once("://") {
            // What stands before an @ is a password.
            let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
            let host = host.rsplit('@').next().unwrap_or_default();
            let slack = rest.contains("/services/T");
            return format!("{scheme}://{host}/{}{MASK}", if slack { "services/T…/" } else { "" });
        }
        match text.split_once('-') {
            Some((kind, _)) if kind.len() == 4 && kind.starts_with("xox") => format!("{kind}-{MASK}"),
            _ => MASK.to_owned(),
        }
    }

    /// `text` from elsewhere, with this secret masked wherever it stands in it, and each long piece of an address too.
    pub fn scrub(&self, text: &str) -> String {
        let path = self.0.split_once("://").and_then(|(_, rest)| rest.split_once('/')).map(|(_, path)| path);
        let mut parts = vec![self.0.as_str()];
        parts.extend(path);
        let pieces = path.into_iter().flat_map(|path| path.split(['/', '?', '&', '=', '#']));
        parts.extend(pieces.filter(|piece| piece.len() >= TELLING && *piece != "services"));
        let long = parts.into_iter().filter(|part| part.len() >= 6);
        long.fold(text.to_owned(), |text, part| text.replace(part, MASK))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

/// Why a secret could not be had.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum SecretError {
    #[error("{}: the file with the secret cannot be read: {why}", .file.display())]
    Unreadable { file: PathBuf, why: std::io::Error },
    #[error(
        "{0}: others may read this file, which holds a secret (mode {mode:03o}); run: chmod 600 {0}",
        .file.display()
    )]
    Open { file: PathBuf, mode: u32 },
    #[error("{}: {what}", .file.display())]
    Content { file: PathBuf, what: &'static str },
    #[error("`{program}` {what}")]
    Command { program: String, what: String },
}

/// Where a secret is looked for; the first place that is named is the one.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Places {
    /// Given by the environment.
    pub given: Option<Secret>,
    /// A file that holds it.
    pub file: Option<PathBuf>,
    /// A program with its arguments that prints it.
    pub command: Vec<String>,
}

impl Places {
    /// Whether a place is named at all.
    pub fn any(&self) -> bool {
        self.given.is_some() || self.file.is_some() || !self.command.is_empty()
    }

    /// The secret; `None` where no place is named.
    ///
    /// # Errors
    /// The file may be read by others, or there is nothing where the secret should be.
    pub fn read(&self) -> Result<Option<Secret>, SecretError> {
        match (&self.given, &self.file, self.command.as_slice()) {
            (Some(given), _, _) => Ok(Some(given.clone())),
            (None, Some(file), _) => from_file(file).map(Some),
            (None, None, []) => Ok(None),
            (None, None, [program, arguments @ ..]) => from_command(program, arguments).map(Some),
        }
    }
}

/// Reads a secret from a file: its one line, or the `slack_webhook_url` of a `config.json` of older tools.
fn from_file(path: &Path) -> Result<Secret, SecretError> {
    let unreadable = |why| SecretError::Unreadable { file: path.to_owned(), why };
    let content = |what| SecretError::Content { file: path.to_owned(), what };
    let file = File::open(path).map_err(unreadable)?;
    let meta = file.metadata().map_err(unreadable)?;
    if !meta.is_file() {
        return Err(content("this is no file that could hold a secret"));
    }
    check_mode(path, &meta)?;
    let mut text = String::new();
    file.take(LARGEST + 1).read_to_string(&mut text).map_err(unreadable)?;
    if text.len() as u64 > LARGEST {
        return Err(content("larger than 64 KiB, which no secret is"));
    }
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.starts_with('{') {
        return old_form(text).map_err(content);
    }
    one_line(text).map_err(content)
}

/// The webhook in a `config.json` with `enable_slack` and `slack_webhook_url`.
fn old_form(text: &str) -> Result<Secret, &'static str> {
    let value: serde_json::Value = serde_json::from_str(text).map_err(|_| "not valid JSON")?;
    if value.get("enable_slack").and_then(serde_json::Value::as_bool) == Some(false) {
        return Err("`enable_slack` is false: Slack is switched off by this file");
    }
    let url = value.get("slack_webhook_url").and_then(serde_json::Value::as_str);
    url.map(Secret::new).filter(|url| !url.expose().is_empty()).ok_or("there is no `slack_webhook_url` in it")
}

fn one_line(text: &str) -> Result<Secret, &'static str> {
    match text {
        "" => Err("it is empty; it should hold the secret as its only line"),
        text if text.lines().count() > 1 => {
            Err("it has several lines; it should hold the secret as its only line")
        }
        text => Ok(Secret::new(text)),
    }
}

#[cfg(unix)]
fn check_mode(path: &Path, meta: &std::fs::Metadata) -> Result<(), SecretError> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = meta.permissions().mode() & 0o777;
    if mode & 0o077 == 0 { Ok(()) } else { Err(SecretError::Open { file: path.to_owned(), mode }) }
}

/// Elsewhere who may read a file is no number; the folders of a user are closed to others there.
#[cfg(not(unix))]
fn check_mode(_: &Path, _: &std::fs::Metadata) -> Result<(), SecretError> {
    Ok(())
}

/// Asks a program, which may take a minute; what it says on stderr is the user's to see.
fn from_command(program: &str, arguments: &[String]) -> Result<Secret, SecretError> {
    let fault = |what: String| SecretError::Command { program: program.to_owned(), what };
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|e| fault(format!("could not be run: {e}")))?;
    let output = child.stdout.take();
    let (done, text) = mpsc::channel();
    std::thread::spawn(move || {
        let mut text = String::new();
        let read = output.map(|output| output.take(LARGEST).read_to_string(&mut text));
        let _ = done.send(matches!(read, Some(Ok(_))).then_some(text));
    });
    let began = Instant::now();
    let status = loop {
        match child.try_wait().map_err(|e| fault(format!("could not be waited for: {e}")))? {
            Some(status) => break status,
            None if began.elapsed() > PATIENCE => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(fault(format!("said nothing within {} seconds", PATIENCE.as_secs())));
            }
            None => std::thread::sleep(LOOK_EVERY),
        }
    };
    if !status.success() {
        return Err(fault(format!("ended with {status}; run it by hand to see why")));
    }
    let text = text.recv_timeout(PATIENCE).ok().flatten();
    let text = text.ok_or_else(|| fault("printed what is no text".to_owned()))?;
    one_line(text.trim())
        .map_err(|_| fault("printed no line, or several; it should print the secret alone".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "https://hooks.slack.com/services/T000/B000/abcdefXYZ";

    fn folder() -> tempfile::TempDir {
        tempfile::tempdir().unwrap()
    }

    fn file(folder: &tempfile::TempDir, text: &str, mode: u32) -> PathBuf {
        let path = folder.path().join("secret");
        std::fs::write(&path, text).unwrap();
        #[cfg(unix)]
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap();
        path
    }

    fn read(path: PathBuf) -> Result<String, String> {
        let places = Places { file: Some(path), ..Places::default() };
        let secret = places.read().map_err(|e| format!("{e} {e:?}"))?;
        Ok(secret.unwrap().expose().to_owned())
    }

    #[test]
    fn nothing_shows_the_content() {
        for (secret, masked) in [
            (URL, "https://hooks.slack.com/services/T…/****"),
            ("https://user:pass@example.com/hook?key=1", "https://example.com/****"),
            ("xoxb-1234-secret", "xoxb-****"),
            ("hunter2hunter2", "****"),
            ("", "****"),
        ] {
            let secret = Secret::new(secret);
            assert_eq!(secret.masked(), masked);
            assert_eq!(format!("{secret:?}"), "****");
        }
        let scrubbed =
            Secret::new(URL).scrub(&format!("POST {URL} and /services/T000/B000/abcdefXYZ failed"));
        assert_eq!(scrubbed, "POST **** and /**** failed");
        assert_eq!(Secret::new(URL).scrub("services: no abcdefXYZ"), "services: no ****");
    }

    #[test]
    fn a_file_holds_a_line_or_the_old_configuration() {
        let folder = folder();
        assert_eq!(read(file(&folder, &format!("\u{feff}{URL}\r\n"), 0o600)).unwrap(), URL);
        assert_eq!(read(file(&folder, URL, 0o400)).unwrap(), URL);
        let old = format!("{{\"enable_slack\": true, \"slack_webhook_url\": \"{URL}\"}}");
        assert_eq!(read(file(&folder, &old, 0o600)).unwrap(), URL);
    }

    #[test]
    fn what_is_no_secret_is_told_without_its_content() {
        let folder = folder();
        for (text, what) in [
            ("", "it is empty"),
            ("sesame-1\nsesame-2", "several lines"),
            ("{\"enable_slack\": false, \"slack_webhook_url\": \"sesame\"}", "`enable_slack` is false"),
            ("{\"enable_slack\": true}", "no `slack_webhook_url`"),
            ("{sesame", "not valid JSON"),
        ] {
            let fault = read(file(&folder, text, 0o600)).unwrap_err();
            assert!(fault.contains(what) && !fault.contains("sesame"), "{fault}");
        }
        assert!(read(folder.path().to_owned()).unwrap_err().contains("no file"));
        assert!(read(folder.path().join("none")).unwrap_err().contains("cannot be read"));
        assert!(read(file(&folder, &"x".repeat(70_000), 0o600)).unwrap_err().contains("64 KiB"));
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_others_may_read_is_refused_with_the_way_out() {
        let folder = folder();
        for mode in [0o644, 0o640, 0o604, 0o620] {
            let fault = read(file(&folder, URL, mode)).unwrap_err();
            assert!(fault.contains(&format!("mode {mode:o}")) && fault.contains("chmod 600 /"), "{fault}");
            assert!(!fault.contains("abcdefXYZ"));
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_command_may_ask_a_keyring() {
        let run = |command: &[&str]| {
            let command = command.iter().map(|&word| word.to_owned()).collect();
            Places { command, ..Places::default() }.read().map_err(|e| format!("{e} {e:?}"))
        };
        assert_eq!(run(&["printf", "%s\\n", URL]).unwrap().unwrap().expose(), URL);
        assert_eq!(run(&[]).unwrap(), None);
        assert!(run(&["false"]).unwrap_err().contains("`false` ended with"));
        assert!(run(&["true"]).unwrap_err().contains("printed no line"));
        assert!(run(&["/nonexistent/program"]).unwrap_err().contains("could not be run"));
        let fault = run(&["printf", "sesame\\nsesame"]).unwrap_err();
        assert!(fault.contains("several") && !fault.contains("sesame"), "{fault}");
    }

    #[test]
    fn the_environment_goes_before_the_file() {
        let places =
            Places { given: Some(Secret::new("a")), file: Some("/none".into()), ..Places::default() };
        assert_eq!(places.read().unwrap(), Some(Secret::new("a")));
        assert!(places.any() && !Places::default().any());
    }
}
