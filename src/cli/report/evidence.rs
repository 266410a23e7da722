//! The files that were read, with their sizes and hashes as acquired.

use std::collections::BTreeMap;
use std::io::Read as _;

use sha2::{Digest as _, Sha256};

use crate::cli::rule_files::{hex, sum_of_sums};
use crate::ingest::files::FileInfo;
use crate::investigation::Investigation;
use crate::report::model::Evidence;

/// How many bytes are read at once.
const CHUNK: usize = 1 << 16;

/// Every file in the order of names, and the hash over all hashes. A member of an archive counts as its archive.
pub(super) fn inventory(inv: &Investigation) -> (Vec<Evidence>, String) {
    let mut files: BTreeMap<String, std::sync::Arc<FileInfo>> = BTreeMap::new();
    for number in 0..inv.files.len() as u32 {
        let Some(info) = inv.files.get(number) else { continue };
        let name = match info.name.split_once("!/") {
            Some((archive, _)) if !info.members.is_empty() => archive.to_owned(),
            _ => info.name.clone(),
        };
        files.entry(name).or_insert(info);
    }
    let numbered = (1u32..).zip(files);
    let all: Vec<Evidence> = numbered.map(|(n, (name, info))| evidence(n, name, &info)).collect();
    let mut sums: Vec<String> = all.iter().filter_map(|e| e.sha256.clone()).collect();
    let dataset = sum_of_sums(&mut sums);
    (all, dataset)
}

fn evidence(number: u32, name: String, info: &FileInfo) -> Evidence {
    let id = format!("EV-{number}");
    match hash(info) {
        Ok((size, sha256)) => {
            let now = info.place.stamp().ok();
            let changed = info.stamp.size.is_some() && now.is_some_and(|now| now != info.stamp);
            let note = changed.then(|| "changed after it was read".to_owned());
            Evidence { id, name, size, sha256: Some(sha256), note }
        }
        Err(e) => {
            let note = Some(format!("could not be read again: {e}"));
            Evidence { id, name, size: info.stamp.size.unwrap_or(0), sha256: None, note }
        }
    }
}

fn hash(info: &FileInfo) -> std::io::Result<(u64, String)> {
    let mut reader = info.place.open()?;
    let mut hash = Sha256::new();
    let mut chunk = vec![0; CHUNK];
    let mut size = 0u64;
    loop {
        let n = reader.read(&mut chunk)?;
        let Some(read) = chunk.get(..n).filter(|read| !read.is_empty()) else { break };
        hash.update(read);
        size += n as u64;
    }
    Ok((size, hex(&hash.finalize())))
}
