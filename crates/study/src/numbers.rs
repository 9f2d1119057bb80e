//! Reading JSON whose numbers may be NaN: JSON has no word for it, and `null` stands for it where a number is expected.

use serde::de::value::{MapAccessDeserializer, MapDeserializer, SeqDeserializer};
use serde::de::{DeserializeOwned, Deserializer, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::{Error, Value};

/// Reads a value; where it has a floating-point number, `null` is NaN.
///
/// # Errors
/// JSON of another shape.
pub fn from_slice<T: DeserializeOwned>(data: &[u8]) -> Result<T, Error> {
    // Most records hold numbers alone, and are read without a detour.
    serde_json::from_slice(data).or_else(|_| T::deserialize(Node(serde_json::from_slice(data)?)))
}

/// A value of a JSON document.
struct Node(Value);

impl<'de> IntoDeserializer<'de, Error> for Node {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

/// A key of a JSON object, which is a text even where the map has numbers as keys.
struct Key(String);

impl<'de> IntoDeserializer<'de, Error> for Key {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

fn map(entries: serde_json::Map<String, Value>) -> impl Iterator<Item = (Key, Node)> {
    entries.into_iter().map(|(key, value)| (Key(key), Node(value)))
}

impl<'de> Deserializer<'de> for Node {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Array(list) => visitor.visit_seq(SeqDeserializer::new(list.into_iter().map(Node))),
            Value::Object(entries) => visitor.visit_map(MapDeserializer::new(map(entries))),
            plain => plain.deserialize_any(visitor),
        }
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Null => visitor.visit_f64(f64::NAN),
            value => Node(value).deserialize_any(visitor),
        }
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self.0 {
            Value::Object(entries) => {
                visitor.visit_enum(MapAccessDeserializer::new(MapDeserializer::new(map(entries))))
            }
            plain => plain.deserialize_enum(name, variants, visitor),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct identifier ignored_any
    }
}

impl<'de> Deserializer<'de> for Key {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_string(self.0)
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0.parse() {
            Ok(number) => visitor.visit_u64(number),
            Err(_) => visitor.visit_string(self.0),
        }
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_u64(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        Value::String(self.0).deserialize_enum(name, variants, visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u128 f32 f64 char str string bytes byte_buf option unit unit_struct seq
        tuple tuple_struct map struct identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::{Deserialize, Serialize};
    use std::collections::BTreeMap;

    #[derive(Debug, Serialize, Deserialize)]
    enum Kind {
        Plain,
        With(f64),
        Both { x: f64 },
    }

    #[derive(Debug, Serialize, Deserialize)]
    struct Record {
        curve: Vec<f64>,
        pair: (f64, Option<f64>),
        by_seed: BTreeMap<u64, f32>,
        kinds: Vec<Kind>,
        name: String,
    }

    #[test]
    fn a_record_with_numbers_that_are_none_is_read_as_it_was_written() {
        let kinds = vec![Kind::Plain, Kind::With(f64::NAN), Kind::Both { x: f64::NAN }];
        let by_seed = BTreeMap::from([(3, f32::NAN)]);
        let record =
            Record { curve: vec![1.0, f64::NAN], pair: (f64::NAN, None), by_seed, kinds, name: "n".into() };
        let text = serde_json::to_string(&record).unwrap();
        assert!(serde_json::from_str::<Record>(&text).is_err());
        let again: Record = from_slice(text.as_bytes()).unwrap();
        assert_eq!(format!("{again:?}"), format!("{record:?}"));
    }

    #[test]
    fn a_record_of_another_shape_is_refused() {
        assert!(from_slice::<Record>(br#"{"curve": ["a"]}"#).is_err());
        assert!(from_slice::<Vec<u64>>(b"[null]").is_err());
    }
}
