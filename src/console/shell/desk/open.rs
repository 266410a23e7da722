//! Having the user's own browser open an address, which happens on a key press alone.

use std::io;
use std::process::{Command, Stdio};

/// The program of the system that opens addresses, and what stands before the address.
const OPENER: (&str, &[&str]) = if cfg!(target_os = "macos") {
    ("open", &[])
} else if cfg!(windows) {
    // Unlike `start` it is no shell: nothing in the address means anything to it.
    ("rundll32", &["url.dll,FileProtocolHandler"])
} else {
    ("xdg-open", &[])
};

/// Opens an address of the web. It is one word for the program, and no shell sees it.
///
/// # Errors
/// It is no such address, or there is no program that opens it.
pub(super) fn browser(link: &str) -> io::Result<()> {
    let is_plain = link.starts_with("https://") && link.bytes().all(|b| b.is_ascii_graphic() && b != b'"');
    if !is_plain {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "only https addresses are opened"));
    }
    let (program, before) = OPENER;
    let mut command = Command::new(program);
    command.args(before).arg(link);
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|e| io::Error::new(e.kind(), format!("{program}: {e}")))?;
    // It may run as long as the browser does; whoever waits for it is a thread of its own.
    std::thread::Builder::new().name("opener".to_owned()).spawn(move || child.wait())?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_an_address_of_the_web_is_opened() {
        for link in ["file:///etc/passwd", "http://example.org", "https://a b", "https://a\u{1b}", "-x", ""] {
            assert_eq!(browser(link).unwrap_err().kind(), io::ErrorKind::InvalidInput, "{link}");
        }
    }
}
