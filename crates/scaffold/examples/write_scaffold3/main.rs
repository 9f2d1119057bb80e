//! Reconstructs a circuit and writes it in the layout of dbbs-scaffold 3, for trying what reads such files.
//!
//! `cargo run --release -p lobule-scaffold --example write_scaffold3 -- 200x200 network.hdf5 [SEED] [simulations.json]`
//!
//! The fourth argument is a file with the node `simulations` of the configuration that the network file embeds. The
//! circuit has nuclei, an olive and two microzones.

mod layout;

use lobule_scaffold::{ScaffoldSpec, reconstruct};
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, size, to, rest @ ..] = &arguments[..] else {
        eprintln!("usage: write_scaffold3 200x200 network.hdf5 [SEED] [simulations.json]");
        std::process::exit(2);
    };
    let (x, y) = size.split_once('x').ok_or("write the size like 200x200")?;
    let seed = rest.first().map_or(Ok(0), |seed| seed.parse())?;
    let simulations = match rest.get(1) {
        Some(file) => serde_json::from_str(&std::fs::read_to_string(file)?)?,
        None => serde_json::json!({}),
    };
    let anatomy = reconstruct(&ScaffoldSpec::mouse(x.parse()?, y.parse()?), seed)?;
    layout::Layout::of(&anatomy, simulations).write(to.as_ref())?;
    for cells in &anatomy.cells {
        println!("{:20} {:>8}", cells.cell_type, cells.len());
    }
    println!("wrote {to}");
    Ok(())
}
