//! The words of the report.

use super::config::{Actuation, CartPoleConfig};
use super::findings::contributions;
use super::record::CartPoleRecord;
use lobule_analysis::mean;
use lobule_study::prelude::*;

/// Contribution of prediction to a task by delay: (delay in ms, mean over seeds).
fn contribution(config: &CartPoleConfig, record: &CartPoleRecord, task: Actuation) -> Vec<(usize, f64)> {
    let at = |&ms: &usize| Some((ms, mean(&contributions(config, record, task, ms)?)));
    config.delays_ms.iter().filter_map(at).collect()
}

/// The words of the report of a record.
pub fn story(config: &CartPoleConfig, record: &CartPoleRecord) -> Story {
    let tasks: Vec<(Actuation, Vec<(usize, f64)>)> =
        config.tasks.iter().map(|&task| (task, contribution(config, record, task))).collect();
    let needed: Vec<&str> =
        tasks.iter().filter(|t| t.1.iter().any(|(_, c)| *c > 0.5)).map(|t| t.0.words()).collect();
    let simple = "feedback with more gain, constant velocity, or a tuned PD controller";
    let answer = match needed[..] {
        [] => {
            format!("In this run, no learned model succeeded where none of the simple rivals did: {simple}.")
        }
        _ => format!(
            "With {} and delayed senses, a learned model balanced the pole where the simple rivals did not: {simple}. At other delays the \
             model contributed nothing.",
            needed.join(", and with ")
        ),
    };
    let line = |(task, parts): &(Actuation, Vec<(usize, f64)>)| {
        let parts: Vec<String> = parts.iter().map(|(ms, c)| format!("{} at {ms} ms", fixed(*c, 2))).collect();
        format!(
            "Predictor contribution (learned minus the best of the simple rivals, as shares of seeds), {}: {}.",
            task.words(),
            parts.join(", ")
        )
    };
    Story {
        answer,
        small_print: tasks.iter().filter(|t| !t.1.is_empty()).map(line).collect(),
        steps: texts([
            "A pole stands on a cart, and a force to the left or to the right balances it. An episode ends when the pole leans 12 \
             degrees, when the cart leaves the track, or after 500 ticks of 20 ms.",
            "A feedback controller computes a command from the senses. It is too weak by itself.",
            "The inner loop carries the sensed state through the commands in flight with a forward model, asks the controller for a command, tries \
             the command on the model, and adds the controller's correction of the outcome.",
            "Learned models start naive and learn in every tick. Their rivals are a model that predicts no change, one \
             with constant velocity, feedback with twice the gain, PD controllers tuned for each delay, and the perfect model.",
        ]),
        sections: vec![
            Section::new(
                "How fast does each controller learn?",
                "Episodes count from 1; an episode of 500 ticks is full.",
                &["learning"],
            ),
            Section::new(
                "Which controller balances the pole under which delay?",
                "Each field is a controller under a delay: the median number of the first full episode, and the number of seeds with a \
                 full episode if not all had one.",
                &["delays"],
            ),
            Section::new(
                "What if the pole changes?",
                "The length of the pole changes in the middle of a run. A frozen model stops learning at that tick.",
                &["pole"],
            ),
            Section::new(
                "When do the passes converge?",
                "The perfect model without delay. Added corrections converge while the product of the controller's gain and the \
                 model's response stays above -2. With two actions, the passes must not try the sign of the command.",
                &["passes"],
            ),
        ],
        differences: texts([
            "The granule cells are normalized to the delta rule's bound, with weights of standard normal size; the reference does \
             not give its weights.",
            "CMAC's cells lie between minus and plus the scales of the states; the reference does not give its ranges.",
            "The perfect model starts with the changed pole: it has nothing to learn before.",
            "dm_control's initial velocities are uniform with the standard deviation of its normal ones, and its rail has no end.",
        ]),
        ..Story::default()
    }
}
