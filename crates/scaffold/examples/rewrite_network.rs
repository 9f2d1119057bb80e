//! Reads a network file, writes it anew, and prints what it holds as JSON.
//!
//! `cargo run --release -p lobule-scaffold --example rewrite_network -- IN.hdf5 OUT.hdf5 > expected.json`
//!
//! `validation/bsb_opens_ours.py OUT.hdf5 expected.json` then asks BSB whether it sees the same.

use lobule_scaffold::{Error, bsb};
use serde_json::{Value, json};

fn main() -> Result<(), Error> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, from, to] = &arguments[..] else {
        eprintln!("usage: rewrite_network IN.hdf5 OUT.hdf5");
        std::process::exit(2);
    };
    let mut anatomy = bsb::read(from.as_ref())?;
    anatomy.sort_by_chunk();
    bsb::write(to.as_ref(), &anatomy)?;
    let sets = anatomy.connections.iter().map(|set| {
        let value = json!({"pre": set.pre_type, "post": set.post_type, "rows": set.len(), "pairs": set.pairs().len()});
        (set.name.clone(), value)
    });
    let cells = anatomy.cells.iter().map(|c| (c.cell_type.clone(), json!(c.len())));
    let summary = json!({"source": anatomy.source, "cells": Value::from_iter(cells), "connections": Value::from_iter(sets)});
    println!("{summary:#}");
    Ok(())
}
