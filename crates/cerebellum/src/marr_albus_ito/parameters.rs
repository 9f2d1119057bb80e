//! Parameters of the circuit: those of its parts, and how its corrections grow.

use super::granular::GranularParameters;
use super::mossy::MossyParameters;
use super::nuclei::NucleiParameters;
use super::olive::OliveParameters;
use super::parallel_fibers::PlasticityParameters;
use super::projections::ProjectionParameters;
use super::purkinje::PurkinjeParameters;
use super::sensors::{PART, Sensors};
use super::spiking::SpikingParameters;
use lobule_control::Error;
use lobule_control::walking::Wiring;
use lobule_signal::Ranges;
use serde::{Deserialize, Serialize};

/// Share of the corrections above which they are limited to 1 and not to 0.5. Source: MH-FLOCKE v0.4.1.
const PURE: f64 = 0.4;

/// Parameters of the circuit.
///
/// The defaults are those of the original's classes, with the connections that it configures and with the wiring that it means;
/// [`CircuitParameters::paper`] has what its training script runs.
///
/// # Example: the published circuit with graded nuclei
/// ```
/// use lobule_cerebellum::marr_albus_ito::{CircuitParameters, NucleiRule};
/// let mut parameters = CircuitParameters::paper();
/// parameters.nuclei.rule = NucleiRule::Graded;
/// parameters.check()?;
/// # Ok::<(), lobule_control::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CircuitParameters {
    /// Granule cells. Source: MH-FLOCKE v0.4.1.
    pub granule_cells: usize,
    /// Golgi cells. Source: MH-FLOCKE v0.4.1.
    pub golgi_cells: usize,
    /// Tuning of the mossy fibers.
    pub mossy: MossyParameters,
    /// Connectivity of the spiking populations.
    pub projections: ProjectionParameters,
    /// Membranes of the spiking populations.
    pub spiking: SpikingParameters,
    /// Rates and sparseness of the granule cells.
    pub granular: GranularParameters,
    /// Purkinje cells.
    pub purkinje: PurkinjeParameters,
    /// Plasticity of the parallel-fiber synapses.
    pub plasticity: PlasticityParameters,
    /// Nuclei.
    pub nuclei: NucleiParameters,
    /// Inferior olive.
    pub olive: OliveParameters,
    /// Control steps in which the corrections grow to their share. Source: MH-FLOCKE v0.4.1.
    pub ramp_steps: u64,
    /// Share of the corrections in the end; above 0.4 they are limited to 1, else to 0.5. Source: MH-FLOCKE v0.4.1.
    pub mix_end: f64,
    /// Height and uprightness below which the body has fallen. Source: 0.45 of 0.27 m, MH-FLOCKE v0.4.1.
    pub fallen: [f64; 2],
    /// Fallen control steps in a row after which [`MarrAlbusIto`](super::MarrAlbusIto) resets its circuit as between episodes, since the
    /// robot is then put back on its feet; 0 for never. Source: MH-FLOCKE v0.4.1.
    pub fallen_steps: u64,
}

impl Default for CircuitParameters {
    fn default() -> Self {
        Self {
            granule_cells: 4000,
            golgi_cells: 200,
            mossy: MossyParameters::default(),
            projections: ProjectionParameters::default(),
            spiking: SpikingParameters::default(),
            granular: GranularParameters::default(),
            purkinje: PurkinjeParameters::default(),
            plasticity: PlasticityParameters::default(),
            nuclei: NucleiParameters::default(),
            olive: OliveParameters::default(),
            ramp_steps: 3000,
            mix_end: 0.35,
            fallen: [0.1215, 0.3],
            fallen_steps: 500,
        }
    }
}

impl CircuitParameters {
    /// The circuit that the original's training script runs: corrections at full share after 2000 steps, three substeps, fewer
    /// connections of the Golgi cells, the limits of the inert learning rule, errors of the world's frame onto the wrong legs. Source: MH-FLOCKE
    /// v0.4.1, training script and builder.
    pub fn paper() -> Self {
        let default = Self::default();
        let mut olive = OliveParameters { wiring: Wiring::Paper, ..default.olive };
        olive.obstacle.pulse.is_on = false;
        Self {
            projections: ProjectionParameters {
                golgi_to_granule: 0.02,
                limits_of_inert_learning: true,
                ..default.projections
            },
            spiking: SpikingParameters { substeps: 3, granule_noise: 0.0, ..default.spiking },
            olive,
            ramp_steps: 2000,
            mix_end: 1.0,
            ..default
        }
    }

    /// Checks the parameters, those of the parts included.
    ///
    /// # Errors
    /// [`Error::Parameter`] naming the parameter.
    pub fn check(&self) -> Result<(), Error> {
        self.mossy.check()?;
        self.projections.check()?;
        self.spiking.check()?;
        self.granular.check()?;
        self.purkinje.check()?;
        self.plasticity.check()?;
        self.nuclei.check()?;
        self.olive.check()?;
        let ranges = Ranges::of(PART);
        let mix = self.mix_end;
        ranges.require((0.0..=1.0).contains(&mix), "mix_end", mix, "a share from 0 to 1")?;
        Ok(ranges.all("fallen", self.fallen, |_| true, "finite")?)
    }

    /// Largest correction.
    pub(super) fn limit(&self) -> f64 {
        if self.mix_end > PURE { 1.0 } else { 0.5 }
    }

    /// Share of the corrections of a circuit that has lived for so many control steps.
    pub(super) fn mix(&self, age: u64) -> f64 {
        self.mix_end * (age as f64 / self.ramp_steps.max(1) as f64).min(1.0)
    }

    /// True if the body lies.
    pub(super) fn is_fallen(&self, sensors: &Sensors) -> bool {
        let [height, upright] = self.fallen;
        sensors.height < height || sensors.upright < upright
    }
}
