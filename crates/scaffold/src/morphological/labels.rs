//! Labels of cells: the division of a type into parts, as microzones need it.

use super::population::Population;
use crate::configuration::{Configuration, Division};
use crate::error::Result;
use lobule_signal::Stream;

pub(super) fn apply(configuration: &Configuration, populations: &mut [Population], seed: u64) -> Result<()> {
    for labeling in &configuration.labelings {
        for (i, name) in labeling.cell_types.iter().enumerate() {
            let population = populations.iter_mut().find(|p| p.name == *name).ok_or_else(|| {
                let what = format!("`{name}` is not among `cell_types`; define it there");
                configuration.error(format!("after_placement.{}.cell_types[{i}]", labeling.name), what)
            })?;
            let stream = Stream::new(seed, &format!("after_placement.{}.{name}", labeling.name));
            let parts = labeling.labels.len();
            for (cell, part) in division(population, labeling.division, parts, stream).into_iter().enumerate()
            {
                let labels = &mut population.labels[cell];
                if !labels.contains(&labeling.labels[part]) {
                    labels.push(labeling.labels[part].clone());
                }
            }
        }
    }
    Ok(())
}

fn division(population: &Population, division: Division, parts: usize, stream: Stream) -> Vec<usize> {
    let n = population.positions.len();
    let mut order: Vec<usize> = (0..n).collect();
    match division {
        Division::Drawn => {
            return order.iter().map(|&i| stream.below(0, i as u32, parts as u32) as usize).collect();
        }
        Division::Equal => crate::statistical::draws::draw_to_front(stream, 0, 0, &mut order, n),
        Division::Along(axis) => {
            order.sort_by(|&a, &b| population.positions[a][axis].total_cmp(&population.positions[b][axis]));
        }
    }
    // Part k ends at round(n (k + 1) / parts), halves to the even number.
    let end = |k: usize| (n as f64 * (k + 1) as f64 / parts as f64).round_ties_even() as usize;
    let mut part_of = vec![0; n];
    let mut part = 0;
    for (rank, &cell) in order.iter().enumerate() {
        while rank >= end(part) {
            part += 1;
        }
        part_of[cell] = part;
    }
    part_of
}
