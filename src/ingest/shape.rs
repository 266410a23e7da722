//! stub
#![allow(missing_docs)]
use std::borrow::Cow;
pub enum Found<'a> { Record { json: Cow<'a, [u8]>, reconstructed: bool }, Digest, Nothing(&'static str), Reject(String) }
pub fn open(_value: &[u8], sink: &mut dyn FnMut(Found<'_>)) { sink(Found::Reject("x".into())) }
pub mod csv {
    #[derive(Debug)]
    pub struct Layout;
    impl Layout { pub fn sniff(_: &[u8]) -> Option<Self> { None } }
    pub fn read(_: &Layout, _: impl std::io::Read, _: &mut dyn FnMut(u64, super::Found<'_>)) {}
    pub fn reopen(_: &Layout, _: &[u8]) -> super::Found<'static> { super::Found::Digest }
}
pub mod line {
    pub fn prefix(_: &[u8]) -> Option<usize> { None }
    pub fn recognize(_: &[u8]) -> Option<String> { None }
}
