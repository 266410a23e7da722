//! From bytes to columns.

pub mod extract;
pub mod scan;
