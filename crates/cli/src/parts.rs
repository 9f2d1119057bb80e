//! `show controllers`, `show controller NAME`, `show plants`, `show plant NAME`: what a configuration can ask for by name.

use crate::Stop;
use lobule::Error;
use lobule::cerebellum::controllers;
use lobule::control::registry::{self, Parameter};

/// Kind of part.
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

type Entry = (&'static str, &'static str, &'static [&'static [Parameter]]);

/// Prints all parts of a kind, or the parameters of one as a TOML table of its defaults.
pub fn show(kind: Kind, name: Option<&str>, as_json: bool) -> Result<(), Stop> {
    let of_room = |error: lobule::control::Error| Stop::Input(Error::from(error));
    let entries: Vec<Entry> = match (kind, name) {
        (Kind::Controller, Some(name)) => {
            let entry = controllers().find(name).map_err(of_room)?;
            vec![(entry.name, entry.about, entry.parameters)]
        }
        (Kind::Plant, Some(name)) => {
            let entry = registry::find_plant(name).map_err(of_room)?;
            vec![(entry.name, entry.about, entry.parameters)]
        }
        (Kind::Controller, None) => controllers().all().map(|e| (e.name, e.about, e.parameters)).collect(),
        (Kind::Plant, None) => registry::plants().iter().map(|e| (e.name, e.about, e.parameters)).collect(),
    };
    if as_json {
        let all: Vec<serde_json::Value> = entries
            .iter()
            .map(|(name, about, parameters)| {
                serde_json::json!({"name": name, "about": about, "parameters": parameters.concat()})
            })
            .collect();
        return crate::experiments::print_json(&serde_json::json!(all));
    }
    match (name, &entries[..]) {
        (Some(_), [(name, about, parameters)]) => {
            out_part!("{}", registry::describe(name, about, parameters));
        }
        _ => {
            let width = entries.iter().map(|(name, ..)| name.len()).max().unwrap_or(0);
            for (name, about, _) in entries {
                out!("{name:width$}  {about}");
            }
            if kind == Kind::Plant {
                out!(
                    "\nA body of masses, springs and dampers is described by a file: examples/chain_of_carts.toml"
                );
            }
        }
    }
    Ok(())
}
