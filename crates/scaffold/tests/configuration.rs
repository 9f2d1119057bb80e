//! Configurations are read with all they refer to, or refused with the place of the mistake.

use lobule_scaffold::{Anatomy, Configuration, Construction, Error, construct};
use serde_json::json;
use std::path::PathBuf;
use tempfile::TempDir;

fn folder(files: &[(&str, &str)]) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let main = folder.path().join(files[0].0);
    (folder, main)
}

fn read(files: &[(&str, &str)]) -> Result<Configuration, Error> {
    let (_folder, main) = folder(files);
    Configuration::read(&main)
}

fn build(yaml: &str) -> Result<Anatomy, Error> {
    let (_folder, main) =
        folder(&[("net.yaml", yaml), ("bad.swc", "1 1 0 0 0\n"), ("dot.swc", "1 1 0 0 0 1 -1\n")]);
    Ok(construct(&Configuration::read(&main)?, &Construction::default())?.anatomy)
}

/// A small circuit that builds; cases replace parts of it.
const NET: &str = "
network: {x: 100, y: 100, z: 100}
regions: {cortex: {type: stack, children: [layer]}}
partitions: {layer: {thickness: 100}}
cell_types:
  a: {spatial: {radius: 2, density: 1.0e-5}}
  b: {spatial: {radius: 2, count: 5}}
placement:
  all: {strategy: random, partitions: [layer], cell_types: [a, b]}
connectivity:
  ab: {strategy: all_to_all, affinity: 0.5, presynaptic: {cell_types: [a]}, postsynaptic: {cell_types: [b]}}
";

#[test]
fn the_small_circuit_builds() {
    let anatomy = build(NET).unwrap();
    assert_eq!((anatomy.count("a"), anatomy.count("b")), (10, 5));
}

#[test]
fn a_partition_that_no_region_lays_out_stays_where_it_is() {
    let yaml =
        NET.replace("regions: {cortex: {type: stack, children: [layer]}}", "").replace("z: 100}", "z: 300}");
    let anatomy = build(&yaml).unwrap();
    assert_eq!((anatomy.count("a"), anatomy.count("b")), (10, 5));
    let z = anatomy.cells.iter().flat_map(|c| &c.positions).map(|p| p[2]);
    assert!(z.clone().all(|z| (0.0..=100.0).contains(&z)), "{:?}", z.collect::<Vec<_>>());
    // Beside a region that lays out another one, and with a place of its own.
    let both = NET.replace(
        "partitions: {layer: {thickness: 100}}",
        "partitions: {layer: {thickness: 40}, free: {thickness: 20, origin: [0, 0, 70]}}",
    );
    let anatomy = build(&both.replace("partitions: [layer]", "partitions: [free]")).unwrap();
    let z = anatomy.cells.iter().flat_map(|c| &c.positions).map(|p| p[2]);
    assert!(z.clone().all(|z| (70.0..=90.0).contains(&z)), "{:?}", z.collect::<Vec<_>>());
}

#[test]
fn references_that_stand_for_very_many_values_are_refused() {
    // Each level refers four times to the one below.
    let mut yaml = format!("{NET}level_0: {{v: 1}}\n");
    for level in 1..16 {
        let below = level - 1;
        yaml += &format!("level_{level}:\n");
        for k in 0..4 {
            yaml += &format!("  k{k}: {{$ref: \"#/level_{below}\"}}\n");
        }
    }
    let error = read(&[("net.yaml", &yaml)]).unwrap_err().to_string();
    assert!(error.contains("references make more than 1000000 values"), "{error}");
    // As many through another file.
    let start = yaml.replace(NET, "");
    let main = format!("{NET}name: {{$ref: \"more.yaml#/level_15\"}}\n");
    let error = read(&[("net.yaml", &main), ("more.yaml", &start)]).unwrap_err().to_string();
    assert!(error.contains("references make more than 1000000 values"), "{error}");
}

#[test]
fn only_regular_files_are_read() {
    let error = Configuration::read("/dev/zero".as_ref()).unwrap_err().to_string();
    assert!(error.contains("give a regular file"), "{error}");
    let folder = tempfile::tempdir().unwrap();
    let error = Configuration::read(folder.path()).unwrap_err().to_string();
    assert!(error.contains("is a directory"), "{error}");
}

#[test]
fn json_and_yaml_give_the_same_configuration() {
    let yaml = read(&[("net.yaml", NET)]).unwrap();
    let json = read(&[("net.json", &yaml.tree().to_string())]).unwrap();
    assert_eq!(yaml.tree(), json.tree());
    // Numbers in exponents without a point and with a bare one are numbers.
    let numbers = read(&[("net.yaml", &NET.replace("1.0e-5", "1e-5").replace("0.5", "1."))]).unwrap();
    assert_eq!(numbers.tree()["connectivity"]["ab"]["affinity"].as_f64(), Some(1.0));
    assert_eq!(numbers.tree()["cell_types"]["a"]["spatial"]["density"].as_f64(), Some(1e-5));
}

#[test]
fn mistakes_are_refused_with_their_place() {
    let mut wrong = Vec::new();
    for (old, new, message) in [
        ("affinity: 0.5", "affinity: 1.4", "connectivity.ab.affinity: 1.4; allowed 0..1"),
        ("affinity: 0.5", "affinity: yes", "connectivity.ab.affinity: "),
        (
            "affinity: 0.5",
            "afinity: 0.5",
            "connectivity.ab.afinity: is not known to lobule; known here are strategy",
        ),
        ("density: 1.0e-5", "density: -1.0e-5", "cell_types.a.spatial.density: -0.00001; allowed 0..1"),
        ("density: 1.0e-5", "density: .nan", "non-finite"),
        ("density: 1.0e-5", "color: 1", "cell_types.a.spatial.color: is not known"),
        ("density: 1.0e-5", "radius: 1", "net.yaml"),
        (", density: 1.0e-5", "", "has no number of cells"),
        (
            "all_to_all",
            "bsb.connectivity.Telepathy",
            "connectivity.ab.strategy: `bsb.connectivity.Telepathy` is not known to lobule; known are cerebellar_models",
        ),
        (
            "strategy: random",
            "strategy: my_package.Place",
            "placement.all.strategy: `my_package.Place` is not known",
        ),
        (
            "partitions: [layer]",
            "partitions: [leyer]",
            "placement.all.partitions[0]: `leyer` is no partition; there are layer",
        ),
        (
            "cell_types: [a, b]",
            "cell_types: [a, c]",
            "placement.all.cell_types[1]: `c` is not among `cell_types`",
        ),
        ("cell_types: [b]}}", "cell_types: [c]}}", "connectivity.ab: `c` is not among `cell_types`"),
        ("cell_types: [b]}}", "cell_types: []}}", "connectivity.ab.postsynaptic: `cell_types` is empty"),
        ("postsynaptic: ", "postynaptic: ", "connectivity.ab: `postsynaptic` is missing"),
        ("x: 100", "x: -100", "network.x: -100; allowed 0..3000000"),
        ("x: 100", "x: 0", "network.x: 0; give an edge above 0"),
        ("x: 100, ", "", "network: `x` is missing"),
        ("thickness: 100", "thickness: 0", "partitions.layer.thickness: 0"),
        ("thickness: 100", "type: nrrd", "partitions.layer: type `nrrd`"),
        ("type: stack", "type: heap", "regions.cortex: type `heap`"),
        (
            "children: [layer]",
            "children: [lair]",
            "regions.cortex.children[0]: `lair` is neither a partition nor a region",
        ),
        ("children: [layer]", "children: [cortex]", "regions.cortex: "),
        ("count: 5", "count: 1.0e12", "cell_types.b.spatial.count: "),
        ("density: 1.0e-5", "density: 0.9", "at most"),
        ("radius: 2, density: 1.0e-5", "radius: 40, density: 1.0e-5", "placement.all: fills"),
        ("count: 5", "relative_to: a, count_ratio: 1", ""),
        ("count: 5", "relative_to: c, count_ratio: 1", "is relative to `c`, which is no cell type"),
        ("count: 5", "relative_to: b, count_ratio: 1", "is itself relative"),
        ("count: 5", "relative_to: a", "`relative_to` needs count_ratio"),
        (
            "count: 5",
            "count: 5, morphologies: [none]",
            "cell_types.b.spatial.morphologies: `none` is no known morphology",
        ),
        ("network:", "netwerk: 1\nnetwork:", "netwerk: is not known to lobule"),
        ("network:", "rng: {seed: -1}\nnetwork:", "rng.seed: -1; allowed"),
        ("network:", "morphologies: [missing.swc]\nnetwork:", ""),
        ("count: 5", "count: 5, entity: true", "cell_types.b.spatial.entity: is not known"),
        ("  b: {", "  b: {entity: true, ", "cell_types.b: is an entity"),
        (
            "connectivity:",
            "after_connectivity: {more: {strategy: DuplicateSynapses, conn_strategy: ba}}\nconnectivity:",
            "after_connectivity.more.conn_strategy: `ba` is not in `connectivity`",
        ),
        (
            "connectivity:",
            "after_placement: {zones: {strategy: LabelCells, cell_types: [c]}}\nconnectivity:",
            "after_placement.zones.cell_types[0]: `c`",
        ),
        (
            "affinity: 0.5",
            "depends_on: [ba]",
            "connectivity.ab: needs the rule `ba`, which is not in `connectivity`",
        ),
        ("affinity: 0.5", "depends_on: [ab]", "connectivity.ab: needs itself"),
        (
            "strategy: all_to_all, affinity: 0.5",
            "strategy: fixed_indegree, indegree: 11",
            "connectivity.ab: a degree of 11 among 10 cells",
        ),
        (
            "strategy: all_to_all, affinity: 0.5",
            "strategy: fixed_indegree, indegree: 1.5",
            "connectivity.ab.indegree: 1.5; allowed are whole numbers",
        ),
        ("strategy: all_to_all", "strategy: voxel_intersection", "connectivity.ab: `a` has no morphology"),
        (
            "strategy: all_to_all",
            "strategy: voxel_intersection, contacts: {distribution: cauchy}",
            "connectivity.ab.contacts: distribution `cauchy`; lobule knows",
        ),
        (
            "strategy: all_to_all",
            "strategy: voxel_intersection, contacts: {distribution: norm, loc: 1, scale: -1}",
            "scale is -1",
        ),
        ("strategy: random", "strategy: parallel_array, spacing_x: 10, angle: 90", "placement.all.angle: 90"),
        (
            "strategy: random",
            "strategy: parallel_array, spacing_x: 1.0e-9, angle: 70",
            "placement.all (a): 100000000000 cells expected; at most",
        ),
        ("count: 5", "count: 5, planar_density: 1.0e+9", "cell_types.b.spatial.planar_density: 1000000000"),
        ("x: 100, y: 100, z: 100", "x: 100, y: 100, z: 100, chunk_size: 1.0e-6", "chunk_size has an edge"),
        ("x: 100, y: 100, z: 100", "x: 3.0e+6, y: 3.0e+6, z: 100", "9000000000 cells expected; at most"),
        (
            "strategy: random",
            "strategy: parallel_array, spacing_x: 0, angle: 70",
            "placement.all.spacing_x: 0",
        ),
        (
            "partitions: [layer], ",
            "partitions: [layer], distribute: {rotations: {strategy: random}}, ",
            "placement.all.distribute: rotations `random`",
        ),
    ] {
        let yaml = NET.replacen(old, new, 1);
        assert_ne!(yaml, NET, "{old}");
        match build(&yaml).map_err(|e| e.to_string()) {
            Ok(_) if message.is_empty() => {}
            Err(e) if !message.is_empty() && e.contains(message) && e.contains("net.yaml") => {}
            other => wrong.push(format!("{new}: {:?}", other.map(|_| "accepted"))),
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn morphologies_that_cannot_be_read_are_refused() {
    for (morphologies, message) in [
        ("[missing.swc]", "missing.swc: no such file; put the morphology `missing` there"),
        ("[{file: bad.swc, name: missing}]", "bad.swc: line 1: has 5 fields"),
        (
            "[{file: dot.swc, name: missing, parser: {parser: morphio}}]",
            "morphologies[0].parser: parser `morphio`",
        ),
        (
            "[{file: dot.swc, name: missing, pipeline: [{func: shrink}]}]",
            "morphologies[0].pipeline[0]: function `shrink`",
        ),
        (
            "[{file: dot.swc, name: missing, pipeline: [{func: swap_axes, axis1: 0, axis2: 3}]}]",
            "morphologies[0].pipeline[0].axis2: 3; allowed 0..2",
        ),
        ("[{file: dot.swc, name: missing, parser: {tags: {soma: [x]}}}]", "tag `soma`"),
        ("[{name: missing}]", "morphologies[0]: `file` is missing"),
        ("[{file: dot.swc, name: missing, pipeline: [center]}]", ""),
    ] {
        let yaml = NET.replace("count: 5", "count: 5, morphologies: [miss*]")
            + &format!("morphologies: {morphologies}\n");
        match build(&yaml) {
            Ok(_) => assert_eq!(message, "", "{morphologies} was accepted"),
            Err(e) => assert!(!message.is_empty() && e.to_string().contains(message), "{morphologies}: {e}"),
        }
    }
}

#[test]
fn files_that_are_no_configuration_are_refused() {
    for (name, text, message) in [
        ("net.json", "{\"network\": ", "is no JSON"),
        ("net.yaml", "network: [1, 2", "is no YAML"),
        ("net.yaml", "just a text", "is no configuration"),
        ("net.yaml", "", "is no configuration"),
        ("net.json", "[]", "is no configuration"),
        ("net.yaml", "network: {x: 1, x: 2}", "is no YAML"),
    ] {
        let error = read(&[(name, text)]).unwrap_err().to_string();
        assert!(error.contains(message) && error.contains(name), "{text}: {error}");
    }
    let error = Configuration::read("nowhere/net.yaml".as_ref()).unwrap_err().to_string();
    assert_eq!(error, "nowhere/net.yaml: no such file or folder; check the path");
}

#[test]
fn references_copy_and_imports_take_with_local_precedence() {
    let main = "
network: {$ref: 'parts/base.yaml#/network', x: 70}
regions: {$ref: 'parts/base.yaml#/regions'}
$import: {ref: 'parts/base.yaml#/', values: [cell_types, partitions]}
cell_types:
  a: {spatial: {radius: 9}}
  c: {$ref: '#/cell_types/a'}
  d: {$ref: '../a', plotting: {color: red}}
";
    let base = "
network: {x: 1, y: 2, z: {$ref: '#/nowhere'}}
";
    // A reference inside a part that is not taken is not followed; one that is taken must lead somewhere.
    let error = read(&[("net.yaml", main), ("parts/base.yaml", base)]).unwrap_err().to_string();
    assert!(error.contains("base.yaml: nowhere: is referred to, but is not there"), "{error}");

    let base = "
network: {x: 1, y: 2, z: 3, chunk_size: 50}
regions: {all: {children: [layer]}}
partitions: {$import: {ref: 'more.json#/deep', values: [layer]}}
cell_types:
  a: {spatial: {radius: 1, density: 0.5}}
  b: {spatial: {radius: 4}}
unused: {$ref: '#/nowhere'}
";
    let more = r#"{"deep": {"layer": {"thickness": 12}, "other": 5}}"#;
    let tree = read(&[("net.yaml", main), ("parts/base.yaml", base), ("parts/more.json", more)]).unwrap();
    let tree = tree.tree();
    assert_eq!(tree["network"], json!({"x": 70, "y": 2, "z": 3, "chunk_size": 50}));
    assert_eq!(tree["partitions"], json!({"layer": {"thickness": 12}}));
    assert_eq!(tree["cell_types"]["a"], json!({"spatial": {"radius": 9, "density": 0.5}}));
    assert_eq!(tree["cell_types"]["b"], json!({"spatial": {"radius": 4}}));
    assert_eq!(tree["cell_types"]["d"]["plotting"], json!({"color": "red"}));
    assert!(tree.get("$import").is_none() && tree["cell_types"]["c"]["spatial"]["radius"] == 9);
}

#[test]
fn circles_and_dead_ends_of_references_are_refused() {
    for (files, message) in [
        (vec![("net.yaml", "network: {$ref: '#/network'}")], "refers to itself"),
        (
            vec![("net.yaml", "network: {$ref: '#/regions'}\nregions: {a: {$ref: '#/network'}}")],
            "refers to itself",
        ),
        (
            vec![
                ("net.yaml", "network: {$ref: 'b.yaml#/network'}"),
                ("b.yaml", "network: {$ref: 'net.yaml#/network'}"),
            ],
            "refers to itself",
        ),
        (
            vec![
                ("net.yaml", "$import: {ref: 'b.yaml#/', values: [network]}"),
                ("b.yaml", "$import: {ref: 'net.yaml#/', values: [network]}"),
            ],
            "refers to itself",
        ),
        (vec![("net.yaml", "network: {$ref: 'b.yaml#/network'}")], "b.yaml, which is no file"),
        (vec![("net.yaml", "network: {$ref: 7}")], "expected a text"),
        (vec![("net.yaml", "network: {x: 1}\nregions: {$ref: '#/network/x'}")], "is no mapping"),
        (vec![("net.yaml", "$import: {ref: 'b.yaml#/'}"), ("b.yaml", "network: {}")], "$import needs `ref`"),
        (
            vec![("net.yaml", "$import: {ref: 'b.yaml#/', values: [regions]}"), ("b.yaml", "network: {}")],
            "names \"regions\", which is not in",
        ),
        (vec![("net.yaml", "network: {$ref: 'b.yaml#/network'}"), ("b.yaml", "][")], "b.yaml: is no YAML"),
    ] {
        let error = read(&files).unwrap_err().to_string();
        assert!(error.contains(message), "{files:?}: {error}");
    }
}

#[test]
fn what_does_not_concern_the_circuit_is_kept_but_not_judged() {
    let extra = "name: x\npackages: [bsb~=8.0]\ncomponents: [a.py]\nstorage: {engine: hdf5}\nsimulations: {s: {anything: [1]}}\n";
    let configuration = read(&[("net.yaml", &format!("{extra}{NET}"))]).unwrap();
    assert_eq!(configuration.tree()["simulations"]["s"]["anything"], json!([1]));
    let report = "after_connectivity: {report: {strategy: cerebellar_models.analysis.structure_analysis.RunStructureReport, output_filename: x.pdf}}\n";
    let anatomy = build(&format!("{NET}{report}")).unwrap();
    assert!(
        anatomy.notes.iter().any(|n| n.contains("after_connectivity.report makes a report")),
        "{:?}",
        anatomy.notes
    );
}
