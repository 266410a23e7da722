//! The console: what the analyst sees and presses.
//!
//! Three rooms with walls between them, and [`edit`], the text of a rule while it is edited. [`app`] is pure: the state, what keys mean,
//! and what follows from them. The screen draws that state and changes nothing; the
//! shell is the only place that touches the terminal, files, network and clipboard.
//!
//! The console decides nothing about events: it shows an investigation that the
//! other rooms made, and the same input gives the same findings without it.

pub mod app;
pub mod edit;
pub mod shell;
pub mod ui;

#[cfg(test)]
mod tests;
