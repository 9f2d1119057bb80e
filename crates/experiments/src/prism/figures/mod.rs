//! The figures of the prism experiment, in the order in which they tell the
//! story. Each draws what the result holds and is left out when there is nothing.

mod activity;
mod arm;
mod calibration;
mod learning;
mod look;
mod modules;
mod raster;
mod schematic;
mod series;
mod weights;

pub(super) use look::{cell_name, condition_name};
pub(super) use series::mean_sd;

use super::record::PrismResult;
use lobule_study::prelude::*;

/// Draws all figures of a run; equal results give equal bytes.
///
/// # Errors
/// [`Error::Figure`] when a drawing cannot be encoded.
pub fn figures(result: &PrismResult) -> Result<Vec<Figure>, Error> {
    let mut figures = vec![schematic::loop_schematic()];
    figures.extend(learning::error_by_trial(result)?);
    figures.extend(modules::contributions(result)?);
    figures.extend(modules::ablations(result)?);
    figures.extend(arm::arm(result));
    figures.extend(arm::joint_angle(result)?);
    figures.extend(raster::rasters(result)?);
    figures.extend(activity::rates(result)?);
    figures.extend(activity::rate_map(result)?);
    figures.extend(weights::mean_weights(result)?);
    figures.extend(weights::distributions(result)?);
    figures.extend(calibration::sweep(result)?);
    Ok(figures)
}
