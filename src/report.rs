//! What is handed out: events and counts in forms for people and for programs.
//!
//! Each form is a file of its own and writes to whatever it is given; nothing here
//! opens files or a network. What a form does with hostile text is its own duty: a
//! table shows it as escapes, CSV takes away what a spreadsheet would run, JSON
//! keeps it as it is.

pub mod case;
pub mod classic;
pub mod compose;
pub mod coverage;
pub mod csv;
pub mod defang;
pub mod document;
pub mod eval;
pub mod event_line;
pub mod html;
pub mod lists;
pub mod markdown;
pub mod model;
pub mod navigator;
pub mod overview;
pub mod paper;
pub mod pdf;
pub mod png;
pub mod shown;
pub mod stix;
pub mod summary;
pub mod table;
pub mod who;
