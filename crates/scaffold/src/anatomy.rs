//! Anatomy of a circuit, reconstructed or read: cells with positions and labels,
//! and connection sets as rows of (presynaptic cell, postsynaptic cell).
//!
//! A *row* is one synaptic contact; a *pair* is two cells with at least one
//! contact. The simulator makes one synapse per pair with weight × rows, as
//! bsb-nest does.

/// The cell types of the native reconstruction.
pub(crate) const PLACED_TYPES: [&str; 10] = [
    "mossy_fiber",
    "glomerulus",
    "granule_cell",
    "golgi_cell",
    "purkinje_cell",
    "basket_cell",
    "stellate_cell",
    "dcn_p",
    "dcn_i",
    "io_cell",
];

/// The half of a module that raises (`plus`) or lowers (`minus`) its output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Microzone {
    /// Cells labeled `plus`.
    Plus,
    /// Cells labeled `minus`.
    Minus,
}

impl Microzone {
    /// Both, in order; a zone is its own index, as `Microzone::Plus as usize`.
    pub const ALL: [Self; 2] = [Self::Plus, Self::Minus];

    /// The label of its cells.
    pub fn name(self) -> &'static str {
        match self {
            Self::Plus => "plus",
            Self::Minus => "minus",
        }
    }
}

/// The cells of one type.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CellSites {
    /// lobule's cell name, e.g. `granule_cell`.
    pub cell_type: String,
    /// Soma positions, µm: x, y (parallel fibers run along y), z (up). `[n]`
    pub positions: Vec<[f64; 3]>,
    /// The distinct sets of labels that occur; set 0 is the empty one.
    pub label_sets: Vec<Vec<String>>,
    /// Index into `label_sets` of each cell; empty when no cell is labeled. `[n]` or `[0]`
    pub labels: Vec<u16>,
}

impl CellSites {
    /// Number of cells.
    pub fn len(&self) -> usize {
        self.positions.len()
    }

    /// True when there is no cell.
    pub fn is_empty(&self) -> bool {
        self.positions.is_empty()
    }

    /// The microzone of cell `i`, if it is labeled `plus` or `minus`.
    pub fn microzone(&self, i: usize) -> Option<Microzone> {
        let set = &self.label_sets[usize::from(*self.labels.get(i)?)];
        Microzone::ALL.into_iter().find(|zone| set.iter().any(|l| l == zone.name()))
    }

    /// The microzone of every cell. `[n]`
    pub fn microzones(&self) -> Vec<Option<Microzone>> {
        (0..self.len()).map(|i| self.microzone(i)).collect()
    }

    /// The cells of one microzone, in order.
    pub fn in_microzone(&self, zone: Microzone) -> Vec<u32> {
        (0..self.len()).filter(|&i| self.microzone(i) == Some(zone)).map(|i| i as u32).collect()
    }
}

/// Two cells and the number of contacts between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair {
    /// Presynaptic cell.
    pub pre: u32,
    /// Postsynaptic cell.
    pub post: u32,
    /// Number of rows (contacts), at least 1.
    pub contacts: u32,
}

/// All contacts made by one connection strategy between two cell types.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ConnectionSet {
    /// Name of the set, e.g. `parallel_fiber_to_purkinje`.
    pub name: String,
    /// Presynaptic cell type (lobule's name).
    pub pre_type: String,
    /// Postsynaptic cell type (lobule's name).
    pub post_type: String,
    /// Presynaptic cell of each row. `[rows]`
    pub pre: Vec<u32>,
    /// Postsynaptic cell of each row. `[rows]`
    pub post: Vec<u32>,
    /// (branch, point) on the presynaptic morphology; -1, -1 for a point cell. `[rows]` or `[0]` = all -1
    pub pre_site: Vec<[i32; 2]>,
    /// (branch, point) on the postsynaptic morphology. `[rows]` or `[0]` = all -1
    pub post_site: Vec<[i32; 2]>,
}

/// The (branch, point) of a cell without morphology.
pub(crate) const NO_SITE: [i32; 2] = [-1, -1];

/// Mean and standard deviation (population form) of degrees over all cells of a type.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct DegreeStatistics {
    /// Rows in the set.
    pub rows: usize,
    /// Distinct pairs in the set.
    pub pairs: usize,
    /// Rows onto a postsynaptic cell: mean, sd.
    pub in_degree_rows: (f64, f64),
    /// Distinct presynaptic cells of a postsynaptic cell: mean, sd.
    pub in_degree_pairs: (f64, f64),
    /// Distinct postsynaptic cells of a presynaptic cell: mean, sd.
    pub out_degree_pairs: (f64, f64),
    /// Postsynaptic cells without any input in this set.
    pub unconnected: usize,
}

impl ConnectionSet {
    /// Number of contacts.
    pub fn len(&self) -> usize {
        self.pre.len()
    }

    /// True when there is no contact.
    pub fn is_empty(&self) -> bool {
        self.pre.is_empty()
    }

    /// Appends a row.
    pub(crate) fn push(&mut self, pre: u32, post: u32, pre_site: [i32; 2], post_site: [i32; 2]) {
        self.pre.push(pre);
        self.post.push(post);
        self.pre_site.push(pre_site);
        self.post_site.push(post_site);
    }

    /// Appends the rows of another set.
    pub(crate) fn append(&mut self, mut other: Self) {
        self.pre.append(&mut other.pre);
        self.post.append(&mut other.post);
        self.pre_site.append(&mut other.pre_site);
        self.post_site.append(&mut other.post_site);
    }

    /// The rows of several sets, in order, as one without a name.
    pub(crate) fn joined(parts: Vec<Self>) -> Self {
        let mut all = Self::default();
        let n = parts.iter().map(Self::len).sum();
        all.pre.reserve_exact(n);
        all.post.reserve_exact(n);
        all.pre_site.reserve_exact(n);
        all.post_site.reserve_exact(n);
        parts.into_iter().for_each(|part| all.append(part));
        all
    }

    /// Brings sites that are all those of point cells into their short form, none.
    pub(crate) fn shorten_sites(&mut self) {
        for sites in [&mut self.pre_site, &mut self.post_site] {
            if sites.iter().all(|&site| site == NO_SITE) {
                *sites = Vec::new();
            }
        }
    }

    /// Distinct cell pairs in order of (pre, post), each with its number of contacts.
    pub fn pairs(&self) -> Vec<Pair> {
        let mut keys: Vec<u64> =
            self.pre.iter().zip(&self.post).map(|(&a, &b)| u64::from(a) << 32 | u64::from(b)).collect();
        keys.sort_unstable();
        let pair = |rows: &[u64]| {
            let (pre, post) = ((rows[0] >> 32) as u32, rows[0] as u32);
            Pair { pre, post, contacts: rows.len() as u32 }
        };
        keys.chunk_by(|a, b| a == b).map(pair).collect()
    }

    /// Degree statistics over `n_pre` presynaptic and `n_post` postsynaptic cells.
    pub fn statistics(&self, n_pre: usize, n_post: usize) -> DegreeStatistics {
        let pairs = self.pairs();
        let (mut rows_in, mut pairs_in, mut pairs_out) =
            (vec![0.0; n_post], vec![0.0; n_post], vec![0.0; n_pre]);
        for pair in &pairs {
            rows_in[pair.post as usize] += f64::from(pair.contacts);
            pairs_in[pair.post as usize] += 1.0;
            pairs_out[pair.pre as usize] += 1.0;
        }
        DegreeStatistics {
            rows: self.len(),
            pairs: pairs.len(),
            in_degree_rows: mean_sd(&rows_in),
            in_degree_pairs: mean_sd(&pairs_in),
            out_degree_pairs: mean_sd(&pairs_out),
            unconnected: pairs_in.iter().filter(|&&d| d == 0.0).count(),
        }
    }
}

fn mean_sd(values: &[f64]) -> (f64, f64) {
    if values.is_empty() {
        return (0.0, 0.0);
    }
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    (mean, (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n).sqrt())
}

/// A circuit as placed and connected cells.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Anatomy {
    /// Base x, y and cortex height z, µm.
    pub size: [f64; 3],
    /// Cell types in file or reconstruction order.
    pub cells: Vec<CellSites>,
    /// Connection sets in file or reconstruction order.
    pub connections: Vec<ConnectionSet>,
    /// Where it comes from: program, version, seed or file.
    pub source: String,
    /// Notes on parts that could not be honored, and warnings; one sentence each.
    pub notes: Vec<String>,
}

impl Anatomy {
    /// The cells of a type, by lobule's name.
    pub fn cells(&self, cell_type: &str) -> Option<&CellSites> {
        self.cells.iter().find(|c| c.cell_type == cell_type)
    }

    /// Number of cells of a type; 0 when the type is absent.
    pub fn count(&self, cell_type: &str) -> usize {
        self.cells(cell_type).map_or(0, CellSites::len)
    }

    /// Low corner of the block that the cells are in, µm: for each axis the lowest coordinate, rounded down to a whole
    /// 10 µm, since somata lie within the block. The height begins with the cortex, as far as there is one.
    pub fn corner(&self) -> [f64; 3] {
        let [base, height] = self.blocks();
        [base.0[0], base.0[1], height.0[2]].map(|low| if low.is_finite() { down(low) } else { 0.0 })
    }

    /// Size of the block from its corner to the farthest cell, for files that do not say it.
    pub(crate) fn extent(&self) -> [f64; 3] {
        let ([base, height], corner) = (self.blocks(), self.corner());
        let far = [base.1[0], base.1[1], height.1[2]];
        std::array::from_fn(|k| if far[k].is_finite() { far[k] - corner[k] } else { 0.0 })
    }

    /// The middle of the granular layer, µm: of the base, and between the lowest and the highest granule cell (each
    /// to a whole 10 µm outwards). Without granule cells other cells of the layer stand for them, without those all.
    pub fn granular_middle(&self) -> [f64; 3] {
        let corner = self.corner();
        let of_layer = |name: &&str| self.cells(name).is_some_and(|cells| !cells.is_empty());
        let layer = GRANULAR_TYPES.iter().find(|name| of_layer(name));
        let (low, high) = bounds(self.cells.iter().filter(|c| layer.is_none_or(|name| c.cell_type == *name)));
        let z = if low[2].is_finite() { (down(low[2]) - down(-high[2])) / 2.0 } else { 0.0 };
        [corner[0] + self.size[0] / 2.0, corner[1] + self.size[1] / 2.0, z]
    }

    /// Low and high corner of all cells, and of those of the cortex, or of all where there is no cortex.
    fn blocks(&self) -> [([f64; 3], [f64; 3]); 2] {
        let is_below = |c: &&CellSites| BELOW_CORTEX.contains(&c.cell_type.as_str());
        let all = bounds(self.cells.iter());
        let cortex = bounds(self.cells.iter().filter(|c| !is_below(c)));
        [all, if cortex.0[2].is_finite() { cortex } else { all }]
    }

    /// A connection set by name.
    pub fn connections(&self, name: &str) -> Option<&ConnectionSet> {
        self.connections.iter().find(|c| c.name == name)
    }
}

/// Cell types of the granular layer, those that fill it first.
const GRANULAR_TYPES: [&str; 4] = ["granule_cell", "glomerulus", "golgi_cell", "mossy_fiber"];
/// Cell types that lie below the cortex.
const BELOW_CORTEX: [&str; 4] = ["dcn_p", "dcn_i", "dcn_cell_Gly-I", "io_cell"];

/// A coordinate rounded down to a whole 10 µm.
fn down(coordinate: f64) -> f64 {
    (coordinate / 10.0).floor() * 10.0
}

/// Lowest and highest coordinates of cells; infinite without any.
fn bounds<'a>(cells: impl Iterator<Item = &'a CellSites>) -> ([f64; 3], [f64; 3]) {
    let none = ([f64::INFINITY; 3], [f64::NEG_INFINITY; 3]);
    cells.flat_map(|c| &c.positions).fold(none, |(low, high), p| {
        (std::array::from_fn(|k| p[k].min(low[k])), std::array::from_fn(|k| p[k].max(high[k])))
    })
}

/// lobule's name of a cell type that BSB files spell in another way.
///
/// cerebellar-models writes `mossy_fibers` and `io`; lobule says `mossy_fiber` and `io_cell`.
pub fn canonical_cell_name(name: &str) -> &str {
    match name {
        "mossy_fibers" => "mossy_fiber",
        "io" => "io_cell",
        "unipolar_brush" => "unipolar_brush_cell",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn anatomy(cells: &[(&str, &[[f64; 3]])]) -> Anatomy {
        let sites = |(name, positions): &(&str, &[[f64; 3]])| CellSites {
            cell_type: name.to_string(),
            positions: positions.to_vec(),
            ..CellSites::default()
        };
        let mut anatomy = Anatomy { cells: cells.iter().map(sites).collect(), ..Anatomy::default() };
        anatomy.size = anatomy.extent();
        anatomy
    }

    #[test]
    fn the_block_is_where_the_cells_are() {
        let here = [[5.0, 8.0, 3.0], [95.0, 60.0, 59.0]];
        let plain = anatomy(&[("glomerulus", &here)]);
        assert_eq!((plain.size, plain.corner()), ([95.0, 60.0, 59.0], [0.0; 3]));
        assert_eq!(plain.granular_middle(), [47.5, 30.0, 30.0]);
        for [x, y, z] in [[1000.0, 500.0, 0.0], [-300.0, -70.0, 640.0]] {
            let there = here.map(|p| [p[0] + x, p[1] + y, p[2] + z]);
            let moved = anatomy(&[("glomerulus", &there)]);
            assert_eq!((moved.size, moved.corner()), (plain.size, [x, y, z]));
            assert_eq!(moved.granular_middle(), [47.5 + x, 30.0 + y, 30.0 + z]);
        }
    }

    #[test]
    fn the_height_is_that_of_the_cortex_and_the_middle_that_of_the_granular_layer() {
        let nuclei = [[5.0, 5.0, -200.0], [95.0, 95.0, -150.0]];
        let granules = [[5.0, 5.0, 12.0], [95.0, 95.0, 128.0]];
        let all = anatomy(&[
            ("dcn_p", &nuclei),
            ("granule_cell", &granules),
            ("purkinje_cell", &[[50.0, 50.0, 140.0]]),
        ]);
        assert_eq!(all.size, [95.0, 95.0, 130.0]);
        assert_eq!(all.granular_middle()[2], 70.0);
        assert_eq!(anatomy(&[("dcn_p", &nuclei)]).size, [95.0, 95.0, 50.0]);
        assert_eq!(anatomy(&[]).size, [0.0; 3]);
        assert_eq!(anatomy(&[]).granular_middle(), [0.0; 3]);
    }
}
