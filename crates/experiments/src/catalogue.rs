//! The experiments that there are.

use lobule_study::{Error, Experiment};

/// All experiments, in the order in which they are listed.
pub static ALL: &[&dyn Experiment] = &[
    &crate::prism::Prism,
    &crate::sgdege::MarrAlbusIto,
    &crate::sgdege::Rules,
    &crate::sgdege::Tracking,
    &crate::sgdege::Network,
    &crate::sgdege::SingleCell,
    &crate::sgdege::Perceptron,
    &crate::sgdege::Credit,
    &crate::sgdege::Pointing,
    &crate::cfpc::Gradient,
    &crate::cfpc::Traces,
    &crate::cfpc::Spectrum,
    &crate::cfpc::MismatchMap,
    &crate::cfpc::Posture,
    &crate::cfpc::OtherPlants,
    &crate::cfpc::Tracking,
    &crate::cfpc::Transfer,
    &crate::cfpc::Cascade,
    &crate::forward::CartPoleStudy,
    &crate::forward::AnticipationStudy,
    &crate::classic::vor::Vor,
    &crate::classic::pursuit::Pursuit,
    &crate::classic::eyeblink::Eyeblink,
    &crate::classic::force_field::ForceField,
    &crate::classic::mosaic::MosaicStudy,
    &crate::state_prediction::StatePrediction,
    &crate::bench::AnticipationBench::PLAIN,
];

/// The experiment of that name.
///
/// # Errors
/// [`Error::Config`] with the names there are.
pub fn find(name: &str) -> Result<&'static dyn Experiment, Error> {
    lobule_study::find(ALL.iter().copied(), name)
}
