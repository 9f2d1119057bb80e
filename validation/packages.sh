#!/usr/bin/env bash
# Compiles what the registry would get: every package is unpacked, and all are checked with one another in a workspace of their own. That has
# the profiles and the build folder of this one, so that the crates of others are compiled once for both.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work" target/packages' EXIT

rm -rf target/packages
cargo package --workspace --allow-dirty --no-verify --target-dir target/packages
# Files in a package all have one old date, by which Cargo would take those of an earlier run for these: they get today's.
for package in target/packages/package/*.crate; do
    tar -xzmf "$package" -C "$work"
done
{
    printf '[workspace]\nresolver = "3"\nmembers = ["lobule*"]\n\n'
    sed -n '/^\[profile\.dev/,/^$/p' Cargo.toml
    printf '\n[patch.crates-io]\n'
    for folder in "$work"/lobule*; do
        name=$(sed -n 's/^name = "\(.*\)"/\1/p' "$folder/Cargo.toml" | head -1)
        printf '%s = { path = "%s" }\n' "$name" "$(basename "$folder")"
    done
} > "$work/Cargo.toml"
cp Cargo.lock "$work"
cargo check --workspace --manifest-path "$work/Cargo.toml" --target-dir target
