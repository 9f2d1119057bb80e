//! Learned changes: weights of the synapses from parallel fibers to Purkinje cells.

use super::{look::*, series::*};

/// Mean weight across trials, by module and microzone.
pub fn mean_weights(result: &PrismResult) -> Result<Option<Figure>, Error> {
    let runs = runs(result, Condition::Plastic);
    let mut plate = Plate::new("mean_weights", 2, 190.0);
    for module in ModuleName::ALL {
        let mut panel = trial_panel(result, &format!("{} module", capital(module.name())));
        for zone in Microzone::ALL {
            let key = ZoneOf { module, zone };
            let value = |t: &TrialRecord| t.mean_weight_ns.get(&key).copied();
            let stroke = zone_stroke(module, Some(zone));
            let marks = curve_marks(&runs, value, &stroke, false);
            if !reach(&marks).is_empty() {
                panel.marks.extend(marks);
                plate.line_key(&format!("{module} {}", sign(zone)), stroke);
            }
        }
        if !panel.marks.is_empty() {
            let label = if plate.panels.is_empty() { "mean weight (nS)" } else { "" };
            panel.y = Axis::covering(label, reach(&panel.marks));
            plate.panels.push(panel);
        }
    }
    plate.legend.push(prism_key());
    let caption = format!(
        "Mean weight of the synapses from parallel fibers to Purkinje cells by trial and microzone (plus: solid; minus: dashed). The vertical axes \
         do not start at zero. {} Weights decrease in a microzone whose climbing fibers signal errors.",
        seeds_in_words(runs.len())
    );
    drawn(&plate, caption)
}

/// Counts of one module, microzone and time, summed over seeds with the same bins.
fn pooled(runs: &[&ConditionRun], of: ZoneOf, when: When) -> Option<WeightHistogram> {
    let whole = runs.iter().flat_map(|run| &run.weights).filter(|w| w.edges_ns.len() == w.counts.len() + 1);
    let mut all = whole.filter(|w| (w.module, w.microzone, w.when) == (of.module, of.zone, when));
    let mut pool = all.next()?.clone();
    for other in all.filter(|o| o.edges_ns == pool.edges_ns).collect::<Vec<_>>() {
        pool.counts.iter_mut().zip(&other.counts).for_each(|(a, b)| *a += b);
    }
    (pool.counts.iter().sum::<u64>() > 0).then_some(pool)
}

/// The histogram as the outline of its bars, in percent of all synapses.
fn outline(histogram: &WeightHistogram) -> Vec<(f64, f64)> {
    let total = histogram.counts.iter().sum::<u64>() as f64;
    let mut points = vec![(histogram.edges_ns[0], 0.0)];
    for (edges, &count) in histogram.edges_ns.windows(2).zip(&histogram.counts) {
        let share = 100.0 * count as f64 / total;
        points.extend([(edges[0], share), (edges[1], share)]);
    }
    points.push((histogram.edges_ns[histogram.counts.len()], 0.0));
    points
}

/// The middle of the bin that holds nearly all synapses, if there is one.
fn single_bin(histogram: &WeightHistogram) -> Option<f64> {
    let total = histogram.counts.iter().sum::<u64>();
    let k = histogram.counts.iter().position(|&c| 10 * c >= 9 * total)?;
    Some(0.5 * (histogram.edges_ns[k] + histogram.edges_ns[k + 1]))
}

/// Distributions of weights before and after, by module and microzone.
pub fn distributions(result: &PrismResult) -> Result<Option<Figure>, Error> {
    let runs = runs(result, Condition::Plastic);
    let mut plate = Plate::new("weights_before_after", 2, 160.0);
    let before_pen = Stroke::new(BLACK, 1.6).dash(Dash::Dashed);
    let (mut synapses, mut starts_equal) = (0, false);
    let used = used_range(&runs);
    for module in ModuleName::ALL {
        for zone in Microzone::ALL {
            let of = ZoneOf { module, zone };
            let [before, after] = [When::Before, When::After].map(|when| pooled(&runs, of, when));
            if before.is_none() && after.is_none() {
                continue;
            }
            let title = format!("{} {}", capital(module.name()), sign(zone));
            let x = Axis::exact("weight (nS)", used.0, used.1);
            let mut panel = Panel::new(&title, x, Axis::exact("", 0.0, 1.0));
            if let Some(after) = &after {
                synapses = synapses.max(after.counts.iter().sum());
                let points = outline(after);
                let edges = points.iter().map(|&(x, y)| (x, 0.0, y)).collect();
                panel.marks.push(Mark::Band { edges, color: module_color(module).into(), opacity: 0.3 });
                panel.line(points, Stroke::new(module_color(module), 1.6));
            }
            match before.as_ref().map(|b| (b, single_bin(b))) {
                // A single full bin would flatten everything else: a line tells as much.
                Some((_, Some(at))) if after.is_some() => {
                    starts_equal = true;
                    panel.levels.push(Level::upright(at).pen(before_pen.clone()));
                }
                Some((before, _)) => panel.line(outline(before), before_pen.clone()),
                None => {}
            }
            plate.panels.push(panel);
        }
    }
    share_vertical_axis(&mut plate, "synapses (%)");
    plate.line_key("before", before_pen);
    for module in ModuleName::ALL {
        plate.legend.push(Key::block(&format!("after, {module}"), module_color(module)));
    }
    let equal = " Before learning almost all synapses have the same weight (dashed line).";
    let start = if starts_equal { equal } else { "" };
    let caption = format!(
        "Distribution of the weights from parallel fibers to Purkinje cells before (dashed line) and after (filled) the whole protocol, by module \
         and microzone, all seeds together; up to {} synapses in one panel.{start} A shift to the left means net depression.",
        thousands(synapses)
    );
    drawn(&plate, caption)
}

/// The range of weights that any histogram uses, with one bin to spare.
fn used_range(runs: &[&ConditionRun]) -> (f64, f64) {
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    for histogram in runs.iter().flat_map(|run| &run.weights) {
        for (edges, &count) in histogram.edges_ns.windows(2).zip(&histogram.counts) {
            if count > 0 {
                let width = edges[1] - edges[0];
                (low, high) = (low.min(edges[0] - width), high.max(edges[1] + width));
            }
        }
    }
    (low.max(0.0), high)
}
