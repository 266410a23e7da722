//! Where somebody stood in which sources, for whoever opens the same ones again: a small file for each set of sources.
//!
//! A file appears whole or not at all, the oldest ones go, and one that cannot be read or written is as good as none:
//! nobody is kept from their logs for it.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::console::app::stand::Stand;

/// How many sets of sources are remembered.
const KEPT: usize = 64;

/// The largest file that is read or written, in bytes.
const LARGEST: u64 = 256 << 10;

/// The file of one set of sources.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Notebook {
    path: PathBuf,
}

impl Notebook {
    /// The notebook of these sources in a folder.
    pub fn of(folder: &Path, sources: &[String]) -> Self {
        let mut hash = Sha256::new();
        for source in sources {
            // The same files are the same sources from wherever they are named.
            let full = fs::canonicalize(source).map_or_else(|_| source.clone(), |p| p.display().to_string());
            hash.update(full.as_bytes());
            hash.update([0]);
        }
        let name: String = hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        Self { path: folder.join(format!("{name}.json")) }
    }

    /// Where one stood; `None` where nothing was kept, or it cannot be read.
    pub fn read(&self) -> Option<Stand> {
        let mut text = String::new();
        File::open(&self.path).ok()?.take(LARGEST).read_to_string(&mut text).ok()?;
        serde_json::from_str(&text).ok()
    }

    /// Keeps where one stands.
    ///
    /// # Errors
    /// The folder or file cannot be written; nothing half is left.
    pub fn keep(&self, stand: &Stand) -> io::Result<()> {
        let text = serde_json::to_vec(stand)?;
        let Some(folder) = self.path.parent().filter(|_| (text.len() as u64) < LARGEST) else {
            return Ok(());
        };
        fs::create_dir_all(folder)?;
        let mut file = tempfile::Builder::new().prefix(".stand-").tempfile_in(folder)?;
        file.write_all(&text)?;
        file.persist(&self.path).map_err(|e| e.error)?;
        forget_oldest(folder)
    }
}

/// Leaves only the newest files.
fn forget_oldest(folder: &Path) -> io::Result<()> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)?.flatten() {
        let path = entry.path();
        if path.extension().is_some_and(|end| end == "json") {
            files.push((entry.metadata()?.modified()?, path));
        }
    }
    files.sort();
    let too_many = files.len().saturating_sub(KEPT);
    files.into_iter().take(too_many).try_for_each(|(_, path)| fs::remove_file(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_kept_is_there_again_and_a_bad_file_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let notebook = Notebook::of(folder.path(), &["a".to_owned(), "b".to_owned()]);
        assert_eq!(notebook.read(), None);
        let stand = Stand { filter: "risk>=50".to_owned(), window: Some((1, 2)), ..Stand::default() };
        notebook.keep(&stand).unwrap();
        assert_eq!(notebook.read(), Some(stand));
        assert_eq!(Notebook::of(folder.path(), &["ab".to_owned()]).read(), None);
        for bad in [&b"{\"view\": 3}"[..], b"\xff\xfe", b"[", b""] {
            fs::write(&notebook.path, bad).unwrap();
            assert_eq!(notebook.read(), None, "{bad:?}");
        }
    }

    #[test]
    fn the_oldest_are_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        for n in 0..KEPT + 9 {
            Notebook::of(folder.path(), &[n.to_string()]).keep(&Stand::default()).unwrap();
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), KEPT);
    }
}
