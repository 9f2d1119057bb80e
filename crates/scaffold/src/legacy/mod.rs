//! Network files of the software before BSB 4: Casali et al. 2019, dbbs-scaffold 2 and 3, BSB 3.

pub(crate) mod names;
