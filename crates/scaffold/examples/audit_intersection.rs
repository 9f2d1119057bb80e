//! Holds a network file of BSB against voxel intersection as lobule does it:
//!
//! ```text
//! cargo run --release -p lobule-scaffold --example audit_intersection -- network.hdf5 [slack]
//! ```
//!
//! For every set that voxel intersection made it prints rows whose points do not touch,
//! connected pairs of cells that do not touch (both must be 0), and the number of pairs
//! against touching pairs × affinity in standard deviations. Voxels not more than `slack` µm apart
//! touch; 0 is the rule.

use lobule_scaffold::morphological::audit;
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("give a network file of BSB")?;
    let slack: f64 = std::env::args().nth(2).map_or(Ok(0.0), |s| s.parse())?;
    println!(
        "{:28} {:>8} {:>8} {:>6} {:>8} {:>6} {:>10} {:>10} {:>10} {:>6}",
        "set", "affinity", "rows", "apart", "pairs", "apart", "candidates", "touching", "expected", "z"
    );
    for a in audit(path.as_ref(), slack)? {
        println!(
            "{:28} {:>8} {:>8} {:>6} {:>8} {:>6} {:>10} {:>10} {:>10.1} {:>6.2}",
            a.set,
            a.affinity,
            a.rows,
            a.rows_apart,
            a.pairs,
            a.pairs_apart,
            a.candidates,
            a.touching,
            a.expected,
            a.z()
        );
    }
    Ok(())
}
