//! A configuration in JSON or YAML, damaged in every way: reading it ends in a description or in an error that
//! names the place, never in a panic. The simulations in it are read, too.
#![no_main]

use libfuzzer_sys::fuzz_target;
use lobule_scaffold::Configuration;
use lobule_scaffold::configuration::simulations;

fuzz_target!(|data: &[u8]| {
    // What begins like JSON is read as JSON.
    let extension = if data.first() == Some(&b'{') { "json" } else { "yaml" };
    let name = format!("lobule-fuzz-{}.{extension}", std::process::id());
    let path = std::env::temp_dir().join(name);
    std::fs::write(&path, data).expect("a scratch file");
    if let Ok(configuration) = Configuration::read(&path) {
        simulations(configuration.tree());
    }
    if let Ok(tree) = serde_json::from_slice(data) {
        simulations(&tree);
    }
});
