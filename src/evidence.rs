//! What the evidence is worth: what is there, what is missing, and whether it is still what it was.
//!
//! "No record" is read as "did not happen" unless somebody says where records are missing. So
//! [`coverage`] says which accounts and regions have events in which hours, where there are none
//! although there should be, and who switched logging. [`hash`] takes the SHA-256 of input as it
//! was acquired, and [`custody`] keeps who did what with it in a log of which no line can be
//! changed unseen.
//!
//! This room judges no event, draws nothing, and looks at no clock.

pub mod coverage;
pub mod custody;
pub mod hash;
