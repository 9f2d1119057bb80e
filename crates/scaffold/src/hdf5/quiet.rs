//! Turns a panic of the HDF5 library into an error.
//!
//! rust-hdf5 0.7.9 refuses nearly all damage with an error, but some damaged
//! datatypes make its arithmetic overflow, which panics in builds with overflow
//! checks. A bad file is the user's, not a bug of the program: it must end in a
//! message, without a trace of the panic before it.

use crate::Error;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::path::Path;
use std::sync::Once;

thread_local! {
    static IS_READING: Cell<bool> = const { Cell::new(false) };
}

/// Runs `read`; a panic inside it becomes an error about the file.
pub fn guarded<T>(path: &Path, read: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    static HOOK: Once = Once::new();
    // The hook belongs to the whole process: all other panics go to the one before.
    HOOK.call_once(|| {
        let before = take_hook();
        set_hook(Box::new(move |info| {
            if !IS_READING.get() {
                before(info);
            }
        }));
    });
    IS_READING.set(true);
    // Nothing of the closure's survives a panic, so no broken state can be seen.
    let result = catch_unwind(AssertUnwindSafe(read));
    IS_READING.set(false);
    result.unwrap_or_else(|panic| {
        let why = panic.downcast_ref::<String>().map(String::as_str);
        let why = why.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("unknown damage");
        Err(Error::file(path, format!("is damaged ({why}); copy it again from its source")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_an_error_about_the_file() {
        let error = guarded::<()>(Path::new("net.hdf5"), || panic!("broken {}", 7)).unwrap_err();
        assert_eq!(error.to_string(), "net.hdf5: is damaged (broken 7); copy it again from its source");
        assert!(guarded(Path::new("net.hdf5"), || Ok(1)).is_ok());
    }
}
