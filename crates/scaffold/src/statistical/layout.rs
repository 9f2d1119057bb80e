//! Which cells there are: the layers, how many cells of each type they hold, and
//! which microzone each belongs to.

use super::placement;
use super::spec::ScaffoldSpec;
use crate::CellSites;
use crate::configuration::Block;
use crate::error::{Error, Result, ensure};

/// Cells that are divided into microzones.
const ZONED: [&str; 4] = ["purkinje_cell", "dcn_p", "dcn_i", "io_cell"];

/// Random starts of the rows of Purkinje cells to choose from.
/// Chosen: on 100 × 100 µm, where the count varies most, one in five gives the right count.
const STARTS: u64 = 64;

pub(super) fn place(spec: &ScaffoldSpec, seed: u64, notes: &mut Vec<String>) -> Result<Vec<CellSites>> {
    let (layers, c) = (&spec.layers, &spec.cells);
    let layer = |floor: f64, thickness: f64| Block::of_layer(spec.size, [floor, floor + thickness]);
    let granular = layer(0.0, layers.granular);
    let purkinje = layer(granular.high[2], layers.purkinje);
    let basket = layer(purkinje.high[2], layers.basket);
    let stellate = layer(basket.high[2], layers.stellate);
    let nuclei = layer(-layers.nuclei, layers.nuclei);
    let olive = layer(-layers.nuclei - layers.olive, layers.olive);

    // Relative counts follow the expected, not the placed, number of the other type.
    let expected_glomeruli = c.glomerulus.density * granular.volume();
    let expected_purkinje = c.purkinje_cell.planar_density * spec.size[0] * spec.size[1];

    let mut random = |name: &str, expected: f64, radius: f64, place: Block| {
        let count = expected.round() as usize;
        // Chosen: a microzone without nucleus or olive has no loop, so each gets at least one cell.
        let least = if spec.microzones && ZONED.contains(&name) { 2 } else { 1 };
        if count < least {
            notes.push(format!("{name}: this base holds {expected:.1} cells; {least} are placed"));
        }
        let positions = placement::random(name, count.max(least), radius, place, seed)?;
        Ok::<CellSites, Error>(placement::sites(name, positions))
    };
    let mossy = &c.mossy_fiber;
    let mut cells = vec![random("mossy_fiber", mossy.ratio * expected_glomeruli, mossy.radius, granular)?];
    for (name, kind, place) in [
        ("glomerulus", &c.glomerulus, granular),
        ("granule_cell", &c.granule_cell, granular),
        ("golgi_cell", &c.golgi_cell, granular),
        ("basket_cell", &c.basket_cell, basket),
        ("stellate_cell", &c.stellate_cell, stellate),
        ("dcn_p", &c.dcn_p, nuclei),
        ("dcn_i", &c.dcn_i, nuclei),
    ] {
        cells.push(random(name, kind.density * place.volume(), kind.radius, place)?);
    }
    let io = &c.io_cell;
    cells.push(random("io_cell", io.ratio * expected_purkinje, io.radius, olive)?);
    cells.insert(4, purkinje_cells(spec, expected_purkinje, purkinje, seed)?);

    if spec.microzones {
        for sites in cells.iter_mut().filter(|s| ZONED.contains(&s.cell_type.as_str())) {
            placement::split_microzones(sites, seed);
        }
    }
    Ok(cells)
}

/// Places Purkinje cells. How many fall into the box depends on where the rows start;
/// the first start whose count is nearest to the expected one is taken.
fn purkinje_cells(spec: &ScaffoldSpec, expected: f64, place: Block, seed: u64) -> Result<CellSites> {
    let arrays = &spec.cells.purkinje_cell;
    let somata = (0..STARTS)
        .map(|start| placement::parallel_arrays(arrays, place, seed, start))
        .min_by_key(|somata| somata.len().abs_diff(expected as usize))
        .unwrap_or_default();
    ensure(somata.len() >= 2, || Error::Spec {
        parameter: "cells.purkinje_cell.planar_density".into(),
        value: arrays.planar_density.to_string(),
        what: "fewer than 2 Purkinje cells fit on this base; enlarge it or raise the density".into(),
    })?;
    Ok(placement::sites("purkinje_cell", somata))
}
