//! `network convert`.

use crate::Stop;
use crate::input::{Simulations, input, refused};
use lobule::scaffold::configuration::{Device, Dialect, Targets};
use lobule::scaffold::format::{self, Format, Reading};
use lobule::scaffold::{bsb, files, sonata};
use std::path::Path;

/// Writes the network `from` as `to`, in the format of its name or the one named, with the simulations of a given configuration.
pub fn run(
    from: &Path,
    to: &Path,
    named: Option<&str>,
    reading: Reading,
    configuration: Option<&Path>,
) -> Result<(), Stop> {
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
    let given = configuration.map(|path| simulations_to_write(from, path, wanted)).transpose()?;
    let mut anatomy = format::read_as(from, reading)?.anatomy;
    let name = match wanted {
        Format::Bsb => {
            // Rows keep their order where the cells already stand as BSB numbers them.
            if !anatomy.is_in_chunk_order() {
                given.as_ref().map_or(Ok(()), by_number)?;
                anatomy.sort_by_chunk();
                tell!("note: cells have new numbers, because BSB numbers them by chunks of 100 um.");
            }
            match given.as_ref().and_then(|simulations| simulations.given.as_ref()) {
                Some((_, given)) => {
                    bsb::write_with_simulations(to, &anatomy, &given.document["simulations"])?
                }
                None => bsb::write(to, &anatomy)?,
            }
            "BSB 8 file"
        }
        Format::Sonata => {
            sonata::write(to, &anatomy)?;
            "SONATA circuit"
        }
    };
    // The network is written; a configuration that cannot be read stays where it is.
    match Simulations::of(from, None) {
        Ok(simulations) => {
            for simulation in simulations.all {
                tell!("note: simulation `{}` stays in {}.", simulation.name, from.display());
            }
        }
        Err(_) => tell!("note: the configuration stays in {}.", from.display()),
    }
    for simulation in given.iter().flat_map(|given| &given.all) {
        let (name, n) = (&simulation.name, simulation.problems.len());
        tell!("note: simulation `{name}` of the given configuration is written as it stands there.");
        if n > 0 {
            tell!(
                "note: {n} parts of simulation `{name}` are not known to lobule; `lobule network info` lists them."
            );
        }
    }
    given.iter().flat_map(|given| given.notes(&anatomy)).for_each(|note| tell!("note: {note}"));
    for note in &anatomy.notes {
        tell!("note: {note}");
    }
    let cells: usize = anatomy.cells.iter().map(|c| c.len()).sum();
    let rows: usize = anatomy.connections.iter().map(|c| c.len()).sum();
    out!("wrote {}: {name}, {cells} cells, {rows} contacts", to.display());
    Ok(())
}

/// The simulations of a configuration that a network file of BSB 8 can hold.
fn simulations_to_write(from: &Path, path: &Path, wanted: Format) -> Result<Simulations, Stop> {
    if wanted == Format::Sonata {
        let what =
            "a SONATA circuit holds no simulations; leave it out, and give it to `lobule network simulate`";
        return Err(input("--configuration", what).into());
    }
    let simulations = Simulations::of(from, Some(path))?;
    match &simulations.given {
        Some((_, given)) if given.dialect == Dialect::Bsb3 => {
            let what = "its simulations have the form of BSB 3, which a BSB 8 file does not hold; leave it out, and give it to \
                        `lobule network simulate`";
            Err(refused(path, what).into())
        }
        _ if simulations.all.is_empty() => {
            Err(refused(path, "it has no simulations to write; leave it out").into())
        }
        _ => Ok(simulations),
    }
}

/// Refuses devices that name cells by numbers, which would be other cells under new numbers.
fn by_number(simulations: &Simulations) -> Result<(), Stop> {
    let names_cells = |d: &&Device| matches!(d.targetting.targets, Targets::ById(_));
    let Some((path, _)) = &simulations.given else { return Ok(()) };
    match simulations.all.iter().flat_map(|s| &s.devices).find(names_cells) {
        None => Ok(()),
        Some(device) => {
            let what = "names its cells by number, but cells get new numbers in a BSB file; name them by type, label or place";
            Err(refused(path, format!("device `{}` {what}", device.name)).into())
        }
    }
}
