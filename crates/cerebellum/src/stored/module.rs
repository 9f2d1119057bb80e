//! A stored simulation as a module of a larger circuit, driven from outside.

use super::Plan;
use crate::Error;
use lobule_circuit::{Circuit, Model, Population, Projection, Teacher};
use lobule_scaffold::Anatomy;

impl Plan {
    /// Adds cells and connections to a circuit; their labels are `<prefix><cell type>` and `<prefix><connection model>`. Spikes of
    /// `driven` cells come from outside ([`Model::SpikeSource`]). Devices are left out.
    ///
    /// # Errors
    /// As [`Plan::circuit`], and [`Error::Config`] for gap junctions, which a module of a loop does not have.
    pub fn add_module(
        &self,
        circuit: &mut Circuit,
        prefix: &str,
        anatomy: &Anatomy,
        driven: &str,
    ) -> Result<(), Error> {
        if let Some(gap) = self.links.iter().find(|link| link.is_gap) {
            let what =
                "has gap junctions, which the modules of a loop do not have; remove its connection model";
            return Err(Error::config(gap.label.clone(), what));
        }
        let alone = Plan { drives: Circuit::new(), ..self.clone() }.circuit(anatomy)?;
        let named = |label: &str| format!("{prefix}{label}");
        for population in alone.populations() {
            let model =
                if population.label == driven { Model::SpikeSource } else { population.model.clone() };
            circuit.add_population(Population::new(named(&population.label), population.n, model));
        }
        for projection in alone.projections() {
            let teacher = projection
                .teacher
                .as_ref()
                .map(|teacher| Teacher { projection: named(&teacher.projection), ..*teacher });
            let (label, pre, post) =
                (named(&projection.label), named(&projection.pre), named(&projection.post));
            circuit.add_projection(Projection { label, pre, post, teacher, ..projection.clone() });
        }
        Ok(())
    }
}
