//! Gain of the steering, learned as that of the vestibulo-ocular reflex: from turns that the steering did not predict.
//!
//! ```text
//! n = s(pulse before) G_h - (h - h(pulse before))              if |s(pulse before)| > 0.01; h: heading of the target
//! G_h <- clip(G_h + 0.0005 n sign s, 0.001, 0.1)
//! g   <- clip(0.95 g + 0.05 0.3 clip(n, -1, 1), -0.5, 0.5)     steering is multiplied by 1 + g
//! ```
//! The original says that it learns in every step; it does at its pulses only.
//!
//! As an option, the gain of a later version that probes its sign: it goes on in its direction after 20 gait cycles, by
//! `0.02 min(1, drift / 0.3)`, and turns around when the drift has grown by more than 0.02 rad/s. Drift is the mean over the cycles of
//! |mean yaw rate of a cycle|, which the sway within a cycle does not enter. Chosen: the sum `1 + g + search` multiplies the steering.

use super::forward_model::sign;
use super::parameters::{GainSearch, NavigationChannel};
use lobule_control::snapshot;

#[derive(Debug, Clone)]
pub(super) struct Navigation {
    parameters: NavigationChannel,
    heading_before: f64,
    steering_before: f64,
    /// G_h.
    pub heading_gain: f64,
    /// g.
    pub correction: f64,
}

snapshot!(Navigation { heading_before, steering_before, heading_gain, correction });

impl Navigation {
    pub fn new(parameters: NavigationChannel) -> Self {
        let heading_gain = parameters.start;
        Self { parameters, heading_before: 0.0, steering_before: 0.0, heading_gain, correction: 0.0 }
    }

    pub fn reset(&mut self) {
        (self.heading_before, self.steering_before) = (0.0, 0.0);
    }

    pub fn advance(&mut self, step: u64, heading: f64, steering: f64, learns: bool) {
        let p = &self.parameters;
        if !p.pulse.is_now(step) {
            return;
        }
        let before = self.steering_before;
        if learns && before.abs() > p.least_steering {
            let error = before * self.heading_gain - (heading - self.heading_before);
            let [least, most] = p.range;
            self.heading_gain = (self.heading_gain + p.rate * error * sign(before)).clamp(least, most);
            let target = p.gain * error.clamp(-1.0, 1.0);
            let kept = p.decay * self.correction + (1.0 - p.decay) * target;
            self.correction = kept.clamp(-p.limit, p.limit);
        }
        (self.heading_before, self.steering_before) = (heading, steering);
    }
}

#[derive(Debug, Clone)]
pub(super) struct Search {
    parameters: GainSearch,
    steps: u64,
    turned: f64,
    cycles: u64,
    drift: f64,
    drift_before: Option<f64>,
    /// 1 or -1.
    pub direction: f64,
    /// The gain.
    pub gain: f64,
}

snapshot!(Search { steps, turned, cycles, drift, drift_before, direction, gain });

impl Search {
    pub fn new(parameters: GainSearch) -> Self {
        Self {
            parameters,
            steps: 0,
            turned: 0.0,
            cycles: 0,
            drift: 0.0,
            drift_before: None,
            direction: 1.0,
            gain: 0.0,
        }
    }

    pub fn reset(&mut self) {
        (self.steps, self.turned, self.cycles, self.drift, self.drift_before) = (0, 0.0, 0, 0.0, None);
    }

    pub fn advance(&mut self, yaw_rate: f64, learns: bool) {
        let p = &self.parameters;
        if !p.is_on || !learns {
            return;
        }
        self.steps += 1;
        self.turned += yaw_rate;
        if self.steps < p.cycle_steps {
            return;
        }
        self.drift += (self.turned / p.cycle_steps as f64).abs();
        (self.steps, self.turned) = (0, 0.0);
        self.cycles += 1;
        if self.cycles < p.cycles {
            return;
        }
        let drift = self.drift / p.cycles as f64;
        (self.cycles, self.drift) = (0, 0.0);
        if self.drift_before.is_some_and(|before| drift > before + p.worse) {
            self.direction = -self.direction;
        }
        self.drift_before = Some(drift);
        if drift > p.dead_band {
            let step = self.direction * p.step * (drift / p.full_drift).min(1.0);
            self.gain = (self.gain + step).clamp(-p.limit, p.limit);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::parameters::OliveParameters;
    use super::*;

    fn close(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-12, "{found}, not {expected}");
    }

    #[test]
    fn turns_that_fall_short_raise_the_gain_of_the_steering_and_its_prediction() {
        let mut navigation = Navigation::new(OliveParameters::default().navigation);
        navigation.advance(0, 0.1, 0.4, true);
        close(navigation.correction, 0.0);
        navigation.advance(49, 9.0, 9.0, true);
        navigation.advance(50, 0.1, 0.4, true);
        // n = 0.4 0.01 - 0.
        close(navigation.heading_gain, 0.01 + 0.0005 * 0.004);
        close(navigation.correction, 0.05 * 0.3 * 0.004);
        let gain = navigation.heading_gain;
        navigation.advance(100, -3.0, 0.0, true);
        let n: f64 = 0.4 * gain + 3.1;
        close(navigation.heading_gain, gain + 0.0005 * n);
        close(navigation.correction, 0.95 * 0.05 * 0.3 * 0.004 + 0.05 * 0.3);
        let kept = navigation.correction;
        navigation.advance(150, 5.0, 0.0, true);
        close(navigation.correction, kept);
    }

    #[test]
    fn the_search_turns_around_when_the_drift_grows() {
        let search = GainSearch { is_on: true, ..OliveParameters::default().gain_search };
        let mut search = Search::new(search);
        let mut probe = |yaw_rate: f64| {
            // A sway within each cycle that sums to 0.
            (0..2000).for_each(|n| search.advance(yaw_rate + if n % 2 == 0 { 1.0 } else { -1.0 }, true));
            search.gain
        };
        close(probe(0.15), 0.01);
        close(probe(0.3), -0.01);
        close(probe(-0.31), -0.03);
        close(probe(0.04), -0.03);
        close(probe(0.9), -0.01);
    }

    #[test]
    fn without_learning_neither_gain_changes() {
        let p = OliveParameters::default();
        let mut navigation = Navigation::new(p.navigation);
        let mut search = Search::new(GainSearch { is_on: true, ..p.gain_search });
        for step in 0..4000 {
            navigation.advance(step, 0.1, 0.4, false);
            search.advance(0.3, false);
        }
        assert_eq!((navigation.correction, navigation.heading_gain, search.gain), (0.0, 0.01, 0.0));
    }
}
