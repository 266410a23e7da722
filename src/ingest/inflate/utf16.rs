//! UTF-16 as a stream of UTF-8.

use std::io::{self, Read};

/// Turns UTF-16 into UTF-8 while it is read; lone surrogates become U+FFFD.
pub(super) struct Utf16Reader<R> {
    inner: R,
    unit: fn([u8; 2]) -> u16,
    /// A byte that waits for its other half.
    odd: Option<u8>,
    /// A high surrogate that waits for its low one.
    high: Option<u16>,
    out: Vec<u8>,
    at: usize,
}

impl<R: Read> Utf16Reader<R> {
    pub(super) fn new(inner: R, unit: fn([u8; 2]) -> u16) -> Self {
        Self { inner, unit, odd: None, high: None, out: Vec::new(), at: 0 }
    }

    /// Reads some more; `false` at the end.
    fn fill(&mut self) -> io::Result<bool> {
        let mut raw = [0; 8192];
        let n = self.inner.read(&mut raw)?;
        self.out.clear();
        self.at = 0;
        if n == 0 {
            let broken = self.odd.take().is_some() | self.high.take().is_some();
            if broken {
                push(&mut self.out, char::REPLACEMENT_CHARACTER);
            }
            return Ok(broken);
        }
        for &byte in &raw[..n] {
            match self.odd.take() {
                None => self.odd = Some(byte),
                Some(first) => self.unit((self.unit)([first, byte])),
            }
        }
        Ok(true)
    }

    fn unit(&mut self, unit: u16) {
        let high = self.high.take();
        let is_low = (0xdc00..0xe000).contains(&unit);
        match high {
            Some(high) if is_low => {
                let code = 0x1_0000 + ((u32::from(high) - 0xd800) << 10) + (u32::from(unit) - 0xdc00);
                push(&mut self.out, char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
                return;
            }
            Some(_) => push(&mut self.out, char::REPLACEMENT_CHARACTER),
            None => {}
        }
        if (0xd800..0xdc00).contains(&unit) {
            self.high = Some(unit);
        } else if unit != 0xfeff {
            push(&mut self.out, char::from_u32(u32::from(unit)).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
    }
}

fn push(out: &mut Vec<u8>, c: char) {
    out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
}

impl<R: Read> Read for Utf16Reader<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while self.at == self.out.len() {
            if !self.fill()? {
                return Ok(0);
            }
        }
        let n = (self.out.len() - self.at).min(buf.len());
        buf[..n].copy_from_slice(&self.out[self.at..self.at + n]);
        self.at += n;
        Ok(n)
    }
}
