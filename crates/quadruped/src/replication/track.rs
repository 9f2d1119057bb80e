//! The track of a robot: how far, how often it fell, and when it must be set on its feet.

use super::record::Way;
use crate::bout::LIES_TICKS;
use lobule_control::walking::{View, WalkerParameters};

/// Ticks of a chord: a second.
const CHORD: u64 = 200;

/// Track of a robot, tick by tick.
pub struct Track {
    /// Limits of a fallen body.
    fallen: WalkerParameters,
    start: Option<[f64; 2]>,
    way: Way,
    /// Place a second before; none after it was set on its feet.
    chord: Option<[f64; 2]>,
    yaw: Option<f64>,
    ticks: u64,
    lying: u64,
}

impl Track {
    pub fn new() -> Self {
        Self {
            fallen: WalkerParameters::default(),
            start: None,
            way: Way::default(),
            chord: None,
            yaw: None,
            ticks: 0,
            lying: 0,
        }
    }

    /// The start of the track.
    pub fn begin(&mut self, view: &View) {
        let [x, y, _] = view.position();
        self.start = Some([x, y]);
        (self.chord, self.yaw) = (Some([x, y]), Some(view.roll_pitch_yaw()[2]));
        self.way.places_m.push([x, y]);
    }

    /// Takes the body after a tick. True if it has lain for so long that it is set on its feet.
    pub fn see(&mut self, view: &View) -> bool {
        let [x, y, _] = view.position();
        let [x_0, y_0] = *self.start.get_or_insert([x, y]);
        self.ticks += 1;
        self.way.farthest_m = self.way.farthest_m.max(libm::hypot(x - x_0, y - y_0));
        let yaw = view.roll_pitch_yaw()[2];
        if let Some(before) = self.yaw.replace(yaw) {
            let turn = (yaw - before).to_degrees();
            self.way.turn_deg += turn - 360.0 * libm::round(turn / 360.0);
        }
        if self.ticks.is_multiple_of(CHORD) {
            if let Some([x_before, y_before]) = self.chord.replace([x, y]) {
                self.way.path_m += libm::hypot(x - x_before, y - y_before);
            }
            self.way.places_m.push([x, y]);
        }
        self.way.end_m = [x, y];
        let is_down = self.fallen.is_fallen(view);
        self.way.falls += u32::from(is_down && self.lying == 0);
        self.lying = if is_down { self.lying + 1 } else { 0 };
        self.lying >= LIES_TICKS
    }

    /// The body was set on its feet elsewhere: what lies between is no way.
    pub fn relocated(&mut self) {
        (self.chord, self.yaw, self.lying) = (None, None, 0);
    }

    /// True if the body lay after the last tick.
    pub fn is_down(&self) -> bool {
        self.lying > 0
    }

    /// Farthest distance so far, m.
    pub fn way(self) -> Way {
        self.way
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lobule_control::walking::Body;

    /// Senses of a body at a place with a heading, rad, upright or on its back.
    fn senses(place: [f64; 2], yaw: f64, is_down: bool) -> Vec<f64> {
        let mut senses = vec![0.0; Body::default().senses()];
        senses[..3].copy_from_slice(&[place[0], place[1], if is_down { 0.05 } else { 0.27 }]);
        (senses[3], senses[6]) = (libm::cos(yaw / 2.0), libm::sin(yaw / 2.0));
        senses
    }

    #[test]
    fn a_circle_has_its_diameter_its_length_and_its_turn() {
        let (mut track, body) = (Track::new(), Body::default());
        // A circle of 2 m in 40 s, from 0, 0.
        let at = |tick: u64| {
            let angle = std::f64::consts::TAU * tick as f64 / 8000.0;
            senses([2.0 * libm::sin(angle), 2.0 - 2.0 * libm::cos(angle)], angle, false)
        };
        track.begin(&body.view(&at(0)).unwrap());
        for tick in 1..=8000 {
            assert!(!track.see(&body.view(&at(tick)).unwrap()));
        }
        let way = track.way();
        assert!((way.farthest_m - 4.0).abs() < 1e-9 && (way.turn_deg - 360.0).abs() < 1e-6);
        let chord = 4.0 * libm::sin(std::f64::consts::PI / 40.0);
        assert!((way.path_m - 40.0 * chord).abs() < 1e-9, "{}", way.path_m);
        assert_eq!((way.places_m.len(), way.falls), (41, 0));
    }

    #[test]
    fn a_body_that_lies_falls_once_and_is_set_on_its_feet_without_a_way() {
        let (mut track, body) = (Track::new(), Body::default());
        let (up, down) = (senses([1.0, 0.0], 0.0, false), senses([1.0, 0.0], 0.0, true));
        track.begin(&body.view(&up).unwrap());
        for tick in 1..=LIES_TICKS {
            assert_eq!(track.see(&body.view(&down).unwrap()), tick == LIES_TICKS);
        }
        track.relocated();
        let home = senses([0.0, 0.0], 1.0, false);
        for _ in 0..400 {
            assert!(!track.see(&body.view(&home).unwrap()));
        }
        let way = track.way();
        assert_eq!((way.falls, way.path_m, way.turn_deg), (1, 0.0, 0.0));
    }
}
