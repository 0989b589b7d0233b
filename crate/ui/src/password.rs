//! How good a password is, roughly: enough to tell the owner, never sent anywhere.

/// Fewest characters the vault accepts.
pub const FEWEST: usize = 8;

/// A rough grade.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    /// Not accepted.
    TooShort,
    /// A program guesses it soon.
    Weak,
    /// Holds against the curious.
    Fair,
    /// Holds.
    Strong,
}

/// Grades a password by length, variety and repetition.
///
/// The estimate is bits of a random string over the character classes used, with repeated and counted-up characters worth a
/// fraction, so `aaaaaaaaaaaa` and `12345678` stay weak.
pub fn strength(password: &str) -> Strength {
    let characters: Vec<char> = password.chars().collect();
    if characters.len() < FEWEST {
        return Strength::TooShort;
    }
    let pool: f64 = [
        (26.0, characters.iter().any(char::is_ascii_lowercase)),
        (26.0, characters.iter().any(char::is_ascii_uppercase)),
        (10.0, characters.iter().any(char::is_ascii_digit)),
        (32.0, characters.iter().any(|c| c.is_ascii_punctuation() || *c == ' ')),
        (100.0, characters.iter().any(|c| !c.is_ascii())),
    ]
    .iter()
    .map(|(size, used)| if *used { *size } else { 0.0 })
    .sum();
    let mut worth = 1.0;
    for pair in characters.windows(2) {
        let step = match pair {
            [a, b] => u32::from(*b).abs_diff(u32::from(*a)),
            _ => 2,
        };
        worth += if step <= 1 { 0.25 } else { 1.0 };
    }
    match worth * pool.log2() {
        bits if bits < 45.0 => Strength::Weak,
        bits if bits < 70.0 => Strength::Fair,
        _ => Strength::Strong,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seven_characters_are_too_short() {
        assert_eq!(strength("aB3$xY9"), Strength::TooShort);
    }

    #[test]
    fn repetition_and_counting_stay_weak() {
        assert_eq!(strength("aaaaaaaaaaaaaaaa"), Strength::Weak);
        assert_eq!(strength("1234567890"), Strength::Weak);
    }

    #[test]
    fn a_sentence_is_strong() {
        assert_eq!(strength("seven lamps over a quiet harbour"), Strength::Strong);
    }

    #[test]
    fn a_common_form_is_fair() {
        assert_eq!(strength("Harb0ur-x"), Strength::Fair);
    }

    #[test]
    fn length_is_counted_in_characters_not_bytes() {
        assert_eq!(strength("äöüß"), Strength::TooShort);
    }
}
