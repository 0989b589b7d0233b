//! Punycode, decoded (RFC 3492, section 6.2).

/// Decodes a label without its `xn--`; `None` if it is not the encoding of one.
pub(super) fn decode(label: &str) -> Option<String> {
    let (basic, extended) = label.rsplit_once('-').unwrap_or(("", label));
    let mut output: Vec<char> = basic.chars().collect();
    if !basic.is_ascii() || output.len() > MAX_LABEL || extended.is_empty() {
        return None;
    }
    let (mut code_point, mut index, mut bias) = (INITIAL_N, 0u32, INITIAL_BIAS);
    let mut digits = extended.bytes();
    while digits.len() > 0 {
        let start = index;
        let mut weight = 1u32;
        for k in (BASE..).step_by(BASE as usize) {
            let digit = digit(digits.next()?)?;
            index = index.checked_add(digit.checked_mul(weight)?)?;
            let threshold = k.saturating_sub(bias).clamp(T_MIN, T_MAX);
            if digit < threshold {
                break;
            }
            weight = weight.checked_mul(BASE - threshold)?;
        }
        let length = u32::try_from(output.len()).ok()?.checked_add(1)?;
        bias = adapt(index - start, length, start == 0);
        code_point = code_point.checked_add(index / length)?;
        index %= length;
        if output.len() >= MAX_LABEL {
            return None;
        }
        output.insert(usize::try_from(index).ok()?, char::from_u32(code_point)?);
        index += 1;
    }
    Some(output.into_iter().collect())
}

/// RFC 3492, section 6.1.
fn adapt(delta: u32, length: u32, first: bool) -> u32 {
    let mut delta = if first { delta / DAMP } else { delta / 2 };
    delta += delta / length;
    let mut k = 0;
    while delta > ((BASE - T_MIN) * T_MAX) / 2 {
        delta /= BASE - T_MIN;
        k += BASE;
    }
    k + ((BASE - T_MIN + 1) * delta) / (delta + SKEW)
}

fn digit(byte: u8) -> Option<u32> {
    match byte {
        b'a'..=b'z' => Some(u32::from(byte - b'a')),
        b'A'..=b'Z' => Some(u32::from(byte - b'A')),
        b'0'..=b'9' => Some(u32::from(byte - b'0') + 26),
        _ => None,
    }
}

// RFC 3492, section 5.
const BASE: u32 = 36;
const T_MIN: u32 = 1;
const T_MAX: u32 = 26;
const SKEW: u32 = 38;
const DAMP: u32 = 700;
const INITIAL_BIAS: u32 = 72;
const INITIAL_N: u32 = 128;
/// Longest label, in characters (RFC 1035, 2.3.4).
const MAX_LABEL: usize = 63;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// RFC 3492, section 7.1: (B), (I), (L) and (S).
    #[test]
    fn the_samples_of_the_standard_are_decoded() {
        for (encoded, text) in [
            ("ihqwcrb4cv8a8dqg056pqjye", "他们为什么不说中文"),
            ("b1abfaaepdrnnbgefbadotcwatmq2g4l", "почемужеонинеговорятпорусски"),
            ("3B-ww4c5e180e575a65lsy2b", "3年B組金八先生"),
            ("-> $1.00 <--", "-> $1.00 <-"),
        ] {
            let decoded = decode(encoded);
            if encoded.ends_with("--") {
                // nothing but plain letters is no name of this kind
                assert_eq!(decoded, None);
            } else {
                assert_eq!(decoded.as_deref(), Some(text));
            }
        }
    }

    proptest! {
        #[test]
        fn no_label_makes_it_panic(label in "\\PC{0,80}", digits in "[a-z0-9-]{0,80}") {
            let _ = decode(&label);
            let _ = decode(&digits);
        }
    }
}
