//! The files that were read, with their sizes and hashes as acquired.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use crate::cli::rule_files::{hex, sum_of_sums};
use crate::ingest::files::FileInfo;
use crate::investigation::Investigation;
use crate::report::model::Evidence;
use crate::text::plural;

/// How many bytes are read at once.
const CHUNK: usize = 1 << 16;

/// Every file in the order of names, and the hash over all hashes. A member of an archive counts as its archive, and the
/// parts of a log that grew as what was read of it.
pub(super) fn inventory(inv: &Investigation) -> (Vec<Evidence>, String) {
    let mut files: BTreeMap<String, Read> = BTreeMap::new();
    for number in 0..inv.files.len() as u32 {
        if let Some(info) = inv.files.get(number).filter(|info| info.members.is_empty()) {
            files.entry(info.name.clone()).or_default().add(info);
        }
    }
    let numbered = (1u32..).zip(files);
    let all: Vec<Evidence> = numbered.map(|(n, (name, read))| evidence(n, name, &read)).collect();
    let mut sums: Vec<String> = all.iter().filter_map(|e| e.sha256.clone()).collect();
    let dataset = sum_of_sums(&mut sums);
    (all, dataset)
}

/// What was read of a file.
#[derive(Default)]
struct Read {
    /// One after the other, as it was read last.
    parts: Vec<Arc<FileInfo>>,
    /// How often it was found to be another one since.
    replaced: usize,
}

impl Read {
    fn add(&mut self, info: Arc<FileInfo>) {
        let base = info.place.base();
        let first = self.parts.first().filter(|_| base == 0);
        self.replaced += usize::from(first.is_some_and(|first| first.stamp != info.stamp));
        // A line that was cut is read again when it is finished.
        while self.parts.pop_if(|part| part.place.base() >= base).is_some() {}
        self.parts.push(info);
    }
}

fn evidence(number: u32, name: String, read: &Read) -> Evidence {
    let id = format!("EV-{number}");
    match hash(&read.parts) {
        Ok((size, sha256)) => {
            let changed = read.parts.iter().any(|part| {
                part.stamp.size.is_some() && part.place.stamp().is_ok_and(|now| now != part.stamp)
            });
            let note = match read.replaced {
                _ if changed => Some("changed after it was read".to_owned()),
                0 => None,
                n => Some(format!("read {} before, when it was another", plural(n as u64, "time"))),
            };
            Evidence { id, name, size, sha256: Some(sha256), note }
        }
        Err(e) => {
            let note = Some(format!("could not be read again: {e}"));
            let size = read.parts.iter().filter_map(|part| part.stamp.size).sum();
            Evidence { id, name, size, sha256: None, note }
        }
    }
}

fn hash(parts: &[Arc<FileInfo>]) -> std::io::Result<(u64, String)> {
    let mut hash = Sha256::new();
    let mut chunk = vec![0; CHUNK];
    let mut size = 0u64;
    for part in parts {
        let mut reader = part.place.open()?;
        loop {
            let n = reader.read(&mut chunk)?;
            let Some(read) = chunk.get(..n).filter(|read| !read.is_empty()) else { break };
            hash.update(read);
            size += n as u64;
        }
    }
    Ok((size, hex(&hash.finalize())))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;
    use crate::follow::folder::Folder;
    use crate::ingest::worker::Options;
    use crate::investigation::Judgment;
    use crate::investigation::growing::Growing;

    #[test]
    fn of_a_log_that_grew_all_is_certified_that_was_read_and_no_more() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("app.jsonl");
        let mut folder = Folder::new(vec![path.display().to_string()]);
        let mut growing = Growing::new(Options::default(), Judgment::shipped(), Arc::default());
        let record = |n: usize| {
            format!(
                "{{\"eventVersion\":\"1.08\",\"eventTime\":\"2026-03-02T10:00:0{n}Z\",\"eventName\":\"X\",\"eventID\":\"{n}\"}}\n"
            )
        };
        let append = |text: &str| {
            let mut file = std::fs::OpenOptions::new().create(true).append(true).open(&path).unwrap();
            file.write_all(text.as_bytes()).unwrap();
        };
        let sum = |text: &str| Some(hex(&Sha256::digest(text.as_bytes())));
        append(&record(1));
        growing.begin(folder.look(0), &|_| {});
        append(&record(2));
        let inv = growing.go_on(folder.look(1)).unwrap().inv;
        append("{\"not yet");
        let all = inventory(&inv).0;
        let read = record(1) + &record(2);
        assert_eq!((all.len(), all[0].size, &all[0].sha256), (1, read.len() as u64, &sum(&read)));
        assert_eq!(all[0].note, None);
        let anew = record(3) + &record(4);
        std::fs::write(&path, &anew).unwrap();
        assert!(inventory(&inv).0[0].note.as_ref().unwrap().contains("has changed"));
        let inv = growing.go_on(folder.look(2)).unwrap().inv;
        let all = inventory(&inv).0;
        assert_eq!((all.len(), &all[0].sha256), (1, &sum(&anew)));
        assert_eq!(all[0].note.as_deref(), Some("read 1 time before, when it was another"));
    }
}
