//! Cells of a file and their identifiers.
//!
//! One counter ran over all cells and entities of a network in the order in which types were placed, so that an identifier
//! is no row: entities have identifiers and no position. A cell's number in lobule is its place in its type's list.

use crate::error::{Result, ensure};

/// Most cells without positions in a network. Chosen: a few bytes can stand for very many; circuits of 1 mm² have about 2000.
pub(super) const MOST_ENTITIES: u64 = 1_000_000;

/// The cells of one type.
#[derive(Debug, Clone, Default)]
pub(super) struct Cells {
    /// Name on file.
    pub stored: String,
    /// lobule's name.
    pub name: String,
    /// Runs of identifiers in stored order: first, count.
    pub runs: Vec<(u32, u32)>,
    /// Positions, µm, in the axes of the file until all is read; none for entities. `[n]` or `[0]`
    pub positions: Vec<[f64; 3]>,
    /// Object with the identifiers, for messages.
    pub object: String,
}

impl Cells {
    /// Name on file for messages; where that is a number, with lobule's name.
    pub fn shown(&self) -> String {
        let is_number = self.stored.parse::<u32>().is_ok();
        if is_number { format!("{} (type {})", self.name, self.stored) } else { self.stored.clone() }
    }

    /// Number of cells.
    pub fn len(&self) -> usize {
        self.runs.iter().map(|(_, n)| *n as usize).sum()
    }

    /// True if there are cells and they have no positions.
    pub fn is_entity(&self) -> bool {
        self.positions.is_empty() && self.len() > 0
    }

    /// First and last identifier in stored order.
    pub fn ends(&self) -> Option<(u32, u32)> {
        let (first, last) = (self.runs.first()?, self.runs.last()?);
        Some((first.0, last.0 + (last.1 - 1)))
    }
}

/// Identifiers one after the other as runs of consecutive ones.
pub(super) fn runs_of(identifiers: impl IntoIterator<Item = u32>) -> Vec<(u32, u32)> {
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for id in identifiers {
        match runs.last_mut() {
            Some((first, n)) if first.checked_add(*n) == Some(id) => *n += 1,
            _ => runs.push((id, 1)),
        }
    }
    runs
}

/// Reads a number as an identifier: whole and from 0 to 2^32 - 1.
pub(super) fn identifier(value: f64) -> Option<u32> {
    let is_one = value.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&value);
    is_one.then_some(value as u32)
}

/// Cells by their identifiers, whatever their type.
#[derive(Debug, Default)]
pub(crate) struct Directory {
    /// By first identifier: first, count, type, number of the first.
    runs: Vec<(u32, u32, u16, u32)>,
}

impl Directory {
    /// Collects the identifiers of all types; an identifier that occurs twice is an error with its object.
    pub(super) fn of(all: &[Cells]) -> Result<Self, (String, String)> {
        let mut runs = Vec::new();
        for (k, cells) in all.iter().enumerate() {
            let mut number = 0u32;
            for &(first, n) in &cells.runs {
                runs.push((first, n, k as u16, number));
                number += n;
            }
        }
        runs.sort_unstable();
        for pair in runs.windows(2) {
            let ((a, n, ka, _), (b, m, kb, _)) = (pair[0], pair[1]);
            ensure(u64::from(a) + u64::from(n) <= u64::from(b), || {
                let [x, y] = [ka, kb].map(|k| &all[usize::from(k)]);
                let of = if ka == kb { "itself".into() } else { format!("`{}`", y.stored) };
                let last = |first: u32, n: u32| u64::from(first) + u64::from(n) - 1;
                let (to, until) = (last(a, n), last(b, m));
                let what = format!(
                    "identifiers {a} to {to} of `{}` overlap {b} to {until} of {of}; each cell has one of its own: \
                     compile the network again",
                    x.stored
                );
                (x.object.clone(), what)
            })?;
        }
        Ok(Self { runs })
    }

    /// Type and number of a cell.
    pub fn cell(&self, id: u32) -> Option<(u16, u32)> {
        let k = self.runs.partition_point(|run| run.0 <= id).checked_sub(1)?;
        let (first, n, of, number) = self.runs[k];
        (id - first < n).then(|| (of, number + (id - first)))
    }

    /// The identifiers of the network, in words.
    pub fn range(&self) -> String {
        let ends = self.runs.first().zip(self.runs.last());
        ends.map_or("there are no cells".into(), |(low, high)| {
            format!(
                "identifiers are whole numbers from {} to {}",
                low.0,
                u64::from(high.0) + u64::from(high.1) - 1
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(name: &str, runs: &[(u32, u32)]) -> Cells {
        Cells { stored: name.into(), object: name.into(), runs: runs.to_vec(), ..Cells::default() }
    }

    #[test]
    fn a_cell_s_number_is_its_place_in_stored_order() {
        let all = [cells("a", &[(40, 2), (7, 3)]), cells("b", &[(0, 7)])];
        let directory = Directory::of(&all).unwrap();
        assert_eq!([40, 41, 7, 9].map(|id| directory.cell(id)), [0, 1, 2, 4].map(|k| Some((0, k))));
        assert_eq!([0, 6].map(|id| directory.cell(id)), [Some((1, 0)), Some((1, 6))]);
        assert_eq!([10, 39, 42, u32::MAX].map(|id| directory.cell(id)), [None; 4]);
        assert_eq!(all[0].ends(), Some((40, 9)));
        assert_eq!(Directory::of(&[]).unwrap().cell(0), None);
    }

    #[test]
    fn an_identifier_of_two_cells_is_refused() {
        let (_, within) = Directory::of(&[cells("a", &[(0, 3), (2, 2)])]).unwrap_err();
        assert!(within.contains("0 to 2 of `a` overlap 2 to 3 of itself"), "{within}");
        let (_, between) = Directory::of(&[cells("a", &[(5, 3)]), cells("b", &[(0, 6)])]).unwrap_err();
        assert!(between.contains("0 to 5 of `b` overlap 5 to 7 of `a`"), "{between}");
        assert!(Directory::of(&[cells("a", &[(u32::MAX, 1)]), cells("b", &[(0, 1)])]).is_ok());
    }

    #[test]
    fn only_whole_numbers_are_identifiers() {
        assert_eq!([0.0, 4294967295.0].map(identifier), [Some(0), Some(u32::MAX)]);
        assert_eq!([113.5, -1.0, 1e12, 4294967296.0, f64::NAN, f64::INFINITY].map(identifier), [None; 6]);
        assert_eq!(runs_of([3, 4, 5, 9, 0, 1]), [(3, 3), (9, 1), (0, 2)]);
    }
}
