//! From bytes to columns.
//!
//! ```text
//! object ─▶ inflate ─▶ text_form ─▶ frame ─▶ scan ─▶ extract ─▶ store::segment
//!            archive      csv         └─▶ shape (wrappers, exports, other forms)
//! ```
//!
//! [`pipeline::run`] does all of it on one worker a core. What cannot be read is a
//! [`status::Reject`] with a place and a reason, and never the end of a load.
//!
//! This room must not decide what is risky, nor know what shows the events.

pub mod archive;
mod asides;
pub mod extract;
pub mod files;
pub mod frame;
pub mod inflate;
mod known;
pub mod pipeline;
pub mod reopen;
pub mod scan;
mod seen;
pub mod shape;
pub mod status;
mod target;
pub mod text_form;
pub mod watch;
pub mod worker;

pub(crate) use seen::is_odd;
