//! `--configuration` at the command line: a configuration beside a network takes the place of the one inside, what does not match is
//! listed, and one of other software is refused with the one that is needed.

use lobule::scaffold::bsb;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::Command;

mod networks;
use networks::{file, network, refused, said};

/// A folder with a network `net.hdf5` that has simulations, and its configuration.
fn small() -> (tempfile::TempDir, Value) {
    let folder = tempfile::tempdir().unwrap();
    said(&network(folder.path(), "build --size 60x60 --seed 3 --simulations --out net.hdf5"));
    let configuration = bsb::read_configuration(&folder.path().join("net.hdf5")).unwrap().unwrap();
    (folder, configuration)
}

fn write(folder: &Path, name: &str, value: &Value) {
    fs::write(folder.join(name), value.to_string()).unwrap();
}

/// The only simulation of a configuration, under another name and shorter.
fn short(configuration: &Value) -> Value {
    let mut simulation = configuration["simulations"]["basal_awake"].clone();
    simulation["duration"] = json!(20.0);
    json!({"simulations": {"short": simulation}})
}

fn hash(table: &str) -> String {
    table.lines().find(|line| line.starts_with("hash ")).unwrap().to_string()
}

#[test]
fn a_given_configuration_takes_the_place_of_the_one_inside() {
    let (folder, configuration) = small();
    write(folder.path(), "short.json", &short(&configuration));
    let at = |words: &str| network(folder.path(), words);
    let (inside, _) = said(&at("simulate net.hdf5 basal_awake --duration 20ms --no-progress"));
    let (given, told) = said(&at("simulate net.hdf5 short --configuration short.json --no-progress"));
    assert_eq!(hash(&given), hash(&inside));
    assert!(told.contains("short.json takes the place of the configuration in the network"), "{told}");
    let (info, _) = said(&at("info net.hdf5 --configuration short.json"));
    assert!(info.contains("simulation short") && !info.contains("simulation basal_awake"), "{info}");
    assert!(!info.contains("the network lacks"), "{info}");

    // As text of YAML, by a reference to another file, and beside a SONATA circuit, which has no configuration of its own.
    fs::write(
        folder.path().join("short.yaml"),
        "simulations: {short: {$ref: \"short.json#/simulations/short\"}}\n",
    )
    .unwrap();
    said(&at("convert net.hdf5 circuit"));
    for words in ["net.hdf5 short --configuration short.yaml", "circuit short --configuration short.json"] {
        let (again, _) = said(&at(&format!("simulate {words} --no-progress")));
        assert_eq!(hash(&again), hash(&inside), "{words}");
    }
    refused(&at("simulate circuit short --no-progress"), &["no simulation `short`"]);
    refused(
        &at("simulate net.hdf5 basal_awake --configuration short.json"),
        &["short.json has no simulation `basal_awake`", "short"],
    );
}

#[test]
fn what_does_not_match_is_listed() {
    let (folder, mut configuration) = small();
    let simulation = &mut configuration["simulations"]["basal_awake"];
    simulation["cell_models"]["thalamus"] = json!({"model": "parrot_neuron"});
    simulation["connection_models"]["thalamus_to_cortex"] =
        json!({"synapses": [{"model": "static_synapse", "weight": 1.0, "delay": 1.0}]});
    configuration["cell_types"].as_object_mut().unwrap().remove("io");
    configuration["simulations"].as_object_mut().unwrap().retain(|name, _| name == "basal_awake");
    let models = configuration["simulations"]["basal_awake"]["cell_models"].as_object_mut().unwrap();
    models.remove("io");
    write(folder.path(), "other.json", &configuration);
    let (info, _) = said(&network(folder.path(), "info net.hdf5 --configuration other.json"));
    for line in [
        "cell types that the configuration names and the network lacks: thalamus.",
        "connection sets that the configuration names and the network lacks: thalamus_to_cortex.",
        "cell types of the network that the configuration does not name: io_cell.",
    ] {
        assert!(info.contains(line), "`{line}`: {info}");
    }
    let run = network(folder.path(), "simulate net.hdf5 basal_awake --configuration other.json");
    refused(&run, &["other.json: simulations.basal_awake.", "thalamus"]);

    // A configuration of the same network in the form of BSB 3 leaves nothing over; that of another network does.
    let info = |name: &str| {
        let words = format!("info @{name}_tiny.hdf5 --configuration @scaffold3_tiny_static.json --json");
        let json: Value = serde_json::from_str(&said(&network(folder.path(), &words)).0).unwrap();
        json["notes"].to_string()
    };
    let own = info("scaffold3");
    assert!(own.contains("takes the place") && !own.contains("that the configuration"), "{own}");
    let other = info("bsb3");
    assert!(other.contains("that the configuration does not name: dcn_cell_Gly-I."), "{other}");
    let early = info("casali2019");
    assert!(early.contains("the network lacks: dcn_i, io_cell, mossy_fiber."), "{early}");
}

#[test]
fn a_configuration_of_other_software_is_refused_with_the_one_that_is_needed() {
    let (folder, configuration) = small();
    write(folder.path(), "new.json", &configuration);
    let at = |words: &str| network(folder.path(), words);
    for verb in ["info net.hdf5", "simulate net.hdf5 closed_loop", "convert net.hdf5 other.hdf5"] {
        refused(
            &at(&format!("{verb} --configuration @scaffold3_tiny_static.json")),
            &[
                "is a configuration of dbbs-scaffold 3 or BSB 3",
                "is a file of BSB 4 to 8",
                "give a configuration of BSB 4 to 8",
            ],
        );
    }
    for (name, wrote) in [
        ("scaffold3_tiny", "dbbs-scaffold 3 or BSB 3"),
        ("bsb3_tiny", "dbbs-scaffold 3 or BSB 3"),
        ("scaffold2_tiny", "dbbs-scaffold 2"),
        ("casali2019_tiny", "the scripts of Casali et al. 2019"),
    ] {
        refused(
            &at(&format!("info @{name}.hdf5 --configuration new.json")),
            &[
                "new.json: is a configuration of BSB 4 to 8",
                &format!("is a file of {wrote}"),
                "give a configuration of dbbs-scaffold 3 or BSB 3",
            ],
        );
    }
    assert!(!folder.path().join("other.hdf5").exists());
}

#[test]
fn what_is_no_configuration_is_refused_as_what_it_is() {
    let (folder, _) = small();
    let path = folder.path();
    fs::write(path.join("cut.json"), "{\"simulations\": {").unwrap();
    fs::write(path.join("empty.json"), "{}").unwrap();
    fs::write(path.join("list.json"), "[1, 2]").unwrap();
    fs::write(path.join("deep.json"), "[".repeat(100_000)).unwrap();
    fs::write(path.join("latin.json"), b"{\"name\": \"\xe9t\xe9\"}").unwrap();
    fs::write(path.join("circle.json"), r##"{"simulations": {"$ref": "#/simulations"}}"##).unwrap();
    write(path, "sonata.json", &json!({"network": "circuit_config.json", "run": {"tstop": 100}}));
    write(path, "circuit.json", &json!({"networks": {"nodes": []}}));
    fs::File::create(path.join("long.json")).unwrap().set_len(300 << 20).unwrap();
    assert!(Command::new("mkfifo").arg(path.join("pipe")).status().unwrap().success());
    for (name, parts) in [
        ("nowhere.json", &["nowhere.json", "no such file"][..]),
        (".", &["is a directory"]),
        ("pipe", &["regular file"]),
        ("/dev/zero", &["regular file"]),
        ("long.json", &["up to"]),
        ("latin.json", &["latin.json", "UTF-8"]),
        ("cut.json", &["cut.json"]),
        ("deep.json", &["deep.json"]),
        ("circle.json", &["circle.json", "refers to itself"]),
        ("empty.json", &["holds no keys", "`simulations`"]),
        ("list.json", &["list.json", "is no configuration"]),
        ("sonata.json", &["SONATA simulation", "give a configuration of BSB"]),
        ("circuit.json", &["SONATA circuit", "give a configuration of BSB"]),
        ("net.hdf5", &["is a network file", "JSON"]),
    ] {
        for verb in ["info net.hdf5", "simulate net.hdf5 basal_awake", "convert net.hdf5 new.hdf5"] {
            refused(&network(path, &format!("{verb} --configuration {name}")), parts);
        }
    }
    // Without a simulation it would have no effect.
    refused(&network(path, "simulate net.hdf5 --configuration empty.json"), &["SIMULATION"]);
}

#[test]
fn convert_writes_the_simulations_of_a_configuration_into_a_bsb_file_only() {
    let (folder, configuration) = small();
    write(folder.path(), "short.json", &short(&configuration));
    let at = |words: &str| network(folder.path(), words);
    said(&at("convert net.hdf5 circuit"));
    for from in ["net.hdf5", "circuit"] {
        let (_, told) = said(&at(&format!("convert {from} {from}_new.hdf5 --configuration short.json")));
        assert!(told.contains("simulation `short` of short.json is written as it stands"), "{told}");
        let written =
            bsb::read_configuration(&folder.path().join(format!("{from}_new.hdf5"))).unwrap().unwrap();
        assert_eq!(written["simulations"], short(&configuration)["simulations"]);
        let (run, _) = said(&at(&format!("simulate {from}_new.hdf5 short --no-progress")));
        let (given, _) = said(&at("simulate net.hdf5 short --configuration short.json --no-progress"));
        assert_eq!(hash(&run), hash(&given));
    }
    refused(
        &at("convert net.hdf5 again --configuration short.json"),
        &["--configuration", "a SONATA circuit holds no simulations"],
    );
    write(folder.path(), "bare.json", &json!({"simulations": {}}));
    refused(&at("convert net.hdf5 again.hdf5 --configuration bare.json"), &["no simulations to write"]);
    for name in ["again", "again.hdf5"] {
        assert!(!folder.path().join(name).exists(), "{name}");
    }
}

#[test]
fn a_configuration_of_bsb_3_is_run_and_written_in_the_form_of_bsb_8() {
    let folder = tempfile::tempdir().unwrap();
    let at = |words: &str| network(folder.path(), words);
    let run = "--duration 100ms --no-progress --seed 3";
    let given = "--configuration @scaffold3_tiny_static.json";
    let (table, told) = said(&at(&format!("simulate @scaffold3_tiny.hdf5 closed_loop {given} {run}")));
    assert!(table.contains("purkinje_cell") && told.contains("takes the place"), "{told}");
    let (info, _) = said(&at(&format!("info @scaffold3_tiny.hdf5 {given}")));
    assert!(info.contains("simulation closed_loop") && !info.contains("cannot be run"), "{info}");

    let (_, told) = said(&at(&format!("convert @scaffold3_tiny.hdf5 new.hdf5 {given}")));
    assert!(told.contains("simulation `closed_loop`") && told.contains("in the form of BSB 8"), "{told}");
    assert!(told.contains("the middle of the law"), "{told}");
    let (info, _) = said(&at("info new.hdf5"));
    assert!(info.contains("simulation closed_loop") && !info.contains("cannot be run"), "{info}");
    let (table, _) = said(&at(&format!("simulate new.hdf5 closed_loop {run}")));
    assert!(table.contains("purkinje_cell"), "{table}");
    // The same to a SONATA circuit, which is then run under the old configuration.
    said(&at("convert @scaffold3_tiny.hdf5 circuit"));
    let (circuit, _) = said(&at(&format!("simulate circuit closed_loop {given} {run}")));
    let (file, _) = said(&at(&format!("simulate @scaffold3_tiny.hdf5 closed_loop {given} {run}")));
    assert_eq!(hash(&circuit), hash(&file));
}

#[test]
fn a_circuit_of_2020_is_read_from_any_folder() {
    let folder = tempfile::tempdir().unwrap();
    let above = file("");
    let inside = file("sonata_offset_tiny/networks");
    let read = |from: &Path, path: &str| {
        let json: Value =
            serde_json::from_str(&said(&network(from, &format!("info {path} --json"))).0).unwrap();
        json
    };
    let whole = read(folder.path(), "@sonata_offset_tiny");
    assert_eq!(whole["connections"]["ascending_axon_to_purkinje"]["rows"], 240);
    for (from, path) in [
        (above.as_path(), "sonata_offset_tiny"),
        (above.as_path(), "sonata_offset_tiny/circuit_config.json"),
        (&file("sonata_offset_tiny"), "circuit_config.json"),
        (&file("sonata_offset_tiny"), "."),
        (inside.as_path(), ".."),
        (inside.as_path(), "../circuit_config.json"),
    ] {
        assert_eq!(read(from, path), whole, "{path} from {}", from.display());
    }
    let words =
        "simulate @sonata_offset_tiny --duration 100ms --no-progress --stimulus mossy:100Hz@0s..100ms";
    let (table, _) = said(&network(folder.path(), words));
    assert!(table.contains("purkinje_cell"), "{table}");
}
