//! Numbers and words as they are printed.

/// A number with a given count of decimals and a true minus sign.
pub fn fixed(value: f64, decimals: usize) -> String {
    if value.is_finite() { signed(value, decimals) } else { "not measured".into() }
}

/// The same for a number that is finite.
pub fn signed(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    if text.trim_start_matches('-').chars().all(|c| c == '0' || c == '.') {
        return text.trim_start_matches('-').into();
    }
    text.replacen('-', "−", 1)
}

/// Decimals that show about three digits of a value.
fn decimals(value: f64) -> usize {
    match value.abs() {
        v if v >= 100.0 => 0,
        v if v >= 10.0 => 1,
        v if v >= 0.1 || v == 0.0 || !v.is_finite() => 2,
        v if v >= 0.01 => 3,
        _ => 4,
    }
}

/// A number with about three digits; very small ones as a power of ten.
pub fn short(value: f64) -> String {
    if value != 0.0 && value.abs() < 1e-3 {
        let text = format!("{value:.1e}");
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let exponent = superscript(exponent.parse().unwrap_or(0));
        return format!("{} × 10{exponent}", mantissa.replace('-', "−"));
    }
    fixed(value, decimals(value))
}

/// A whole number in raised digits.
pub(crate) fn superscript(n: i32) -> String {
    let raised = |c: char| match c {
        '-' => '⁻',
        c => "⁰¹²³⁴⁵⁶⁷⁸⁹".chars().nth(c.to_digit(10).unwrap_or(0) as usize).unwrap_or(c),
    };
    n.to_string().chars().map(raised).collect()
}

/// A number as it would be written by hand: no trailing zeros.
pub fn plain(value: f64) -> String {
    let text = fixed(value, 3);
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').into() } else { text }
}

/// A whole number with thin spaces between thousands.
pub fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (k, c) in digits.chars().enumerate() {
        if k > 0 && (digits.len() - k).is_multiple_of(3) {
            out.push('\u{202f}');
        }
        out.push(c);
    }
    out
}

/// A word with a capital.
pub fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|c| c.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
