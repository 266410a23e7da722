//! The console without a terminal: keys in, screen out.

mod flows;
mod harness;
mod screens;
