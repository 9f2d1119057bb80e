//! Draws the morphologies of `examples/mouse_cortex.yaml` and writes them as SWC files:
//!
//! ```text
//! cargo run --release -p lobule-scaffold --example example_morphologies -- examples/morphologies
//! ```
//!
//! They are espaliers, not neurons: a horizontal trunk with upright branches that fill the
//! regions in which cells touch in the native reconstruction (`ScaffoldSpec::mouse`). As in most
//! SWC files y points up; z is the depth along the parallel fibers. Lengths are µm.

use lobule_scaffold::{Geometry, Outline, ScaffoldSpec};
use std::error::Error;
use std::fmt::Write;
use std::path::Path;

/// Distance of two branches, and of two points on one. Chosen: below the edge of most voxels.
const STEP: f64 = 10.0;

/// SWC types beyond 1 (soma), 2 (axon) and 3 (dendrites); the configuration gives them labels.
const FIRST_TYPE: u32 = 16;
const SECOND_TYPE: u32 = 17;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("give the folder to write to")?;
    let spec = ScaffoldSpec::mouse(300.0, 200.0);
    let region = |rule: &str| -> Result<Outline, Box<dyn Error>> {
        let rule = spec.arbors.iter().find(|a| a.name == rule).ok_or("no such rule")?;
        match &rule.geometry {
            Geometry::ParallelFiberCrossing { silhouette, .. } => Ok(silhouette.clone()),
            Geometry::AscendingAxonCrossing { silhouette, .. } => Ok(silhouette.clone()),
            Geometry::ArborOverlap { .. } => Err("this rule has no region of one cell".into()),
        }
    };
    let cloud = |x: [f64; 2], y: [f64; 2]| Outline { knots: vec![[x[0], y[0], y[1]], [x[1], y[0], y[1]]] };

    let mut granule = Swc::new(2.5);
    for k in 0..4 {
        let angle = std::f64::consts::FRAC_PI_2 * f64::from(k) + 0.4;
        let tip = |r: f64| [r * angle.cos(), -0.4 * r, r * angle.sin()];
        let mut at = 0;
        for r in [3.0, 6.0, 9.0, 12.0, 15.0] {
            at = granule.add(3, tip(r), 0.4, at);
        }
    }
    let mut top = 0;
    for i in 0..11 {
        top = granule.add(FIRST_TYPE, [0.5, 16.6 + 12.6 * f64::from(i), 0.0], 0.3, top);
    }
    for side in [-1.0, 1.0] {
        let mut at = top;
        for i in 1..=50 {
            at = granule.add(SECOND_TYPE, [0.5, 142.6, side * 20.0 * f64::from(i)], 0.2, at);
        }
    }
    granule.write(&folder, "granule")?;

    let mut golgi = Swc::new(8.0);
    golgi.espalier(FIRST_TYPE, &region("ascending_axon_to_golgi")?, [-45.0, 28.0]);
    golgi.espalier(SECOND_TYPE, &region("parallel_fiber_to_golgi")?, [-30.0, 28.0]);
    golgi.espalier(2, &cloud([-100.0, 150.0], [-110.0, 40.0]), [-60.0, 28.0]);
    golgi.write(&folder, "golgi")?;

    let mut purkinje = Swc::new(7.5);
    purkinje.espalier(FIRST_TYPE, &region("parallel_fiber_to_purkinje")?, [-3.0, 4.5]);
    purkinje.espalier(SECOND_TYPE, &cloud([20.0, 90.0], [93.0, 138.0]), [-3.0, 4.5]);
    let mut at = 0;
    for i in 1..=30 {
        at = purkinje.add(2, [0.0, -14.0 * f64::from(i), 0.0], 0.5, at);
    }
    purkinje.write(&folder, "purkinje")?;

    let mut basket = Swc::new(6.0);
    basket.espalier(3, &region("parallel_fiber_to_basket")?, [-15.0, 6.0]);
    basket.espalier(2, &cloud([-180.0, 40.0], [-44.0, -4.0]), [-30.0, 6.0]);
    basket.write(&folder, "basket")?;

    let mut stellate = Swc::new(4.0);
    stellate.espalier(3, &region("parallel_fiber_to_stellate")?, [-20.0, 4.0]);
    stellate.espalier(2, &cloud([-60.0, 50.0], [-60.0, 20.0]), [-40.0, 4.0]);
    stellate.write(&folder, "stellate")?;
    Ok(())
}

/// Points in the order of the file: type, place, radius, parent.
struct Swc {
    points: Vec<(u32, [f64; 3], f64, Option<usize>)>,
}

impl Swc {
    /// A soma of one point at the origin.
    fn new(radius: f64) -> Self {
        Self { points: vec![(1, [0.0; 3], radius, None)] }
    }

    fn add(&mut self, kind: u32, place: [f64; 3], radius: f64, parent: usize) -> usize {
        self.points.push((kind, place, radius, Some(parent)));
        self.points.len() - 1
    }

    /// Fills a region, seen along the parallel fibers, with a trunk and upright branches, spread over `depth`.
    fn espalier(&mut self, kind: u32, region: &Outline, depth: [f64; 2]) {
        let (Some(first), Some(last)) = (region.knots.first(), region.knots.last()) else { return };
        let middle = (first[0].max(0.0).min(last[0]) / STEP).round() as i64;
        for direction in [1, -1] {
            let mut trunk = 0;
            let mut column = middle + i64::from(direction == -1) * direction;
            while let Some([low, high]) = region.interval(column as f64 * STEP) {
                // The golden ratio spreads the branches evenly over the depth.
                let spread = (column as f64 * 0.618_034).rem_euclid(1.0);
                let z = depth[0] + spread * (depth[1] - depth[0]);
                let (x, y) = (column as f64 * STEP, (low + high) / 2.0);
                trunk = self.add(kind, [x, y, z], 0.8, trunk);
                for up in [1.0, -1.0] {
                    let mut at = trunk;
                    let mut height = STEP;
                    while low <= y - height && y + height <= high {
                        at = self.add(kind, [x, y + up * height, z], 0.4, at);
                        height += STEP;
                    }
                }
                column += direction;
            }
        }
    }

    fn write(&self, folder: &str, name: &str) -> Result<(), Box<dyn Error>> {
        let mut text = String::from(
            "# Made by crates/scaffold/examples/example_morphologies.rs of lobule. MIT OR Apache-2.0.\n\
             # An espalier that fills the regions in which cells touch; no reconstruction of a neuron.\n\
             # id type x y z radius parent (um; y up)\n",
        );
        for (i, (kind, [x, y, z], radius, parent)) in self.points.iter().enumerate() {
            let parent = parent.map_or(-1, |p| p as i64 + 1);
            writeln!(text, "{} {kind} {x:.2} {y:.2} {z:.2} {radius} {parent}", i + 1)?;
        }
        std::fs::write(Path::new(folder).join(format!("{name}.swc")), text)?;
        println!("{name}: {} points", self.points.len());
        Ok(())
    }
}
