//! Draws made of counter-based randomness: each is a pure function of
//! (stream, step, first index), so neither threads nor order can matter.

use lobule_signal::Stream;

/// The integer part of `mean_sd.0 + mean_sd.1 · z` with standard normal z, not below 0.
///
/// The integer part, not the nearest integer: so does the reference, hence
/// N(160, 5) gives 159.5 contacts on average.
pub(crate) fn truncated_normal(stream: Stream, step: u64, index: u32, mean_sd: (f64, f64)) -> u32 {
    let (mean, sd) = mean_sd;
    let value = if sd > 0.0 { mean + sd * stream.normal(step, index) } else { mean };
    value.max(0.0) as u32
}

/// Rounds `value` down or up at random so that the mean is `value`.
pub(crate) fn stochastic_round(stream: Stream, step: u64, index: u32, value: f64) -> usize {
    let whole = value.floor();
    whole as usize + usize::from(stream.uniform(step, index) < value - whole)
}

/// Moves `count` items drawn without replacement to the front of `items`, in random order.
/// Uses the indices `first .. first + count`.
pub(crate) fn draw_to_front<T>(stream: Stream, step: u64, first: u32, items: &mut [T], count: usize) {
    for k in 0..count.min(items.len()) {
        let left = (items.len() - k) as u32;
        items.swap(k, k + stream.below(step, first + k as u32, left) as usize);
    }
}

/// Draws up to `wanted` different keys of (key, item) without replacement, and of each one of its items.
/// Uses the indices `0 .. 2 · wanted`.
pub(crate) fn draw_of_different(
    stream: Stream,
    step: u64,
    mut keyed: Vec<(u32, u32)>,
    wanted: usize,
) -> Vec<u32> {
    keyed.sort_unstable();
    let mut groups: Vec<&[(u32, u32)]> = keyed.chunk_by(|a, b| a.0 == b.0).collect();
    draw_to_front(stream, step, 0, &mut groups, wanted);
    let pick = |(k, group): (usize, &&[(u32, u32)])| {
        group[stream.below(step, (wanted + k) as u32, group.len() as u32) as usize].1
    };
    groups.iter().take(wanted).enumerate().map(pick).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drawing_to_the_front_is_uniform() {
        let stream = Stream::new(1, "draws");
        let mut hits = [0u32; 10];
        for step in 0..10_000 {
            let mut items: Vec<usize> = (0..10).collect();
            draw_to_front(stream, step, 0, &mut items, 3);
            items[..3].iter().for_each(|&i| hits[i] += 1);
        }
        // Mean 3000, binomial standard deviation 46; five of them.
        assert!(hits.iter().all(|&h| h.abs_diff(3000) < 230), "{hits:?}");
    }

    #[test]
    fn contacts_lose_half_on_average_by_truncation() {
        let stream = Stream::new(2, "contacts");
        let sum: u32 = (0..20_000).map(|i| truncated_normal(stream, 0, i, (160.0, 5.0))).sum();
        assert!((f64::from(sum) / 20_000.0 - 159.5).abs() < 0.2);
    }
}
