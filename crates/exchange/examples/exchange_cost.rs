//! Time of one exchange over the ranks that `mpirun` started, by size of the message to each rank.
//!
//! ```text
//! cargo build --release -p lobule-exchange --features mpi --example exchange_cost
//! mpirun -n 2 target/release/examples/exchange_cost
//! ```
//! Prints JSON: `[[bytes to each rank, median s, mean s], ...]`.

use lobule_exchange::{Exchange, Mpi};
use std::time::Instant;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut mpi = Mpi::start()?;
    let ranks = mpi.ranks();
    let mut rows = Vec::new();
    for words in [1usize, 16, 128, 1024, 8192, 65_536, 524_288] {
        let outgoing = vec![vec![7; words]; ranks];
        let mut incoming = vec![Vec::new(); ranks];
        let repeats = (2_000_000 / (words + 1000)).clamp(10, 2000);
        let mut times = Vec::with_capacity(repeats);
        for k in 0..repeats + repeats / 10 {
            let begin = Instant::now();
            mpi.all_to_all(&outgoing, &mut incoming)?;
            if k >= repeats / 10 {
                times.push(begin.elapsed().as_secs_f64());
            }
        }
        times.sort_by(f64::total_cmp);
        let mean = times.iter().sum::<f64>() / times.len() as f64;
        rows.push(format!("[{}, {:.3e}, {mean:.3e}]", 8 * words, times[times.len() / 2]));
    }
    if mpi.rank() == 0 {
        println!("[{}]", rows.join(", "));
    }
    Ok(())
}
