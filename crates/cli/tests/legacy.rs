//! Network files of the software before BSB 8 at the command line: told, run, converted, and refused with status 2.

mod networks;

use networks::{file, network, refused, said};

/// The mean rate of a population in a table of rates.
fn rate(table: &str, population: &str) -> f64 {
    let line = table.lines().find(|line| line.starts_with(&format!("{population} "))).unwrap();
    line.split_whitespace().nth(2).unwrap().parse().unwrap()
}

#[test]
fn info_prints_both_names_and_what_the_file_shows() {
    let folder = tempfile::tempdir().unwrap();
    let (text, _) = said(&network(folder.path(), "info @scaffold3_tiny.hdf5"));
    assert!(text.contains("dbbs-scaffold 3.2.9 file (2020), 114 cells"), "{text}");
    let line = |begin: &str| text.lines().find(|line| line.starts_with(begin)).unwrap();
    assert!(line("dcn_p ").ends_with("  dcn_cell"), "{text}");
    assert!(line("golgi_to_glomerulus ").ends_with("  golgi_to_granule"), "{text}");
    assert!(line("granule_cell ").ends_with("     -"), "{text}");
    assert!(text.contains("simulation closed_loop"), "{text}");
    let (text, _) = said(&network(folder.path(), "info @scaffold2_tiny.hdf5 --as-stored"));
    assert!(text.contains("`GolgiGlomerulus` is left as it is on file"), "{text}");
}

#[test]
fn a_converted_file_gives_the_same_counts() {
    let folder = tempfile::tempdir().unwrap();
    let counts = |from: &str| {
        let (text, _) = said(&network(folder.path(), &format!("info {from} --json")));
        let mut json: serde_json::Value = serde_json::from_str(&text).unwrap();
        // Simulations stay in the file they are in.
        for key in ["source", "notes", "simulations"] {
            json.as_object_mut().unwrap().remove(key);
        }
        json
    };
    for name in ["scaffold3_tiny", "bsb3_tiny", "scaffold2_tiny", "casali2019_tiny"] {
        let (file, circuit) = (format!("{name}.hdf5"), format!("{name}_circuit"));
        let (_, told) = said(&network(folder.path(), &format!("convert @{name}.hdf5 {file}")));
        assert!(told.contains("types and sets have lobule's names"), "{told}");
        said(&network(folder.path(), &format!("convert @{name}.hdf5 {circuit}")));
        let original = counts(&format!("@{name}.hdf5"));
        assert_eq!(counts(&file), original, "{name}");
        assert_eq!(counts(&circuit), original, "{name}");
    }
}

#[test]
fn stimuli_of_a_network_without_mossy_fibers_drive_its_glomeruli() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["casali2019_tiny", "scaffold2_tiny"] {
        let run = |words: &str| {
            let words = format!("simulate @{name}.hdf5 --duration 300ms --no-progress {words}");
            said(&network(folder.path(), &words))
        };
        let (rest, _) = run("");
        let (driven, told) = run("--stimulus mossy:50Hz@100ms..200ms");
        assert!(told.contains("has no mossy fibers") && told.contains("drive its glomeruli"), "{told}");
        assert!(rate(&rest, "glomerulus") > 1.0, "the background drives glomeruli: {rest}");
        for population in ["glomerulus", "granule_cell", "purkinje_cell"] {
            assert!(
                rate(&driven, population) > rate(&rest, population) + 2.0,
                "{population}: {driven}{rest}"
            );
        }
        // Glomeruli can be named themselves, and some of them chosen.
        let (one, _) = run("--background 0 --stimulus mossy[0]:200Hz@0ms..300ms");
        assert!(rate(&one, "glomerulus") > 0.5, "{one}");
        assert_eq!(
            run("--background 0 --stimulus glomerulus[0]:200Hz@0ms..300ms").0.lines().nth(1),
            one.lines().nth(1)
        );
    }
}

#[test]
fn networks_with_mossy_fibers_are_driven_through_them() {
    let folder = tempfile::tempdir().unwrap();
    let words = "simulate @scaffold3_tiny.hdf5 --duration 200ms --no-progress --stimulus mossy:100Hz@0s..200ms,within=30";
    let (table, told) = said(&network(folder.path(), words));
    assert!(rate(&table, "mossy_fiber") > 50.0, "{table}");
    assert!(
        !told.contains("has no mossy fibers") && told.contains("golgi_to_glomerulus_anatomy: "),
        "{told}"
    );
}

#[test]
fn what_cannot_be_read_ends_with_2_and_one_message() {
    let folder = tempfile::tempdir().unwrap();
    let at = |words: &str| network(folder.path(), words);
    refused(&at("info @bsb7_tiny.hdf5.gz"), &["bsb7_tiny.hdf5.gz", "unzip it first"]);
    for verb in ["info", "simulate"] {
        refused(&at(&format!("{verb} @scaffold3_tiny.hdf5 --as-stored")), &["only dbbs-scaffold 2", "leave"]);
    }
    refused(&at("convert @casali2019_tiny.hdf5 new.hdf5 --as-stored"), &["no wrongly numbered set"]);
    refused(&at("simulate @scaffold2_tiny.hdf5 closed_loop"), &["no simulation `closed_loop`"]);
    refused(&at("build @scaffold3_tiny.hdf5 --out new.hdf5"), &["BSB 3 or older", "configurations of BSB 8"]);
    let bytes = std::fs::read(file("scaffold3_tiny.hdf5")).unwrap();
    std::fs::write(folder.path().join("cut.hdf5"), &bytes[..bytes.len() / 2]).unwrap();
    refused(&at("convert cut.hdf5 new.hdf5"), &["cut.hdf5", "incomplete"]);
    assert!(!folder.path().join("new.hdf5").exists());
}

#[test]
fn a_plastic_simulation_gives_its_weights_and_resumes_bit_for_bit() {
    let folder = tempfile::tempdir().unwrap();
    let of = |words: &str| {
        let words =
            format!("simulate @scaffold3_tiny.hdf5 closed_loop --seed 4 --no-progress --weights {words}");
        said(&network(folder.path(), &words))
    };
    let weights = |out: &str| std::fs::read_to_string(folder.path().join(out).join("weights.csv")).unwrap();
    let hash = |text: &str| text.lines().find(|l| l.starts_with("hash ")).unwrap().to_string();
    let (whole, notes) = of("--out whole");
    assert!(whole.contains("weights.csv") && notes.contains("stored step is 1 ms"), "{whole}{notes}");
    of("--out half --duration 250ms --snapshot half.state");
    let (rest, _) = of("--out rest --resume half.state --threads 2");
    assert_eq!((hash(&rest), weights("rest")), (hash(&whole), weights("whole")));
    assert_ne!(weights("half"), weights("whole"));
    let table = weights("whole");
    let sets: std::collections::BTreeSet<&str> =
        table.lines().skip(1).map(|line| line.split(',').next().unwrap()).collect();
    assert!(table.starts_with("set,pre,post,weight_ns\n"), "{table}");
    assert_eq!(
        sets.into_iter().collect::<Vec<_>>(),
        [
            "mossy_fibers_to_dcn_p",
            "parallel_fiber_to_basket",
            "parallel_fiber_to_purkinje",
            "parallel_fiber_to_stellate",
            "purkinje_to_dcn_p",
        ]
    );
    let of_purkinje = table.lines().filter(|line| line.starts_with("parallel_fiber_to_purkinje,")).count();
    assert_eq!(of_purkinje, 240);

    // Under the configuration without plasticity the table is empty.
    let words = "--configuration @scaffold3_tiny_static.json --out fixed";
    of(words);
    assert_eq!(weights("fixed"), "set,pre,post,weight_ns\n");
    let alone = network(folder.path(), "simulate @scaffold3_tiny.hdf5 closed_loop --weights");
    refused(&alone, &["--out"]);
}

#[test]
fn info_of_the_two_configurations_differs_in_rules_only() {
    let folder = tempfile::tempdir().unwrap();
    let lines = |words: &str| {
        let (text, notes) = said(&network(folder.path(), &format!("info @scaffold3_tiny.hdf5 {words}")));
        let all = format!("{text}{notes}");
        all.lines().map(String::from).collect::<std::collections::BTreeSet<String>>()
    };
    let (inside, beside) = (lines(""), lines("--configuration @scaffold3_tiny_static.json"));
    let of_rules = ["stdp_synapse", "takes the place", "teacher"];
    for line in inside.symmetric_difference(&beside) {
        assert!(of_rules.iter().any(|word| line.contains(word)), "{line}");
    }
}

#[test]
fn a_configuration_that_cannot_be_run_is_refused_with_status_2() {
    let folder = tempfile::tempdir().unwrap();
    let text = std::fs::read_to_string(file("scaffold3_tiny_static.json")).unwrap();
    let given = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        std::fs::write(folder.path().join("other.json"), text.replacen(from, to, 1)).unwrap();
        network(
            folder.path(),
            "simulate @scaffold3_tiny.hdf5 closed_loop --configuration other.json --no-progress",
        )
    };
    for (from, to, words) in [
        (
            "list(np.linspace(start, stop, count))",
            "__import__('os').system('x')",
            &["devices.puff.stimulus.statement", "__import__"][..],
        ),
        ("list(np.linspace(start, stop, count))", "np.linspace(0, 1, 1e9)", &["devices.puff", "1000000"]),
        ("\"normal_clipped\"", "\"binomial\"", &["delay.distribution", "binomial"]),
        ("\"golgi_cell\": 2", "\"golgi_cell\": 5", &["receptors.golgi_cell", "5", "1 to 4"]),
        ("\"eglif_cond_alpha_multisyn\"", "\"hh_psc_alpha\"", &["hh_psc_alpha", "iaf_cond_alpha"]),
    ] {
        let mut parts = vec!["other.json"];
        parts.extend(words);
        let output = given(from, to);
        refused(&output, &parts);
    }
}
