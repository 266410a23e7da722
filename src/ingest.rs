//! From bytes to records: what a file holds, which of the known shapes it comes in, and what could not be read.

pub mod shape;
