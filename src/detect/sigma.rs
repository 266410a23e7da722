//! Sigma: rules that others can read, run on CloudTrail.
//!
//! A file of rules becomes a tree with the line of each part ([`yaml`]), the tree a checked rule, its condition a tree of
//! its own ([`condition`]). What is wrong with a rule is told with file, line,
//! reason and way out, and every other rule is loaded all the same.

pub mod condition;
pub mod correlation;
pub mod examples;
pub mod filter;
pub mod first_seen;
pub mod item;
pub mod plain;
pub mod rule;
pub mod set;
pub mod yaml;
