//! `network convert`.

use crate::Stop;
use crate::input::{input, refused, stored_simulations};
use lobule::scaffold::format::{self, Format, Reading};
use lobule::scaffold::{bsb, files, sonata};
use std::path::Path;

/// Writes the network `from` as `to`, in the format of its name or the one named.
pub fn run(from: &Path, to: &Path, named: Option<&str>, reading: Reading) -> Result<(), Stop> {
    let remedy = "end it in .hdf5 for BSB, in nothing for a SONATA folder, or give --to";
    let wanted = match named {
        Some("bsb") => Format::Bsb,
        Some("sonata") => Format::Sonata,
        Some(other) => return Err(input("--to", format!("`{other}`; bsb and sonata are known")).into()),
        None => {
            Format::of_output(to).ok_or_else(|| refused(to, format!("its name tells no format; {remedy}")))?
        }
    };
    if to.exists() {
        return Err(refused(to, "it exists and is not overwritten; choose another name or remove it").into());
    }
    files::check_place(to)?;
    let mut anatomy = format::read_as(from, reading)?.anatomy;
    let name = match wanted {
        Format::Bsb => {
            // Rows keep their order where the cells already stand as BSB numbers them.
            if !anatomy.is_in_chunk_order() {
                anatomy.sort_by_chunk();
                tell!("note: cells have new numbers, because BSB numbers them by chunks of 100 um.");
            }
            bsb::write(to, &anatomy)?;
            "BSB 8 file"
        }
        Format::Sonata => {
            sonata::write(to, &anatomy)?;
            "SONATA circuit"
        }
    };
    // The network is written; a configuration that cannot be read stays where it is.
    match stored_simulations(from) {
        Ok(simulations) => {
            for simulation in simulations {
                tell!("note: simulation `{}` stays in {}.", simulation.name, from.display());
            }
        }
        Err(_) => tell!("note: the configuration stays in {}.", from.display()),
    }
    for note in &anatomy.notes {
        tell!("note: {note}");
    }
    let cells: usize = anatomy.cells.iter().map(|c| c.len()).sum();
    let rows: usize = anatomy.connections.iter().map(|c| c.len()).sum();
    out!("wrote {}: {name}, {cells} cells, {rows} contacts", to.display());
    Ok(())
}
