//! The words of the report.

use super::config::{Actuation, CartPoleConfig};
use super::findings::contributions;
use super::record::CartPoleRecord;
use lobule_study::report::numbers::fixed;
use lobule_study::{Section, Story};

/// What the report says.
pub fn story(config: &CartPoleConfig, record: &CartPoleRecord) -> Story {
    let lines: Vec<(Actuation, String, bool)> = config
        .tasks
        .iter()
        .map(|&task| {
            let parts: Vec<(usize, f64)> = config
                .delays_ms
                .iter()
                .filter_map(|&ms| {
                    let by_seed = contributions(config, record, task, ms)?;
                    Some((ms, by_seed.iter().sum::<f64>() / by_seed.len() as f64))
                })
                .collect();
            let told: Vec<String> =
                parts.iter().map(|(ms, c)| format!("{} at {ms} ms", fixed(*c, 2))).collect();
            (task, told.join(", "), parts.iter().any(|p| p.1 > 0.5))
        })
        .collect();
    let needed: Vec<&str> = lines.iter().filter(|l| l.2).map(|l| l.0.words()).collect();
    let simple = "a law with more gain, constant velocity, or a tuned PD law";
    let answer = match needed[..] {
        [] => format!("In this run no success of a learned model goes beyond that of {simple}."),
        _ => format!(
            "With {} and late senses a learned model stands where {simple} does not; the delays at which it adds nothing are below.",
            needed.join(", and with ")
        ),
    };
    let small_print = lines
        .iter()
        .filter(|l| !l.1.is_empty())
        .map(|(task, told, _)| {
            format!("Predictor contribution = learned - best of the simple rivals, {}: {told}.", task.words())
        })
        .collect();
    Story {
        answer,
        small_print,
        steps: [
            "A pole stands on a cart. A force to the left or to the right keeps it up; an episode ends when it leans 12 \
             degrees, when the cart leaves the track, or after 500 ticks of 20 ms.",
            "A feedback law computes a command from what is sensed. It is too weak by itself.",
            "The inner loop carries what was sensed through the commands in flight with a forward model, asks the law, tries \
             the command on the model, and adds what the law says to the outcome.",
            "Learned models begin with nothing and learn from every tick. Beside them run a model that predicts no change, one \
             with constant velocity, the law with twice the gain, PD laws tuned for each delay, and the perfect model.",
        ]
        .map(String::from)
        .to_vec(),
        sections: vec![
            Section::new(
                "How fast does each controller learn?",
                "Episodes count from 1; an episode of 500 ticks is full.",
                &["learning"],
            ),
            Section::new(
                "Who stands under which delay?",
                "Each field is a controller under a delay: the median number of the first full episode, and in how many seeds there \
                 was one if not in all.",
                &["delays"],
            ),
            Section::new(
                "What if the pole changes?",
                "The pole becomes another one in the middle of a run. A frozen model stops learning at that tick.",
                &["pole"],
            ),
            Section::new(
                "When do the passes converge?",
                "The perfect model without delay. Corrections that are added converge while the product of the law's gain and the \
                 model's response stays above -2; with two actions the passes must not try the sign of the command.",
                &["passes"],
            ),
        ],
        differences: [
            "The granule cells are normalized to the delta rule's bound, with weights of standard normal size; the reference does \
             not give its weights.",
            "CMAC's cells lie between minus and plus the scales of the states; the reference does not give its ranges.",
            "The perfect model begins with the changed pole: it has nothing to learn before.",
            "dm_control's velocities at the start are uniform with the standard deviation of its normal ones, and its rail has no end.",
        ]
        .map(String::from)
        .to_vec(), ..Story::default() }
}
