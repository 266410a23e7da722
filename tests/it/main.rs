//! The program as it is used: files in, text and screens out.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod arch;
mod bad_input;
mod classic;
mod cli;
mod help;
mod real_data;
mod terminal;
