//! Cards of the experiments on legs, which need no library.

use lobule_quadruped::ALL;
use lobule_study::numbers_without_limits;

#[test]
fn every_number_has_limits() {
    for experiment in ALL {
        let card = experiment.card();
        let without = numbers_without_limits(card).unwrap();
        assert!(without.is_empty(), "{}: {without:?}", card.name);
    }
}

#[test]
fn names_are_unique_and_say_where_they_belong() {
    let names: Vec<&str> = ALL.iter().map(|experiment| experiment.card().name).collect();
    for (k, name) in names.iter().enumerate() {
        assert!(name.starts_with("quadruped/") && !names[..k].contains(name), "{name}");
    }
    for experiment in ALL {
        let presets: Vec<&str> = experiment.card().presets.iter().map(|preset| preset.name).collect();
        assert_eq!(presets[0], "default");
        assert!(presets.contains(&"quick"), "{presets:?}");
    }
}
