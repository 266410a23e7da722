//! Memory that was freed goes back to the system: at once, or when a load has ended.

use std::ffi::c_long;
use std::sync::{Mutex, PoisonError};

/// The number of the option that says how many milliseconds freed memory is kept: `mi_option_purge_delay` in
/// `mimalloc.h`. The crate gives it no name.
const PURGE_DELAY: libmimalloc_sys::mi_option_t = 15;

/// Has the allocator give back at once what is freed; to be called first of all.
///
/// It keeps it for a second otherwise, and looks at the clock only when it is asked for memory. A console that has put ten million
/// events in order and then waits for a key asks for nothing, and a gigabyte would stay with it for as long as it is open.
pub fn give_back_at_once() {
    keep_for(0);
}

/// While one lives, the allocator keeps what is freed: a load frees and asks for the same sizes over and over, and a page that went
/// back is paid for again (docs/performance.md). With the last one everything goes back.
#[derive(Debug)]
pub struct Keeping(());

/// How many there are of [`Keeping`].
static KEEPING: Mutex<u32> = Mutex::new(0);

/// How long freed memory is kept meanwhile, in milliseconds: the allocator's own default.
const A_WHILE: c_long = 1000;

impl Keeping {
    /// Until it is dropped.
    pub fn begin() -> Self {
        let mut keeping = KEEPING.lock().unwrap_or_else(PoisonError::into_inner);
        *keeping += 1;
        keep_for(A_WHILE);
        Self(())
    }
}

impl Drop for Keeping {
    fn drop(&mut self) {
        let mut keeping = KEEPING.lock().unwrap_or_else(PoisonError::into_inner);
        *keeping -= 1;
        if *keeping == 0 {
            #[expect(unsafe_code, reason = "the allocator is not written in Rust")]
            // SAFETY: it may be called at any time, on any thread. What is kept goes back only while there is a delay.
            unsafe {
                libmimalloc_sys::mi_collect(true);
            }
            keep_for(0);
        }
    }
}

fn keep_for(milliseconds: c_long) {
    #[cfg(test)]
    tests::before();
    #[expect(unsafe_code, reason = "the allocator is not written in Rust")]
    // SAFETY: it sets a number, an aligned word that other threads may read before or after.
    unsafe {
        libmimalloc_sys::mi_option_set(PURGE_DELAY, milliseconds);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::OnceLock;

    use super::*;

    /// What the option was before anybody set it.
    pub(super) fn before() -> c_long {
        static BEFORE: OnceLock<c_long> = OnceLock::new();
        *BEFORE.get_or_init(now)
    }

    fn now() -> c_long {
        #[expect(unsafe_code, reason = "the allocator is not written in Rust")]
        // SAFETY: it reads a number.
        unsafe {
            libmimalloc_sys::mi_option_get(PURGE_DELAY)
        }
    }

    /// The option was found by its number, which is the header's business.
    #[test]
    fn the_number_is_that_of_the_delay() {
        let _nobody_else = KEEPING.lock().unwrap();
        assert_eq!(before(), 1000, "mimalloc's own default, which no other option has");
    }

    #[test]
    fn what_is_freed_is_kept_until_the_last_load_has_ended() {
        let (one, other) = (Keeping::begin(), Keeping::begin());
        drop(one);
        // Other tests load meanwhile: nobody sets it back while one is left.
        assert_eq!(now(), A_WHILE);
        drop(other);
        let keeping = KEEPING.lock().unwrap();
        assert_eq!(now(), if *keeping == 0 { 0 } else { A_WHILE });
    }
}
