//! Threads that stand for ranks.

use lobule::circuit::Distribution;
use lobule::circuit::exchange::Threads;
use lobule::ranks::Ranks;
use std::sync::{Arc, Mutex};

/// Runs one function on every rank of a team of threads.
pub fn on_ranks<T: Send>(n: usize, distribution: Distribution, f: impl Fn(Ranks) -> T + Sync) -> Vec<T> {
    let f = &f;
    std::thread::scope(|scope| {
        let threads: Vec<_> = Threads::team(n)
            .into_iter()
            .map(|exchange| scope.spawn(move || f(Ranks::new(Arc::new(Mutex::new(exchange)), distribution))))
            .collect();
        threads.into_iter().map(|t| t.join().unwrap()).collect()
    })
}
