//! Places in a record where a number is none: what stopped being a number, and when.

use serde::ser::{self, Serialize, Serializer};
use std::fmt;

/// Places that are told, at most.
const MOST: usize = 3;

/// The first places of a record that hold a number that is not finite, such as `courses[3].rms[17] (NaN)`; at most one of each entry of a
/// list of the record, and three of all.
pub fn gaps(record: &impl Serialize) -> Vec<String> {
    let mut walk = Walk::default();
    // Nothing is written, so nothing fails.
    let _ = record.serialize(&mut walk);
    walk.found.into_iter().map(|(place, _)| place).collect()
}

/// A walk through a value in the order in which it is written.
#[derive(Default)]
struct Walk {
    /// Steps from the record to here: `.name` or `[index]`.
    path: Vec<String>,
    /// Places, and the first steps of each.
    found: Vec<(String, Vec<String>)>,
}

impl Walk {
    fn number(&mut self, value: f64) {
        if value.is_finite() || self.found.len() == MOST {
            return;
        }
        let first: Vec<String> = self.path.iter().take(2).cloned().collect();
        if self.found.iter().all(|(_, other)| *other != first) {
            let place = format!("{} ({value})", self.path.concat().trim_start_matches('.'));
            self.found.push((place, first));
        }
    }

    fn step<T: Serialize + ?Sized>(&mut self, step: String, value: &T) -> fmt::Result {
        self.path.push(step);
        value.serialize(&mut *self)?;
        self.path.pop();
        Ok(())
    }
}

/// A list or a table at work.
struct Within<'a> {
    walk: &'a mut Walk,
    next: usize,
    key: String,
}

impl<'a> Within<'a> {
    fn of(walk: &'a mut Walk) -> Result<Self, fmt::Error> {
        Ok(Self { walk, next: 0, key: String::new() })
    }

    fn item<T: Serialize + ?Sized>(&mut self, value: &T) -> fmt::Result {
        let step = format!("[{}]", self.next);
        self.next += 1;
        self.walk.step(step, value)
    }
}

macro_rules! skipped {
    ($($name:ident: $kind:ty),* $(,)?) => {
        $(fn $name(self, _: $kind) -> fmt::Result {
            Ok(())
        })*
    };
}

impl<'a> Serializer for &'a mut Walk {
    type Ok = ();
    type Error = fmt::Error;
    type SerializeSeq = Within<'a>;
    type SerializeTuple = Within<'a>;
    type SerializeTupleStruct = Within<'a>;
    type SerializeTupleVariant = Within<'a>;
    type SerializeMap = Within<'a>;
    type SerializeStruct = Within<'a>;
    type SerializeStructVariant = Within<'a>;

    skipped!(
        serialize_bool: bool, serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64, serialize_u8: u8,
        serialize_u16: u16, serialize_u32: u32, serialize_u64: u64, serialize_char: char, serialize_str: &str, serialize_bytes: &[u8],
        serialize_unit_struct: &'static str,
    );

    fn serialize_f32(self, value: f32) -> fmt::Result {
        self.number(f64::from(value));
        Ok(())
    }

    fn serialize_f64(self, value: f64) -> fmt::Result {
        self.number(value);
        Ok(())
    }

    fn serialize_none(self) -> fmt::Result {
        Ok(())
    }

    fn serialize_unit(self) -> fmt::Result {
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> fmt::Result {
        value.serialize(self)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, _: &'static str) -> fmt::Result {
        Ok(())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> fmt::Result {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> fmt::Result {
        self.step(format!(".{variant}"), value)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Within<'a>, fmt::Error> {
        Within::of(self)
    }

    fn serialize_tuple(self, _: usize) -> Result<Within<'a>, fmt::Error> {
        Within::of(self)
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Within<'a>, fmt::Error> {
        Within::of(self)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Within<'a>, fmt::Error> {
        Within::of(self)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Within<'a>, fmt::Error> {
        Within::of(self)
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Within<'a>, fmt::Error> {
        Within::of(self)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Within<'a>, fmt::Error> {
        Within::of(self)
    }
}

macro_rules! listed {
    ($($kind:ident: $item:ident),*) => {
        $(impl ser::$kind for Within<'_> {
            type Ok = ();
            type Error = fmt::Error;

            fn $item<T: Serialize + ?Sized>(&mut self, value: &T) -> fmt::Result {
                self.item(value)
            }

            fn end(self) -> fmt::Result {
                Ok(())
            }
        })*
    };
}

listed!(SerializeSeq: serialize_element, SerializeTuple: serialize_element, SerializeTupleStruct: serialize_field,
    SerializeTupleVariant: serialize_field);

macro_rules! named {
    ($($kind:ident),*) => {
        $(impl ser::$kind for Within<'_> {
            type Ok = ();
            type Error = fmt::Error;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> fmt::Result {
                self.walk.step(format!(".{name}"), value)
            }

            fn end(self) -> fmt::Result {
                Ok(())
            }
        })*
    };
}

named!(SerializeStruct, SerializeStructVariant);

impl ser::SerializeMap for Within<'_> {
    type Ok = ();
    type Error = fmt::Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> fmt::Result {
        // A key of a record is a text or a number, whose JSON is what the record shows.
        self.key = serde_json::to_string(key).map_err(|_| fmt::Error)?.trim_matches('"').to_string();
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> fmt::Result {
        self.walk.step(format!(".{}", self.key), value)
    }

    fn end(self) -> fmt::Result {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[derive(serde::Serialize)]
    enum Kind {
        Plain,
        With(f64),
        Both { x: f64, y: f64 },
    }

    #[derive(serde::Serialize)]
    struct Course {
        rms: Vec<f64>,
        last: Option<f32>,
        by_delay: BTreeMap<u64, (f64, Kind)>,
    }

    #[derive(serde::Serialize)]
    struct Record {
        courses: Vec<Course>,
        mean: f64,
    }

    fn course(rms: &[f64], last: Option<f32>) -> Course {
        let kinds = [(1.0, Kind::Plain), (2.0, Kind::With(0.0)), (3.0, Kind::Both { x: 1.0, y: 2.0 })];
        Course { rms: rms.to_vec(), last, by_delay: (5..).zip(kinds).collect() }
    }

    #[test]
    fn a_record_of_numbers_has_no_gaps() {
        assert!(gaps(&Record { courses: vec![course(&[1.0], None)], mean: 0.0 }).is_empty());
    }

    #[test]
    fn the_first_gap_of_each_entry_is_told_with_its_place() {
        let mut deep = course(&[1.0], None);
        deep.by_delay.insert(7, (1.0, Kind::Both { x: 1.0, y: f64::NEG_INFINITY }));
        let courses = vec![course(&[1.0], None), course(&[1.0, f64::NAN, f64::NAN], Some(f32::NAN)), deep];
        let found = gaps(&Record { courses, mean: f64::INFINITY });
        assert_eq!(found, ["courses[1].rms[1] (NaN)", "courses[2].by_delay.7[1].y (-inf)", "mean (inf)"]);
    }

    #[test]
    fn no_more_than_three_are_told() {
        let courses = (0..9).map(|_| course(&[f64::NAN], None)).collect();
        assert_eq!(gaps(&Record { courses, mean: f64::NAN }).len(), 3);
    }
}
