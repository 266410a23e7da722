//! The pure half of the console: a vocabulary of actions, and what each of them does to the state.
//!
//! What arrives here has been read already: keys as [`key::Key`], files as text. What
//! leaves is data. Nothing here does I/O, reads a clock, or names a type of the terminal
//! library; so all of it can be tested with plain values.
//!
//! - [`key`]: keys and sequences of keys, and how they are written.
//! - [`action`]: the one list of actions, from which keys, palette, help and documents come.
//! - [`keymap`]: which keys run which action in which context, from the built-in file and the user's.

pub mod action;
pub mod key;
pub mod keymap;
