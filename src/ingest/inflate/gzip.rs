//! gzip as a stream: all members, and all that stands before a fault.

use std::io::{self, BufRead, Read};

/// Reads all members of a gzip stream; what follows the last one and is no member is an error that says so. What was
/// inflated before a fault is handed out first, to the last byte.
pub(super) struct GzipReader<R> {
    reader: R,
    /// The member that is being read; none at the end, and after a fault.
    member: Option<flate2::Decompress>,
    /// A fault met behind text, to be told once that is used.
    fault: Option<io::Error>,
}

impl<R: BufRead> GzipReader<R> {
    pub(super) fn new(reader: R) -> Self {
        Self { reader, member: Some(member()), fault: None }
    }

    /// Inflates some more of the member into `buf`: how many bytes, and whether the member is at its end.
    fn inflate(&mut self, buf: &mut [u8]) -> io::Result<(usize, bool)> {
        let Some(member) = &mut self.member else { return Ok((0, true)) };
        loop {
            let input = self.reader.fill_buf()?;
            let is_last = input.is_empty();
            let (taken, given) = (member.total_in(), member.total_out());
            let status = member.decompress(input, buf, flate2::FlushDecompress::None);
            // Both are less than what was handed in and out.
            let taken = usize::try_from(member.total_in() - taken).unwrap_or_default();
            let given = usize::try_from(member.total_out() - given).unwrap_or_default();
            self.reader.consume(taken);
            let fault = match status {
                Ok(flate2::Status::StreamEnd) => return Ok((given, true)),
                Ok(_) if given == 0 && is_last => {
                    io::Error::new(io::ErrorKind::UnexpectedEof, "the gzip stream is cut off")
                }
                Ok(_) if given > 0 => return Ok((given, false)),
                Ok(_) if taken > 0 => continue,
                Ok(_) => damaged(&"it does not go on"),
                Err(e) => damaged(&e),
            };
            self.fault = Some(fault);
            self.member = None;
            return Ok((given, true));
        }
    }

    /// Whether another member begins here.
    fn has_next(&mut self) -> io::Result<bool> {
        let rest = loop {
            // A pipe may be asked again; as a fault this would lose all that follows.
            while self.reader.fill_buf().is_err_and(|e| e.kind() == io::ErrorKind::Interrupted) {}
            let rest = self.reader.fill_buf()?;
            let zeros = rest.iter().take_while(|&&b| b == 0).count();
            if rest.is_empty() {
                return Ok(false);
            } else if zeros == 0 {
                break self.reader.fill_buf()?;
            }
            // Members are padded with zeros; what stands behind these may come later.
            self.reader.consume(zeros);
        };
        if !rest.starts_with(&[0x1f, 0x8b]) && rest != [0x1f] {
            let message = "unexpected data after the end of the gzip stream";
            return Err(io::Error::new(io::ErrorKind::InvalidData, message));
        }
        Ok(true)
    }
}

fn damaged(reason: &dyn std::fmt::Display) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("the gzip stream is damaged: {reason}"))
}

/// What inflates one member of a gzip stream, its header and its checksum included.
fn member() -> flate2::Decompress {
    flate2::Decompress::new_gzip(15)
}

impl<R: BufRead> Read for GzipReader<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while self.member.is_some() && !buf.is_empty() {
            let (given, ended) = self.inflate(buf)?;
            if ended && self.fault.is_none() {
                self.member = None;
                match self.has_next() {
                    Ok(true) => self.member = Some(member()),
                    Ok(false) => {}
                    Err(e) => self.fault = Some(e),
                }
            }
            if given > 0 {
                return Ok(given);
            }
        }
        self.fault.take().map_or(Ok(0), Err)
    }
}
