//! Memory that was freed goes back to the system.

/// The number of the option that says how many milliseconds freed memory is kept: `mi_option_purge_delay` in
/// `mimalloc.h`. The crate gives it no name.
const PURGE_DELAY: libmimalloc_sys::mi_option_t = 15;

/// Has the allocator give back at once what is freed; to be called first of all.
///
/// It keeps it for a second otherwise, and looks at the clock only when it is asked for memory. A console that has put ten million
/// events in order and then waits for a key asks for nothing, and a gigabyte would stay with it for as long as it is open. The load is
/// no slower (docs/performance.md).
pub fn give_back_at_once() {
    #[expect(unsafe_code, reason = "the allocator is not written in Rust")]
    // SAFETY: it sets a number. It must not be called on two threads at once: it is called before there are others.
    unsafe {
        libmimalloc_sys::mi_option_set(PURGE_DELAY, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The option was found by its number, which is the header's business.
    #[test]
    fn the_number_is_that_of_the_delay() {
        #[expect(unsafe_code, reason = "the allocator is not written in Rust")]
        // SAFETY: it reads a number.
        let delay = unsafe { libmimalloc_sys::mi_option_get(PURGE_DELAY) };
        assert_eq!(delay, 1000, "mimalloc's own default, which no other option has");
    }
}
