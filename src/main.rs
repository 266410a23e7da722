//! The program `trailhound`.

fn main() {}
