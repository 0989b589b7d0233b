//! Amounts in decimal, exactly: no floating point anywhere.

use alloy_primitives::U256;

/// Why a text is not an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadAmount {
    /// Not digits with at most one point.
    #[error("an amount is digits with at most one point")]
    Form,
    /// More digits after the point than the token has.
    #[error("this token has {decimals} places after the point")]
    TooFine {
        /// Places it has.
        decimals: u8,
    },
    /// Does not fit in 256 bits.
    #[error("the amount is too large")]
    TooLarge,
}

/// Writes an amount given in the smallest unit, all its digits and no trailing zeros: `1.5`, `0.000001`, `12`.
#[must_use]
pub fn format(amount: U256, decimals: u8) -> String {
    let digits = amount.to_string();
    let places = usize::from(decimals);
    let padded = format!("{digits:0>width$}", width = places + 1);
    let (whole, fraction) = padded.split_at(padded.len() - places);
    let fraction = fraction.trim_end_matches('0');
    if fraction.is_empty() { whole.to_owned() } else { format!("{whole}.{fraction}") }
}

/// Writes an amount with at most `places` digits after the point, cut, never rounded up; an amount that is cut ends in
/// `…`, so that no one takes it for the exact one.
#[must_use]
pub fn format_short(amount: U256, decimals: u8, places: usize) -> String {
    let exact = format(amount, decimals);
    match exact.split_once('.') {
        Some((whole, fraction)) if fraction.len() > places => {
            let (kept, _) = fraction.split_at_checked(places).unwrap_or((fraction, ""));
            if kept.is_empty() { format!("{whole}…") } else { format!("{whole}.{kept}…") }
        }
        _ => exact,
    }
}

/// Reads an amount as a person types it into the smallest unit: `1.5`, `.5`, `1.`; a comma is not a point.
///
/// # Errors
/// [`BadAmount`], by what is wrong.
pub fn parse(text: &str, decimals: u8) -> Result<U256, BadAmount> {
    let text = text.trim();
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits_only = |part: &str| part.bytes().all(|c| c.is_ascii_digit());
    if !digits_only(whole) || !digits_only(fraction) || (whole.is_empty() && fraction.is_empty()) {
        return Err(BadAmount::Form);
    }
    let fraction = fraction.trim_end_matches('0');
    let places = usize::from(decimals);
    if fraction.len() > places {
        return Err(BadAmount::TooFine { decimals });
    }
    let digits = format!("{whole}{fraction:0<places$}");
    let digits = digits.trim_start_matches('0');
    if digits.is_empty() {
        return Ok(U256::ZERO);
    }
    if digits.len() > 78 {
        return Err(BadAmount::TooLarge);
    }
    U256::from_str_radix(digits, 10).map_err(|_| BadAmount::TooLarge)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn amounts_are_written_with_all_their_digits() {
        for (raw, decimals, expected) in [
            (0u128, 18, "0"),
            (1, 18, "0.000000000000000001"),
            (1_500_000_000_000_000_000, 18, "1.5"),
            (21_000_000_000, 9, "21"),
            (250_000_000, 6, "250"),
            (7, 0, "7"),
            (12_345, 2, "123.45"),
        ] {
            assert_eq!(format(U256::from(raw), decimals), expected);
        }
        assert_eq!(
            format(U256::MAX, 18),
            "115792089237316195423570985008687907853269984665640564039457.584007913129639935"
        );
    }

    #[test]
    fn a_shortened_amount_says_so_and_is_never_rounded_up() {
        let amount = U256::from(1_999_999_999_999_999_999u128);
        assert_eq!(format_short(amount, 18, 4), "1.9999…");
        assert_eq!(format_short(amount, 18, 0), "1…");
        assert_eq!(format_short(U256::from(1_500_000_000_000_000_000u128), 18, 4), "1.5");
        assert_eq!(format_short(U256::from(1), 18, 4), "0.0000…");
    }

    #[test]
    fn what_is_not_an_amount_is_refused() {
        for text in ["", ".", "-1", "+1", "1,5", "1e18", "0x10", "1.2.3", "one", "1 000", "٣"] {
            assert_eq!(parse(text, 18), Err(BadAmount::Form), "{text}");
        }
        assert_eq!(parse("1.0000001", 6), Err(BadAmount::TooFine { decimals: 6 }));
        assert_eq!(parse(&"9".repeat(79), 0), Err(BadAmount::TooLarge));
        assert_eq!(
            parse("115792089237316195423570985008687907853269984665640564039458", 18),
            Err(BadAmount::TooLarge)
        );
    }

    #[test]
    fn people_may_leave_a_side_of_the_point_empty() {
        assert_eq!(parse(".5", 1), Ok(U256::from(5)));
        assert_eq!(parse("5.", 1), Ok(U256::from(50)));
        assert_eq!(parse("1.50000000000", 2), Ok(U256::from(150)));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(limbs: [u64; 4], decimals: u8) {
            let amount = U256::from_limbs(limbs);
            prop_assert_eq!(parse(&format(amount, decimals), decimals), Ok(amount));
        }

        #[test]
        fn no_text_makes_it_panic(text: String, decimals: u8) {
            let _ = parse(&text, decimals);
        }
    }
}
