//! `show controllers`, `show controller NAME`, `show plants`, `show plant NAME`: what a configuration can ask for by name.

use crate::Stop;
use lobule::cerebellum::controllers;
use lobule::control::registry::{self, Parameter, Plants};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Controller,
    Plant,
}

impl Kind {
    pub fn of(word: &str) -> Option<Self> {
        match word {
            "controllers" | "controller" => Some(Self::Controller),
            "plants" | "plant" => Some(Self::Plant),
            _ => None,
        }
    }
}

/// Plants by name: those of `lobule-control` and, where the program was built with them, bodies in MuJoCo.
fn plants() -> Plants {
    #[cfg(feature = "mujoco")]
    return lobule::mujoco::plants();
    #[cfg(not(feature = "mujoco"))]
    registry::plants()
}

type Entry = (&'static str, &'static str, &'static [&'static [Parameter]]);

/// Prints all parts of a kind, or the parameters of one as a TOML table of its defaults.
pub fn show(kind: Kind, name: Option<&str>, as_json: bool) -> Result<(), Stop> {
    let entries: Vec<Entry> = match (kind, name) {
        (Kind::Controller, Some(name)) => {
            let entry = controllers().find(name)?;
            vec![(entry.name, entry.about, entry.parameters)]
        }
        (Kind::Plant, Some(name)) => {
            let entry = plants().find(name)?;
            vec![(entry.name, entry.about, entry.parameters)]
        }
        (Kind::Controller, None) => controllers().all().map(|e| (e.name, e.about, e.parameters)).collect(),
        (Kind::Plant, None) => plants().all().map(|e| (e.name, e.about, e.parameters)).collect(),
    };
    if as_json {
        let json = |(name, about, parameters): &Entry| serde_json::json!({"name": name, "about": about, "parameters": parameters.concat()});
        return crate::experiments::print_json(&entries.iter().map(json).collect::<Vec<_>>());
    }
    if let (Some(_), [(name, about, parameters)]) = (name, &entries[..]) {
        out_part!("{}", registry::describe(name, about, parameters));
        return Ok(());
    }
    let width = entries.iter().map(|(name, ..)| name.len()).max().unwrap_or(0);
    for (name, about, _) in entries {
        out!("{name:width$}  {about}");
    }
    if kind == Kind::Plant {
        out!("\nA body of masses, springs and dampers is described by a file: examples/chain_of_carts.toml");
        if !cfg!(feature = "mujoco") {
            out!(
                "For bodies in MuJoCo: scripts/fetch_mujoco.sh && cargo run --release --features mujoco -- show plants"
            );
        }
    }
    Ok(())
}
