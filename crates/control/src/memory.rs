//! Learned values of a controller: kept over a power cycle, carried to another robot, or put back after a bad trial.
//!
//! Layout: [`FORMAT`], the controller's name, the hash of the parameters that give the learned numbers their meaning, the numbers as
//! the controller wrote them; then a checksum (FNV-1a) of all that. Numbers little-endian, lengths before sequences.

use crate::{Controller, Error, StateReader, StateWriter};
use lobule_signal::fingerprint;

/// The beginning of every memory: format and version.
const FORMAT: &[u8; 16] = b"lobule memory  1";

/// Learned values of a controller. They fit controllers of the same kind with the same parameters, whatever their rates of
/// learning, and no others.
///
/// # Example: learn, switch off, and go on the next day
/// ```
/// use lobule_control::feedback::{Pid, PidGains};
/// use lobule_control::filter::{AdaptiveFilter, Basis, Learning, Step, TraceModel, Update};
/// use lobule_control::plant::Linear;
/// use lobule_control::{Adaptive, ClosedLoop, Controller, Drive, Error, Memory};
///
/// let make = || {
///     let law = Pid::new(PidGains { kp: 6.0, kd: 1.5, ki: 4.0, filter_s: 0.03 }, 0.01)?;
///     let learning = Learning { trace: TraceModel::Delay(25), update: Update::Trial, step: Step::SUGGESTED };
///     let filter = AdaptiveFilter::new(Basis::gaussians(20, 0.1, 0.06, 0.01)?, &learning)?;
///     ClosedLoop::new(Linear::second_order(1.0, 2.0, 4.0)?, Adaptive::cfpc(law, filter, 0.01), 1, 0.01, [10, 5])
/// };
/// let mut yesterday = make()?;
/// for _ in 0..3 {
///     yesterday.reset();
///     for n in 0..200 {
///         yesterday.tick(&Drive { reference: &[if n < 50 { 0.0 } else { 1.0 }], ..Drive::default() })?;
///     }
///     yesterday.finish(0.0)?;
/// }
/// let bytes = yesterday.controller().save().to_bytes(); // to be written to a file
///
/// let mut today = make()?;
/// today.controller_mut().load(&Memory::from_bytes(&bytes)?)?;
/// assert_eq!(today.controller().weights(), yesterday.controller().weights());
/// # Ok::<(), Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Memory {
    controller: String,
    parameters: u64,
    learned: Vec<u8>,
}

impl Memory {
    /// Name of the controller that learned it.
    pub fn controller(&self) -> &str {
        &self.controller
    }

    /// Hash of the parameters that give what was learned its meaning.
    pub fn parameters(&self) -> u64 {
        self.parameters
    }

    /// True if the controller had nothing to learn.
    pub fn is_empty(&self) -> bool {
        self.learned.is_empty()
    }

    /// Bytes to be kept.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut to = StateWriter::over(FORMAT.to_vec());
        to.bytes(self.controller.as_bytes());
        to.put(&self.parameters);
        to.bytes(&self.learned);
        let mut bytes = to.into_bytes();
        let checksum = fingerprint(&bytes);
        bytes.extend(checksum.to_le_bytes());
        bytes
    }

    /// The memory that [`Memory::to_bytes`] wrote.
    ///
    /// # Errors
    /// [`Error::State`] for bytes that are no memory, of another version, or that were changed or cut.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let wrong = |what: String| Error::State { part: "memory".into(), what };
        let version = &bytes[..bytes.len().min(FORMAT.len())];
        if version != FORMAT {
            let is_other = version.starts_with(&FORMAT[..14]);
            let what = if is_other { "was written by another version of lobule" } else { "is no memory" };
            return Err(wrong(format!("what was read {what}; this one reads version 1")));
        }
        let end = bytes.len().checked_sub(8).filter(|end| *end >= FORMAT.len());
        let end = end.ok_or_else(|| wrong("it ends too early; take another copy".into()))?;
        let (body, checksum) = bytes.split_at(end);
        if checksum != fingerprint(body).to_le_bytes() {
            return Err(wrong("it was changed or cut since it was written; take another copy".into()));
        }
        let mut from = StateReader::new(&body[FORMAT.len()..]);
        let controller = String::from_utf8_lossy(from.bytes()?).into_owned();
        let mut parameters = 0u64;
        from.take("parameters", &mut parameters)?;
        let learned = from.bytes()?.to_vec();
        match from.is_empty() {
            true => Ok(Self { controller, parameters, learned }),
            false => Err(wrong("it holds more than a memory does".into())),
        }
    }

    /// The memory of a controller.
    pub(crate) fn of<C: Controller + ?Sized>(controller: &C) -> Self {
        let mut to = StateWriter::over(Vec::new());
        controller.write_learned(&mut to);
        Self { controller: controller.name().into(), parameters: hash(controller), learned: to.into_bytes() }
    }

    /// Gives a controller this memory; one that is refused changes nothing.
    pub(crate) fn teach<C: Controller + ?Sized>(&self, controller: &mut C) -> Result<(), Error> {
        let name = controller.name().to_string();
        let wrong = |what: String| Error::State { part: "memory".into(), what };
        if self.controller != name {
            return Err(wrong(format!("it is of the controller `{}`, not of `{name}`", self.controller)));
        }
        if self.parameters != hash(controller) {
            let what = "was learned with other parameters; make the controller as the one that learned it: signals, law, scales, and the tick where the controller knows it, \
                        everything but rates";
            return Err(wrong(format!("what `{name}` knows {what}")));
        }
        let before = Self::of(controller).learned;
        let taught = put_back(controller, &self.learned);
        if taught.is_err() {
            put_back(controller, &before)?;
        }
        taught
    }
}

/// Makes a controller know what it wrote earlier.
pub(crate) fn put_back<C: Controller + ?Sized>(controller: &mut C, learned: &[u8]) -> Result<(), Error> {
    let mut from = StateReader::of_numbers(learned);
    controller.read_learned(&mut from)?;
    match from.is_empty() {
        true => Ok(()),
        false => {
            let what = "it holds more than the controller learns".into();
            Err(Error::State { part: "memory".into(), what })
        }
    }
}

fn hash<C: Controller + ?Sized>(controller: &C) -> u64 {
    let mut to = StateWriter::over(Vec::new());
    let inputs = controller.inputs();
    to.section(controller.name());
    [controller.commands(), inputs.senses, inputs.references, inputs.cues].iter().for_each(|n| to.put(n));
    controller.parameters(&mut to);
    fingerprint(&to.into_bytes())
}
