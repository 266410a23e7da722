//! What a CloudTrail record means.
//!
//! This room owns the vocabulary of one record: its fields and their short
//! names ([`field`]), when it happened ([`time`]), who acted ([`identity`]), from
//! where ([`address`]), in which account ([`account`]), with which result ([`outcome`]), and whom a policy in it
//! lets in ([`policy`]). Everything here is a pure function of one value.
//!
//! It must not know where a record came from, how it is stored, or whether it
//! is risky.

pub mod account;
pub mod address;
pub mod agent;
pub mod field;
pub mod identity;
pub mod outcome;
pub mod policy;
pub mod time;
