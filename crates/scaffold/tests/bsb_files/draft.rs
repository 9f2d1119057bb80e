//! A network file as a list of its members, made without lobule's own writer, so
//! that any of them can be wrong or missing.

use rust_hdf5::{H5File, H5Group, H5Type, LibverBound};
use std::collections::BTreeMap;
use std::path::Path;

/// Chunk (0, 0, -1).
pub const BELOW: &str = "281470681743360";
/// The connection set.
pub const SET: &str = "connectivity/aa";
/// Its rows onto the Golgi cells of chunk (1, 0, 0).
pub const INC: &str = "connectivity/aa/inc/1";

/// Numbers of a table or an attribute.
#[derive(Clone)]
pub enum Numbers {
    Floats(Vec<f64>),
    Integers(Vec<i64>),
    Coordinates(Vec<i16>),
}
use Numbers::{Coordinates, Floats, Integers};

/// The members of a file by path; attributes by path of their group and name.
#[derive(Clone)]
pub struct Draft {
    pub groups: Vec<String>,
    pub texts: BTreeMap<(String, String), String>,
    pub attributes: BTreeMap<(String, String), (Vec<usize>, Numbers)>,
    pub tables: BTreeMap<String, (Vec<usize>, Numbers)>,
    /// None for version-2 headers with link messages.
    pub format: Option<LibverBound>,
}

impl Draft {
    /// Three granule cells in chunk 0 and one in the chunk below, two Golgi cells
    /// in chunk 1, of which the first is labeled; three rows between them.
    pub fn network() -> Self {
        let mut draft = Self {
            groups: ["placement", "connectivity", "files", "morphologies"].map(String::from).into(),
            texts: BTreeMap::new(),
            attributes: BTreeMap::new(),
            tables: BTreeMap::new(),
            format: Some(LibverBound::Earliest),
        };
        draft.text("", "bsb_version", "8.0.2");
        draft.text("", "bsb_hdf5_version", "8.0.2");
        draft.attribute("", "chunk_size", &[3], Floats(vec![100.0; 3]));
        draft.cells("granule_cell", &[("0", 3), (BELOW, 1)]);
        draft.cells("golgi_cell", &[("1", 2)]);
        draft.text("placement/golgi_cell", "labelsets", r#"{"0": [], "4": ["plus"]}"#);
        draft.integers("placement/golgi_cell/1/labels", &[1], &[4]);

        draft.groups.extend([SET, "connectivity/aa/inc", "connectivity/aa/out"].map(String::from));
        draft.text(SET, "pre", "granule_cell");
        draft.text(SET, "post", "golgi_cell");
        draft.attribute(SET, "len", &[], Integers(vec![3]));
        // Blocks in storage order, which need not be the order of ids.
        draft.rows(INC, &[(BELOW, [0, 0, -1], 0), ("0", [0, 0, 0], 1)]);
        draft.integers(&format!("{INC}/local_locs"), &[3, 3], &[0, -1, -1, 1, -1, -1, 1, -1, -1]);
        draft.integers(&format!("{INC}/global_locs"), &[3, 3], &[0, 2, 3, 2, -1, -1, 0, -1, -1]);
        for (chunk, n) in [("0", 2), (BELOW, 1)] {
            let group = format!("connectivity/aa/out/{chunk}");
            draft.rows(&group, &[("1", [1, 0, 0], 0)]);
            draft.integers(&format!("{group}/local_locs"), &[n, 3], &vec![-1; 3 * n]);
            draft.integers(&format!("{group}/global_locs"), &[n, 3], &vec![-1; 3 * n]);
        }
        draft
    }

    /// Adds a cell type with so many cells per chunk.
    pub fn cells(&mut self, name: &str, chunks: &[(&str, usize)]) {
        let group = format!("placement/{name}");
        self.groups.push(group.clone());
        let counts: Vec<String> = chunks.iter().map(|(id, n)| format!("\"{id}\": {n}")).collect();
        self.text(&group, "chunks", &format!("{{{}}}", counts.join(", ")));
        let total: usize = chunks.iter().map(|c| c.1).sum();
        self.attribute(&group, "len", &[], Integers(vec![total as i64]));
        for &(id, n) in chunks {
            let chunk = format!("{group}/{id}");
            self.groups.extend([chunk.clone(), format!("{chunk}/additional")]);
            self.floats(
                &format!("{chunk}/position"),
                &[n, 3],
                &(0..3 * n).map(|i| i as f64).collect::<Vec<_>>(),
            );
            self.floats(&format!("{chunk}/rotation"), &[0, 3], &[]);
            self.integers(&format!("{chunk}/morphology"), &[0], &[]);
            self.integers(&format!("{chunk}/labels"), &[0], &[]);
        }
    }

    /// Adds a group of rows with its blocks: partner chunk, coordinates, first row.
    fn rows(&mut self, group: &str, blocks: &[(&str, [i16; 3], i64)]) {
        self.groups.push(group.into());
        let list: Vec<i16> = blocks.iter().flat_map(|b| b.1).collect();
        self.attribute(group, "chunk_list", &[blocks.len(), 3], Coordinates(list));
        for (id, _, start) in blocks {
            self.attribute(group, id, &[], Integers(vec![*start]));
        }
    }

    pub fn text(&mut self, object: &str, name: &str, value: &str) {
        self.texts.insert((object.into(), name.into()), value.into());
    }

    pub fn attribute(&mut self, object: &str, name: &str, shape: &[usize], values: Numbers) {
        self.attributes.insert((object.into(), name.into()), (shape.into(), values));
    }

    /// Sets a scalar attribute.
    pub fn integer(&mut self, object: &str, name: &str, value: i64) {
        self.attribute(object, name, &[], Integers(vec![value]));
    }

    pub fn integers(&mut self, path: &str, shape: &[usize], values: &[i64]) {
        self.tables.insert(path.into(), (shape.into(), Integers(values.into())));
    }

    pub fn floats(&mut self, path: &str, shape: &[usize], values: &[f64]) {
        self.tables.insert(path.into(), (shape.into(), Floats(values.into())));
    }

    /// Takes away a member with all below it.
    pub fn remove(&mut self, path: &str) {
        let is_kept = |p: &str| p != path && !p.starts_with(&format!("{path}/"));
        self.groups.retain(|p| is_kept(p));
        self.texts.retain(|(p, _), _| is_kept(p));
        self.attributes.retain(|(p, _), _| is_kept(p));
        self.tables.retain(|p, _| is_kept(p));
    }

    /// Takes away an attribute.
    pub fn remove_attribute(&mut self, object: &str, name: &str) {
        let key = (object.to_string(), name.to_string());
        assert!(self.texts.remove(&key).is_some() | self.attributes.remove(&key).is_some());
    }

    pub fn write(&self, path: &Path) {
        let options = H5File::options();
        let options = self.format.into_iter().fold(options, |options, format| options.libver(format));
        let file = options.create(path).unwrap();
        let mut groups = BTreeMap::from([(String::new(), file.root_group())]);
        for group in &self.groups {
            let (parent, name) = group.rsplit_once('/').unwrap_or(("", group));
            let created = groups[parent].create_group(name).unwrap();
            groups.insert(group.clone(), created);
        }
        for ((object, name), value) in &self.texts {
            groups[object].set_attr_string(name, value).unwrap();
        }
        for ((object, name), (shape, values)) in &self.attributes {
            let group = &groups[object];
            match values {
                Floats(v) => group.set_attr_array_numeric_nd(name, v, shape),
                Integers(v) => group.set_attr_array_numeric_nd(name, v, shape),
                Coordinates(v) => group.set_attr_array_numeric_nd(name, v, shape),
            }
            .unwrap();
        }
        for (path, (shape, values)) in &self.tables {
            let (parent, name) = path.rsplit_once('/').unwrap();
            let group = &groups[parent];
            match values {
                Floats(v) => write_table(group, name, shape, v),
                Integers(v) => write_table(group, name, shape, v),
                Coordinates(v) => write_table(group, name, shape, v),
            }
        }
        drop(groups);
        file.close().unwrap();
    }
}

fn write_table<T: H5Type>(group: &H5Group, name: &str, shape: &[usize], values: &[T]) {
    let table = group.new_dataset::<T>().shape(shape).create(name).unwrap();
    if !values.is_empty() {
        table.write_raw(values).unwrap();
    }
}
