//! The console without a terminal: keys in, screen out.

mod accounts;
mod boards;
mod cases;
mod columns;
mod counted;
mod feel;
mod flows;
mod follow;
mod harness;
mod rules;
mod said;
mod screens;
mod sources;
mod stands;
mod values;

/// The state of a console with a few events, for tests of what lies around it.
pub(crate) fn on_story() -> crate::console::app::Model {
    harness::Console::on_story(140, 42).model
}
