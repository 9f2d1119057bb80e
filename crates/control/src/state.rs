//! Snapshots: the whole running state of a plant, a controller or a loop as bytes, to be restored bit for bit.
//!
//! A state holds what changes while a part runs (positions, delay lines, filters, weights, counters of draws), not what
//! it was made from. It is restored into a part that was made in the same way, and refused by name by any other. For a
//! part of your own, [`snapshot!`](crate::snapshot) lists the fields that change.
//!
//! Layout: [`FORMAT`], then each part as its name and its fields in order, numbers little-endian, lengths before
//! sequences; then a checksum (FNV-1a) of all that.

use crate::Error;
use lobule_signal::fingerprint;
use nalgebra::{DMatrix, DVector};

/// The beginning of every state: format and version.
pub const FORMAT: &[u8; 16] = b"lobule control 2";

/// A part whose running state can be copied and put back.
///
/// # Example: a wheel that is stopped and goes on
/// ```
/// use lobule_control::{Error, Snapshot, snapshot};
///
/// #[derive(Default)]
/// struct Wheel { angle: f64, speed: f64 }
/// snapshot!(Wheel { angle, speed });
///
/// let moving = Wheel { angle: 0.5, speed: -3.0 };
/// let mut other = Wheel::default();
/// other.restore(&moving.snapshot())?;
/// assert_eq!((other.angle, other.speed), (0.5, -3.0));
/// # Ok::<(), Error>(())
/// ```
pub trait Snapshot {
    /// Appends the running state.
    fn write_state(&self, to: &mut StateWriter);

    /// Takes over a running state, in the order of [`Snapshot::write_state`].
    ///
    /// # Errors
    /// [`Error::State`] for the state of a part of another type or shape; the part may then be half changed
    /// ([`Snapshot::restore`] is not).
    fn read_state(&mut self, from: &mut StateReader) -> Result<(), Error>;

    /// The running state.
    fn snapshot(&self) -> Vec<u8> {
        let mut to = StateWriter { bytes: FORMAT.to_vec() };
        self.write_state(&mut to);
        let checksum = fingerprint(&to.bytes);
        to.bytes.extend(checksum.to_le_bytes());
        to.bytes
    }

    /// Goes back, or on, to a state. A state that is refused changes nothing.
    ///
    /// # Errors
    /// [`Error::State`] for the state of a part of another type or shape, and for bytes that are no state.
    fn restore(&mut self, state: &[u8]) -> Result<(), Error> {
        let wrong = |what: &str| Error::State { part: "state".into(), what: what.into() };
        let end = state.len().checked_sub(8).filter(|end| *end >= FORMAT.len() && state.starts_with(FORMAT));
        let end = end.ok_or_else(|| wrong("these bytes are no state that this version of lobule wrote"))?;
        let (body, checksum) = state.split_at(end);
        if checksum != fingerprint(body).to_le_bytes() {
            return Err(wrong("the bytes were changed since they were written; take another copy"));
        }
        let before = self.snapshot();
        let mut from = StateReader::new(&body[FORMAT.len()..]);
        let mut read = self.read_state(&mut from);
        if read.is_ok() && !from.bytes.is_empty() {
            read = Err(wrong("it holds more than this part has; it is of another one"));
        }
        if read.is_err() {
            let mut from = StateReader::new(&before[FORMAT.len()..before.len() - 8]);
            self.read_state(&mut from)?;
        }
        read
    }
}

/// A state that is being written.
#[derive(Debug)]
pub struct StateWriter {
    bytes: Vec<u8>,
}

impl StateWriter {
    /// A state that continues `bytes`.
    pub(crate) fn over(bytes: Vec<u8>) -> Self {
        Self { bytes }
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Begins the state of a part of type `name`.
    pub fn section(&mut self, name: &str) {
        self.bytes(name.as_bytes());
    }

    /// Appends a field or a part.
    pub fn put<T: Snapshot + ?Sized>(&mut self, field: &T) {
        field.write_state(self);
    }

    /// Appends bytes with their number: a state that another library has written.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.bytes.extend((bytes.len() as u64).to_le_bytes());
        self.bytes.extend(bytes);
    }
}

/// A state that is being read.
#[derive(Debug)]
pub struct StateReader<'a> {
    bytes: &'a [u8],
    /// True if a value that is not finite is refused.
    is_of_numbers: bool,
}

impl<'a> StateReader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, is_of_numbers: false }
    }

    /// A reader that refuses values that are not finite.
    pub(crate) fn of_numbers(bytes: &'a [u8]) -> Self {
        Self { bytes, is_of_numbers: true }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Begins the state of a part of type `name`.
    ///
    /// # Errors
    /// [`Error::State`] when the state is of another type.
    pub fn section(&mut self, name: &str) -> Result<(), Error> {
        match self.bytes()? {
            found if found == name.as_bytes() => Ok(()),
            found => Err(Error::State {
                part: name.into(),
                what: format!("the state is of a `{}`", String::from_utf8_lossy(found)),
            }),
        }
    }

    /// Takes over a field or a part; `name` stands in messages.
    ///
    /// # Errors
    /// [`Error::State`] when the state does not fit.
    pub fn take<T: Snapshot + ?Sized>(&mut self, name: &str, field: &mut T) -> Result<(), Error> {
        field.read_state(self).map_err(|error| error.inside(name))
    }

    /// The bytes that [`StateWriter::bytes`] wrote.
    ///
    /// # Errors
    /// [`Error::State`] when the state ends before.
    pub fn bytes(&mut self) -> Result<&'a [u8], Error> {
        let n: u64 = self.read()?;
        self.split(usize::try_from(n).unwrap_or(usize::MAX))
    }

    fn split(&mut self, n: usize) -> Result<&'a [u8], Error> {
        let short = || misfit("the state ends too early; it is of another part".into());
        let (head, rest) = self.bytes.split_at_checked(n).ok_or_else(short)?;
        self.bytes = rest;
        Ok(head)
    }

    fn read<T: Snapshot + Default>(&mut self) -> Result<T, Error> {
        let mut value = T::default();
        value.read_state(self)?;
        Ok(value)
    }

    fn length(&mut self, needed: usize) -> Result<(), Error> {
        match self.read::<u64>()? {
            n if n == needed as u64 => Ok(()),
            n => Err(misfit(format!("the state has {n} values, not {needed}"))),
        }
    }
}

/// A state that is not of a field; [`StateReader::take`] says which.
fn misfit(what: String) -> Error {
    Error::State { part: String::new(), what }
}

/// Implements [`Snapshot`] by the fields of a type that change while it runs:
/// `snapshot!(Wheel { angle, speed })`; with generics `snapshot!([C: Controller] Late<C> { inner, line })`.
#[macro_export]
macro_rules! snapshot {
    ([$($generics:tt)*] $type:ty { $($field:tt),* $(,)? }) => {
        impl<$($generics)*> $crate::Snapshot for $type {
            fn write_state(&self, to: &mut $crate::StateWriter) {
                to.section(stringify!($type));
                $(to.put(&self.$field);)*
            }

            fn read_state(&mut self, from: &mut $crate::StateReader) -> Result<(), $crate::Error> {
                from.section(stringify!($type))?;
                $(from.take(stringify!($field), &mut self.$field)?;)*
                Ok(())
            }
        }
    };
    ($type:ty { $($field:tt),* $(,)? }) => {
        $crate::snapshot!([] $type { $($field),* });
    };
}

macro_rules! numbers {
    ($($number:ty)*) => {$(
        impl Snapshot for $number {
            fn write_state(&self, to: &mut StateWriter) {
                to.bytes.extend(self.to_le_bytes());
            }

            fn read_state(&mut self, from: &mut StateReader) -> Result<(), Error> {
                let mut bytes = [0; size_of::<$number>()];
                bytes.copy_from_slice(from.split(size_of::<$number>())?);
                *self = <$number>::from_le_bytes(bytes);
                Ok(())
            }
        }
    )*};
}

numbers!(u8 u32 u64 i64);

macro_rules! reals {
    ($($real:ty)*) => {$(
        impl Snapshot for $real {
            fn write_state(&self, to: &mut StateWriter) {
                to.bytes.extend(self.to_le_bytes());
            }

            fn read_state(&mut self, from: &mut StateReader) -> Result<(), Error> {
                let mut bytes = [0; size_of::<$real>()];
                bytes.copy_from_slice(from.split(size_of::<$real>())?);
                let value = <$real>::from_le_bytes(bytes);
                if from.is_of_numbers && !value.is_finite() {
                    return Err(misfit(format!("{value} is not a number that can be learned")));
                }
                *self = value;
                Ok(())
            }
        }
    )*};
}

reals!(f32 f64);

/// Numbers that stand in a state as others.
macro_rules! numbers_as {
    ($($number:ty as $stored:ty, $back:expr;)*) => {$(
        impl Snapshot for $number {
            fn write_state(&self, to: &mut StateWriter) {
                (*self as $stored).write_state(to);
            }

            fn read_state(&mut self, from: &mut StateReader) -> Result<(), Error> {
                *self = from.read().map($back)?;
                Ok(())
            }
        }
    )*};
}

numbers_as!(bool as u8, |byte: u8| byte != 0; usize as u64, |n: u64| n as usize;);

impl<T: Snapshot> Snapshot for [T] {
    fn write_state(&self, to: &mut StateWriter) {
        self.len().write_state(to);
        self.iter().for_each(|value| value.write_state(to));
    }

    fn read_state(&mut self, from: &mut StateReader) -> Result<(), Error> {
        from.length(self.len())?;
        self.iter_mut().try_for_each(|value| value.read_state(from))
    }
}

/// Types that are stored as a slice. The number of values is part of the shape: a state of another length is refused.
macro_rules! slices {
    ($([$($generics:tt)*] $type:ty;)*) => {$(
        impl<$($generics)*> Snapshot for $type {
            fn write_state(&self, to: &mut StateWriter) {
                self.as_slice().write_state(to);
            }

            fn read_state(&mut self, from: &mut StateReader) -> Result<(), Error> {
                self.as_mut_slice().read_state(from)
            }
        }
    )*};
}

slices!([T: Snapshot, const N: usize] [T; N]; [T: Snapshot] Vec<T>; [] DVector<f64>;);

impl<T: Snapshot + Default> Snapshot for Option<T> {
    fn write_state(&self, to: &mut StateWriter) {
        self.is_some().write_state(to);
        if let Some(value) = self {
            value.write_state(to);
        }
    }

    fn read_state(&mut self, from: &mut StateReader) -> Result<(), Error> {
        *self = if from.read()? { Some(from.read()?) } else { None };
        Ok(())
    }
}

impl<T: Snapshot + ?Sized> Snapshot for Box<T> {
    fn write_state(&self, to: &mut StateWriter) {
        (**self).write_state(to);
    }

    fn read_state(&mut self, from: &mut StateReader) -> Result<(), Error> {
        (**self).read_state(from)
    }
}

impl Snapshot for DMatrix<f64> {
    fn write_state(&self, to: &mut StateWriter) {
        self.nrows().write_state(to);
        self.as_slice().write_state(to);
    }

    fn read_state(&mut self, from: &mut StateReader) -> Result<(), Error> {
        from.length(self.nrows())?;
        self.as_mut_slice().read_state(from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default, PartialEq, Debug, Clone)]
    struct Part {
        x: Vec<f64>,
        n: u64,
        before: Option<[f64; 2]>,
    }
    snapshot!(Part { x, n, before });

    #[derive(Default)]
    struct Other {
        x: Vec<f64>,
    }
    snapshot!(Other { x });

    fn part() -> Part {
        Part { x: vec![1.5, f64::MIN_POSITIVE], n: u64::MAX, before: Some([-0.0, 3.0]) }
    }

    #[test]
    fn a_state_that_does_not_fit_is_refused_by_name_and_changes_nothing() {
        let state = part().snapshot();
        let mut other = Other { x: vec![0.0; 2] };
        assert!(other.restore(&state).unwrap_err().to_string().contains("the state is of a `Part`"));
        let longer = Part { x: vec![0.0; 3], n: 7, before: None };
        let mut kept = longer.clone();
        let error = kept.restore(&state).unwrap_err().to_string();
        assert!(error.contains("`x`") && error.contains("2 values, not 3"), "{error}");
        assert_eq!(kept, longer);
    }

    #[test]
    fn bytes_that_are_no_state_are_refused_wherever_they_are_cut_or_changed() {
        let state = part().snapshot();
        let mut copy = Part { x: vec![0.0; 2], ..Part::default() };
        for end in 0..state.len() {
            assert!(copy.restore(&state[..end]).is_err(), "{end}");
        }
        for at in 0..state.len() {
            let mut changed = state.clone();
            changed[at] ^= 1;
            assert!(copy.restore(&changed).is_err(), "{at}");
        }
        assert_eq!(copy, Part { x: vec![0.0; 2], ..Part::default() });
        copy.restore(&state).unwrap();
        assert_eq!(copy, part());
    }
}
