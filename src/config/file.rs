//! Reading the small text files that the user writes: all of one, or the reason why not.

use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::path::Path;

use super::fault::{Fault, Reason};

/// The largest file that is read as settings, keys or a theme, in bytes.
const LARGEST: u64 = 1 << 20;

/// The text of a file; `None` where there is no such file.
///
/// # Errors
/// The file is there but cannot be read, is larger than 1 MiB, or is no UTF-8.
pub fn read_if_there(path: &Path) -> Result<Option<String>, Box<Fault>> {
    let fault = |message: String| Box::new(Fault::of_file(path.display().to_string(), Reason::new(message)));
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes));
    match read {
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(fault(format!("cannot be read: {error}"))),
    }
    if bytes.len() as u64 > LARGEST {
        return Err(fault("larger than 1 MiB, which no such file is".to_owned()));
    }
    let text = String::from_utf8(bytes).map_err(|_| fault("not UTF-8 text; save it as UTF-8".to_owned()))?;
    Ok(Some(text))
}

/// Why a file that was named cannot be read, and the way out.
pub fn words(error: &std::io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "there is no such file".to_owned(),
        ErrorKind::PermissionDenied => {
            "no permission to read it; run as a user who may, or change its mode".to_owned()
        }
        ErrorKind::InvalidData => "not UTF-8 text; save it as UTF-8".to_owned(),
        ErrorKind::IsADirectory => "this is a folder; name a file in it".to_owned(),
        _ => format!("cannot be read: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_text_or_missing_or_a_fault() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        assert_eq!(read_if_there(&path), Ok(None));
        std::fs::write(&path, "mouse = true").unwrap();
        assert_eq!(read_if_there(&path), Ok(Some("mouse = true".to_owned())));
        std::fs::write(&path, b"\xff\xfe").unwrap();
        assert!(read_if_there(&path).unwrap_err().message.starts_with("not UTF-8"));
        std::fs::write(&path, vec![b' '; (LARGEST + 1) as usize]).unwrap();
        assert!(read_if_there(&path).unwrap_err().message.starts_with("larger than 1 MiB"));
        assert!(read_if_there(folder.path()).unwrap_err().message.starts_with("cannot be read"));
    }
}
