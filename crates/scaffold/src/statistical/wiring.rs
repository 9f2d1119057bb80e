//! Which rules connect which cells, in the order of the connection sets.

use super::granular::{GranularLayer, Row};
use super::spec::ScaffoldSpec;
use super::{arbors, nuclei};
use crate::error::Result;
use crate::{CellSites, ConnectionSet, Microzone};

pub(super) fn connect(
    spec: &ScaffoldSpec,
    seed: u64,
    cells: &[CellSites],
    notes: &mut Vec<String>,
) -> Result<Vec<ConnectionSet>> {
    let mut builder = Builder { spec, seed, cells, connections: Vec::new() };
    builder.connect_granular_layer(notes);
    builder.connect_arbors()?;
    builder.connect_nuclei();
    Ok(builder.connections)
}

struct Builder<'a> {
    spec: &'a ScaffoldSpec,
    seed: u64,
    cells: &'a [CellSites],
    connections: Vec<ConnectionSet>,
}

impl<'a> Builder<'a> {
    /// The cells of a type. `check` has refused rules with unknown types.
    fn sites(&self, cell_type: &str) -> &'a CellSites {
        self.cells.iter().find(|c| c.cell_type == cell_type).expect("every named cell type is placed")
    }

    fn positions(&self, cell_type: &str) -> &'a [[f64; 3]] {
        &self.sites(cell_type).positions
    }

    fn add(&mut self, name: &str, pre_type: &str, post_type: &str, rows: &[Row]) {
        let (pre, post) = rows.iter().copied().unzip();
        let (name, pre_type, post_type) = (name.into(), pre_type.into(), post_type.into());
        self.connections.push(ConnectionSet { name, pre_type, post_type, pre, post, ..Default::default() });
    }

    /// Rules 1 to 4.
    fn connect_granular_layer(&mut self, notes: &mut Vec<String>) {
        let [mossy, glomeruli, granules, golgi] =
            ["mossy_fiber", "glomerulus", "granule_cell", "golgi_cell"].map(|t| self.positions(t));
        let (rules, seed) = (&self.spec.granular, self.seed);
        let layer = GranularLayer { rules, seed, mossy, glomeruli, granules, golgi };
        let fiber_of = layer.mossy_of_glomerulus();
        let dendrites = layer.glomeruli_of_granule(&fiber_of);
        let to_golgi = layer.glomerulus_to_golgi();
        let to_granule = layer.golgi_to_granule(&dendrites);
        let wanted = rules.granule_dendrites;
        let poor = dendrites.iter().filter(|d| d.len() < wanted).count();
        if poor > 0 {
            notes.push(format!(
                "glomerulus_to_granule: {poor} granule cells have fewer than {wanted} dendrites: too few mossy \
                 fibers have a glomerulus"
            ));
        }
        let from_mossy: Vec<Row> = fiber_of.into_iter().zip(0..).collect();
        let onto_granules = dendrites.iter().zip(0..);
        let from_glomeruli: Vec<Row> =
            onto_granules.flat_map(|(chosen, granule)| chosen.iter().map(move |&g| (g, granule))).collect();
        self.add("mossy_fibers_to_glomerulus", "mossy_fiber", "glomerulus", &from_mossy);
        self.add("glomerulus_to_granule", "glomerulus", "granule_cell", &from_glomeruli);
        self.add("glomerulus_to_golgi", "glomerulus", "golgi_cell", &to_golgi);
        self.add("golgi_to_glomerulus", "golgi_cell", "granule_cell", &to_granule);
    }

    /// Rules 5 to 16.
    fn connect_arbors(&mut self) -> Result<()> {
        for rule in &self.spec.arbors {
            let rows =
                arbors::connect(rule, self.positions(&rule.pre), self.positions(&rule.post), self.seed)?;
            self.add(&rule.name, &rule.pre, &rule.post, &rows);
        }
        Ok(())
    }

    /// Nuclei and olive; rules between two labeled types once per microzone.
    fn connect_nuclei(&mut self) {
        let (w, seed) = (&self.spec.nuclei, self.seed);
        let all = |sites: &CellSites| (0..sites.len() as u32).collect::<Vec<u32>>();
        let (whole, halves) =
            ([(None, "")], [(Some(Microzone::Plus), ""), (Some(Microzone::Minus), "_minus")]);
        let zones = if self.spec.microzones { &halves[..] } else { &whole[..] };
        let members = |builder: &Self, cell_type: &str, zone: Option<Microzone>| {
            let sites = builder.sites(cell_type);
            zone.map_or_else(|| all(sites), |z| sites.in_microzone(z))
        };
        for (name, pre, post, probability, zones) in [
            ("mossy_fibers_to_dcn_p", "mossy_fiber", "dcn_p", w.mossy_to_dcn_p, &whole[..]),
            ("purkinje_to_dcn_p", "purkinje_cell", "dcn_p", w.purkinje_to_dcn_p, zones),
            ("purkinje_to_dcn_i", "purkinje_cell", "dcn_i", w.purkinje_to_dcn_i, zones),
            ("io_to_dcn_p", "io_cell", "dcn_p", w.io_to_dcn_p, zones),
            ("io_to_dcn_i", "io_cell", "dcn_i", w.io_to_dcn_i, zones),
            ("dcn_i_to_io", "dcn_i", "io_cell", w.dcn_i_to_io, zones),
        ] {
            for &(zone, suffix) in zones {
                let name = format!("{name}{suffix}");
                let (from, to) = (members(self, pre, zone), members(self, post, zone));
                let rows = nuclei::all_to_all(&name, &from, &to, probability, seed);
                self.add(&name, pre, post, &rows);
            }
        }

        // NOTE: the reference multiplies the contacts of the plus zone only; here both
        // zones have the same climbing fibers.
        let mut climbing = Vec::new();
        for &(zone, suffix) in zones {
            let name = format!("io_to_purkinje{suffix}");
            let (io, purkinje) = (members(self, "io_cell", zone), members(self, "purkinje_cell", zone));
            let pairs = nuclei::climbing_fibers(&name, &io, &purkinje, seed);
            let rows = nuclei::with_contacts(&name, &pairs, w.climbing_fiber_contacts, seed);
            self.add(&name, "io_cell", "purkinje_cell", &rows);
            climbing.extend(pairs);
        }
        for (cell_type, source) in
            [("basket_cell", "basket_to_purkinje"), ("stellate_cell", "stellate_to_purkinje")]
        {
            // A specification without this rule has no interneurons to reach.
            let contacting: Vec<Row> = self
                .connections
                .iter()
                .filter(|c| c.name == source)
                .flat_map(|c| c.pre.iter().copied().zip(c.post.iter().copied()))
                .collect();
            let rows = nuclei::olive_to_interneurons(&climbing, &contacting);
            self.add(&format!("io_to_mli_io_to_{cell_type}"), "io_cell", cell_type, &rows);
        }
    }
}
