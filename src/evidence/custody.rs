//! The chain of custody: who did what with which object, in a log that is only added to.
//!
//! One line of JSON for each act: `{seq, ts, actor, host, action, object, sha256, prev}`, where `prev`
//! is the SHA-256 of the line before, without its line end. A line that is changed, taken out or put
//! in between breaks the chain at that place. Who rewrites everything behind it leaves no trace in the log
//! itself; the hash of the last line, which reports print, is what tells.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::hash::Hash;
use crate::event::time::Time;

/// What was done, before it has its place in the log.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Act {
    /// When.
    pub at: Time,
    /// Who did it.
    pub actor: String,
    /// On which machine.
    pub host: String,
    /// What: `acquired`, `exported`, `sent`.
    pub action: String,
    /// With what: a path, an address.
    pub object: String,
    /// What it holds; `None` where that cannot be said.
    pub sha256: Option<Hash>,
}

/// A line of the log.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// Its number, from 1.
    pub seq: u64,
    /// When, in UTC.
    pub ts: String,
    /// Who.
    pub actor: String,
    /// On which machine.
    pub host: String,
    /// What was done.
    pub action: String,
    /// With what.
    pub object: String,
    /// Its SHA-256 in hexadecimal digits; empty where that cannot be said.
    pub sha256: String,
    /// The SHA-256 of the line before; zeros in the first.
    pub prev: String,
}

/// A log whose chain holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Log {
    /// The lines.
    pub lines: Vec<Line>,
    /// The SHA-256 of the last line; zeros where there is none. Whoever knows it can tell whether the log was made anew.
    pub head: Hash,
}

/// Why a log is not what it should be.
#[derive(thiserror::Error, Debug)]
pub enum CustodyError {
    /// The file cannot be read or written.
    #[error("{path}: {source}; check that the file is there and that you may write to it")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The chain does not hold.
    #[error("{path}:{line}: the chain of custody is broken: {reason}")]
    Broken {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// What is wrong with it.
        reason: String,
    },
}

/// Adds what was done; the number of its first line and the hash of the last. The log is made where there is none.
///
/// Everything that is in it is checked before: nothing is added to a chain that does not hold. Two
/// programs that add at the same time wait for each other.
///
/// # Errors
/// [`CustodyError`]; nothing is added then.
pub fn add(path: &Path, acts: &[Act]) -> Result<(u64, Hash), CustodyError> {
    let fault = |source| CustodyError::Io { path: path.to_owned(), source };
    let mut file = OpenOptions::new().read(true).append(true).create(true).open(path).map_err(fault)?;
    file.lock().map_err(fault)?;
    let log = check(path, &text_of(&mut file).map_err(fault)?)?;
    let first = log.lines.len() as u64 + 1;
    let (mut head, mut text) = (log.head, Vec::new());
    for (act, seq) in acts.iter().zip(first..) {
        let line = Line {
            seq,
            ts: act.at.to_string(),
            actor: act.actor.clone(),
            host: act.host.clone(),
            action: act.action.clone(),
            object: act.object.clone(),
            sha256: act.sha256.map(|hash| hash.to_string()).unwrap_or_default(),
            prev: head.to_string(),
        };
        let bytes = serde_json::to_vec(&line).map_err(|e| fault(e.into()))?;
        head = Hash::of(&bytes);
        text.extend(bytes);
        text.push(b'\n');
    }
    // In one piece, so that a kill leaves all of it or nothing.
    file.write_all(&text).and_then(|()| file.sync_data()).map_err(fault)?;
    Ok((first, head))
}

/// Reads a log and checks its chain.
///
/// # Errors
/// [`CustodyError::Broken`] with the first line at which the chain does not hold.
pub fn verify(path: &Path) -> Result<Log, CustodyError> {
    let fault = |source| CustodyError::Io { path: path.to_owned(), source };
    let mut file = File::open(path).map_err(fault)?;
    check(path, &text_of(&mut file).map_err(fault)?)
}

fn text_of(file: &mut File) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    file.rewind()?;
    file.read_to_end(&mut text)?;
    Ok(text)
}

fn check(path: &Path, text: &[u8]) -> Result<Log, CustodyError> {
    let mut log = Log { lines: Vec::new(), head: Hash::NONE };
    let broken = |line: u64, reason: String| CustodyError::Broken { path: path.to_owned(), line, reason };
    let Some(text) = text.strip_suffix(b"\n") else {
        if text.is_empty() {
            return Ok(log);
        }
        let line = text.split(|b| *b == b'\n').count() as u64;
        return Err(broken(
            line,
            "the last line has no end; it was cut off or written by something else".to_owned(),
        ));
    };
    for (bytes, seq) in text.split(|b| *b == b'\n').zip(1u64..) {
        let line: Line = serde_json::from_slice(bytes)
            .map_err(|e| broken(seq, format!("this is no line of such a log: {e}")))?;
        if line.seq != seq {
            return Err(broken(
                seq,
                format!("it says that it is number {}; lines are missing or were put in", line.seq),
            ));
        }
        if line.prev != log.head.to_string() {
            let reason = if seq == 1 {
                "a line stood before it that is gone".to_owned()
            } else {
                format!("line {} is not the one that it was written after", seq - 1)
            };
            return Err(broken(seq, reason));
        }
        log.head = Hash::of(bytes);
        log.lines.push(line);
    }
    Ok(log)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn act(object: &str) -> Act {
        Act {
            at: Time::from_civil(2026, 3, 2, 9, 0, 0),
            actor: "dana".to_owned(),
            host: "desk".to_owned(),
            action: "acquired".to_owned(),
            object: object.to_owned(),
            sha256: Some(Hash::of(object.as_bytes())),
        }
    }

    fn log() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("custody.jsonl");
        assert_eq!(add(&path, &[act("a.json"), act("b\n\u{1b}[31m.json")]).unwrap().0, 1);
        assert_eq!(add(&path, &[act("c.json")]).unwrap().0, 3);
        (folder, path)
    }

    #[test]
    fn lines_follow_each_other_by_their_hashes() {
        let (_folder, path) = log();
        let log = verify(&path).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 3);
        assert_eq!(log.head, Hash::of(lines[2].as_bytes()));
        assert_eq!(log.lines[1].prev, Hash::of(lines[0].as_bytes()).to_string());
        assert_eq!(
            (log.lines[0].ts.as_str(), log.lines[0].prev.as_str()),
            ("2026-03-02T09:00:00Z", "0".repeat(64).as_str())
        );
        assert_eq!(log.lines[1].object, "b\n\u{1b}[31m.json");
        assert!(lines[0].starts_with(r#"{"seq":1,"ts":"2026"#), "{}", lines[0]);
    }

    #[test]
    fn whatever_is_changed_is_told_with_its_line() {
        let (_folder, path) = log();
        let whole = std::fs::read_to_string(&path).unwrap();
        let lines: Vec<&str> = whole.lines().collect();
        let joined = |lines: &[&str]| lines.join("\n") + "\n";
        for (name, text, line) in [
            ("an actor is another", whole.replacen("dana", "ella", 1), 2),
            ("the first line is gone", joined(&lines[1..]), 1),
            ("a line is gone", joined(&[lines[0], lines[2]]), 2),
            ("two lines are turned round", joined(&[lines[1], lines[0], lines[2]]), 1),
            ("a line stands twice", joined(&[lines[0], lines[0], lines[1], lines[2]]), 2),
            ("the end is cut off", whole[..whole.len() - 10].to_owned(), 3),
            ("an empty line", whole.clone() + "\n", 4),
            ("something else", "hello\n".to_owned(), 1),
        ] {
            std::fs::write(&path, &text).unwrap();
            match verify(&path) {
                Err(CustodyError::Broken { line: found, .. }) => assert_eq!(found, line, "{name}"),
                other => panic!("{name}: {other:?}"),
            }
            assert!(add(&path, &[act("x")]).is_err(), "{name}: nothing is added to a broken chain");
            assert_eq!(std::fs::read_to_string(&path).unwrap(), text, "{name}");
        }
        // Only the last line can be changed or cut off unseen by the log itself; then the hash of the last line is another.
        std::fs::write(&path, joined(&lines[..2])).unwrap();
        assert_ne!(verify(&path).unwrap().head, Hash::of(lines[2].as_bytes()));
    }

    #[test]
    fn many_can_add_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("custody.jsonl");
        std::thread::scope(|scope| {
            for n in 0..4 {
                let path = &path;
                scope.spawn(move || {
                    for m in 0..10 {
                        add(path, &[act(&format!("{n}-{m}"))]).unwrap();
                    }
                });
            }
        });
        assert_eq!(verify(&path).unwrap().lines.len(), 40);
    }

    #[test]
    fn a_log_that_is_not_there_is_told() {
        let fault = verify(Path::new("/nonexistent/custody.jsonl")).unwrap_err().to_string();
        assert!(fault.starts_with("/nonexistent/custody.jsonl: "), "{fault}");
    }
}
