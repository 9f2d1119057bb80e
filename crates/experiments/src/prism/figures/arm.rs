//! Movements of the arm in five trials: the planar arm with its hand paths,
//! and the angle of the joint over the movement.

use super::{look::*, series::*};

/// Points drawn of one path, at most.
const PATH_POINTS: usize = 200;

/// A trial worth looking at.
struct Moment<'a> {
    words: &'static str,
    trial: &'a TrialRecord,
    stroke: Stroke,
}

fn moments(run: &ConditionRun) -> Vec<Moment<'_>> {
    let of = |epoch| run.trials.iter().filter(move |t| t.epoch == epoch);
    let first = of(Epoch::Prism).next();
    let last = of(Epoch::Prism).next_back().filter(|l| first.is_none_or(|f| f.index != l.index));
    let solid = |color| Stroke::new(color, 2.0);
    let moments = [
        ("before", of(Epoch::Baseline).next_back(), solid(BLACK)),
        ("first with prisms", first, solid(VERMILLION)),
        ("last with prisms", last, solid(BLUE)),
        ("first after", of(Epoch::Removal).next(), solid(PURPLE)),
        ("second after", of(Epoch::Removal).nth(1), solid(GREEN).dash(Dash::Dashed)),
    ];
    let seen = |(words, trial, stroke)| Option::map(trial, |trial| Moment { words, trial, stroke });
    moments.into_iter().filter_map(seen).collect()
}

/// One run of each of the two main conditions, on the first seed that has them.
fn examples(result: &PrismResult) -> Vec<&ConditionRun> {
    let plastic = runs(result, Condition::Plastic);
    let seed = plastic.first().or(runs(result, Condition::Static).first()).map(|run| run.seed);
    let on_seed = |c| result.condition(c).find(|a| Some(a.seed) == seed && !a.trials.is_empty());
    [Condition::Static, Condition::Plastic].into_iter().filter_map(on_seed).collect()
}

fn hand(trial: &TrialRecord) -> Option<(f64, f64)> {
    let [x, y] = trial.hand_m.last()?;
    (x.is_finite() && y.is_finite()).then_some((f64::from(*x), f64::from(*y)))
}

/// Where on the circle around the shoulder an end point of a given error lies.
struct Protractor {
    angle0: f64,
    angle_per_deg: f64,
    radius: f64,
}

impl Protractor {
    /// Fits the direction of the hand at the end of the movement to the error, over all trials
    /// (least squares): the target is where the error is zero.
    fn fit(trials: &[&TrialRecord]) -> Option<Self> {
        let ends = trials.iter().filter_map(|t| hand(t).map(|h| (t.error_deg, h)));
        let ends: Vec<(f64, (f64, f64))> = ends.filter(|e| e.0.is_finite()).collect();
        let n = ends.len() as f64;
        if ends.is_empty() {
            return None;
        }
        let (x, y) = ends.iter().fold((0.0, 0.0), |sum, (_, h)| (sum.0 + h.0, sum.1 + h.1));
        let mean_direction = libm::atan2(y, x);
        // Angles from the mean direction, so that none wraps around.
        let angle = |h: (f64, f64)| {
            let (sin, cos) = (libm::sin(mean_direction), libm::cos(mean_direction));
            libm::atan2(h.1 * cos - h.0 * sin, h.0 * cos + h.1 * sin)
        };
        let mean_error = ends.iter().map(|e| e.0).sum::<f64>() / n;
        let mean_angle = ends.iter().map(|e| angle(e.1)).sum::<f64>() / n;
        let spread = ends.iter().map(|e| (e.0 - mean_error).powi(2)).sum::<f64>();
        let together = ends.iter().map(|e| (e.0 - mean_error) * (angle(e.1) - mean_angle)).sum::<f64>();
        let angle_per_deg = if spread > 1e-6 { together / spread } else { 1f64.to_radians() };
        let radius = ends.iter().map(|e| libm::hypot(e.1.0, e.1.1)).sum::<f64>() / n;
        Some(Self { angle0: mean_direction + mean_angle - angle_per_deg * mean_error, angle_per_deg, radius })
    }

    fn at(&self, error_deg: f64, radius: f64) -> (f64, f64) {
        let angle = self.angle0 + self.angle_per_deg * error_deg;
        (radius * libm::cos(angle), radius * libm::sin(angle))
    }
}

/// The elbow of a two-segment arm from shoulder at the origin to `hand`, on the right of the
/// line from shoulder to hand; out of reach, the nearest posture.
fn elbow(segments: [f64; 2], hand: (f64, f64)) -> (f64, f64) {
    let [l1, l2] = segments;
    let reach = libm::hypot(hand.0, hand.1).min(l1 + l2).max((l1 - l2).abs().max(1e-6));
    let bend = libm::acos(((l1 * l1 + reach * reach - l2 * l2) / (2.0 * l1 * reach)).clamp(-1.0, 1.0));
    let angle = libm::atan2(hand.1, hand.0) - bend;
    (l1 * libm::cos(angle), l1 * libm::sin(angle))
}

/// The arm seen from above: postures, hand paths, target.
pub fn arm(result: &PrismResult) -> Option<Figure> {
    let examples = examples(result);
    let all: Vec<&TrialRecord> = examples.iter().flat_map(|a| &a.trials).collect();
    let protractor = Protractor::fit(&all)?;
    let chosen: Vec<Vec<Moment>> = examples.iter().map(|a| moments(a)).collect();
    let shown: Vec<&Moment> = chosen.iter().flatten().filter(|m| hand(m.trial).is_some()).collect();
    let rim = protractor.radius * 1.1;
    let errors = shown.iter().map(|m| m.trial.error_deg).chain(shown.iter().map(|m| m.trial.prism_deg));
    let (low, high) = errors.fold((0f64, 0f64), |r, e| (r.0.min(e), r.1.max(e)));
    let (low, high) = ((low / 10.0).floor() * 10.0, (high / 10.0).ceil() * 10.0);

    // World that must fit: shoulder, elbows, paths, rim with its labels.
    let mut world: Vec<(f64, f64)> = vec![(0.0, 0.0)];
    for moment in &shown {
        world.extend(hand(moment.trial).map(|h| elbow(result.arm_segments_m, h)));
        world.extend(moment.trial.hand_m.iter().map(|h| (f64::from(h[0]), f64::from(h[1]))));
    }
    world.extend([low, 0.0, high].map(|e| protractor.at(e, rim * 1.1)));
    let fold = |pick: fn(&(f64, f64)) -> f64| {
        world.iter().map(pick).fold((f64::INFINITY, f64::NEG_INFINITY), |r, v| (r.0.min(v), r.1.max(v)))
    };
    let ((x0, x1), (y0, y1)) = (fold(|p| p.0), fold(|p| p.1));
    let (x0, x1) = (x0 - 0.03, x1 + 0.03);
    let width = WIDTH / examples.len() as f64;
    let scale = ((width - 20.0) / (x1 - x0)).min(400.0 / (y1 - y0).max(1e-6));
    let (top, bottom) = (62.0, 34.0);
    let mut drawing = Drawing::new(WIDTH, top + (y1 - y0) * scale + bottom);

    let mut x = 10.0;
    for moment in chosen.first()? {
        drawing.line(&[(x, 12.0), (x + 24.0, 12.0)], &moment.stroke);
        drawing.text((x + 31.0, 16.0), moment.words, Lettering::new(12.0, Anchor::Start));
        x += 31.0 + width_of(moment.words, 12.0) + 22.0;
    }
    for (k, (example, moments)) in examples.iter().zip(&chosen).enumerate() {
        let center = (k as f64 + 0.5) * width - 0.5 * (x0 + x1) * scale;
        let place = |p: (f64, f64)| (center + p.0 * scale, top + (y1 - p.1) * scale);
        let (mut title_at, heading) = (k as f64 * width + 10.0, Lettering::new(13.0, Anchor::Start).bold());
        if examples.len() > 1 {
            drawing.text((title_at, 46.0), &char::from(b'A' + k as u8).to_string(), heading);
            title_at += 18.0;
        }
        drawing.text((title_at, 46.0), condition_name(example.condition), heading);
        draw_protractor(&mut drawing, &protractor, (low, high), rim, place);
        moments.iter().for_each(|m| draw_posture(&mut drawing, result.arm_segments_m, m, place));
        moments.iter().for_each(|m| draw_path(&mut drawing, m, place));
        if let Some(prism) = moments.iter().map(|m| m.trial.prism_deg).find(|p| p.abs() > 0.0) {
            let pen = Stroke::new(INK, 1.2).dash(Dash::Dotted);
            drawing.disc(place(protractor.at(prism, protractor.radius)), 8.0, "none", &pen);
        }
        drawing.star(place(protractor.at(0.0, protractor.radius)), 9.0, INK);
        let shoulder = place((0.0, 0.0));
        drawing.disc(shoulder, 6.0, PAPER, &Stroke::new(INK, 2.0));
        let look = Lettering::new(12.0, Anchor::Middle).color(FAINT);
        drawing.text((shoulder.0, shoulder.1 + 22.0), "shoulder", look);
        if k == 0 {
            let (from, y) = (14.0, top + (y1 - y0) * scale + 8.0);
            drawing.line(&[(from, y), (from + 0.1 * scale, y)], &Stroke::new(INK, 2.0));
            drawing.text((from + 0.1 * scale + 8.0, y + 4.0), "10 cm", Lettering::new(12.0, Anchor::Start));
        }
    }
    let caption = format!(
        "Movements of the planar arm, seen from above, seed {}. Colored lines: path of the hand in five trials, each ending in a dot; pale \
         segments: posture of the arm at the end (segments of {:.2} and {:.2} m; the elbow is computed from the hand). Star: the target, where \
         the pointing error is zero; dotted circle: its apparent position through the prisms. The scale around them gives the pointing error \
         in degrees (fitted to all trials).",
        examples.first()?.seed,
        result.arm_segments_m[0],
        result.arm_segments_m[1],
    );
    Some(Figure::svg("arm", caption, drawing.finish()))
}

fn draw_protractor(
    drawing: &mut Drawing,
    protractor: &Protractor,
    (low, high): (f64, f64),
    rim: f64,
    place: impl Fn((f64, f64)) -> (f64, f64),
) {
    let pen = Stroke::new("#b0b0b0", 1.0);
    let on_arc = |k| place(protractor.at(low + f64::from(k) / 60.0 * (high - low), rim));
    drawing.line(&(0..=60).map(on_arc).collect::<Vec<_>>(), &pen);
    let marks = ((high - low) / 10.0).round() as i32;
    for k in 0..=marks {
        let error = low + 10.0 * f64::from(k);
        drawing.line(&[place(protractor.at(error, rim)), place(protractor.at(error, rim * 1.02))], &pen);
        let (x, y) = place(protractor.at(error, rim * 1.065));
        let look = Lettering::new(12.0, Anchor::Middle).color(FAINT);
        drawing.text((x, y + 4.0), &format!("{}°", signed(error, 0)), look);
    }
}

fn draw_posture(
    drawing: &mut Drawing,
    segments: [f64; 2],
    moment: &Moment,
    place: impl Fn((f64, f64)) -> (f64, f64),
) {
    let Some(hand) = hand(moment.trial) else { return };
    let elbow = elbow(segments, hand);
    let pale = Stroke::new(&tint(&moment.stroke.color, 0.28), 4.0).dash(moment.stroke.dash);
    drawing.line(&[place((0.0, 0.0)), place(elbow), place(hand)], &pale);
    drawing.disc(place(elbow), 3.5, PAPER, &Stroke::new(&tint(&moment.stroke.color, 0.45), 1.5));
}

fn draw_path(drawing: &mut Drawing, moment: &Moment, place: impl Fn((f64, f64)) -> (f64, f64)) {
    let every = moment.trial.hand_m.len().div_ceil(PATH_POINTS).max(1);
    let shown = moment.trial.hand_m.iter().step_by(every);
    let mut path: Vec<(f64, f64)> = shown.map(|h| place((f64::from(h[0]), f64::from(h[1])))).collect();
    if let Some(end) = hand(moment.trial) {
        path.push(place(end));
        drawing.line(&path, &moment.stroke);
        drawing.disc(place(end), 4.0, &moment.stroke.color, &Stroke::new(PAPER, 1.0));
    }
}

/// The joint angle over the movement in the same trials.
pub fn joint_angle(result: &PrismResult) -> Result<Option<Figure>, Error> {
    let mut plate = Plate::new("joint_angle", 2, 210.0);
    for example in examples(result) {
        let x = Axis::exact("time in the trial (ms)", 0.0, result.trial_ms);
        let mut panel = Panel::new(condition_name(example.condition), x, Axis::exact("", 0.0, 1.0));
        panel.levels.push(Level::across(0.0));
        for moment in moments(example) {
            let path = &moment.trial.path_deg;
            let every = path.len().div_ceil(PATH_POINTS).max(1);
            let points = path.iter().enumerate().step_by(every).map(|(t, a)| (t as f64, f64::from(*a)));
            panel.line(points, moment.stroke.clone());
            if plate.panels.is_empty() {
                plate.line_key(moment.words, moment.stroke);
            }
        }
        if panel.marks.iter().any(|m| matches!(m, Mark::Line { points, .. } if points.len() > 1)) {
            plate.panels.push(panel);
        }
    }
    let Some(example) = examples(result).first().copied() else { return Ok(None) };
    share_vertical_axis(&mut plate, "joint angle (deg)");
    let ends_at_error = examples(result).iter().flat_map(|a| moments(a)).all(|m| {
        m.trial.path_deg.last().is_some_and(|end| (f64::from(*end) - m.trial.error_deg).abs() < 1.0)
    });
    let caption = format!(
        "Angle of the controlled joint by time during the same five trials, seed {}, relative to the angle that points at the target without \
         prisms (dotted line).{}",
        example.seed,
        if ends_at_error { " The final value of a curve is the pointing error." } else { "" }
    );
    drawn(&plate, caption)
}
