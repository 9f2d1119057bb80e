//! Memory that a part may ask for.

use crate::Error;
use lobule_signal::Ranges;

/// Most values of one table: 1 GiB of numbers.
pub(crate) const MOST: usize = 1 << 27;

/// Refuses a table of `factors` multiplied that is larger than [`MOST`].
pub(crate) fn room(part: &str, table: &'static str, factors: &[usize]) -> Result<(), Error> {
    let values = factors.iter().try_fold(1usize, |all, n| all.checked_mul(*n));
    let fits = values.is_some_and(|values| values <= MOST);
    let product: f64 = factors.iter().map(|n| *n as f64).product();
    let words: Vec<String> = factors.iter().map(usize::to_string).collect();
    let allowed = format!("at most {MOST}; it is {}: ask for less", words.join(" × "));
    Ok(Ranges::of(part.to_string()).require(fits, format!("values of the {table}"), product, allowed)?)
}
