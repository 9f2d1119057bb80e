//! Learned values: every learner gives them away and takes them back, and nothing that does not fit is taken.

use lobule_control::registry::{Setting, Value, Values, controllers};
use lobule_control::{Controller, Error, Inputs, Memory, Senses};

mod settings;
use settings::{setting_for, values};

fn advance(controller: &mut dyn Controller, ticks: std::ops::Range<u64>) -> Vec<Vec<f64>> {
    let Inputs { senses, references, cues } = controller.inputs();
    let signal = |i: usize, tick: u64| 0.1 * libm::sin(0.37 * tick as f64 + i as f64);
    ticks
        .map(|tick| {
            let values = |n: usize, from: usize| (0..n).map(|i| signal(from + i, tick)).collect::<Vec<f64>>();
            let (sensed, reference) = (values(senses, 0), values(references, 7));
            let cues = vec![f64::from(u8::from(tick == 5)); cues];
            let given = Senses {
                tick,
                sensed: &sensed,
                reference: &reference,
                reference_then: &reference,
                cues: &cues,
            };
            let mut command = vec![0.0; controller.commands()];
            controller.advance(&given, &mut command).unwrap();
            command
        })
        .collect()
}

fn trial(controller: &mut dyn Controller) -> Vec<Vec<f64>> {
    controller.reset();
    let commands = advance(controller, 0..80);
    controller.finish(0.3).unwrap();
    commands
}

#[test]
fn every_controller_of_the_registry_gives_away_what_it_learned_and_takes_it_back() {
    {
        let all = controllers();
        let mut learners = 0;
        for entry in all.all() {
            let setting = setting_for(entry.name);
            let make = || all.make(entry.name, &values(entry.name), &setting).unwrap();
            let mut learned = make();
            (0..3).for_each(|_| drop(trial(&mut *learned)));
            let memory = learned.save();
            assert_eq!(memory.is_empty(), !entry.learns, "{}", entry.name);
            let bytes = memory.to_bytes();
            assert_eq!(Memory::from_bytes(&bytes).unwrap(), memory, "{}", entry.name);
            if memory.is_empty() {
                continue;
            }
            learners += 1;
            let mut other = make();
            assert_ne!(other.save(), memory, "{}: nothing was learned", entry.name);
            other.load(&Memory::from_bytes(&bytes).unwrap()).unwrap();
            assert_eq!(other.save(), memory, "{}", entry.name);
            assert_eq!(other.weights(), learned.weights(), "{}", entry.name);
            // A memory that is damaged anywhere is refused.
            for at in (0..bytes.len()).step_by(1 + bytes.len() / 97) {
                let mut damaged = bytes.clone();
                damaged[at] ^= 0x10;
                assert!(
                    matches!(Memory::from_bytes(&damaged), Err(Error::State { .. })),
                    "{} {at}",
                    entry.name
                );
                assert!(Memory::from_bytes(&bytes[..at]).is_err(), "{} {at}", entry.name);
            }
        }
        assert!(learners >= 7, "{learners}");
    }
}

#[test]
fn a_memory_that_another_seed_takes_means_the_same_there() {
    let all = controllers();
    let (mut taken, mut refused) = (0, 0);
    for entry in all.all().filter(|entry| entry.learns) {
        let setting = setting_for(entry.name);
        let make = |seed: u64| {
            all.make(entry.name, &values(entry.name), &Setting { seed, ..setting_for(entry.name) }).unwrap()
        };
        let mut learned = make(setting.seed);
        (0..3).for_each(|_| drop(trial(&mut *learned)));
        let memory = learned.save();
        let (mut same, mut other) = (make(setting.seed), make(setting.seed + 1));
        same.load(&memory).unwrap();
        if other.load(&memory).is_err() {
            refused += 1;
            continue;
        }
        taken += 1;
        // The olive spikes by chance, whatever was learned.
        if entry.name != "conditioning" {
            assert_eq!(trial(&mut *other), trial(&mut *same), "{}", entry.name);
        }
    }
    assert!(taken >= 5 && refused >= 2, "{taken} {refused}");
}

#[test]
fn a_memory_is_refused_by_any_controller_it_does_not_fit() {
    {
        let all = controllers();
        let setting = setting_for("cfpc");
        let make = |name: &str, values: &[(&str, f64)]| {
            let values: Values = values.iter().map(|(k, v)| ((*k).to_string(), Value::Number(*v))).collect();
            all.make(name, &values, &setting).unwrap()
        };
        let mut learned = make("cfpc", &[]);
        (0..3).for_each(|_| drop(trial(&mut *learned)));
        let memory = learned.save();
        let refused = |name: &str, values: &[(&str, f64)]| {
            let mut other = make(name, values);
            let before = other.save();
            let error = other.load(&memory).err().map(|e| e.to_string());
            assert!(error.is_none() || other.save() == before, "a memory that is refused changes nothing");
            error.unwrap_or_default()
        };
        assert_eq!(refused("cfpc", &[]), "");
        // A rate is no meaning: who learned fast may go on slowly.
        assert_eq!(refused("cfpc", &[("rate", 0.1)]), "");
        for changed in
            [("signals", 39.0), ("spacing_s", 0.11), ("width_s", 0.07), ("kp", 1.5), ("filter_s", 0.05)]
        {
            let error = refused("cfpc", &[changed]);
            assert!(
                error.contains("other parameters") && error.contains("everything but rates"),
                "{changed:?}: {error}"
            );
        }
        let error = refused("fel", &[]);
        assert!(error.contains("of the controller `cfpc`, not of `fel`"), "{error}");
        let error = refused("feedback", &[]);
        assert!(error.contains("`cfpc`"), "{error}");
    }
}

#[test]
fn bytes_that_are_no_memory_are_refused_by_what_they_are() {
    let text = |bytes: &[u8]| Memory::from_bytes(bytes).unwrap_err().to_string();
    assert!(text(b"").contains("is no memory"));
    assert!(text(b"lobule control 2 and so on").contains("is no memory"));
    assert!(text(b"lobule memory  2 and so on").contains("another version"));
    assert!(text(b"lobule memory  1").contains("ends too early"));
    assert!(text(&[b"lobule memory  1".to_vec(), vec![0xff; 64]].concat()).contains("changed or cut"));
}
