//! Values of any type of HDF5 as the numbers or texts that a reader asks for, where nothing is lost.
//!
//! Integers, floating-point numbers, bit fields and enumerations (h5py's truth values are one) are read for each
//! other: 3.0 is the number 3 and 3 the number 3.0; 1.5 is no whole number, and 2^63 fits no signed one. An
//! enumeration is read as the names of its members where texts are asked for.

use rust_hdf5::format::messages::datatype::IeeeFormat;
use rust_hdf5::{ByteOrder, DatatypeMessage};

/// Largest whole number up to which floating-point numbers have all of them.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// A number type on file.
enum Kind {
    Integer { size: usize, is_signed: bool, offset: u32, precision: u32 },
    Half,
    Single,
    Double,
}

/// The kind of numbers of a type and the order of their bytes; `None` where it holds none that are read here.
fn kind(datatype: &DatatypeMessage) -> Option<(Kind, ByteOrder)> {
    match *datatype {
        DatatypeMessage::Enum { ref base, .. } => kind(base),
        DatatypeMessage::FixedPoint { size: size @ 1..=8, byte_order, signed, bit_offset, bit_precision } => {
            let (offset, precision) = (u32::from(bit_offset), u32::from(bit_precision));
            let is_within = precision > 0 && offset + precision <= 8 * size;
            let kind = Kind::Integer { size: size as usize, is_signed: signed, offset, precision };
            is_within.then_some((kind, byte_order))
        }
        DatatypeMessage::BitField { size: size @ 1..=8, byte_order, bit_offset, bit_precision } => {
            let (offset, precision) = (u32::from(bit_offset), u32::from(bit_precision));
            let is_within = precision > 0 && offset + precision <= 8 * size;
            let kind = Kind::Integer { size: size as usize, is_signed: false, offset, precision };
            is_within.then_some((kind, byte_order))
        }
        DatatypeMessage::FloatingPoint { byte_order, .. } => {
            let kind = match datatype.ieee_format()? {
                IeeeFormat::Binary16 => Kind::Half,
                IeeeFormat::Binary32 => Kind::Single,
                IeeeFormat::Binary64 => Kind::Double,
            };
            Some((kind, byte_order))
        }
        _ => None,
    }
}

/// A type whose values were brought to their full width when they were read.
pub(super) fn widened(datatype: DatatypeMessage) -> DatatypeMessage {
    match datatype {
        DatatypeMessage::FixedPoint { size, byte_order, signed, .. } => {
            let bit_precision = (8 * size) as u16;
            DatatypeMessage::FixedPoint { size, byte_order, signed, bit_offset: 0, bit_precision }
        }
        other => other,
    }
}

/// Values of a type, in words.
pub(super) fn spoken(datatype: &DatatypeMessage) -> String {
    match datatype {
        DatatypeMessage::FixedPoint { size, .. } => format!("integers of {} bits", 8 * size),
        DatatypeMessage::FloatingPoint { size, .. } => format!("floating-point numbers of {} bits", 8 * size),
        DatatypeMessage::BitField { .. } => "bit fields".into(),
        DatatypeMessage::FixedString { .. } | DatatypeMessage::VarLenString { .. } => "texts".into(),
        DatatypeMessage::Enum { .. } => "enumerated values".into(),
        DatatypeMessage::Compound { .. } => "records of several members".into(),
        DatatypeMessage::Reference { .. } => "references to objects".into(),
        DatatypeMessage::Array { .. } => "arrays".into(),
        DatatypeMessage::VarLenSequence { .. } => "lists of any length".into(),
        DatatypeMessage::Opaque { .. } => "bytes without a meaning".into(),
    }
}

/// An integer of at most 8 bytes, with its sign extended; the second is true if it is 2^63 or more.
fn integer(bytes: &[u8], is_big: bool, is_signed: bool, offset: u32, precision: u32) -> (i64, bool) {
    let order = |value: u64, byte: &u8| value << 8 | u64::from(*byte);
    let value = if is_big { bytes.iter().fold(0, order) } else { bytes.iter().rev().fold(0, order) };
    let unused = 64 - precision;
    let value = (value >> offset) << unused;
    if is_signed {
        return (value as i64 >> unused, false);
    }
    let value = value >> unused;
    (value as i64, value > i64::MAX as u64)
}

/// A half-precision number, exactly.
fn half(bits: u16) -> f64 {
    let (exponent, mantissa) = (i32::from(bits >> 10 & 0x1f), f64::from(bits & 0x3ff));
    let magnitude = match exponent {
        0 => mantissa * 2f64.powi(-24),
        0x1f if mantissa == 0.0 => f64::INFINITY,
        0x1f => f64::NAN,
        _ => (1024.0 + mantissa) * 2f64.powi(exponent - 25),
    };
    if bits >> 15 == 1 { -magnitude } else { magnitude }
}

fn float(kind: &Kind, bytes: &[u8], is_big: bool) -> f64 {
    let mut wide = [0; 8];
    let bytes = &bytes[..bytes.len().min(8)];
    wide[..bytes.len()].copy_from_slice(bytes);
    if is_big {
        wide[..bytes.len()].reverse();
    }
    let bits = u64::from_le_bytes(wide);
    match kind {
        Kind::Half => half(bits as u16),
        Kind::Single => f64::from(f32::from_bits(bits as u32)),
        _ => f64::from_bits(bits),
    }
}

fn width(kind: &Kind) -> usize {
    match kind {
        Kind::Integer { size, .. } => *size,
        Kind::Half => 2,
        Kind::Single => 4,
        Kind::Double => 8,
    }
}

fn each<T>(
    datatype: &DatatypeMessage,
    raw: &[u8],
    of: impl Fn(&Kind, &[u8], bool) -> Result<T, String>,
) -> Result<Vec<T>, String> {
    let (kind, order) = kind(datatype).ok_or_else(|| match datatype {
        DatatypeMessage::FloatingPoint { .. } | DatatypeMessage::FixedPoint { .. } => {
            format!(
                "holds {}; integers up to 64 bits and IEEE 754 numbers of 16, 32 and 64 bits are read",
                spoken(datatype)
            )
        }
        _ => format!("holds {}; numbers are needed", spoken(datatype)),
    })?;
    let is_big = order == ByteOrder::BigEndian;
    let items = raw.chunks_exact(width(&kind)).enumerate();
    items.map(|(k, item)| of(&kind, item, is_big).map_err(|what| format!("entry {k} is {what}"))).collect()
}

/// The values as whole numbers.
pub(super) fn integers(datatype: &DatatypeMessage, raw: &[u8]) -> Result<Vec<i64>, String> {
    each(datatype, raw, |kind, item, is_big| match *kind {
        Kind::Integer { is_signed, offset, precision, .. } => {
            let (value, is_beyond) = integer(item, is_big, is_signed, offset, precision);
            if is_beyond {
                Err(format!("{}; whole numbers up to 2^63 - 1 are read", value as u64))
            } else {
                Ok(value)
            }
        }
        _ => {
            let value = float(kind, item, is_big);
            let is_whole = value.fract() == 0.0 && value.abs() <= EXACT;
            if is_whole { Ok(value as i64) } else { Err(format!("{value}; a whole number is needed")) }
        }
    })
}

/// The values as floating-point numbers.
pub(super) fn floats(datatype: &DatatypeMessage, raw: &[u8]) -> Result<Vec<f64>, String> {
    each(datatype, raw, |kind, item, is_big| match *kind {
        Kind::Integer { is_signed, offset, precision, .. } => {
            let (value, is_beyond) = integer(item, is_big, is_signed, offset, precision);
            let wide = value as f64;
            if is_beyond || wide as i128 != i128::from(value) {
                let shown = if is_beyond { (value as u64).to_string() } else { value.to_string() };
                return Err(format!("{shown}, which no floating-point number of 64 bits equals"));
            }
            Ok(wide)
        }
        _ => Ok(float(kind, item, is_big)),
    })
}

/// The values as texts; `items` gives the bytes of those that have a length of their own.
pub(super) fn texts(
    datatype: &DatatypeMessage,
    raw: &[u8],
    items: impl FnOnce(&[u8]) -> Result<Vec<Vec<u8>>, String>,
) -> Result<Vec<String>, String> {
    let decoded = |(k, bytes): (usize, Vec<u8>)| {
        String::from_utf8(bytes).map_err(|_| format!("entry {k} is no text in UTF-8; write it in UTF-8"))
    };
    match datatype {
        DatatypeMessage::VarLenString { .. } => items(raw)?
            .into_iter()
            .map(|item| item.split(|b| *b == 0).next().unwrap_or_default().to_vec())
            .enumerate()
            .map(decoded)
            .collect(),
        DatatypeMessage::FixedString { size, padding, .. } if *size > 0 => {
            let trimmed = |item: &[u8]| {
                let end = match padding {
                    2 => item.iter().rposition(|b| *b != b' ').map_or(0, |k| k + 1),
                    1 => item.iter().rposition(|b| *b != 0).map_or(0, |k| k + 1),
                    _ => item.iter().position(|b| *b == 0).unwrap_or(item.len()),
                };
                item[..end].to_vec()
            };
            raw.chunks_exact(*size as usize).map(trimmed).enumerate().map(decoded).collect()
        }
        DatatypeMessage::Enum { members, .. } => {
            let size = (datatype.element_size() as usize).max(1);
            let name = |(k, item): (usize, &[u8])| {
                let member = members.iter().find(|m| m.value == item);
                member
                    .map(|m| m.name.clone())
                    .ok_or_else(|| format!("entry {k} is no member of its enumeration"))
            };
            raw.chunks_exact(size).enumerate().map(name).collect()
        }
        other => Err(format!("holds {}; texts are needed", spoken(other))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rust_hdf5::H5Type;
    use rust_hdf5::format::messages::datatype::EnumMember;

    fn big(datatype: DatatypeMessage) -> DatatypeMessage {
        match datatype {
            DatatypeMessage::FixedPoint { size, signed, bit_offset, bit_precision, .. } => {
                let byte_order = ByteOrder::BigEndian;
                DatatypeMessage::FixedPoint { size, byte_order, signed, bit_offset, bit_precision }
            }
            other => other,
        }
    }

    #[test]
    fn numbers_are_read_for_each_other_where_nothing_is_lost() {
        let raw: Vec<u8> = [3.0f64, -7.0].iter().flat_map(|v| v.to_le_bytes()).collect();
        assert_eq!(integers(&f64::hdf5_type(), &raw).unwrap(), [3, -7]);
        let raw: Vec<u8> = [-3i16, 256].iter().flat_map(|v| v.to_be_bytes()).collect();
        assert_eq!(floats(&big(i16::hdf5_type()), &raw).unwrap(), [-3.0, 256.0]);
        assert_eq!(integers(&big(i16::hdf5_type()), &raw).unwrap(), [-3, 256]);
        assert_eq!(floats(&f32::hdf5_type(), &0.5f32.to_le_bytes()).unwrap(), [0.5]);
        assert_eq!(integers(&u64::hdf5_type(), &7u64.to_le_bytes()).unwrap(), [7]);
        assert_eq!(floats(&i64::hdf5_type(), &i64::MIN.to_le_bytes()).unwrap(), [-(2f64.powi(63))]);
    }

    #[test]
    fn what_would_be_lost_is_refused_with_the_entry() {
        let refused = |result: Result<Vec<i64>, String>| result.unwrap_err();
        let raw: Vec<u8> = [3.0f64, 1.5].iter().flat_map(|v| v.to_le_bytes()).collect();
        assert!(refused(integers(&f64::hdf5_type(), &raw)).contains("entry 1 is 1.5"));
        assert!(refused(integers(&f64::hdf5_type(), &f64::NAN.to_le_bytes())).contains("NaN"));
        assert!(refused(integers(&f64::hdf5_type(), &1e300f64.to_le_bytes())).contains("whole number"));
        let beyond = (1u64 << 63) + 1;
        assert!(refused(integers(&u64::hdf5_type(), &beyond.to_le_bytes())).contains("9223372036854775809"));
        assert!(
            floats(&u64::hdf5_type(), &beyond.to_le_bytes()).unwrap_err().contains("9223372036854775809")
        );
        let odd = (1i64 << 53) + 1;
        for odd in [odd, i64::MAX] {
            assert!(floats(&i64::hdf5_type(), &odd.to_le_bytes()).unwrap_err().contains(&odd.to_string()));
        }
        let text = DatatypeMessage::FixedString { size: 2, padding: 1, charset: 1 };
        assert!(integers(&text, b"ab").unwrap_err().contains("holds texts; numbers are needed"));
    }

    #[test]
    fn half_precision_is_exact() {
        let bits = |bits: u16| half(bits);
        assert_eq!(
            [bits(0x3c00), bits(0xc000), bits(0x3555), bits(1)],
            [1.0, -2.0, 0.333251953125, 2f64.powi(-24)]
        );
        assert!(bits(0x7c00).is_infinite() && bits(0x7e00).is_nan());
        assert_eq!(bits(0x7bff), 65504.0);
    }

    #[test]
    fn a_truth_value_of_h5py_is_a_number_and_a_name() {
        let member = |name: &str, value: u8| EnumMember { name: name.into(), value: vec![value] };
        let truth =
            DatatypeMessage::enumeration(i8::hdf5_type(), vec![member("FALSE", 0), member("TRUE", 1)]);
        assert_eq!(integers(&truth, &[1, 0]).unwrap(), [1, 0]);
        assert_eq!(floats(&truth, &[1, 0]).unwrap(), [1.0, 0.0]);
        let none = |_: &[u8]| Err(String::new());
        assert_eq!(texts(&truth, &[1, 0], none).unwrap(), ["TRUE", "FALSE"]);
        assert!(texts(&truth, &[2], none).unwrap_err().contains("no member"));
    }

    #[test]
    fn narrow_numbers_in_wide_fields_keep_their_sign() {
        let of = |signed| DatatypeMessage::FixedPoint {
            size: 2,
            byte_order: ByteOrder::LittleEndian,
            signed,
            bit_offset: 4,
            bit_precision: 8,
        };
        assert_eq!(integers(&of(true), &0x0ff0u16.to_le_bytes()).unwrap(), [-1]);
        assert_eq!(integers(&of(false), &0x0ff0u16.to_le_bytes()).unwrap(), [255]);
    }
}
