//! Files, folders, glob patterns and the standard input.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use walkdir::{DirEntry, WalkDir};

use crate::source::spool::{Pipe, Spool};
use crate::source::{Listed, Listing, Missing, Object, Place};

/// Endings of files in a folder that are taken for logs; names without one are looked into.
const ENDINGS: [&str; 13] =
    ["json", "jsonl", "ndjson", "gz", "gzip", "log", "txt", "csv", "zst", "bz2", "zip", "tar", "tgz"];

/// Told of each file in a folder that is passed over because of its name.
pub type PassedOver = Arc<dyn Fn() + Send + Sync>;

/// How folders are walked.
#[derive(Clone, Default)]
struct Walk {
    /// More may come: it is no fault that a folder holds nothing yet.
    grows: bool,
    /// Every file counts, whatever it is called.
    every: bool,
    passed: Option<PassedOver>,
}

/// The objects that these arguments name, in the order of the arguments and, below a folder, of the names.
///
/// An argument that exists is taken as it is, whatever characters it holds; else it is a pattern.
pub fn list(arguments: &[String]) -> Listing {
    list_as(arguments, &Walk::default())
}

/// As [`list`], and `passed` is told of what is not listed.
pub fn list_telling(arguments: &[String], passed: PassedOver) -> Listing {
    list_as(arguments, &Walk { passed: Some(passed), ..Walk::default() })
}

/// As [`list`], with every file of a folder and of the folders below it, hidden ones as well.
pub fn list_every(arguments: &[String]) -> Listing {
    list_as(arguments, &Walk { every: true, ..Walk::default() })
}

/// As [`list`], where more may come: it is no fault that a folder holds nothing yet.
pub fn list_growing(arguments: &[String]) -> Listing {
    list_as(arguments, &Walk { grows: true, ..Walk::default() })
}

fn list_as(arguments: &[String], how: &Walk) -> Listing {
    let listings: Vec<Listing> = arguments.iter().map(|argument| list_one(argument, how)).collect();
    Box::new(listings.into_iter().flatten())
}

fn list_one(argument: &str, how: &Walk) -> Listing {
    if argument == "-" {
        return one(Ok(once("-", Pipe::Stdin)));
    }
    let path = Path::new(argument);
    match std::fs::metadata(path) {
        Ok(meta) if meta.is_dir() => Box::new(Folder::new(path, how.clone())),
        Ok(meta) if !meta.is_file() => one(Ok(once(argument, Pipe::Path(path.to_owned())))),
        Ok(_) => one(Ok(file(path, false))),
        Err(_) if argument.contains(['*', '?', '[']) => matching(argument, how.clone()),
        Err(e) => one(Err(Missing { name: argument.to_owned(), reason: advice(&e) })),
    }
}

fn one(listed: Listed) -> Listing {
    Box::new(std::iter::once(listed))
}

/// Something that can be read only once.
fn once(name: &str, pipe: Pipe) -> Object {
    Object { name: name.to_owned(), place: Place::Once(Arc::new(Spool::new(pipe))), found: false }
}

fn file(path: &Path, found: bool) -> Object {
    Object { name: path.display().to_string(), place: Place::File(path.to_owned()), found }
}

/// What the system said, and what to do about it.
pub(crate) fn advice(e: &std::io::Error) -> String {
    match e.kind() {
        std::io::ErrorKind::NotFound => {
            "no such file or folder; check the spelling, and where you are".to_owned()
        }
        std::io::ErrorKind::PermissionDenied => {
            "no permission to read it; run as a user who may, or change its mode".to_owned()
        }
        _ => e.to_string(),
    }
}

/// The files and folders that a pattern matches.
fn matching(pattern: &str, how: Walk) -> Listing {
    let missing = |reason: String| one(Err(Missing { name: pattern.to_owned(), reason }));
    let paths: Vec<PathBuf> = match glob::glob(pattern) {
        Ok(paths) => paths.filter_map(Result::ok).collect(),
        Err(e) => return missing(format!("this is no pattern: {e}")),
    };
    if paths.is_empty() {
        return missing("no file or folder matches this pattern".to_owned());
    }
    Box::new(paths.into_iter().flat_map(move |path| {
        if path.is_dir() {
            Box::new(Folder::new(&path, how.clone())) as Listing
        } else {
            one(Ok(file(&path, true)))
        }
    }))
}

/// The logs below a folder.
struct Folder {
    name: String,
    walk: walkdir::IntoIter,
    how: Walk,
    /// How many files were passed over, and whether anything was listed.
    passed: usize,
    listed: bool,
    /// Whether it is said that there was nothing.
    said: bool,
}

impl Folder {
    fn new(path: &Path, how: Walk) -> Self {
        // By name: what stands in one folder has the same path before it, and taking a path apart takes longer.
        let by_name = |a: &DirEntry, b: &DirEntry| a.path().as_os_str().cmp(b.path().as_os_str());
        let walk = WalkDir::new(path).follow_links(true).sort_by(by_name).into_iter();
        Self { name: path.display().to_string(), walk, passed: 0, listed: false, said: how.grows, how }
    }

    /// Takes note of what is not looked into.
    fn pass(&mut self) {
        self.passed += 1;
        if let Some(passed) = &self.how.passed {
            passed();
        }
    }

    /// What to say of a folder in which there was nothing to read.
    fn empty(&self) -> Missing {
        let reason = match self.passed {
            0 => "there are no files in this folder".to_owned(),
            n => format!(
                "there are no logs in this folder: none of its {n} files and hidden folders ends in .{}",
                ENDINGS.join(", .")
            ),
        };
        Missing { name: self.name.clone(), reason }
    }
}

impl Iterator for Folder {
    type Item = Listed;

    fn next(&mut self) -> Option<Listed> {
        loop {
            let entry = match self.walk.next() {
                Some(Ok(entry)) => entry,
                Some(Err(e)) => {
                    self.listed = true;
                    let name = e.path().map_or_else(|| self.name.clone(), |p| p.display().to_string());
                    let reason = match e.io_error() {
                        Some(io) => advice(io),
                        None => "a link leads back to a folder above it; it was not followed".to_owned(),
                    };
                    return Some(Err(Missing { name, reason }));
                }
                None if self.listed || self.said => return None,
                None => {
                    self.said = true;
                    return Some(Err(self.empty()));
                }
            };
            let hidden =
                !self.how.every && entry.depth() > 0 && entry.file_name().to_string_lossy().starts_with('.');
            if hidden && entry.file_type().is_dir() {
                self.walk.skip_current_dir();
            }
            if entry.file_type().is_dir() {
                if hidden {
                    self.pass();
                }
                continue;
            }
            let wanted = self.how.every || may_be_log(entry.path());
            if !hidden && entry.file_type().is_file() && wanted {
                self.listed = true;
                return Some(Ok(file(entry.path(), true)));
            }
            self.pass();
        }
    }
}

fn may_be_log(path: &Path) -> bool {
    match path.extension() {
        None => true,
        Some(ending) => ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known)),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn names(arguments: &[&str], below: &Path) -> Vec<String> {
        let arguments: Vec<String> = arguments.iter().map(|a| below.join(a).display().to_string()).collect();
        let prefix = format!("{}/", below.display());
        list(&arguments)
            .map(|l| match l {
                Ok(object) => object.name.replace(&prefix, ""),
                Err(missing) => format!("{}: {}", missing.name.replace(&prefix, ""), missing.reason),
            })
            .collect()
    }

    #[test]
    fn folders_are_walked_in_order_and_other_files_passed_over() {
        let dir = tempfile::tempdir().unwrap();
        for name in
            ["b/2.json.gz", "b/1.json", "a.jsonl", "README.md", ".hidden/x.json", "picture.png", "c/noending"]
        {
            let path = dir.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "x").unwrap();
        }
        assert_eq!(names(&[""], dir.path()), ["a.jsonl", "b/1.json", "b/2.json.gz", "c/noending"]);
        assert_eq!(names(&["b", "a.jsonl"], dir.path()), ["b/1.json", "b/2.json.gz", "a.jsonl"]);
        assert_eq!(names(&["b/*.gz"], dir.path()), ["b/2.json.gz"]);
        assert_eq!(
            names(&["README.md"], dir.path()),
            ["README.md"],
            "what is named is read, whatever its ending"
        );
    }

    #[test]
    fn what_is_passed_over_is_told_and_every_file_can_be_had() {
        use std::sync::atomic::{AtomicUsize, Ordering};

        let dir = tempfile::tempdir().unwrap();
        for name in ["a.json", "b.pdf", "c.json.bak", ".d"] {
            fs::write(dir.path().join(name), "x").unwrap();
        }
        fs::create_dir(dir.path().join(".hidden")).unwrap();
        fs::write(dir.path().join(".hidden/e.json"), "x").unwrap();
        let folder = [dir.path().display().to_string()];
        let passed = Arc::new(AtomicUsize::new(0));
        let counter = passed.clone();
        let telling = list_telling(&folder, Arc::new(move || _ = counter.fetch_add(1, Ordering::Relaxed)));
        assert_eq!((telling.count(), passed.load(Ordering::Relaxed)), (1, 4));
        assert_eq!(list_every(&folder).count(), 5);
    }

    #[test]
    fn what_is_not_there_says_so() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("empty")).unwrap();
        fs::create_dir(dir.path().join("pictures")).unwrap();
        fs::write(dir.path().join("pictures/a.png"), "x").unwrap();
        fs::write(dir.path().join("odd[1].json"), "x").unwrap();
        let found = names(&["nothing", "*.zip", "empty", "pictures", "odd[1].json"], dir.path());
        assert!(found[0].starts_with("nothing: no such file or folder"), "{found:?}");
        assert!(found[1].ends_with("*.zip: no file or folder matches this pattern"), "{found:?}");
        assert!(found[2].starts_with("empty: there are no files"), "{found:?}");
        assert!(
            found[3].starts_with("pictures: there are no logs in this folder: none of its 1 files"),
            "{found:?}"
        );
        assert_eq!(found[4], "odd[1].json", "a name that exists is no pattern");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_in_a_circle_is_said_and_left() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("a.json"), "x").unwrap();
        std::os::unix::fs::symlink(dir.path(), dir.path().join("loop")).unwrap();
        let found = names(&[""], dir.path());
        assert_eq!(found[0], "a.json");
        assert!(found[1].contains("leads back"), "{found:?}");
    }
}
