//! Tables of configurations.

/// Structs that read their keys from TOML and refuse others: one line for each table that fits, else one for each key. Units,
/// meanings and sources stand in the TOML document with the defaults.
macro_rules! tables {
    ($($(#[$about:meta])* $table:ident { $($(#[$how:meta])* $key:ident: $value:ty),* $(,)? })*) => {$(
        $(#[$about])*
        #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $table {
            $($(#[$how])* pub(crate) $key: $value,)*
        }
    )*};
}
