//! Walking: the senses of a body with legs, a walker made of a pattern generator and reflexes, and cerebella on top of it.
//!
//! ```text
//!                    ┌ Reflexes (posture) ┐
//! senses ─ Body::view┤ Terrain ──f_s,a_s──┤
//!                    │ Arousal ─NE─ Generator ─ Gate (w) ─┐
//!                    └ cerebellum: corrections ───────────┴ Mixing ─ Segment ─ home + sigma u ─┐
//!                                                                  Steering (rad) ─────────────┴ angles of the joints
//! ```
//!
//! [`Walker`] is all of this as a [`Controller`](crate::Controller) whose cerebellum corrects every joint in every tick.
//! [`SteeredWalker`] puts a cerebellum on top of any walker that is [`Steerable`]: it commands a few [`Effector`]s at 50 Hz and is
//! taught by errors of the walk; [`PiController`], [`OneWeight`] and [`Pulse`] are its rivals, and a [`Bundle`] puts controllers of one
//! output in its place. The servo that drives the joints to their angles belongs to the plant.
//!
//! Each part is a file with its parameters; their defaults are those of the publication, faults included, and each says where
//! it departs from anatomy ([`Wiring`]).
//!
//! Source: MH-FLOCKE v0.4.1 (github.com/MarcHesse/mhflocke, tag v0.4.1-paper1). Equations and constants only.

mod arousal;
mod body;
mod bundle;
mod corrections;
mod cues;
mod errors;
mod gate;
mod generator;
mod mixing;
mod parameters;
mod posture;
mod reflexes;
mod rivals;
mod segment;
mod steerable;
mod steered;
mod steering;
mod teaching;
mod terrain;
mod walker;
mod wiring;

pub use arousal::{Arousal, ArousalParameters, Curiosity};
pub use body::{Body, Leg, View};
pub use bundle::Bundle;
pub use corrections::{FixedCorrections, RandomCorrections, RandomParameters};
pub use cues::Cue;
pub use errors::{WalkError, WalkErrors};
pub use gate::{Gate, GateParameters, Weight};
pub use generator::{Generator, GeneratorParameters, Rhythm};
pub use mixing::{Commands, Mix, MixingParameters};
pub use parameters::{Parts, Speed, WalkerParameters};
pub use posture::{Posture, PostureChain, Postures};
pub use reflexes::{ReflexParameters, Reflexes, Stance};
pub use rivals::{OneWeight, PiController, PiGains, Pulse, PulseParameters};
pub use segment::{Segment, SegmentParameters};
pub use steerable::Steerable;
pub use steered::{Output, SteeredParameters, SteeredWalker};
pub use steering::{Effector, Steering};
pub use teaching::Teaching;
pub use terrain::{Terrain, TerrainParameters};
pub use walker::Walker;
pub use wiring::Wiring;
