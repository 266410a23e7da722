//! The program as it is used: files in, text and screens out.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]
#![expect(clippy::needless_pass_by_value, reason = "JSON is written where it is used")]

mod arch;
mod bad_input;
mod case;
mod classic;
mod cli;
mod cloud;
mod detection;
mod evidence;
mod follow;
mod help;
mod notify;
mod pdf;
mod real_data;
mod report;
mod rules;
mod schema;
mod terminal;
mod walkthrough;
mod who;
