//! The files inside of zip and tar archives, one after the other.

use std::io::{self, Read, Seek as _, SeekFrom};

use crate::ingest::inflate::Wrapping;

/// How many archives may be inside of each other.
pub const MAX_DEPTH: usize = 3;

/// A file in an archive.
pub struct Member<'a> {
    /// Its path in the archive; hostile.
    pub name: String,
    /// Which of the archive's entries it is, from 0.
    pub position: usize,
    /// Its size in the archive, where that says something about inflation.
    pub compressed: Option<u64>,
    /// Its bytes.
    pub reader: Box<dyn Read + Send + 'a>,
}

/// Gives each file of the archive to `take`, until that says `false`.
///
/// # Errors
/// When the archive itself is damaged; what came before is given.
pub fn members<'r>(
    reader: impl Read + Send + 'r,
    kind: Wrapping,
    take: &mut dyn FnMut(Member<'_>) -> bool,
) -> io::Result<()> {
    match kind {
        Wrapping::Zip => zip_members(reader, take),
        _ => tar_members(reader, take),
    }
}

fn tar_members(reader: impl Read, take: &mut dyn FnMut(Member<'_>) -> bool) -> io::Result<()> {
    let mut archive = tar::Archive::new(reader);
    for (position, entry) in archive.entries()?.enumerate() {
        let mut entry = entry?;
        if !entry.header().entry_type().is_file() {
            continue;
        }
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        // The entry borrows a reader that is not `Send`; what is in memory is.
        let size = entry.size();
        if size > IN_MEMORY {
            let mut file = tempfile::tempfile()?;
            io::copy(&mut entry, &mut file)?;
            file.seek(SeekFrom::Start(0))?;
            if !take(Member { name, position, compressed: Some(size), reader: Box::new(file) }) {
                return Ok(());
            }
            continue;
        }
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes)?;
        if !take(Member { name, position, compressed: Some(size), reader: Box::new(io::Cursor::new(bytes)) })
        {
            return Ok(());
        }
    }
    Ok(())
}

/// Members up to this many bytes are held in memory.
const IN_MEMORY: u64 = 64 << 20;

/// A zip archive lists its entries at its end, so it has to be there as a whole.
fn zip_members(mut reader: impl Read, take: &mut dyn FnMut(Member<'_>) -> bool) -> io::Result<()> {
    let mut file = tempfile::tempfile()?;
    io::copy(&mut reader, &mut file)?;
    let listed = listed_in_zip(&mut file)?;
    file.seek(SeekFrom::Start(0))?;
    let mut archive = zip::ZipArchive::new(io::BufReader::new(file)).map_err(io::Error::other)?;
    for position in 0..archive.len() {
        let name = archive
            .name_for_index(position)
            .and_then(Result::ok)
            .map_or_else(|| "?".to_owned(), std::borrow::Cow::into_owned);
        let entry = match archive.by_index(position) {
            Ok(entry) if entry.is_file() => entry,
            Ok(_) => continue,
            Err(e) => {
                let reader = Box::new(Failing(Some(io::Error::other(e))));
                if !take(Member { name, position, compressed: None, reader }) {
                    return Ok(());
                }
                continue;
            }
        };
        let compressed = Some(entry.compressed_size());
        if !take(Member { name, position, compressed, reader: Box::new(entry) }) {
            return Ok(());
        }
    }
    match listed.and_then(|listed| listed.checked_sub(archive.len())) {
        Some(lost @ 1..) => Err(io::Error::other(format!(
            "{lost} of its files are called as others are, and of those only the last was read; unpack it, keeping all, and read the folder"
        ))),
        _ => Ok(()),
    }
}

/// How many entries a zip archive says it has, if it says so in its last kilobytes.
fn listed_in_zip(file: &mut std::fs::File) -> io::Result<Option<usize>> {
    // The last record has twenty-two bytes, and a comment of at most 65,535 behind it.
    let size = file.seek(SeekFrom::End(0))?;
    file.seek(SeekFrom::Start(size.saturating_sub(22 + 65_535)))?;
    let mut end = Vec::new();
    file.read_to_end(&mut end)?;
    let last = memchr::memmem::rfind(&end, b"PK\x05\x06");
    let count = last
        .and_then(|at| end.get(at + 10..at + 12))
        .map(|two| usize::from(two[0]) | usize::from(two[1]) << 8);
    // So many stand for more than fit there.
    Ok(count.filter(|&count| count != 0xffff))
}

/// A member that cannot be opened says so when it is read.
struct Failing(Option<io::Error>);

impl Read for Failing {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::io::Write as _;

    use super::*;

    pub(crate) fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut out = zip::ZipWriter::new(io::Cursor::new(Vec::new()));
        out.add_directory("folder", zip::write::SimpleFileOptions::default()).unwrap();
        for (name, bytes) in files {
            out.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
            out.write_all(bytes).unwrap();
        }
        out.finish().unwrap().into_inner()
    }

    pub(crate) fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut out = tar::Builder::new(Vec::new());
        for (name, bytes) in files {
            let mut header = tar::Header::new_ustar();
            header.set_size(bytes.len() as u64);
            header.set_mode(0o644);
            out.append_data(&mut header, name, *bytes).unwrap();
        }
        out.into_inner().unwrap()
    }

    fn contents(bytes: &[u8], kind: Wrapping) -> Vec<(String, String)> {
        let mut out = Vec::new();
        members(bytes, kind, &mut |mut member| {
            let mut text = String::new();
            member.reader.read_to_string(&mut text).unwrap();
            out.push((member.name, text));
            true
        })
        .unwrap();
        out
    }

    #[test]
    fn files_come_out_in_order() {
        let files: [(&str, &[u8]); 2] = [("b/1.json", b"one"), ("a.json", b"two")];
        let expected = [("b/1.json".to_owned(), "one".to_owned()), ("a.json".to_owned(), "two".to_owned())];
        assert_eq!(contents(&zip(&files), Wrapping::Zip), expected);
        assert_eq!(contents(&tar(&files), Wrapping::Tar), expected);
        assert_eq!(Wrapping::of(&tar(&files)), Wrapping::Tar);
        assert_eq!(Wrapping::of(&zip(&files)), Wrapping::Zip);
    }

    #[test]
    fn files_of_a_zip_that_are_called_alike_are_not_lost_without_a_word() {
        let mut bytes = zip(&[("a.json", b"one"), ("b.json", b"two")]);
        while let Some(at) = memchr::memmem::find(&bytes, b"b.json") {
            bytes[at] = b'a';
        }
        let mut seen = 0;
        let result = members(&*bytes, Wrapping::Zip, &mut |_| {
            seen += 1;
            true
        });
        let said = result.err().map(|e| e.to_string()).unwrap_or_default();
        assert!(seen == 1 && said.starts_with("1 of its files are called as others are"), "{seen} {said}");
    }

    #[test]
    fn a_broken_archive_is_an_error_and_what_came_before_is_kept() {
        let files: [(&str, &[u8]); 2] = [("1.json", b"one"), ("2.json", &[b'x'; 2000])];
        let whole = tar(&files);
        let mut seen = 0;
        let result = members(&whole[..1500], Wrapping::Tar, &mut |_| {
            seen += 1;
            true
        });
        assert!(result.is_err() && seen == 1);
        assert!(members(&zip(&files)[..50], Wrapping::Zip, &mut |_| true).is_err());
    }
}
