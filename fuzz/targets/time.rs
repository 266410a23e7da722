//! Any bytes as a time: what is written is read as the same time again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use trailhound::event::time::Time;

fuzz_target!(|data: &[u8]| {
    let time = Time::parse(data);
    if time.is_known() {
        assert_eq!(Time::parse(time.to_string().as_bytes()), time, "{time}");
    }
});
