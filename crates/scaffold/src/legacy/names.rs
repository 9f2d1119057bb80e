//! lobule's names of the cell types and connection sets of older network files.
//!
//! Names of scaffold 3 and BSB 3 are those of their configurations; scaffold 2 has free text for cell types and names of
//! its own for sets; Casali et al. 2019 number the cell types and abbreviate the sets. In all of them `golgi_to_glomerulus`
//! ends on glomeruli, whereas BSB 8 files of cerebellar-models give this name to contacts of Golgi cells onto granule cells.
//!
//! Source: Casali et al. 2019, doi:10.3389/fninf.2019.00037, and configurations of dbbs-scaffold 2 and 3 and bsb 3.

/// lobule's name of a cell type of scaffold 3 or BSB 3; a name that is not known stays as it is.
pub(crate) fn cell_type(stored: &str) -> &str {
    match stored {
        "mossy_fibers" => "mossy_fiber",
        "dcn_cell" | "dcn_cell_glut_large" => "dcn_p",
        "dcn_interneuron" | "dcn_cell_GABA" => "dcn_i",
        other => other,
    }
}

/// lobule's name of a connection set of scaffold 3 or BSB 3; a name that is not known stays as it is.
pub(crate) fn set(stored: &str) -> &str {
    match stored {
        "mossy_to_glomerulus" => "mossy_fibers_to_glomerulus",
        "golgi_to_granule" => "golgi_to_glomerulus",
        "golgi_to_glomerulus" => GOLGI_ANATOMY,
        "mossy_to_dcn" | "mossy_to_dcn_glut_large" => "mossy_fibers_to_dcn_p",
        "purkinje_to_dcn" | "purkinje_to_dcn_glut_large" => "purkinje_to_dcn_p",
        "purkinje_to_dcn_interneuron" | "purkinje_to_dcn_GABA" => "purkinje_to_dcn_i",
        "io_to_dcn" | "io_to_dcn_glut_large" => "io_to_dcn_p",
        "io_to_dcn_interneuron" | "io_to_dcn_GABA" => "io_to_dcn_i",
        "dcn_interneuron_to_io" | "dcn_GABA_to_io" => "dcn_i_to_io",
        "io_to_basket" => "io_to_mli_io_to_basket_cell",
        "io_to_stellate" => "io_to_mli_io_to_stellate_cell",
        "glomerulus_to_dcn" => "glomerulus_to_dcn_p",
        other => other,
    }
}

/// Contacts of Golgi cells onto glomeruli, from which those onto granule cells were derived: a relay receives no inhibition,
/// so they are anatomy that a simulation leaves out.
pub(crate) const GOLGI_ANATOMY: &str = "golgi_to_glomerulus_anatomy";

/// lobule's name of a label: the two microzones; any other label keeps its name.
pub(crate) fn label(stored: &str) -> &str {
    match stored {
        "microzone-positive" => "plus",
        "microzone-negative" => "minus",
        other => other,
    }
}

/// lobule's name of a cell type of scaffold 2, which is free text: "Granule Cell" is `granule_cell`.
pub(crate) fn free_cell_type(stored: &str) -> String {
    let name = stored.trim().to_lowercase().replace(' ', "_");
    match name.as_str() {
        "dcn" => "dcn_p".into(),
        _ => cell_type(&name).into(),
    }
}

/// lobule's name of a cell type of Casali et al. 2019, by its number.
pub(crate) fn numbered_cell_type(number: i64) -> Option<&'static str> {
    let index = usize::try_from(number.checked_sub(1)?).ok()?;
    NUMBERED.get(index).copied()
}

/// The cell types of Casali et al. 2019, numbered from 1; the eighth only in late files.
pub(crate) const NUMBERED: [&str; 8] = [
    "golgi_cell",
    "glomerulus",
    "granule_cell",
    "purkinje_cell",
    "basket_cell",
    "stellate_cell",
    "dcn_p",
    "io_cell",
];

/// A connection set of files that have no ends of sets: its name in scaffold 2 and in 2019, lobule's, and its ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RawSet {
    pub scaffold2: &'static str,
    pub casali2019: &'static str,
    pub name: &'static str,
    pub pre: &'static str,
    pub post: &'static str,
}

/// The known sets of files of scaffold 2 and of Casali et al. 2019.
pub(crate) const RAW_SETS: [RawSet; 17] = [
    raw("GlomerulusGranule", "glom_grc", "glomerulus_to_granule", "glomerulus", "granule_cell"),
    raw("GlomerulusGolgi", "glom_goc", "glomerulus_to_golgi", "glomerulus", "golgi_cell"),
    raw("GolgiGranule", "goc_grc", "golgi_to_glomerulus", "golgi_cell", "granule_cell"),
    raw("GolgiGlomerulus", "goc_glom", GOLGI_ANATOMY, "golgi_cell", "glomerulus"),
    raw("GapJunctionsGolgi", "gj_goc", "golgi_to_golgi", "golgi_cell", "golgi_cell"),
    raw("AscendingAxonGolgi", "aa_goc", "ascending_axon_to_golgi", "granule_cell", "golgi_cell"),
    raw("GranuleGolgi", "pf_goc", "parallel_fiber_to_golgi", "granule_cell", "golgi_cell"),
    raw("AscAxonPurkinje", "aa_pc", "ascending_axon_to_purkinje", "granule_cell", "purkinje_cell"),
    raw("PFPurkinje", "pf_pc", "parallel_fiber_to_purkinje", "granule_cell", "purkinje_cell"),
    raw("PFBasket", "pf_bc", "parallel_fiber_to_basket", "granule_cell", "basket_cell"),
    raw("PFStellate", "pf_sc", "parallel_fiber_to_stellate", "granule_cell", "stellate_cell"),
    raw("BasketPurkinje", "bc_pc", "basket_to_purkinje", "basket_cell", "purkinje_cell"),
    raw("StellatePurkinje", "sc_pc", "stellate_to_purkinje", "stellate_cell", "purkinje_cell"),
    raw("GapJunctionsBasket", "gj_bc", "basket_to_basket", "basket_cell", "basket_cell"),
    raw("GapJunctionsStellate", "gj_sc", "stellate_to_stellate", "stellate_cell", "stellate_cell"),
    raw("PurkinjeDCN", "pc_dcn", "purkinje_to_dcn_p", "purkinje_cell", "dcn_p"),
    raw("GlomerulusDCN", "glom_dcn", "glomerulus_to_dcn_p", "glomerulus", "dcn_p"),
];

const fn raw(
    scaffold2: &'static str,
    casali2019: &'static str,
    name: &'static str,
    pre: &'static str,
    post: &'static str,
) -> RawSet {
    RawSet { scaffold2, casali2019, name, pre, post }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn golgi_cells_end_on_granule_cells_under_the_name_that_today_s_files_have() {
        assert_eq!(set("golgi_to_granule"), "golgi_to_glomerulus");
        assert_eq!(set("golgi_to_glomerulus"), "golgi_to_glomerulus_anatomy");
        let by = |name: &str| *RAW_SETS.iter().find(|s| s.scaffold2 == name).unwrap();
        assert_eq!(
            (by("GolgiGranule").name, by("GolgiGranule").post),
            ("golgi_to_glomerulus", "granule_cell")
        );
        assert_eq!(by("GolgiGlomerulus").post, "glomerulus");
    }

    #[test]
    fn cell_types_of_every_year_are_one_vocabulary() {
        for stored in ["dcn_cell", "dcn_cell_glut_large"] {
            assert_eq!(cell_type(stored), "dcn_p");
        }
        assert_eq!(cell_type("dcn_cell_Gly-I"), "dcn_cell_Gly-I");
        assert_eq!(free_cell_type("DCN Cell"), "dcn_p");
        assert_eq!(free_cell_type("Granule Cell"), "granule_cell");
        assert_eq!(free_cell_type("My Own Cell"), "my_own_cell");
        assert_eq!([numbered_cell_type(1), numbered_cell_type(8)], [Some("golgi_cell"), Some("io_cell")]);
        assert_eq!([numbered_cell_type(0), numbered_cell_type(9), numbered_cell_type(i64::MIN)], [None; 3]);
    }

    #[test]
    fn raw_sets_have_one_name_each_and_known_ends() {
        let distinct = |of: fn(&RawSet) -> &str| RAW_SETS.iter().map(of).collect::<BTreeSet<_>>().len();
        assert_eq!(distinct(|s| s.scaffold2), RAW_SETS.len());
        assert_eq!(distinct(|s| s.casali2019), RAW_SETS.len());
        assert_eq!(distinct(|s| s.name), RAW_SETS.len());
        assert!(RAW_SETS.iter().all(|s| NUMBERED.contains(&s.pre) && NUMBERED.contains(&s.post)));
    }
}
