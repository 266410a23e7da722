//! What the user may change: settings, themes, and the folders they lie in.
//!
//! Settings come in four layers, each over the one before: the built-in
//! defaults, `config.toml`, the environment (`TRAILHOUND_*`), the command line. They
//! are read and checked once, at the start, into [`Settings`]; what is wrong is
//! collected as [`Fault`]s, all of them at once, and a faulty value leaves the
//! one of the layer below. Nothing here ends the program: the caller decides
//! whether faults are shown or fatal.
//!
//! The files are TOML. [`document`] reads it for all of them (settings, themes, keys)
//! so that every fault names file, line, value, reason and the nearest valid word.
//!
//! This room must not be read from deep inside: a room that needs a setting
//! is handed the value. It names no type of the terminal.

pub mod buckets;
pub mod dirs;
mod docs;
pub mod document;
pub mod environment;
pub mod fault;
pub mod file;
mod given;
pub mod load;
pub mod muted;
pub mod notify;
pub mod pick;
pub mod secret;
pub mod settings;
pub mod theme;

pub use dirs::Dirs;
pub use docs::markdown;
pub use environment::Environment;
pub use fault::{Fault, Reason};
pub use load::{Flags, Loaded, load};
pub use pick::{Pick, PickFlags};
pub use secret::Secret;
pub use settings::Settings;
pub(crate) use settings::{read_sort, write_sort};
pub use theme::{Depth, Role, Theme, Themes};
