//! Promise: what is written is read back unchanged, and a file that is not what
//! it should be ends in one message that names the file, the object inside it,
//! what was found, and the remedy; it never ends in a panic.

#[path = "bsb_files/draft.rs"]
mod draft;

use draft::{BELOW, Draft, INC, Numbers, SET};
use lobule_scaffold::{Anatomy, CellSites, ConnectionSet, Microzone, bsb};
use proptest::prelude::*;
use rust_hdf5::{H5File, LibverBound};
use std::path::{Path, PathBuf};

/// A folder that vanishes with the test.
fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

/// The error of reading a file, which must be one line and name the file.
fn refusal(path: &Path) -> String {
    let error = bsb::read(path).expect_err("the file must be refused");
    let message = error.to_string();
    assert!(message.contains(path.file_name().unwrap().to_str().unwrap()), "{message}");
    assert!(!message.contains('\n') && message.len() < 600, "{message}");
    message
}

fn assert_names(message: &str, parts: &[&str]) {
    for part in parts {
        assert!(message.contains(part), "`{part}` is not in: {message}");
    }
}

// ---------------------------------------------------------------- anatomies

/// Labeled cells above and below z = 0, a set with sites, one without, an empty one.
fn small_anatomy() -> Anatomy {
    let place = |n: usize| {
        (0..n).map(|i| [(i * 37 % 250) as f64, (i * 53 % 150) as f64, i as f64 * 29.0 % 400.0 - 200.0])
    };
    let cells = |cell_type: &str, n: usize, is_labeled: bool| CellSites {
        cell_type: cell_type.into(),
        positions: place(n).collect(),
        label_sets: match is_labeled {
            true => vec![vec![], vec!["plus".into()], vec!["minus".into(), "lateral".into()]],
            false => vec![vec![]],
        },
        labels: if is_labeled { (0..n).map(|i| (i % 3) as u16).collect() } else { vec![] },
    };
    let set = |name: &str, pre: (&str, u32), post: (&str, u32), rows: u32| ConnectionSet {
        name: name.into(),
        pre_type: pre.0.into(),
        post_type: post.0.into(),
        pre: (0..rows).map(|r| r * 7 % pre.1).collect(),
        post: (0..rows).map(|r| r * 3 % post.1).collect(),
        ..ConnectionSet::default()
    };
    let mut pf = set("parallel_fiber_to_purkinje", ("granule_cell", 30), ("purkinje_cell", 20), 60);
    pf.pre_site = (0..60).map(|r| [r, r + 1]).collect();
    pf.post_site = (0..60).map(|r| [r % 3, -1]).collect();
    let mut anatomy = Anatomy {
        size: [250.0, 150.0, 0.1 + 0.2],
        // Not in alphabetical order, which is the order of members in a file.
        cells: vec![
            cells("purkinje_cell", 20, true),
            cells("io_cell", 5, true),
            cells("mossy_fiber", 4, false),
            cells("granule_cell", 30, false),
            cells("golgi_cell", 0, false),
        ],
        connections: vec![
            pf,
            set("io_to_purkinje", ("io_cell", 5), ("purkinje_cell", 20), 20),
            set("empty", ("granule_cell", 30), ("golgi_cell", 1), 0),
        ],
        source: "a test".into(),
        notes: vec!["a note with “signs” and µm.".into()],
    };
    anatomy.sort_by_chunk();
    anatomy
}

#[test]
fn writing_and_reading_gives_the_same_anatomy() {
    let folder = folder();
    let path = folder.path().join("small.hdf5");
    let anatomy = small_anatomy();
    bsb::write(&path, &anatomy).unwrap();
    let read = bsb::read(&path).unwrap();
    assert_eq!(read, anatomy);
    assert_eq!(read.cells("io_cell").unwrap().in_microzone(Microzone::Plus).len(), 2);
    // Written over, it has the same bytes, and nothing else is left in the folder.
    let first = std::fs::read(&path).unwrap();
    bsb::write(&path, &read).unwrap();
    assert!(first == std::fs::read(&path).unwrap(), "the same anatomy gave other bytes");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_file_that_bsb_changed_since_is_read_as_one_of_bsb() {
    let folder = folder();
    let path = folder.path().join("changed.hdf5");
    let anatomy = small_anatomy();
    bsb::write(&path, &anatomy).unwrap();
    let file = H5File::open_rw(&path).unwrap();
    let added = file.root_group().group("connectivity").unwrap().create_group("added").unwrap();
    added.set_attr_string("pre", "io").unwrap();
    added.set_attr_string("post", "mossy_fibers").unwrap();
    added.create_group("inc").unwrap();
    added.create_group("out").unwrap();
    drop(added);
    file.close().unwrap();
    let read = bsb::read(&path).unwrap();
    assert_eq!(read.source, "BSB 8.0.2 file, 59 cells");
    assert_eq!(read.size, anatomy.size, "from the configuration in the file");
    assert_ne!(read.notes, anatomy.notes);
    let names: Vec<&str> = read.cells.iter().map(|c| c.cell_type.as_str()).collect();
    assert_eq!(names, ["golgi_cell", "granule_cell", "io_cell", "mossy_fiber", "purkinje_cell"]);
    assert_eq!(read.connections("io_to_purkinje"), anatomy.connections("io_to_purkinje"));
    assert!(read.connections("added").unwrap().is_empty());
}

#[test]
fn an_empty_anatomy_is_a_file_too() {
    let folder = folder();
    let path = folder.path().join("empty.hdf5");
    bsb::write(&path, &Anatomy::default()).unwrap();
    assert_eq!(bsb::read(&path).unwrap(), Anatomy::default());
}

/// Positions on, beside and between chunk borders.
fn position() -> impl Strategy<Value = [f64; 3]> {
    let coordinate = || prop_oneof![4 => -150.0..250.0, 1 => Just(0.0), 1 => Just(100.0), 1 => Just(-1e-9)];
    [coordinate(), coordinate(), coordinate()]
}

fn cells(cell_type: &'static str) -> impl Strategy<Value = CellSites> {
    (prop::collection::vec((position(), 0u16..3), 0..25), any::<bool>()).prop_map(
        move |(placed, is_labeled)| CellSites {
            cell_type: cell_type.into(),
            positions: placed.iter().map(|(p, _)| *p).collect(),
            label_sets: vec![vec![], vec!["plus".into()], vec!["minus".into()]],
            labels: if is_labeled { placed.iter().map(|(_, label)| *label).collect() } else { vec![] },
        },
    )
}

fn anatomies() -> impl Strategy<Value = Anatomy> {
    let types = (cells("unipolar_brush_cell"), cells("golgi_cell"), cells("dcn_p"));
    let row = (0u32..1000, 0u32..1000, [-1i32..5, -1..5], [-1i32..5, -1..9]);
    let set = (0usize..3, 0usize..3, prop::collection::vec(row, 0..60), any::<[bool; 2]>());
    (types, prop::collection::vec(set, 0..3), [0.0f64..1e4, 0.0..1e4, 0.0..1e4]).prop_map(
        |((a, b, c), sets, size)| {
            let cells = vec![a, b, c];
            let connect = |(k, (pre, post, rows, has_sites)): (usize, (usize, usize, Vec<_>, [bool; 2]))| {
                let (n, m) = (cells[pre].len() as u32, cells[post].len() as u32);
                let rows: Vec<(u32, u32, [i32; 2], [i32; 2])> = if n * m == 0 { vec![] } else { rows };
                ConnectionSet {
                    name: format!("set_{}", 9 - k),
                    pre_type: cells[pre].cell_type.clone(),
                    post_type: cells[post].cell_type.clone(),
                    pre: rows.iter().map(|r| r.0 % n).collect(),
                    post: rows.iter().map(|r| r.1 % m).collect(),
                    pre_site: if has_sites[0] { rows.iter().map(|r| r.2).collect() } else { vec![] },
                    post_site: if has_sites[1] { rows.iter().map(|r| r.3).collect() } else { vec![] },
                }
            };
            let connections = sets.into_iter().enumerate().map(connect).collect();
            Anatomy { size, cells: cells.clone(), connections, source: "generated".into(), notes: vec![] }
        },
    )
}

/// Every contact as bits of (set, position of pre, position of post, sites), sorted.
fn contacts(anatomy: &Anatomy) -> Vec<(String, [u64; 6], [i32; 4])> {
    let mut contacts = Vec::new();
    for set in &anatomy.connections {
        let (pre, post) = (anatomy.cells(&set.pre_type).unwrap(), anatomy.cells(&set.post_type).unwrap());
        for row in 0..set.len() {
            let [a, b] = set.pre_site.get(row).copied().unwrap_or([-1, -1]);
            let [c, d] = set.post_site.get(row).copied().unwrap_or([-1, -1]);
            let (p, q) = (pre.positions[set.pre[row] as usize], post.positions[set.post[row] as usize]);
            let bits = [p[0], p[1], p[2], q[0], q[1], q[2]].map(f64::to_bits);
            contacts.push((set.name.clone(), bits, [a, b, c, d]));
        }
    }
    contacts.sort();
    contacts
}

/// Every cell as bits of (type, position, labels), sorted.
fn labeled(anatomy: &Anatomy) -> Vec<(String, [u64; 3], Vec<String>)> {
    let of = |c: &CellSites, i: usize| {
        let labels = c.labels.get(i).map_or(vec![], |&l| c.label_sets[usize::from(l)].clone());
        (c.cell_type.clone(), c.positions[i].map(f64::to_bits), labels)
    };
    let mut all: Vec<_> =
        anatomy.cells.iter().flat_map(|c| (0..c.len()).map(|i| of(c, i)).collect::<Vec<_>>()).collect();
    all.sort();
    all
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn any_sorted_anatomy_survives_a_file(unsorted in anatomies()) {
        let folder = folder();
        let path = folder.path().join("any.hdf5");
        let mut anatomy = unsorted;
        anatomy.sort_by_chunk();
        bsb::write(&path, &anatomy).unwrap();
        prop_assert_eq!(bsb::read(&path).unwrap(), anatomy);
    }

    #[test]
    fn sorting_changes_numbers_only(unsorted in anatomies()) {
        let mut sorted = unsorted.clone();
        sorted.sort_by_chunk();
        prop_assert_eq!(contacts(&sorted), contacts(&unsorted));
        prop_assert_eq!(labeled(&sorted), labeled(&unsorted));
        let mut again = sorted.clone();
        again.sort_by_chunk();
        prop_assert_eq!(again, sorted);
    }
}

// ------------------------------------------------------ anatomies that cannot be kept

#[test]
fn what_cannot_be_kept_is_refused_and_leaves_no_file() {
    type Damage = fn(&mut Anatomy);
    let cases: [(Damage, &[&str]); 14] = [
        (|a| a.size[1] = f64::NAN, &["size", "NaN"]),
        (|a| a.cells[0].cell_type = "mossy_fibers".into(), &["`mossy_fibers`", "`mossy_fiber`"]),
        (|a| a.cells[0].cell_type = "a/b".into(), &["`a/b`", "without `/`"]),
        (|a| a.cells[2].cell_type = "io_cell".into(), &["`io_cell`", "occurs twice"]),
        (|a| a.cells[0].positions[3][2] = f64::INFINITY, &["`purkinje_cell`", "cell 3", "inf", "finite"]),
        (|a| a.cells[3].positions.reverse(), &["`granule_cell`", "sort_by_chunk"]),
        (|a| a.cells[0].labels.truncate(4), &["`purkinje_cell`", "4 labels for 20 cells"]),
        (|a| a.cells[0].labels[0] = 9, &["label set 9", "there are 3"]),
        (|a| a.cells[0].label_sets[0].push("x".into()), &["label set 0", "empty"]),
        (
            |a| a.connections[1].name = "parallel_fiber_to_purkinje".into(),
            &["`parallel_fiber_to_purkinje`", "twice"],
        ),
        (|a| a.connections[1].pre_type = "martian".into(), &["`io_to_purkinje`", "`martian`"]),
        (|a| a.connections[1].post[7] = 20, &["`io_to_purkinje`", "row 7", "cell 20", "`purkinje_cell`"]),
        (|a| _ = a.connections[1].post.pop(), &["`io_to_purkinje`", "20", "19"]),
        (
            |a| _ = a.connections[0].pre_site.pop(),
            &["`parallel_fiber_to_purkinje`", "59", "`pre_site`", "60"],
        ),
    ];
    let folder = folder();
    for (damage, parts) in cases {
        let mut anatomy = small_anatomy();
        damage(&mut anatomy);
        let message = bsb::write(&folder.path().join("bad.hdf5"), &anatomy).unwrap_err().to_string();
        assert_names(&message, &["bad.hdf5"]);
        assert_names(&message, parts);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "{message}");
    }
}

#[test]
fn a_place_that_cannot_be_written_is_named() {
    let folder = folder();
    let anatomy = small_anatomy();
    let message = bsb::write(&folder.path().join("missing/net.hdf5"), &anatomy).unwrap_err().to_string();
    assert_names(&message, &["net.hdf5", "folder exists"]);
    let message = bsb::write(folder.path(), &anatomy).unwrap_err().to_string();
    assert_names(&message, &["is a directory"]);
}

// ------------------------------------------------------------ files that are no network

#[test]
fn files_that_are_no_hdf5_are_refused() {
    let folder = folder();
    let path = |name: &str| folder.path().join(name);
    assert_names(&refusal(&path("absent.hdf5")), &["no such file"]);
    std::fs::create_dir(path("folder.hdf5")).unwrap();
    assert_names(&refusal(&path("folder.hdf5")), &["is a directory"]);
    std::fs::write(path("nothing.hdf5"), b"").unwrap();
    assert_names(&refusal(&path("nothing.hdf5")), &["empty"]);
    std::fs::write(path("short.hdf5"), b"\x89HD").unwrap();
    assert_names(&refusal(&path("short.hdf5")), &["damaged or incomplete", "copy it again"]);
    std::fs::write(path("text.hdf5"), "cell_types:\n  granule_cell:\n".repeat(90)).unwrap();
    assert_names(&refusal(&path("text.hdf5")), &["is not an HDF5 file", "BSB 3 to 8", "SONATA"]);
}

#[test]
fn a_truncated_file_is_refused_wherever_it_ends() {
    let folder = folder();
    let path = folder.path().join("cut.hdf5");
    bsb::write(&path, &small_anatomy()).unwrap();
    let whole = std::fs::read(&path).unwrap();
    let n = whole.len();
    let cuts = (1..200).step_by(13).chain((200..n).step_by(n / 60)).chain([n - 9, n - 1]);
    for cut in cuts {
        std::fs::write(&path, &whole[..cut]).unwrap();
        assert_names(&refusal(&path), &["damaged or incomplete", "copy it again"]);
    }
    assert_names(&refusal(&path), &[&format!("{} of {n} bytes", n - 1)]);
}

#[test]
fn damaged_bytes_never_panic() {
    let folder = folder();
    let path = folder.path().join("damaged.hdf5");
    bsb::write(&path, &small_anatomy()).unwrap();
    let whole = std::fs::read(&path).unwrap();
    // Most of a file is unused space of tables: damage what is not zero.
    let used: Vec<usize> = (0..whole.len()).filter(|&i| whole[i] != 0).collect();
    let (mut refused, mut random) = (0, 0x9e37_79b9_7f4a_7c15_u64);
    for _ in 0..250 {
        let mut bytes = whole.clone();
        for _ in 0..3 {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            let at = used[(random % used.len() as u64) as usize];
            bytes[at] = (random >> 40) as u8;
        }
        std::fs::write(&path, &bytes).unwrap();
        refused += usize::from(bsb::read(&path).is_err());
    }
    assert!(refused > 60, "only {refused} of 250 damaged files were noticed");
}

// --------------------------------------------- networks as BSB writes them, and damaged ones

/// Writes a draft into a folder.
fn file_of(folder: &tempfile::TempDir, draft: &Draft) -> PathBuf {
    let path = folder.path().join("draft.hdf5");
    draft.write(&path);
    path
}

#[test]
fn cells_are_numbered_by_chunk_id_and_rows_follow_their_blocks() {
    let folder = folder();
    for format in [Some(LibverBound::Earliest), None, Some(LibverBound::V18)] {
        let draft = Draft { format, ..Draft::network() };
        let anatomy = bsb::read(&file_of(&folder, &draft)).unwrap();
        assert_eq!(anatomy.source, "BSB 8.0.2 file, 6 cells");
        assert_eq!((anatomy.count("granule_cell"), anatomy.count("golgi_cell")), (4, 2));
        let set = anatomy.connections("aa").unwrap();
        // The cell below z = 0 is the last one, number 3.
        assert_eq!((&set.pre, &set.post), (&vec![3, 2, 0], &vec![0, 1, 1]));
        assert_eq!(set.pre_site, [[2, 3], [-1, -1], [-1, -1]]);
        assert!(set.post_site.is_empty());
        let golgi = anatomy.cells("golgi_cell").unwrap();
        assert_eq!((golgi.label_sets.len(), &golgi.labels), (2, &vec![1, 0]));
        // No configuration: the size is that of the cells.
        assert_eq!(anatomy.size, [6.0, 7.0, 8.0]);
    }
}

#[test]
fn names_of_cerebellar_models_become_those_of_lobule() {
    let folder = folder();
    let mut draft = Draft::network();
    draft.cells("mossy_fibers", &[("0", 2)]);
    draft.cells("io", &[("0", 1)]);
    draft.text(SET, "pre", "mossy_fibers");
    draft.text(SET, "post", "io");
    draft.remove("connectivity/aa/inc/1");
    draft.remove("connectivity/aa/out/0");
    draft.remove(&format!("connectivity/aa/out/{BELOW}"));
    draft.integer(SET, "len", 0);
    let anatomy = bsb::read(&file_of(&folder, &draft)).unwrap();
    let set = &anatomy.connections[0];
    assert_eq!((set.pre_type.as_str(), set.post_type.as_str(), set.len()), ("mossy_fiber", "io_cell", 0));

    // Both spellings in one file would be one type.
    draft.cells("mossy_fiber", &[("0", 2)]);
    assert_names(&refusal(&file_of(&folder, &draft)), &["placement/mossy_fibers", "`mossy_fiber`", "rename"]);
}

#[test]
fn what_a_point_network_does_not_honor_is_noted() {
    let folder = folder();
    let mut draft = Draft::network();
    draft.groups.push("morphologies/GolgiCell".into());
    draft.floats("placement/golgi_cell/1/rotation", &[2, 3], &[0.0, 0.0, 0.0, 0.0, 90.0, 0.0]);
    draft.floats("placement/golgi_cell/1/additional/age", &[2], &[1.0, 2.0]);
    // A type that is counted but has no positions.
    draft.cells("pump", &[("65536", 2)]);
    draft.floats("placement/pump/65536/position", &[0, 3], &[]);
    let anatomy = bsb::read(&file_of(&folder, &draft)).unwrap();
    assert_eq!(anatomy.cells("pump").unwrap().positions, [[50.0, 150.0, 50.0]; 2]);
    let notes = anatomy.notes.join("\n");
    assert_names(
        &notes,
        &["pump have no positions", "golgi_cell have rotations", "golgi_cell.age", "GolgiCell"],
    );
    assert_names(&notes, &["`pump` (2 cells) is not known"]);
    assert_eq!(anatomy.notes.len(), 6, "{notes}");
}

/// A change of the draft, and what the refusal must name.
type Case = (fn(&mut Draft), &'static [&'static str]);

fn assert_refused(cases: &[Case]) {
    let folder = folder();
    for (damage, parts) in cases {
        let mut draft = Draft::network();
        damage(&mut draft);
        assert_names(&refusal(&file_of(&folder, &draft)), parts);
    }
}

#[test]
fn other_versions_and_other_files_are_refused() {
    assert_refused(&[
        (|d| d.remove_attribute("", "bsb_version"), &["`bsb_version`", "is missing", "BSB 4 to 8"]),
        (|d| d.remove_attribute("", "bsb_hdf5_version"), &["`bsb_hdf5_version`", "is missing"]),
        (|d| d.text("", "bsb_version", "3.10.5"), &["`bsb_version`", "`3.10.5`", "BSB 4 to 8", "BSB 3"]),
        (|d| d.text("", "bsb_version", "9.0.0"), &["`9.0.0`", "BSB 4 to 8", "newer lobule"]),
        (|d| d.text("", "bsb_version", "four"), &["`four`", "BSB 4 to 8"]),
        (|d| d.text("", "bsb_hdf5_version", "unknown"), &["`bsb_hdf5_version`", "`unknown`"]),
        (
            |d| d.integer("", "bsb_version", 8),
            &["`bsb_version`", "holds integers of 64 bits; texts are needed"],
        ),
        (|d| d.remove("placement"), &["/placement", "is missing", "file of results"]),
        (|d| d.remove("connectivity"), &["/connectivity", "is missing"]),
    ]);
}

#[test]
fn inconsistent_cells_are_refused() {
    assert_refused(&[
        (|d| d.remove("placement/golgi_cell/1/position"), &["placement/golgi_cell/1/position", "is missing"]),
        (
            |d| d.floats("placement/golgi_cell/1/position", &[2, 2], &[0.0; 4]),
            &["/position", "[2, 2]", "(n, 3)"],
        ),
        (|d| d.floats("placement/golgi_cell/1/position", &[6], &[0.0; 6]), &["/position", "[6]", "(n, 3)"]),
        (
            |d| d.integers("placement/golgi_cell/1/position", &[2, 3], &[0, 0, 0, 0, (1 << 53) + 1, 0]),
            &["/position", "entry 4 is 9007199254740993", "no floating-point number"],
        ),
        (
            |d| d.floats("placement/golgi_cell/1/position", &[2, 3], &[0.0, 0.0, 0.0, 1.0, f64::NAN, 1.0]),
            &["placement/golgi_cell/1/position", "row 1", "NaN", "finite", "µm"],
        ),
        (
            |d| {
                d.floats(
                    "placement/golgi_cell/1/position",
                    &[2, 3],
                    &[0.0, f64::INFINITY, 0.0, 1.0, 1.0, 1.0],
                )
            },
            &["row 0", "inf"],
        ),
        (
            |d| d.floats("placement/golgi_cell/1/position", &[3, 3], &[0.0; 9]),
            &["placement/golgi_cell", "`chunks`", "2 cells", "chunk 1", "3 rows"],
        ),
        (|d| d.text("placement/golgi_cell", "chunks", "{\"1\": 2"), &["`chunks`", "not JSON"]),
        (|d| d.text("placement/golgi_cell", "chunks", "[2]"), &["`chunks`", "not a JSON object"]),
        (|d| d.text("placement/golgi_cell", "chunks", "{\"1\": -2}"), &["`chunks`", "-2", "0 to"]),
        (
            |d| d.text("placement/golgi_cell", "chunks", "{\"1\": 2, \"2\": 5}"),
            &["chunk 2", "not in the file"],
        ),
        (|d| d.text("placement/golgi_cell", "chunks", "{}"), &["0 cells", "chunk 1", "2 rows"]),
        (|d| d.integer("placement/golgi_cell", "len", 7), &["placement/golgi_cell", "`len`", "7", "2"]),
        (|d| d.groups.push("placement/golgi_cell/one".into()), &["placement/golgi_cell/one", "is no chunk"]),
        (|d| d.integers("placement/golgi_cell/1/labels", &[1], &[3]), &["/labels", "label set 3", "0, 4"]),
        (
            |d| d.integers("placement/golgi_cell/1/labels", &[3], &[0; 3]),
            &["/labels", "3 entries for 2 cells"],
        ),
        (|d| d.text("placement/golgi_cell", "labelsets", "{\"a\": []}"), &["`labelsets`", "holds a"]),
        (|d| d.text("placement/golgi_cell", "labelsets", "{\"0\": [\"x\"]}"), &["`labelsets`", "\"0\": []"]),
    ]);
}

#[test]
fn inconsistent_connections_are_refused() {
    assert_refused(&[
        (
            |d| d.text(SET, "pre", "basket_cell"),
            &["connectivity/aa", "`pre`", "`basket_cell`", "golgi_cell, granule_cell"],
        ),
        (|d| d.remove_attribute(SET, "post"), &["connectivity/aa", "`post`", "is missing"]),
        (|d| d.remove("connectivity/aa/inc"), &["connectivity/aa/inc", "is missing"]),
        (|d| d.remove("connectivity/aa/out"), &["connectivity/aa/out", "is missing"]),
        (|d| d.remove("connectivity/aa/out/0"), &["connectivity/aa", "3 rows in `inc`", "1 in `out`"]),
        (|d| d.integer(SET, "len", 4), &["connectivity/aa", "`len`", "4", "3"]),
        (|d| d.remove("connectivity/aa/inc/1/global_locs"), &["connectivity/aa/inc/1/global_locs"]),
        (
            |d| d.integers("connectivity/aa/inc/1/global_locs", &[2, 3], &[0; 6]),
            &["global_locs", "2 rows", "3"],
        ),
        (|d| d.integers("connectivity/aa/inc/1/local_locs", &[9], &[0; 9]), &["local_locs", "[9]", "(n, 3)"]),
        (
            |d| d.integers("connectivity/aa/inc/1/local_locs", &[3, 3], &[0, 0, 0, 2, 0, 0, 0, 0, 0]),
            &["connectivity/aa/inc/1/local_locs", "row 1 is cell 2", "2 cells"],
        ),
        (
            |d| d.integers("connectivity/aa/inc/1/global_locs", &[3, 3], &[0, 0, 0, -1, 0, 0, 0, 0, 0]),
            &["connectivity/aa/inc/1/global_locs", "row 1 is cell -1", "3 cells"],
        ),
        (
            |d| d.integers("connectivity/aa/inc/1/global_locs", &[3, 3], &[0, 0, 1 << 40, 0, 0, 0, 0, 0, 0]),
            &["row 0", "point 1099511627776", "32 bits"],
        ),
        (|d| d.remove_attribute(INC, "chunk_list"), &["connectivity/aa/inc/1", "`chunk_list`", "is missing"]),
        (|d| d.remove_attribute(INC, "0"), &["connectivity/aa/inc/1", "`0`", "is missing"]),
        (|d| d.integer(INC, "0", 4), &["`0`", "[4]", "0 to 3"]),
        (|d| d.integer(INC, "0", -1), &["`0`", "[-1]"]),
        (|d| d.integer(INC, BELOW, 2), &["block at row 2", "expected exactly 0"]),
        (
            |d| d.attribute(INC, "chunk_list", &[1, 3], Numbers::Coordinates(vec![5, 0, 0])),
            &["`5`", "is missing"],
        ),
        (
            |d| d.attribute(INC, "chunk_list", &[2], Numbers::Coordinates(vec![5, 0])),
            &["`chunk_list`", "2 numbers"],
        ),
        (
            |d| {
                d.attribute(INC, "chunk_list", &[2, 3], Numbers::Coordinates(vec![0; 6]));
                d.integer(INC, "0", 0);
            },
            &["`chunk_list`", "chunk 0 twice"],
        ),
        (
            |d| d.attribute(INC, "chunk_list", &[1, 3], Numbers::Floats(vec![0.0, 0.5, 0.0])),
            &["`chunk_list`", "entry 1 is 0.5", "whole number"],
        ),
        (
            |d| {
                d.attribute(INC, "chunk_list", &[1, 3], Numbers::Coordinates(vec![9, 0, 0]));
                d.integer(INC, "9", 0);
            },
            &["connectivity/aa/inc/1", "`granule_cell` in chunk 9", "no cells"],
        ),
    ]);
}
