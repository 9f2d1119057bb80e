//! The fingerprint of a description: a hash of its serialized form.

use crate::describe::{Circuit, Model};
use lobule_signal::Fingerprint;
use serde::Serialize;

impl Circuit {
    /// A hash of what the network does not keep: models, receptors, rules, currents, gap junctions.
    pub(super) fn fingerprint(&self) -> u64 {
        let mut hash = Fingerprint::default();
        for population in &self.populations {
            match &population.model {
                Model::Custom(custom) => hash.word(custom.fingerprint()),
                model => hash.bytes(&packed(model)),
            }
        }
        for p in &self.projections {
            hash.bytes(&packed(&(p.receptor, &p.short_term, &p.rule, &p.teacher)));
        }
        hash.bytes(&packed(&(&self.currents, &self.gap_junctions)));
        hash.value()
    }
}

/// A part of a description as bytes; each says its own length.
fn packed<T: Serialize>(part: &T) -> Vec<u8> {
    postcard::to_stdvec(part).expect("a description without custom models is plain data")
}
