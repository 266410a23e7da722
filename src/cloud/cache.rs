//! Objects kept on disk, so that what was fetched once is not fetched again.
//!
//! The names of the files are the index: each is the digest of where the object is, its
//! ETag and its size, so that an object that changed is another one, and a look-up costs one
//! question to the file system. A file is written beside and put in place when it is whole: a
//! load that was broken off goes on where it ended. What was not used for longest goes first
//! when there is more than the cap allows. The files are for the user's eyes alone.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use sha2::{Digest as _, Sha256};

/// A folder of kept objects.
#[derive(Clone, Debug)]
pub struct Cache {
    folder: PathBuf,
    cap: u64,
}

/// What makes an object the one it is.
#[derive(Clone, Copy, Debug)]
pub struct Identity<'a> {
    /// The endpoint, where it is not that of AWS.
    pub endpoint: &'a str,
    /// The bucket.
    pub bucket: &'a str,
    /// The key.
    pub key: &'a str,
    /// The ETag.
    pub etag: &'a str,
    /// In bytes.
    pub size: u64,
}

impl Cache {
    /// A cache in a folder, which is made when it is first needed, of at most `cap` bytes.
    pub fn new(folder: PathBuf, cap: u64) -> Self {
        Self { folder, cap }
    }

    fn path(&self, of: &Identity<'_>) -> PathBuf {
        let mut hash = Sha256::new();
        for part in [of.endpoint, of.bucket, of.key, of.etag] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        hash.update(of.size.to_le_bytes());
        let name: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        let (shelf, rest) = name.split_at(2);
        self.folder.join(shelf).join(rest)
    }

    /// The file that holds an object, where it is whole.
    pub fn find(&self, of: &Identity<'_>) -> Option<PathBuf> {
        let path = self.path(of);
        let meta = fs::metadata(&path).ok().filter(|meta| meta.is_file() && meta.len() == of.size)?;
        // What is used moves to the end of the queue; where that cannot be noted, nothing is lost.
        let old =
            meta.modified().ok().and_then(|at| at.elapsed().ok()).is_none_or(|age| age.as_secs() > 3600);
        if old && let Ok(file) = File::options().append(true).open(&path) {
            let _ = file.set_modified(SystemTime::now());
        }
        Some(path)
    }

    /// Keeps an object.
    ///
    /// # Errors
    /// What the system says: no room, no permission.
    pub fn keep(&self, of: &Identity<'_>, bytes: &[u8]) -> io::Result<()> {
        if bytes.len() as u64 > self.cap || bytes.len() as u64 != of.size {
            return Ok(());
        }
        let path = self.path(of);
        let shelf = path.parent().unwrap_or(&self.folder);
        make_folder(shelf)?;
        // A file of this kind is readable by its owner alone.
        let mut file = tempfile::NamedTempFile::new_in(shelf)?;
        file.write_all(bytes)?;
        file.persist(&path).map_err(|e| e.error)?;
        Ok(())
    }

    /// Takes away what was not used for longest until the rest is within the cap; how many bytes are left.
    pub fn trim(&self) -> u64 {
        let mut files: Vec<(SystemTime, u64, PathBuf)> = walkdir::WalkDir::new(&self.folder)
            .min_depth(2)
            .max_depth(2)
            .into_iter()
            .filter_map(Result::ok)
            .filter_map(|entry| {
                let meta = entry.metadata().ok().filter(fs::Metadata::is_file)?;
                Some((meta.modified().ok()?, meta.len(), entry.into_path()))
            })
            .collect();
        files.sort_unstable();
        let mut held: u64 = files.iter().map(|file| file.1).sum();
        for (_, size, path) in files {
            if held <= self.cap {
                break;
            }
            if fs::remove_file(path).is_ok() {
                held -= size;
            }
        }
        held
    }
}

fn make_folder(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity<'a>(key: &'a str, etag: &'a str, size: u64) -> Identity<'a> {
        Identity { endpoint: "", bucket: "logs", key, etag, size }
    }

    #[test]
    fn an_object_is_found_again_and_a_changed_one_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let cache = Cache::new(dir.path().join("s3"), 1 << 20);
        let kept = identity("a", "e1", 5);
        assert_eq!(cache.find(&kept), None);
        cache.keep(&kept, b"bytes").unwrap();
        assert_eq!(fs::read(cache.find(&kept).unwrap()).unwrap(), b"bytes");
        assert_eq!(cache.find(&identity("a", "e2", 5)), None);
        assert_eq!(cache.find(&identity("a", "e1", 6)), None);
        cache.keep(&identity("b", "e", 9), b"half").unwrap();
        assert_eq!(cache.find(&identity("b", "e", 9)), None, "what is not whole is not kept");
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_can_read_it() {
        use std::os::unix::fs::PermissionsExt as _;
        let dir = tempfile::tempdir().unwrap();
        let cache = Cache::new(dir.path().join("s3"), 100);
        let kept = identity("a", "e", 5);
        cache.keep(&kept, b"bytes").unwrap();
        let path = cache.find(&kept).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(
            (mode(&path), mode(path.parent().unwrap()), mode(&dir.path().join("s3"))),
            (0o600, 0o700, 0o700)
        );
    }

    #[test]
    fn what_was_not_used_for_longest_goes_first() {
        let dir = tempfile::tempdir().unwrap();
        let cache = Cache::new(dir.path().to_owned(), 12);
        for (key, day) in [("old", 1), ("older", 0), ("new", 2)] {
            let kept = identity(key, "e", 5);
            cache.keep(&kept, b"bytes").unwrap();
            let at = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(day * 86_400);
            File::options().append(true).open(cache.path(&kept)).unwrap().set_modified(at).unwrap();
        }
        assert_eq!(cache.trim(), 10);
        let there = |key| cache.find(&identity(key, "e", 5)).is_some();
        assert_eq!([there("older"), there("old"), there("new")], [false, true, true]);
    }
}
