//! The bits of a run do not depend on the processor. The C library chooses its functions by processor, and can be asked to
//! leave out those with fused multiplications: what an experiment records stays the same.
#![cfg(all(target_os = "linux", target_env = "gnu", target_arch = "x86_64"))]

use std::path::Path;
use std::process::{Command, Stdio};

/// Fingerprints of a run and its drawings, with what the C library may not use.
fn recorded(
    experiment: &str,
    settings: &[&str],
    without: &str,
    out: &Path,
) -> (serde_json::Value, Vec<Vec<u8>>) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lobule"));
    command.args(["run", experiment, "--preset", "quick", "--no-progress", "--out"]).arg(out);
    settings.iter().for_each(|setting| {
        command.args(["--set", setting]);
    });
    command.env("GLIBC_TUNABLES", without).stdout(Stdio::null());
    assert!(command.status().unwrap().success(), "{experiment}");
    let provenance = std::fs::read(out.join("provenance.json")).unwrap();
    let provenance: serde_json::Value = serde_json::from_slice(&provenance).unwrap();
    let mut drawings: Vec<_> =
        std::fs::read_dir(out.join("figures")).unwrap().map(|entry| entry.unwrap().path()).collect();
    drawings.sort();
    (provenance["fingerprints"].clone(), drawings.iter().map(|path| std::fs::read(path).unwrap()).collect())
}

#[test]
fn runs_and_drawings_are_the_same_without_fused_multiplication() {
    let work = tempfile::tempdir().unwrap();
    let short = ["protocol.baseline=30", "protocol.prism=100", "protocol.removal=100"];
    let cases: [(&str, &[&str]); 3] =
        [("sgdege/pointing", &short), ("cfpc/posture", &[]), ("analysis/state_prediction", &[])];
    for (experiment, settings) in cases {
        let folder = |name: &str| work.path().join(format!("{}_{name}", experiment.replace('/', "_")));
        let with = recorded(experiment, settings, "", &folder("with"));
        let without = recorded(experiment, settings, "glibc.cpu.hwcaps=-AVX2,-FMA,-FMA4", &folder("without"));
        assert!(with.0.as_object().is_some_and(|hashes| !hashes.is_empty()), "{experiment}");
        assert_eq!(with, without, "{experiment}");
    }
}
