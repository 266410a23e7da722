//! The pure half of the console: a vocabulary of actions, and what each of them does to the state.
//!
//! What arrives here has been read already: keys as [`key::Key`], files as text. What
//! leaves is data. Nothing here does I/O, reads a clock, or names a type of the terminal
//! library; so all of it can be tested with plain values.
//!
//! - [`action`]: the one list of actions, from which keys, palette, help and documents come.
//! - [`key`], [`keymap`]: keys, and which of them run which action in which context.
//! - [`model`]: the state. [`mod@update`]: the one function that changes it. [`msg`]: what goes in and out.
//! - [`page`]: where one is and how one came there. [`answer`]: what a page asks of the events.
//! - [`detail`], [`tree`]: an event and its record. [`overlay`]: what lies over the page.
//! - [`board`]: what the other views have in common; [`actors`], [`profile`], [`anomalies`], [`sources`]: what each of them shows.
//! - [`case`]: the view of the case; [`casework`]: what is done with it, and what leaves the console.
//! - [`recording`]: keys that were pressed, as text.
//! - [`range`]: parts of time in words. [`elsewhere`]: commands and links to take along.
//! - [`stand`]: where one stands, to come back to.
//! - [`lens`]: what was chosen for those. [`layout`], [`scroll`], [`mod@line`]: sizes, cursors, a line of text.

pub mod able;
pub mod action;
pub mod actors;
pub mod anomalies;
pub mod answer;
pub mod board;
pub mod case;
pub mod casework;
pub mod columns;
pub mod detail;
pub mod elsewhere;
pub mod key;
pub mod keymap;
pub mod layout;
pub mod lens;
pub mod line;
pub mod model;
pub mod msg;
pub mod naming;
pub mod overlay;
pub mod page;
pub mod profile;
pub mod range;
pub mod recording;
pub mod rules;
pub mod scroll;
pub mod sources;
pub mod stand;
pub mod tree;
pub mod update;

pub use model::{Model, Now, Start};
pub use msg::{Effect, Msg};
pub use update::update;
