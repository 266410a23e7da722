//! What is out of the ordinary, and why.
//!
//! Three ways, each with its own idea of ordinary: [`outlier`] compares actors with actors and actions with
//! actions, [`series`] an actor with its own past hours, [`forest`] an event with all events by several
//! features at once. [`found`] is all of it together.
//!
//! Everything here is deterministic: the same events give the same anomalies, whatever the machine. An anomaly
//! stands beside the risk points and never changes them. Each names what made it one.
//!
//! This room must not draw.

pub mod features;
pub mod forest;
pub mod found;
pub mod outlier;
pub mod series;
