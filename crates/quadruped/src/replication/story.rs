//! The report in words.

use super::config::{Arm, Config, Ground};
use super::findings::mean_over;
use super::record::{FALLS, FARTHEST, PATH, Record, TURN};
use lobule_analysis::{mean_of, sd};
use lobule_study::prelude::*;

/// Published mean and standard deviation, m. Source: MH-FLOCKE v0.4.1, README.
fn published(arm: Arm) -> Option<&'static str> {
    match arm {
        Arm::NoNeurons => Some("40.73 ± 6.14"),
        Arm::Circuit => Some("45.15 ± 0.67"),
        Arm::PublishedPpo => Some("12.83 ± 7.78"),
        _ => None,
    }
}

/// The table of all arms.
fn table(config: &Config, record: &Record, ground: Ground) -> Html {
    let columns =
        ["legs driven by", "robots", "distance (m)", "published (m)", "path (m)", "turn (deg)", "falls"];
    let mut table = Table::new(&columns, &[1, 2, 3, 4, 5, 6]);
    for arm in Arm::ALL.into_iter().filter(|arm| *arm != Arm::ResidualPpo) {
        let robots = config.seeds_of(ground, arm).len();
        if robots == 0 {
            continue;
        }
        let distances = record.values(ground, arm, FARTHEST);
        let spread = if robots > 1 { format!(" ± {}", fixed(sd(&distances), 2)) } else { String::new() };
        let of_publication = published(arm).filter(|_| ground == Ground::Flat).unwrap_or("");
        table.row([
            arm.words().into(),
            robots.to_string(),
            format!("{}{spread}", fixed(mean_over(record, ground, arm, FARTHEST), 2)),
            of_publication.into(),
            fixed(mean_over(record, ground, arm, PATH), 2),
            signed(mean_over(record, ground, arm, TURN), 0),
            fixed(mean_over(record, ground, arm, FALLS), 1),
        ]);
    }
    table.html()
}

/// The table of the residual policies.
fn residual(config: &Config, record: &Record) -> Html {
    let mut table = Table::new(
        &["steps of training", "distance (m)", "path (m)", "turn (deg)", "falls in the test"],
        &[0, 1, 2, 3, 4],
    );
    for (k, budget) in config.residual.budgets.iter().enumerate() {
        let ways = || record.trained.iter().map(move |trained| &trained.tested[k]);
        table.row([
            thousands(*budget),
            fixed(mean_of(ways().map(|way| way.farthest_m)), 2),
            fixed(mean_of(ways().map(|way| way.path_m)), 2),
            signed(mean_of(ways().map(|way| way.turn_deg)), 0),
            fixed(mean_of(ways().map(|way| f64::from(way.falls))), 1),
        ]);
    }
    table.html()
}

/// The answer in words.
fn answer(config: &Config, record: &Record) -> String {
    let flat = |arm: Arm, of| mean_over(record, Ground::Flat, arm, of);
    let mut said = vec![format!(
        "Without a neuron, the robot walks {} m from its start, along a path of {} m.",
        fixed(flat(Arm::NoNeurons, FARTHEST), 1),
        fixed(flat(Arm::NoNeurons, PATH), 1)
    )];
    if !config.seeds_of(Ground::Flat, Arm::Circuit).is_empty() {
        said.push(format!(
            "With the published circuit it walks {} m, along a path of {} m.",
            fixed(flat(Arm::Circuit, FARTHEST), 1),
            fixed(flat(Arm::Circuit, PATH), 1)
        ));
    }
    if !config.seeds_of(Ground::Flat, Arm::PublishedPpo).is_empty() {
        let reward = mean_of(record.of(Ground::Flat, Arm::PublishedPpo).filter_map(|walk| walk.reward));
        said.push(format!(
            "The published PPO earns {} of the 2 per step that standing pays, and goes {} m.",
            fixed(reward, 3),
            fixed(flat(Arm::PublishedPpo, FARTHEST), 1)
        ));
    }
    said.join(" ")
}

/// What the numbers of the circuit mean, from the record.
fn meaning(config: &Config, record: &Record) -> Option<String> {
    let walks =
        || record.of(Ground::Flat, Arm::Circuit).filter_map(|walk| Some((walk, walk.neurons.as_ref()?)));
    walks().next()?;
    let mean = |of: &dyn Fn(&super::record::Neurons) -> f64| mean_of(walks().map(|(_, neurons)| of(neurons)));
    let bias =
        mean_of(walks().map(|(walk, neurons)| neurons.bias / walk.late(1, |stage| Some(stage.correction))));
    let low = walks().map(|(_, neurons)| neurons.apical[0]).fold(f64::INFINITY, f64::min);
    let high = walks().map(|(_, neurons)| neurons.apical[1]).fold(0.0, f64::max);
    let frozen = if config.seeds_of(Ground::Flat, Arm::Frozen).is_empty() {
        String::new()
    } else {
        format!(
            " Without plasticity the robot goes {} m.",
            fixed(mean_over(record, Ground::Flat, Arm::Frozen, FARTHEST), 1)
        )
    };
    Some(format!(
        "Purkinje cells are driven with {} to {} times the threshold of their soma, so that {} % of their steps are at the refractory limit. What they \
         give the nuclei is then the order of their spikes: the mean correction of a joint is {} of the size of the corrections. {} % of the weights are \
         at 0 and {} % at the cap: they do not converge, they run to the ends.{frozen}",
        fixed(low, 0),
        fixed(high, 0),
        fixed(100.0 * mean(&super::findings::refractory), 0),
        fixed(bias, 3),
        fixed(100.0 * mean(&|n| n.at_limits[0]), 0),
        fixed(100.0 * mean(&|n| n.at_limits[1]), 0),
    ))
}

pub fn story(config: &Config, record: &Record) -> Story {
    let walks = |ground: Ground| Section {
        html: table(config, record, ground),
        ..Section::new(
            &format!("How far does it walk {}?", ground.words()),
            "Means and standard deviations over the robots. Distance: the farthest from the start, which the publication reports. Path: sum of chords of a \
             second. Turn: to the left from beginning to end.",
            if ground == Ground::Flat { &["distance", "paths"] } else { &[] },
        )
    };
    let mut sections: Vec<Section> = config.grounds.iter().map(|&ground| walks(ground)).collect();
    if let Some(meaning) = meaning(config, record) {
        sections.push(Section::new(
            "What do the numbers of the circuit mean?",
            &meaning,
            &["circuit", "course"],
        ));
    }
    if !record.trained.is_empty() {
        sections.push(Section {
            html: residual(config, record),
            ..Section::new(
                "What does PPO reach on the same pattern generator?",
                "Corrections by a policy with clipping, Adam, scaled observations and a reward in m/s, tested without noise and apart from training.",
                &["training"],
            )
        });
    }
    sections.push(Section::new("The walk", "", &["gait", "tilt"]));
    Story {
        answer: answer(config, record),
        small_print: texts([
            "The distance counts how straight a robot goes. Path lengths tell how far it walks.",
            "The gate, a schedule of the generator's amplitude that nothing learned enters, is the same with and without the circuit.",
        ]),
        steps: texts([
            "A pattern generator of 2 Hz, reflexes and a servo drive the legs. A gate lowers the generator's share from 0.9 to 0.4 while the robot stays upright.",
            "In the circuit's arm, corrections from nuclear cells are added to the generator, as published.",
            "In the others the circuit is frozen, replaced by random corrections or by none, or parts of the walker are left out.",
            "PPO as published starts from a body without a generator. The residual policy corrects the generator, as the circuit does.",
            "Each robot walks 50,000 control steps of 5 ms. Distance, path, turn, falls and the state of the circuit are measured.",
        ]),
        sections,
        differences: texts([
            "Curiosity, which the original draws from a world model's errors, is drawn here: zero in half of the steps, uniform in the others.",
            "The hills stand at other places than the original's, whose random generator is another one.",
            "Seeds begin afresh. The original loads the weights of the run before where a file is there.",
            "PPO keeps its faults: no clipping in the step that is taken, plain gradient steps without Adam or scaling of observations, and a reward per step in which \
             walking earns 0.005 and standing 2.",
        ]),
        ..Story::default()
    }
}
