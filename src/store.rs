//! Events as columns: dictionaries, rows in time order, and the way back to the raw record.
//!
//! A million events fit into some 60 MB because nothing is stored twice: every
//! text is a number into a dictionary, the whole `userIdentity` object is one
//! dictionary value, and the raw record stays in the file it came from.
//!
//! Writers fill [`segment::Builder`]s and intern into the [`dicts::Dicts`] they
//! share; readers hold a [`Table`], which is a snapshot: immutable, cheap to clone,
//! and valid however much more is loaded.
//!
//! This room must not know rules, scores or screens.

pub mod bits;
pub mod column;
pub mod dict;
pub mod dicts;
pub mod finish;
pub mod flags;
pub mod id;
pub mod ints;
pub mod narrow;
pub mod pairs;
pub mod raw;
pub mod segment;
pub mod sparse;
pub mod table;
pub mod times;

pub use column::Column;
pub use sparse::Aside;
pub use table::{Row, Table};
