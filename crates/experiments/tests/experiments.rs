//! What every experiment promises, whatever it is about.

use lobule_experiments::{ALL, find};
use lobule_study::Request;
use std::collections::BTreeSet;

#[test]
fn names_are_unique_and_found() {
    let names: BTreeSet<&str> = ALL.iter().map(|e| e.card().name).collect();
    assert_eq!(names.len(), ALL.len());
    assert!(ALL.iter().all(|e| find(e.card().name).is_ok()));
    let unknown = find("sgdeg/network").map(|e| e.card().name).unwrap_err().to_string();
    assert!(names.iter().all(|name| unknown.contains(name)), "{unknown}");
}

#[test]
fn cards_say_what_it_is_and_where_it_comes_from() {
    for card in ALL.iter().map(|e| e.card()) {
        let name = card.name;
        assert!(name.chars().all(|c| c.is_ascii_lowercase() || "/_0123456789".contains(c)), "{name}");
        for text in [card.title, card.line, card.source, card.unit] {
            assert!(!text.trim().is_empty(), "{name}");
        }
        assert!(!card.sources.is_empty(), "{name} names no source");
        let presets: Vec<&str> = card.presets.iter().map(|p| p.name).collect();
        assert_eq!((presets[0], card.presets[0].toml), ("default", ""), "{name}");
        assert!(presets.contains(&"quick"), "{name} has no quick preset");
        // Each key of the defaults is explained: there is a comment above it or above its neighbors.
        assert!(card.defaults.lines().filter(|l| l.starts_with('#')).count() >= 3, "{name}");
    }
}

#[test]
fn presets_resolve_and_a_resolved_configuration_resolves_to_itself() {
    for experiment in ALL {
        let card = experiment.card();
        for preset in card.presets {
            let request = Request { preset: preset.name, ..Request::default() };
            let once = experiment
                .resolved(&request)
                .unwrap_or_else(|e| panic!("{} {}: {e}", card.name, preset.name));
            let request = Request { file: Some(("config.toml", &once)), ..Request::default() };
            assert_eq!(experiment.resolved(&request).unwrap(), once, "{} {}", card.name, preset.name);
        }
    }
}

#[test]
fn seeds_can_be_set_and_unknown_keys_and_presets_are_refused() {
    for experiment in ALL {
        let name = experiment.card().name;
        let ask = |preset: &'static str, setting: &str| {
            experiment.resolved(&Request { preset, settings: &[setting.to_string()], ..Request::default() })
        };
        assert!(ask("default", "seeds=[7, 9]").unwrap().contains("seeds = [7, 9]"), "{name}");
        assert!(ask("default", "seeds=[]").unwrap_err().to_string().contains("seeds"), "{name}");
        assert!(ask("default", "no_such_key=1").unwrap_err().to_string().contains("no_such_key"), "{name}");
        assert!(ask("huge", "seeds=[1]").unwrap_err().to_string().contains("quick"), "{name}");
    }
}
