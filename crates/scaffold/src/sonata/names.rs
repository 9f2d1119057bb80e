//! lobule's names of the populations of the SONATA export of 2020, one per cell type and one per pair of them.
//!
//! Source: the circuit that was exported with PyNN from a network of dbbs-scaffold 3 in 2020. It has no glomeruli: mossy fibers end
//! on granule and Golgi cells themselves.

use crate::{CellSites, ConnectionSet};

/// Populations and lobule's cell types.
const CELLS: [(&str, &str); 9] = [
    ("granule", "granule_cell"),
    ("golgi", "golgi_cell"),
    ("purkinje", "purkinje_cell"),
    ("basket", "basket_cell"),
    ("stellate", "stellate_cell"),
    ("mossy", "mossy_fiber"),
    ("dcn", "dcn_p"),
    ("dcn_interneuron", "dcn_i"),
    ("io", "io_cell"),
];

/// Edge populations and lobule's sets.
const SETS: [(&str, &str); 21] = [
    ("mossy-granule", "glomerulus_to_granule"),
    ("mossy-golgi", "glomerulus_to_golgi"),
    ("golgi-granule", "golgi_to_glomerulus"),
    ("golgi-golgi", "golgi_to_golgi"),
    ("granule-golgi", "ascending_axon_to_golgi"),
    ("granule-purkinje", "ascending_axon_to_purkinje"),
    ("granule-basket", "parallel_fiber_to_basket"),
    ("granule-stellate", "parallel_fiber_to_stellate"),
    ("basket-basket", "basket_to_basket"),
    ("stellate-stellate", "stellate_to_stellate"),
    ("basket-purkinje", "basket_to_purkinje"),
    ("stellate-purkinje", "stellate_to_purkinje"),
    ("mossy-dcn", "mossy_fibers_to_dcn_p"),
    ("purkinje-dcn", "purkinje_to_dcn_p"),
    ("purkinje-dcn_interneuron", "purkinje_to_dcn_i"),
    ("io-dcn", "io_to_dcn_p"),
    ("io-dcn_interneuron", "io_to_dcn_i"),
    ("dcn_interneuron-io", "dcn_i_to_io"),
    ("io-purkinje", "io_to_purkinje"),
    ("io-basket", "io_to_mli_io_to_basket_cell"),
    ("io-stellate", "io_to_mli_io_to_stellate_cell"),
];

/// Names that were replaced, and those that were not because the other name is taken, for notes.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Replaced {
    pub cells: Vec<String>,
    pub sets: Vec<String>,
    pub kept: Vec<String>,
    /// Sets of granule cells that are read as those of ascending axons: the name on file and the type they end on.
    pub ascending: Vec<(&'static str, String)>,
    /// Sets of mossy fibers that are read as those of glomeruli.
    pub contracted: Vec<String>,
}

/// Gives cells and sets lobule's names.
pub(super) fn replace(cells: &mut [CellSites], sets: &mut [ConnectionSet]) -> Replaced {
    let mut replaced = Replaced::default();
    for (stored, name) in CELLS {
        let Some(k) = cells.iter().position(|c| c.cell_type == stored) else { continue };
        if cells.iter().any(|c| c.cell_type == name) {
            replaced.kept.push(format!("`{stored}` (`{name}`)"));
            continue;
        }
        cells[k].cell_type = name.into();
        for end in sets.iter_mut().flat_map(|set| [&mut set.pre_type, &mut set.post_type]) {
            if end == stored {
                *end = name.into();
            }
        }
        replaced.cells.push(format!("`{stored}` is read as `{name}`"));
    }
    for (stored, name) in SETS {
        let Some(k) = sets.iter().position(|set| set.name == stored && joins(set)) else { continue };
        if sets.iter().any(|set| set.name == name) {
            replaced.kept.push(format!("`{stored}` (`{name}`)"));
            continue;
        }
        let set = &mut sets[k];
        set.name = name.into();
        replaced.sets.push(format!("`{stored}` is read as `{name}`"));
        if name.starts_with("ascending_axon_") {
            replaced.ascending.push((stored, set.post_type.clone()));
        }
        if name.starts_with("glomerulus_") {
            replaced.contracted.push(format!("`{name}`"));
        }
    }
    replaced
}

/// True if a set joins the cell types of its name.
fn joins(set: &ConnectionSet) -> bool {
    let cell = |stored: &str| CELLS.iter().find(|(known, _)| *known == stored).map(|(_, name)| *name);
    let ends = set.name.split_once('-').and_then(|(pre, post)| Some((cell(pre)?, cell(post)?)));
    ends == Some((&set.pre_type, &set.post_type))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(names: &[&str]) -> Vec<CellSites> {
        names.iter().map(|name| CellSites { cell_type: name.to_string(), ..CellSites::default() }).collect()
    }

    fn set(name: &str, pre: &str, post: &str) -> ConnectionSet {
        let [name, pre_type, post_type] = [name, pre, post].map(String::from);
        ConnectionSet { name, pre_type, post_type, ..ConnectionSet::default() }
    }

    #[test]
    fn populations_of_the_export_get_one_name_each() {
        let mut all = cells(&CELLS.map(|(stored, _)| stored));
        let mut sets = SETS.map(|(name, _)| {
            let (pre, post) = name.split_once('-').unwrap();
            set(name, pre, post)
        });
        let replaced = replace(&mut all, &mut sets);
        assert_eq!(all.iter().map(|c| c.cell_type.as_str()).collect::<Vec<_>>(), CELLS.map(|(_, name)| name));
        assert_eq!(sets.each_ref().map(|s| s.name.as_str()), SETS.map(|(_, name)| name));
        assert_eq!([replaced.cells.len(), replaced.sets.len(), replaced.kept.len()], [9, 21, 0]);
        let ascending = ["golgi", "purkinje"].map(|post| format!("granule-{post}"));
        assert_eq!(replaced.ascending.iter().map(|(stored, _)| *stored).collect::<Vec<_>>(), ascending);
        let mut names: Vec<&str> = SETS.iter().map(|(_, name)| *name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), SETS.len());
    }

    #[test]
    fn a_name_that_is_taken_is_not_given_twice() {
        let mut all = cells(&["granule", "granule_cell", "purkinje"]);
        let mut sets = [set("granule-purkinje", "granule", "purkinje")];
        let replaced = replace(&mut all, &mut sets);
        assert_eq!(all, cells(&["granule", "granule_cell", "purkinje_cell"]));
        assert_eq!(sets, [set("granule-purkinje", "granule", "purkinje_cell")]);
        assert_eq!(replaced.kept, ["`granule` (`granule_cell`)"]);
    }

    #[test]
    fn a_set_that_joins_other_types_keeps_its_name() {
        let mut sets = [set("io-purkinje", "mossy_fiber", "purkinje_cell")];
        assert_eq!(replace(&mut [], &mut sets), Replaced::default());
        assert_eq!(sets[0].name, "io-purkinje");
    }
}
