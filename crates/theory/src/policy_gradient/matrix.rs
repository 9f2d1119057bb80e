//! The one product of matrices that a network needs, with sums in a fixed order.

use multiversion::multiversion;

/// A matrix read with strides, so that a stored matrix is its own transpose, too: the element at `(row, k)` is
/// `values[row * per_row + k * per_term]`.
#[derive(Clone, Copy)]
pub(super) struct Left<'a> {
    /// Stored numbers.
    pub values: &'a [f64],
    /// Distance between rows.
    pub per_row: usize,
    /// Distance between the terms of a sum.
    pub per_term: usize,
    /// Number of terms of each sum.
    pub terms: usize,
}

/// Rows whose sums stay in registers together.
const ROWS: usize = 4;

/// Adds `left · right` to `out`: `out[i][j] += Σ_k left(i, k) right[k][j]`, k ascending. Products and sums are rounded one by
/// one and a sum is never split, so every width of vectors and every number of rows gives the same bits.
/// `right`: `[terms][columns]`, `out`: `[rows][columns]`
#[multiversion(targets("x86_64+avx512f", "x86_64+avx2"))]
pub(super) fn add_product(left: Left<'_>, right: &[f64], columns: usize, out: &mut [f64]) {
    add_product_plain(left, right, columns, out);
}

/// [`add_product`] as it is compiled for each set of instructions.
#[inline(always)]
fn add_product_plain(left: Left<'_>, right: &[f64], columns: usize, out: &mut [f64]) {
    let whole = out.len() / columns / ROWS * ROWS;
    let (bands, rest) = out.split_at_mut(whole * columns);
    for (i, band) in bands.chunks_exact_mut(ROWS * columns).enumerate() {
        add_band::<ROWS>(left, i * ROWS, right, columns, band);
    }
    for (i, row) in rest.chunks_exact_mut(columns).enumerate() {
        add_band::<1>(left, whole + i, right, columns, row);
    }
}

/// Some rows of the product, tile by tile.
#[inline(always)]
fn add_band<const R: usize>(left: Left<'_>, row: usize, right: &[f64], columns: usize, out: &mut [f64]) {
    let mut from = 0;
    while from + 16 <= columns {
        add_tile::<R, 16>(left, row, right, columns, from, out);
        from += 16;
    }
    while from + 4 <= columns {
        add_tile::<R, 4>(left, row, right, columns, from, out);
        from += 4;
    }
    while from < columns {
        add_tile::<R, 1>(left, row, right, columns, from, out);
        from += 1;
    }
}

/// `R` rows by `C` columns whose sums stay in registers over all terms.
#[inline(always)]
fn add_tile<const R: usize, const C: usize>(
    left: Left<'_>,
    row: usize,
    right: &[f64],
    columns: usize,
    from: usize,
    out: &mut [f64],
) {
    let mut sum = [[0.0; C]; R];
    for (r, sum) in sum.iter_mut().enumerate() {
        sum.copy_from_slice(&out[r * columns + from..][..C]);
    }
    for k in 0..left.terms {
        let terms = &right[k * columns + from..][..C];
        for (r, sum) in sum.iter_mut().enumerate() {
            let a = left.values[(row + r) * left.per_row + k * left.per_term];
            for (s, &b) in sum.iter_mut().zip(terms) {
                *s += a * b;
            }
        }
    }
    for (r, sum) in sum.iter().enumerate() {
        out[r * columns + from..][..C].copy_from_slice(sum);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lobule_signal::Stream;

    #[multiversion(targets("x86_64+avx2"))]
    fn avx2(left: Left<'_>, right: &[f64], columns: usize, out: &mut [f64]) {
        add_product_plain(left, right, columns, out);
    }

    #[multiversion(targets("x86_64+avx2+fma"))]
    fn avx2_fma(left: Left<'_>, right: &[f64], columns: usize, out: &mut [f64]) {
        add_product_plain(left, right, columns, out);
    }

    #[multiversion(targets("x86_64+avx512f"))]
    fn avx512(left: Left<'_>, right: &[f64], columns: usize, out: &mut [f64]) {
        add_product_plain(left, right, columns, out);
    }

    #[test]
    fn every_width_gives_the_bits_of_sums_taken_one_by_one() {
        let draws = |label: &str, n: usize| -> Vec<f64> {
            let stream = Stream::new(3, label);
            (0..n).map(|i| stream.normal(0, i as u32)).collect()
        };
        for (rows, terms, columns) in [(1, 45, 64), (7, 64, 12), (64, 5, 37), (3, 1, 1), (9, 0, 16)] {
            let right = draws("right", terms * columns);
            let values = draws("left", rows * terms);
            let start = draws("start", rows * columns);
            for left in [
                Left { values: &values, per_row: terms, per_term: 1, terms },
                Left { values: &values, per_row: 1, per_term: rows, terms },
            ] {
                let mut expected = start.clone();
                for i in 0..rows {
                    for j in 0..columns {
                        for k in 0..terms {
                            expected[i * columns + j] +=
                                values[i * left.per_row + k * left.per_term] * right[k * columns + j];
                        }
                    }
                }
                for product in [add_product, add_product_plain, avx2, avx2_fma, avx512] {
                    let mut out = start.clone();
                    product(left, &right, columns, &mut out);
                    assert!(out.iter().zip(&expected).all(|(a, b)| a.to_bits() == b.to_bits()));
                }
            }
        }
    }
}
