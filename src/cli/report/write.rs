//! Files that appear whole or not at all, with their hashes.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::cli::exit::Failure;
use crate::cli::rule_files::hex;

/// A file that was written.
#[derive(Clone, PartialEq, Eq, Serialize, Debug)]
pub(super) struct Written {
    /// Its place below the folder.
    pub(super) path: String,
    /// How many bytes it has.
    pub(super) bytes: u64,
    /// SHA-256 of them.
    pub(super) sha256: String,
}

/// The folder that all files go to.
#[derive(Debug)]
pub(super) struct Folder {
    root: PathBuf,
}

impl Folder {
    /// The folder at that path, made where it is not there.
    pub(super) fn new(path: &Path) -> Result<Self, Failure> {
        let way = "name a folder that you may write to";
        let fault = |e: io::Error| Failure::Place(format!("--out {}: {e}; {way}", path.display()));
        if path.is_file() {
            let at = path.display();
            return Err(Failure::Use(format!("--out {at}: this is a file; a report needs a folder")));
        }
        std::fs::create_dir_all(path).map_err(fault)?;
        Ok(Self { root: std::fs::canonicalize(path).map_err(fault)? })
    }

    /// Its full path.
    pub(super) fn path(&self) -> &Path {
        &self.root
    }

    /// Writes a file through a temporary one beside it, so that nobody ever reads half of it.
    ///
    /// # Errors
    /// Those of `write` and of the disk, with the name of the file.
    pub(super) fn file(
        &self,
        name: &str,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<Written> {
        let path = self.root.join(name);
        self.try_file(&path, write)
            .map(|(bytes, sha256)| Written { path: name.to_owned(), bytes, sha256 })
            .map_err(|e| io::Error::new(e.kind(), format!("{}: {e}", path.display())))
    }

    fn try_file(
        &self,
        path: &Path,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<(u64, String)> {
        let folder = path.parent().unwrap_or(&self.root);
        std::fs::create_dir_all(folder)?;
        let mut options = tempfile::Builder::new();
        options.prefix(".trailhound-");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            // Who may read it is the business of the user's mask, as with any other file.
            options.permissions(std::fs::Permissions::from_mode(0o666));
        }
        let file = options.tempfile_in(folder).map_err(unnamed)?;
        let mut out = Hashing { out: BufWriter::with_capacity(1 << 16, file), hash: Sha256::new(), bytes: 0 };
        write(&mut out)?;
        let Hashing { out, hash, bytes } = out;
        let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.persist(path).map_err(|e| e.error)?;
        Ok((bytes, hex(&hash.finalize())))
    }
}

/// A fault without the name of the temporary file, which nobody asked for.
fn unnamed(e: io::Error) -> io::Error {
    let told = e.to_string();
    match told.split_once(" at path ") {
        Some((cause, _)) => io::Error::new(e.kind(), cause),
        None => e,
    }
}

/// Counts and hashes what goes through it.
struct Hashing<W> {
    out: W,
    hash: Sha256,
    bytes: u64,
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.out.write(bytes)?;
        self.hash.update(bytes.get(..n).unwrap_or(bytes));
        self.bytes += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(path: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(path).unwrap();
        entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn files_are_whole_or_as_they_were() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::new(&dir.path().join("new")).unwrap();
        let written = folder.file("deep/er/a.txt", |out| out.write_all(b"abc")).unwrap();
        assert_eq!(
            (written.bytes, written.sha256.as_str()),
            (3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        );
        let path = folder.path().join("deep/er");
        let failed = folder.file("deep/er/a.txt", |out| {
            out.write_all(b"half")?;
            Err(io::Error::other("the disk is full"))
        });
        assert!(failed.unwrap_err().to_string().ends_with("a.txt: the disk is full"));
        assert_eq!(std::fs::read(path.join("a.txt")).unwrap(), b"abc");
        assert_eq!(names(&path), ["a.txt"], "nothing is left lying about");
        let cause = io::Error::other("no room");
        let named = tempfile::Builder::new().tempfile_in(path.join("a.txt")).unwrap_err();
        assert!(named.to_string().contains(".tmp"), "{named}");
        let told = unnamed(named).to_string();
        assert!(!told.contains(".tmp") && told.contains("os error"), "{told}");
        assert_eq!(unnamed(cause).to_string(), "no room");
    }
}
