//! The console without a terminal: keys in, screen out.

mod boards;
mod cases;
mod feel;
mod flows;
mod follow;
mod harness;
mod rules;
mod said;
mod screens;
mod sources;
mod stands;
