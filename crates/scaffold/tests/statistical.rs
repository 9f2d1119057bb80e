//! The reconstruction against the reference, and what it promises.
//!
//! **Reference.** `reference_degrees.json` holds cell counts and degrees of four
//! networks of BSB 8.0.2 / cerebellar-models 0.13.0. Compared with the mean over
//! several seeds: counts within 2 % (or one cell), mean in-degree of every set, as
//! rows and as pairs, within 10 %, its standard deviation over cells within 25 %.
//! The geometry was fitted on 300 × 200 µm; 100 × 100 µm was never fitted.
//!
//! **Allowance.** Each network of the reference is one random draw, and some of its
//! statistics come from few cells: 10 Purkinje cells at 100 × 100 µm, 7 olivary cells
//! per microzone. Were our circuits drawn from the same law, the reference would
//! differ from the mean of our k seeds with a standard error of s · √(1 + 1/k), s the
//! standard deviation of the statistic from seed to seed. It is taken from 48 circuits
//! whose somata may overlap, as they may in the reference: that placement is less even.
//! Where three standard errors exceed the plain tolerance, they replace it. On
//! 300 × 200 µm this is granted to nuclei and olive only; the cortex has to hold the
//! plain tolerance.
//!
//! `cargo test -p lobule-scaffold --test reconstruct matches -- --nocapture` prints the tables.

use lobule_scaffold::{Anatomy, CellSites, Microzone, ScaffoldSpec, reconstruct};
use rayon::prelude::*;
use serde_json::Value;
use std::collections::{HashMap, HashSet};

const MEAN_TOLERANCE: f64 = 0.10;
const SD_TOLERANCE: f64 = 0.25;

fn network(name: &str) -> Value {
    let file: Value = serde_json::from_str(include_str!("reference_degrees.json")).expect("valid JSON");
    file["networks"][name].clone()
}

/// Which sets may deviate by their sampling error.
#[derive(Clone, Copy, PartialEq)]
enum Allowance {
    All,
    NucleiAndOlive,
}

impl Allowance {
    fn covers(self, set: &str) -> bool {
        self == Self::All || set.contains("dcn") || set.starts_with("io_")
    }

    /// The circuit whose spread is the sampling error: the same, with somata too small to get
    /// in each other's way, and without what the sets covered do not depend on.
    fn law(self, spec: &ScaffoldSpec) -> ScaffoldSpec {
        let mut spec = spec.clone();
        let c = &mut spec.cells;
        for radius in [
            &mut c.mossy_fiber.radius,
            &mut c.glomerulus.radius,
            &mut c.granule_cell.radius,
            &mut c.golgi_cell.radius,
            &mut c.basket_cell.radius,
            &mut c.stellate_cell.radius,
        ] {
            *radius = 1e-3;
        }
        if self == Self::NucleiAndOlive {
            c.granule_cell.density *= 0.01;
            spec.arbors.retain(|r| r.name == "basket_to_purkinje" || r.name == "stellate_to_purkinje");
        }
        spec
    }
}

const DRAWS: u64 = 48;

/// Rows mean, rows sd, pairs mean, pairs sd of the in-degree.
type Degrees = [f64; 4];

fn degrees(anatomy: &Anatomy, set: &str) -> Degrees {
    let set = anatomy.connections(set).unwrap_or_else(|| panic!("there is no set {set}"));
    let s = set.statistics(anatomy.count(&set.pre_type), anatomy.count(&set.post_type));
    [s.in_degree_rows.0, s.in_degree_rows.1, s.in_degree_pairs.0, s.in_degree_pairs.1]
}

fn mean_and_sd(values: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let n = values.clone().count() as f64;
    let mean = values.clone().sum::<f64>() / n;
    (mean, (values.map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt())
}

/// Compares `seeds` reconstructions with a network of the reference; returns what does not hold.
fn compare(name: &str, microzones: bool, seeds: u64, allowance: Allowance) -> Vec<String> {
    let reference = network(name);
    let size = [0, 1].map(|k| reference["size_um"][k].as_f64().expect("a number"));
    let spec = ScaffoldSpec { microzones, ..ScaffoldSpec::mouse(size[0], size[1]) };
    let draw = |spec: &ScaffoldSpec, seeds: u64| -> Vec<Anatomy> {
        (1..=seeds).into_par_iter().map(|seed| reconstruct(spec, seed).expect("a valid spec")).collect()
    };
    let (circuits, law) = (draw(&spec, seeds), draw(&allowance.law(&spec), DRAWS));
    let mut failures = Vec::new();

    for (cell_type, count) in reference["cells"].as_object().expect("an object") {
        let count = count.as_f64().expect("a number");
        for ours in circuits.iter().map(|c| c.count(cell_type) as f64) {
            // The reference rounds at random in each of 12 chunks, which for dcn_i makes 67 ± 1.7.
            let least = if cell_type == "dcn_i" { 2.0 } else { 1.0 };
            if (ours - count).abs() > (0.02 * count).max(least) {
                failures.push(format!("{name}: {ours} {cell_type}, {count} in the reference"));
            }
        }
    }

    println!("\n{name}, mean of {seeds} seeds; in-degree as mean ± sd over cells");
    println!(
        "| set | rows, lobule | rows, reference | difference % | pairs, lobule | pairs, reference | difference % |"
    );
    println!("|---|---|---|---|---|---|---|");
    for (set, expected) in reference["sets"].as_object().expect("an object") {
        let per_seed: Vec<Degrees> = circuits.iter().map(|c| degrees(c, set)).collect();
        let per_draw: Vec<Degrees> =
            law.iter().filter(|_| allowance.covers(set)).map(|c| degrees(c, set)).collect();
        let mut marks = [String::new(), String::new()];
        let (mut ours, mut theirs) = ([0.0; 4], [0.0; 4]);
        for k in 0..4 {
            let mean = mean_and_sd(per_seed.iter().map(|d| d[k])).0;
            ours[k] = mean;
            theirs[k] = expected[["in_rows", "in_pairs"][k / 2]][k % 2].as_f64().expect("a number");
            // The reference multiplies the contacts of climbing fibers in one microzone only.
            if set == "io_to_purkinje_minus" && k < 2 {
                marks[0] = " (not compared)".into();
                continue;
            }
            let plain = theirs[k] * [MEAN_TOLERANCE, SD_TOLERANCE][k % 2];
            let difference = (mean - theirs[k]).abs();
            if difference > plain + 1e-9 {
                let spread = mean_and_sd(per_draw.iter().map(|d| d[k])).1;
                let error = spread * (1.0 + 1.0 / seeds as f64).sqrt();
                marks[k / 2] +=
                    &format!(" ({}: {:.1} standard errors)", ["mean", "sd"][k % 2], difference / error);
                if error.is_nan() || difference > 3.0 * error {
                    failures.push(format!(
                        "{name}: {set}: {} of {} is {mean:.2}, {:.2} in the reference ({:+.1} %, standard error {error:.2})",
                        ["mean", "sd"][k % 2],
                        ["rows", "pairs"][k / 2],
                        theirs[k],
                        100.0 * (mean / theirs[k] - 1.0),
                    ));
                }
            }
        }
        let percent = |k: usize| if theirs[k] == 0.0 { 0.0 } else { 100.0 * (ours[k] / theirs[k] - 1.0) };
        print!("| {set} ");
        for k in [0, 2] {
            print!(
                "| {:.2} ± {:.2} | {:.2} ± {:.2} | {:+.1}, {:+.1}{} ",
                ours[k],
                ours[k + 1],
                theirs[k],
                theirs[k + 1],
                percent(k),
                percent(k + 1),
                marks[k / 2]
            );
        }
        println!("|");
    }
    failures
}

#[test]
fn the_block_of_300_by_200_with_microzones_matches_the_reference() {
    let failures = compare("canonical_300x200_dcn_io_microzones", true, 6, Allowance::NucleiAndOlive);
    assert!(failures.is_empty(), "{failures:#?}");
}

#[test]
fn the_block_of_300_by_200_without_microzones_matches_the_reference() {
    let failures = compare("canonical_300x200_dcn_io", false, 4, Allowance::NucleiAndOlive);
    assert!(failures.is_empty(), "{failures:#?}");
}

#[test]
fn the_block_of_100_by_100_matches_the_reference_it_was_not_fitted_to() {
    let failures = compare("canonical_100x100", true, 24, Allowance::All);
    assert!(failures.is_empty(), "{failures:#?}");
}

#[test]
fn the_shipped_cortex_is_that_of_the_extended_networks() {
    // Hence the comparisons above cover all four networks.
    let cortex = network("canonical_300x200");
    for (set, expected) in cortex["sets"].as_object().expect("an object") {
        assert_eq!(expected, &network("canonical_300x200_dcn_io")["sets"][set], "{set}");
    }
}

#[test]
fn every_set_of_the_reference_is_there() {
    let anatomy = reconstruct(&ScaffoldSpec::mouse(60.0, 60.0), 1).unwrap();
    let reference = network("canonical_300x200_dcn_io_microzones");
    for (name, expected) in reference["sets"].as_object().expect("an object") {
        let set = anatomy.connections(name).unwrap_or_else(|| panic!("there is no set {name}"));
        assert_eq!([&set.pre_type, &set.post_type], [&expected["pre"], &expected["post"]], "{name}");
    }
    assert_eq!(anatomy.connections.len(), reference["sets"].as_object().unwrap().len());
    assert_eq!(anatomy.cells.len(), 10);
    assert_eq!(anatomy.size, [60.0, 60.0, 295.0]);
}

#[test]
fn the_same_seed_gives_the_same_anatomy_and_another_seed_another() {
    let spec = ScaffoldSpec::mouse(80.0, 60.0);
    let first = reconstruct(&spec, 5).unwrap();
    assert!(first == reconstruct(&spec, 5).unwrap());
    let other = reconstruct(&spec, 6).unwrap();
    for (a, b) in first.cells.iter().zip(&other.cells) {
        assert_ne!(a.positions, b.positions, "{}", a.cell_type);
    }
}

#[test]
fn the_number_of_threads_does_not_matter() {
    let spec = ScaffoldSpec::mouse(120.0, 100.0);
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| reconstruct(&spec, 9).unwrap())
    };
    let one = with(1);
    assert!(one == with(2));
    assert!(one == with(4));
}

#[test]
fn leaving_out_a_rule_changes_no_other() {
    let spec = ScaffoldSpec::mouse(60.0, 60.0);
    let whole = reconstruct(&spec, 2).unwrap();
    let mut fewer = spec;
    fewer.arbors.retain(|rule| rule.name != "gap_goc");
    let part = reconstruct(&fewer, 2).unwrap();
    assert_eq!(part.connections.len() + 1, whole.connections.len());
    for set in &part.connections {
        assert!(Some(set) == whole.connections(&set.name), "{}", set.name);
    }
}

#[test]
fn granule_cells_have_four_glomeruli_of_four_mossy_fibers_in_reach() {
    let anatomy = reconstruct(&ScaffoldSpec::mouse(150.0, 100.0), 3).unwrap();
    let mut fiber_of = HashMap::new();
    let set = anatomy.connections("mossy_fibers_to_glomerulus").unwrap();
    for (fiber, glomerulus) in set.pre.iter().zip(&set.post) {
        assert_eq!(fiber_of.insert(*glomerulus, *fiber), None, "one fiber per glomerulus");
    }
    assert_eq!(fiber_of.len(), anatomy.count("glomerulus"));

    let set = anatomy.connections("glomerulus_to_granule").unwrap();
    let mut fibers_of: HashMap<u32, Vec<u32>> = HashMap::new();
    let mut far = 0;
    for (glomerulus, granule) in set.pre.iter().zip(&set.post) {
        fibers_of.entry(*granule).or_default().push(fiber_of[glomerulus]);
        let place = |t: &str, i: u32| anatomy.cells(t).unwrap().positions[i as usize];
        let (a, b) = (place("glomerulus", *glomerulus), place("granule_cell", *granule));
        far += usize::from(distance(&a, &b) >= 40.0);
    }
    assert_eq!(fibers_of.len(), anatomy.count("granule_cell"));
    assert!(fibers_of.values().all(|f| f.len() == 4 && f.iter().collect::<HashSet<_>>().len() == 4));
    assert!(far * 100 < set.len(), "{far} dendrites are stretched");
}

#[test]
fn golgi_axons_inhibit_whole_glomeruli() {
    let anatomy = reconstruct(&ScaffoldSpec::mouse(100.0, 100.0), 3).unwrap();
    let dendrites = anatomy.connections("glomerulus_to_granule").unwrap();
    let mut granules_in = vec![0; anatomy.count("glomerulus")];
    dendrites.pre.iter().for_each(|&g| granules_in[g as usize] += 1);
    let set = anatomy.connections("golgi_to_glomerulus").unwrap();
    let glomeruli = &anatomy.cells("glomerulus").unwrap().positions;
    for (i, soma) in anatomy.cells("golgi_cell").unwrap().positions.iter().enumerate() {
        let mut near: Vec<usize> = (0..glomeruli.len()).collect();
        near.sort_by(|&a, &b| distance(&glomeruli[a], soma).total_cmp(&distance(&glomeruli[b], soma)));
        let expected: usize = near[..40].iter().map(|&g| granules_in[g]).sum();
        assert_eq!(set.pre.iter().filter(|&&pre| pre as usize == i).count(), expected);
    }
}

fn distance(a: &[f64; 3], b: &[f64; 3]) -> f64 {
    (0..3).map(|k| (a[k] - b[k]).powi(2)).sum::<f64>().sqrt()
}

#[test]
fn somata_of_a_type_do_not_overlap_and_lie_in_their_layer() {
    let spec = ScaffoldSpec::mouse(180.0, 130.0);
    let anatomy = reconstruct(&spec, 4).unwrap();
    let c = &spec.cells;
    for (cell_type, radius, floor, ceiling) in [
        ("mossy_fiber", c.mossy_fiber.radius, 0.0, 130.0),
        ("glomerulus", c.glomerulus.radius, 0.0, 130.0),
        ("granule_cell", c.granule_cell.radius, 0.0, 130.0),
        ("golgi_cell", c.golgi_cell.radius, 0.0, 130.0),
        ("purkinje_cell", c.purkinje_cell.radius, 130.0, 145.0),
        ("basket_cell", c.basket_cell.radius, 145.0, 195.0),
        ("stellate_cell", c.stellate_cell.radius, 195.0, 295.0),
        ("dcn_p", c.dcn_p.radius, -200.0, 0.0),
        ("dcn_i", c.dcn_i.radius, -200.0, 0.0),
        ("io_cell", c.io_cell.radius, -300.0, -200.0),
    ] {
        let mut somata = anatomy.cells(cell_type).unwrap().positions.clone();
        for p in &somata {
            assert!((0.0..=180.0).contains(&p[0]) && (0.0..=130.0).contains(&p[1]), "{cell_type} at {p:?}");
            assert!((floor..=ceiling).contains(&p[2]), "{cell_type} at {p:?}");
        }
        somata.sort_by(|a, b| a[0].total_cmp(&b[0]));
        for (i, a) in somata.iter().enumerate() {
            for b in somata[i + 1..].iter().take_while(|b| b[0] - a[0] < 2.0 * radius) {
                assert!(distance(a, b) >= 2.0 * radius - 1e-9, "{cell_type}: {a:?} and {b:?}");
            }
        }
    }
}

#[test]
fn purkinje_somata_do_not_overlap_on_any_base() {
    for (x, y) in [(50.0, 50.0), (64.0, 90.0), (131.0, 75.0), (260.0, 333.0)] {
        for seed in 0..3 {
            let anatomy = reconstruct(&ScaffoldSpec::mouse(x, y), seed).unwrap();
            let somata = &anatomy.cells("purkinje_cell").unwrap().positions;
            for (i, a) in somata.iter().enumerate() {
                assert!(somata[..i].iter().all(|b| distance(a, b) >= 15.0), "{x} x {y} µm, seed {seed}");
            }
        }
    }
}

#[test]
fn cells_come_in_the_order_of_a_network_file() {
    let anatomy = reconstruct(&ScaffoldSpec::mouse(250.0, 120.0), 1).unwrap();
    for cells in &anatomy.cells {
        // 16 bits per axis, x lowest, negative coordinates wrapped.
        let chunk =
            |p: &[f64; 3]| (0..3).map(|k| u64::from((p[k] / 100.0).floor() as i16 as u16) << (16 * k)).sum();
        let chunks: Vec<u64> = cells.positions.iter().map(chunk).collect();
        assert!(chunks.is_sorted(), "{}", cells.cell_type);
    }
}

#[test]
fn microzones_are_equal_halves_and_keep_to_themselves() {
    let anatomy = reconstruct(&ScaffoldSpec::mouse(150.0, 150.0), 8).unwrap();
    for cell_type in ["purkinje_cell", "dcn_p", "dcn_i", "io_cell"] {
        let cells = anatomy.cells(cell_type).unwrap();
        assert_eq!(cells.label_sets, [vec![], vec!["plus".to_string()], vec!["minus".to_string()]]);
        let plus = cells.in_microzone(Microzone::Plus).len();
        assert_eq!(
            (plus, cells.in_microzone(Microzone::Minus).len()),
            (cells.len() / 2, cells.len().div_ceil(2))
        );
    }
    let zoned = |cells: &CellSites| !cells.labels.is_empty();
    let mut compared = 0;
    for set in &anatomy.connections {
        let (pre, post) = (anatomy.cells(&set.pre_type).unwrap(), anatomy.cells(&set.post_type).unwrap());
        if !(zoned(pre) && zoned(post)) {
            continue;
        }
        let zone = if set.name.ends_with("_minus") { Microzone::Minus } else { Microzone::Plus };
        for (&i, &j) in set.pre.iter().zip(&set.post) {
            assert_eq!(pre.microzone(i as usize), Some(zone), "{}", set.name);
            assert_eq!(post.microzone(j as usize), Some(zone), "{}", set.name);
        }
        compared += 1;
    }
    assert_eq!(compared, 12);
}

#[test]
fn climbing_fibers_are_alike_in_both_microzones() {
    let anatomy = reconstruct(&ScaffoldSpec::mouse(300.0, 100.0), 8).unwrap();
    let mut innervated = HashSet::new();
    for name in ["io_to_purkinje", "io_to_purkinje_minus"] {
        for pair in anatomy.connections(name).unwrap().pairs() {
            assert!((470..530).contains(&pair.contacts), "{name}: {} contacts", pair.contacts);
            assert!(innervated.insert(pair.post), "one climbing fiber per Purkinje cell");
        }
    }
    assert_eq!(innervated.len(), anatomy.count("purkinje_cell"));
    // The olive reaches an interneuron once per Purkinje cell it contacts.
    for mli in ["basket", "stellate"] {
        let contacts = anatomy.connections(&format!("{mli}_to_purkinje")).unwrap().pairs().len();
        let name = format!("io_to_mli_io_to_{mli}_cell");
        assert_eq!(anatomy.connections(&name).unwrap().len(), contacts);
    }
}

#[test]
fn parallel_fibers_end_after_a_millimeter() {
    let mut spec = ScaffoldSpec::mouse(50.0, 1300.0);
    spec.arbors.retain(|rule| rule.name == "parallel_fiber_to_purkinje");
    let anatomy = reconstruct(&spec, 1).unwrap();
    let set = anatomy.connections("parallel_fiber_to_purkinje").unwrap();
    let y = |t: &str, i: u32| anatomy.cells(t).unwrap().positions[i as usize][1];
    let along =
        set.pre.iter().zip(&set.post).map(|(&i, &j)| (y("granule_cell", i) - y("purkinje_cell", j)).abs());
    let longest = along.fold(0.0, f64::max);
    assert!((980.0..=1000.0).contains(&longest), "{longest}");
}

#[test]
fn the_smallest_block_has_a_loop_in_each_microzone() {
    for seed in 0..20 {
        let anatomy = reconstruct(&ScaffoldSpec::mouse(50.0, 50.0), seed).unwrap();
        for cell_type in ["purkinje_cell", "dcn_p", "dcn_i", "io_cell"] {
            let cells = anatomy.cells(cell_type).unwrap();
            for zone in [Microzone::Plus, Microzone::Minus] {
                assert!(!cells.in_microzone(zone).is_empty(), "seed {seed}: no {cell_type} in {zone:?}");
            }
        }
        // Only the olive is topped up; every granule cell finds its four mossy fibers.
        assert_eq!(anatomy.notes, ["io_cell: this base holds 0.6 cells; 2 are placed"], "seed {seed}");
    }
}

/// Changes one value of a valid specification.
type Spoil = fn(&mut ScaffoldSpec);

#[test]
fn impossible_specifications_are_refused_by_name() {
    let cases: [(&str, Spoil); 29] = [
        ("size[0] (x) = 40", |s| s.size[0] = 40.0),
        ("size[1] (y) = NaN", |s| s.size[1] = f64::NAN),
        ("GiB", |s| s.size = [1e5, 1e5]),
        ("GiB", |s| (s.cells.dcn_p.density, s.cells.dcn_p.radius, s.size) = (1.0, 0.1, [5000.0, 5000.0])),
        ("GiB", |s| (s.size, s.arbors[0].contacts) = ([2000.0, 500.0], (9e4, 0.0))),
        ("GiB", |s| (s.size, s.nuclei.climbing_fiber_contacts) = ([3000.0, 3000.0], (1e5, 0.0))),
        ("stellate_cell.density = 1000", |s| s.cells.stellate_cell.density = 1e3),
        ("size[1] (y) = 1000000", |s| s.size[1] = 1e6),
        ("layers.olive = 1000000000000", |s| s.layers.olive = 1e12),
        ("cells.mossy_fiber.ratio = 1000000000", |s| s.cells.mossy_fiber.ratio = 1e9),
        ("granular.granule_dendrites = 1000000000", |s| s.granular.granule_dendrites = 1_000_000_000),
        ("granular.golgi_axon_glomeruli = 18446744073709551615", |s| {
            s.granular.golgi_axon_glomeruli = usize::MAX;
        }),
        ("granular.mossy_steepness = 1000", |s| s.granular.mossy_steepness = 1e3),
        ("granular.golgi_dendrite_reach = 1000000000", |s| s.granular.golgi_dendrite_reach = 1e9),
        ("arbors.golgi_to_golgi.contacts = (1000000000000, 0)", |s| s.arbors[0].contacts = (1e12, 0.0)),
        ("arbors.golgi_to_golgi.reach = [-1000000000, 5]", |s| s.arbors[0].reach[0] = [-1e9, 5.0]),
        ("layers.granular = 0", |s| s.layers.granular = 0.0),
        ("layers.purkinje = 10", |s| s.layers.purkinje = 10.0),
        ("cells.granule_cell.density = -1", |s| s.cells.granule_cell.density = -1.0),
        ("cells.golgi_cell.density = 0.0003", |s| s.cells.golgi_cell.density = 3e-4),
        ("cells.io_cell.ratio = inf", |s| s.cells.io_cell.ratio = f64::INFINITY),
        ("cells.purkinje_cell.angle = 90", |s| s.cells.purkinje_cell.angle = 90.0),
        ("cells.purkinje_cell.planar_density = 0.005", |s| s.cells.purkinje_cell.planar_density = 5e-3),
        ("granular.granule_dendrites = 0", |s| s.granular.granule_dendrites = 0),
        ("arbors.golgi_to_golgi.affinity = 1.5", |s| s.arbors[0].affinity = 1.5),
        ("arbors.golgi_to_golgi = golgi", |s| s.arbors[0].pre = "golgi".into()),
        ("arbors[1].name = golgi_to_golgi", |s| s.arbors[1].name = "golgi_to_golgi".into()),
        ("nuclei.io_to_dcn_p = -0.1", |s| s.nuclei.io_to_dcn_p = -0.1),
        ("nuclei.climbing_fiber_contacts = (500, NaN)", |s| s.nuclei.climbing_fiber_contacts.1 = f64::NAN),
    ];
    for (expected, spoil) in cases {
        let mut spec = ScaffoldSpec::mouse(60.0, 60.0);
        spoil(&mut spec);
        match reconstruct(&spec, 1) {
            Err(error) => assert!(error.to_string().contains(expected), "{error}"),
            Ok(_) => panic!("{expected} was accepted"),
        }
    }
}
