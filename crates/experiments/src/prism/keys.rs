//! Names of the parts of the loop, and the keys of the record that are made of them.

use lobule_scaffold::Microzone;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ModuleName {
    /// Hears the command and corrects it.
    Forward,
    /// Hears the target and adds a command.
    Inverse,
}

impl ModuleName {
    /// Both, in order; a module is its own index, as `ModuleName::Inverse as usize`.
    pub const ALL: [Self; 2] = [Self::Forward, Self::Inverse];

    /// Its name in the configuration and the record.
    pub fn name(self) -> &'static str {
        ["forward", "inverse"][self as usize]
    }

    fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|m| m.name() == name)
    }
}

impl fmt::Display for ModuleName {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.pad(self.name())
    }
}

/// [`Microzone`] by its name, for `serde(with)`.
#[derive(Serialize, Deserialize)]
#[serde(remote = "Microzone", rename_all = "snake_case")]
pub(super) enum MicrozoneName {
    Plus,
    Minus,
}

fn zone(name: &str) -> Option<Microzone> {
    Microzone::ALL.into_iter().find(|z| z.name() == name)
}

/// A population of a module, or its cells in one microzone; written `forward/purkinje_cell/plus`, and ordered as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RateOf {
    pub module: ModuleName,
    /// Cell type, or `teaching`.
    pub cell: String,
    /// Microzone; none for all cells.
    pub zone: Option<Microzone>,
}

/// A microzone of a module; written `forward/plus`, and ordered as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ZoneOf {
    pub module: ModuleName,
    pub zone: Microzone,
}

impl fmt::Display for RateOf {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}/{}", self.module, self.cell)?;
        self.zone.map_or(Ok(()), |zone| write!(f, "/{}", zone.name()))
    }
}

impl fmt::Display for ZoneOf {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}/{}", self.module, self.zone.name())
    }
}

impl FromStr for RateOf {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once('/').and_then(|(first, rest)| Some((ModuleName::of(first)?, rest)));
        let (module, rest) =
            parts.ok_or_else(|| format!("`{text}` is no population; `forward/purkinje_cell/plus` is one"))?;
        let zoned = rest.rsplit_once('/').and_then(|(cell, last)| Some((cell, zone(last)?)));
        let (cell, zone) = zoned.map_or((rest, None), |(cell, zone)| (cell, Some(zone)));
        Ok(Self { module, cell: cell.into(), zone })
    }
}

impl FromStr for ZoneOf {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once('/').and_then(|(m, z)| Some((ModuleName::of(m)?, zone(z)?)));
        let (module, zone) =
            parts.ok_or_else(|| format!("`{text}` is no microzone; `forward/plus` is one"))?;
        Ok(Self { module, zone })
    }
}

/// Orders a key as its text, and reads and writes it as text.
macro_rules! as_text {
    ($($key:ty),+) => {$(
        impl Ord for $key {
            fn cmp(&self, other: &Self) -> Ordering {
                self.to_string().cmp(&other.to_string())
            }
        }

        impl PartialOrd for $key {
            fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
                Some(self.cmp(other))
            }
        }

        impl Serialize for $key {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $key {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    )+};
}

as_text!(RateOf, ZoneOf);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_as_they_are_written_and_ordered_as_text() {
        let mut keys: Vec<RateOf> = Vec::new();
        for module in ModuleName::ALL {
            for cell in ["dcn_i", "dcn_p", "purkinje_cell", "teaching", "a-b", "a", "a/b"] {
                for zone in [None, Some(Microzone::Plus), Some(Microzone::Minus)] {
                    keys.push(RateOf { module, cell: cell.into(), zone });
                }
            }
        }
        for key in &keys {
            assert_eq!(key.to_string().parse::<RateOf>().as_ref(), Ok(key));
        }
        let mut texts: Vec<String> = keys.iter().map(RateOf::to_string).collect();
        keys.sort();
        texts.sort();
        assert_eq!(keys.iter().map(RateOf::to_string).collect::<Vec<_>>(), texts);
        for text in ["purkinje_cell", "sideways/purkinje_cell"] {
            assert!(text.parse::<RateOf>().unwrap_err().contains(text));
        }
        let mut zones: Vec<ZoneOf> = ["inverse/plus", "inverse/minus", "forward/plus", "forward/minus"]
            .map(|text| text.parse().unwrap())
            .to_vec();
        zones.sort();
        let texts: Vec<String> = zones.iter().map(ZoneOf::to_string).collect();
        assert_eq!(texts, ["forward/minus", "forward/plus", "inverse/minus", "inverse/plus"]);
        assert!("forward/left".parse::<ZoneOf>().unwrap_err().contains("forward/left"));
    }
}
