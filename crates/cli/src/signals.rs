//! Ctrl-C and SIGTERM: the work ends at the next point from which it can go on.

use lobule::study::run_folder::{abandon, holds_work};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// True as soon as the program was asked to end.
static STOPS: AtomicBool = AtomicBool::new(false);
/// The signal that asked.
static SIGNAL: AtomicI32 = AtomicI32::new(0);
/// Folder in which the work at hand keeps what is finished.
static FOLDER: Mutex<Option<PathBuf>> = Mutex::new(None);

/// True if the work writes its state or its recordings before it ends.
static WRITES: AtomicBool = AtomicBool::new(false);

/// Time for the work to end by itself, before the program ends without it. Chosen: what a person at the keys waits for. What is
/// finished is on the disk by then, since each part is written as soon as it is there.
const PATIENCE: Duration = Duration::from_millis(450);

/// Listens from now on. A program that cannot listen is ended by the signals as any other.
pub fn listen() {
    let Ok(mut signals) = Signals::new([SIGINT, SIGTERM]) else { return };
    let wait = move || {
        let mut signals = signals.forever();
        let Some(signal) = signals.next() else { return };
        SIGNAL.store(signal, Ordering::Relaxed);
        STOPS.store(true, Ordering::Relaxed);
        if WRITES.load(Ordering::Relaxed) {
            tell!("lobule: stopping; state and recordings are written first, a second signal ends at once");
            signals.next();
        }
        std::thread::sleep(PATIENCE);
        let folder = FOLDER.lock().unwrap_or_else(PoisonError::into_inner);
        // The work goes on meanwhile: a part that is finished just now is kept.
        folder.iter().filter(|_| crate::launch::is_first()).for_each(|folder| abandon(folder));
        match &*folder {
            _ if !crate::launch::is_first() => {}
            Some(folder) if holds_work(folder) => {
                let folder = folder.display();
                tell!(
                    "lobule: stopped; what was finished is kept in {folder}: the same command with --resume goes on from there"
                );
            }
            _ => {
                tell!("lobule: stopped before anything was finished; nothing is kept");
            }
        }
        std::process::exit(status());
    };
    // Where there is no room for a thread, signals end the program as any other.
    let _ = std::thread::Builder::new().spawn(wait);
}

/// Lets the work write its state and its recordings when it is asked to end, however long that takes.
pub fn writes_state() {
    WRITES.store(true, Ordering::Relaxed);
}

/// Names the folder in which the work keeps what is finished.
pub fn keeps_in(folder: PathBuf) {
    *FOLDER.lock().unwrap_or_else(PoisonError::into_inner) = Some(folder);
}

/// True if the program was asked to end.
pub fn stops() -> bool {
    STOPS.load(Ordering::Relaxed)
}

/// Status of a program that a signal has ended: 128 and its number.
pub fn status() -> i32 {
    128 + SIGNAL.load(Ordering::Relaxed)
}
