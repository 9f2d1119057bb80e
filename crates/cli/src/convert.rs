//! `network convert`.

use crate::Stop;
use crate::input::{Simulations, input, refused};
use lobule::scaffold::configuration::{Device, Dialect, Targets};
use lobule::scaffold::format::{self, Format, Reading};
use lobule::scaffold::{Anatomy, bsb, files, sonata};
use serde_json::Value;
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
            match given.as_ref().map(|simulations| node(simulations, &anatomy)).transpose()? {
                Some(simulations) => bsb::write_with_simulations(to, &anatomy, &simulations)?,
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
    match simulations.all.is_empty() {
        true => Err(refused(path, "it has no simulations to write; leave it out").into()),
        false => Ok(simulations),
    }
}

/// The simulations of a given configuration for a file of BSB 8: as they stand, or, of BSB 3, in the form of BSB 8.
fn node(simulations: &Simulations, anatomy: &Anatomy) -> Result<Value, Stop> {
    let Some((path, given)) = &simulations.given else { return Ok(Value::Null) };
    if given.dialect == Dialect::Bsb8 {
        for simulation in &simulations.all {
            let (name, n) = (&simulation.name, simulation.problems.len());
            tell!("note: simulation `{name}` of {} is written as it stands there.", path.display());
            if n > 0 {
                tell!("note: lobule cannot honor {n} parts of `{name}`; `lobule network info` lists them.");
            }
        }
        return Ok(given.document["simulations"].clone());
    }
    let mut nodes = serde_json::Map::new();
    for simulation in &simulations.all {
        let name = &simulation.name;
        let written =
            simulation.written(anatomy).map_err(|what| refused(path, format!("{what}; or leave it out")))?;
        tell!("note: simulation `{name}` of {} is written in the form of BSB 8.", path.display());
        written.notes.iter().for_each(|note| tell!("note: {note}"));
        nodes.insert(name.clone(), written.node);
    }
    Ok(nodes.into())
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
