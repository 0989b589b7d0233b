//! Letters of codes, and the checksum that finds what was copied wrong: docs/recovery.md, 6.
//!
//! The alphabet is Crockford's base 32. The checksum is that of Bech32m (BIP-350) without a prefix: six letters of a BCH code over
//! GF(32) that finds every error of up to four letters among 89, so every wrong letter and every two that were swapped.

use zeroize::Zeroizing;

use super::code::CodeError;

/// The code in groups of four letters, checksum included.
pub(super) fn write(data: &[u8]) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(2 * (data.len() + CHECKSUM_LETTERS)));
    let remainder = polymod(data.iter().copied().chain([0; CHECKSUM_LETTERS])) ^ BECH32M;
    let checksum = (0..CHECKSUM_LETTERS).rev().map(|place| (remainder >> (5 * place)) as u8 & 31);
    for (place, value) in data.iter().copied().chain(checksum).enumerate() {
        if place > 0 && place % GROUP == 0 {
            text.push('-');
        }
        text.push(letter(value));
    }
    text
}

/// The letter of a value of five bits.
pub(super) fn letter(value: u8) -> char {
    ALPHABET.get(usize::from(value)).copied().map_or('?', char::from)
}

/// The values of a code's letters without its checksum, which is right. Case, spaces, hyphens and letters that look alike
/// do not matter.
pub(super) fn read(text: &str) -> Result<Zeroizing<Vec<u8>>, CodeError> {
    // Longer is no code of ours, whatever it is.
    let mut values = Zeroizing::new(Vec::with_capacity(MAX_LETTERS));
    for letter in text.chars().filter(|letter| !matches!(letter, ' ' | '-' | '\n' | '\r' | '\t')) {
        if values.len() == MAX_LETTERS {
            return Err(CodeError::Length);
        }
        let place = values.len() + 1;
        values.push(value_of(letter).ok_or(CodeError::Letter { place })?);
    }
    if values.len() <= CHECKSUM_LETTERS {
        return Err(CodeError::Length);
    }
    if polymod(values.iter().copied()) != BECH32M {
        return Err(CodeError::Typo);
    }
    let length = values.len() - CHECKSUM_LETTERS;
    values.truncate(length);
    Ok(values)
}

fn value_of(letter: char) -> Option<u8> {
    let letter = match letter.to_ascii_uppercase() {
        'I' | 'L' => '1',
        'O' => '0',
        'U' => 'V',
        other => other,
    };
    let place = ALPHABET.iter().position(|other| char::from(*other) == letter)?;
    u8::try_from(place).ok()
}

/// BIP-173, "Checksum": the remainder of the letters as a polynomial over GF(32).
fn polymod(values: impl Iterator<Item = u8>) -> u32 {
    const GENERATOR: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
    values.fold(1, |remainder: u32, value| {
        let top = remainder >> 25;
        let shifted = (remainder & 0x01ff_ffff) << 5 ^ u32::from(value);
        let bits = GENERATOR.iter().enumerate();
        // Without a branch on the code.
        bits.fold(shifted, |remainder, (bit, generator)| {
            remainder ^ (generator & 0_u32.wrapping_sub(top >> bit & 1))
        })
    })
}

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const BECH32M: u32 = 0x2bc8_30a3;
const CHECKSUM_LETTERS: usize = 6;
const GROUP: usize = 4;
/// Beyond which the checksum promises less.
const MAX_LETTERS: usize = 89;

#[cfg(test)]
mod tests {
    use super::*;

    /// BIP-350, test vectors: the data part of "a1lqfn3a" ("a" as prefix is fed first, as values 3, 0, 1).
    #[test]
    fn the_remainder_is_that_of_bip_350() {
        let bech32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
        let letters = "lqfn3a".chars().map(|letter| bech32.find(letter).unwrap() as u8);
        assert_eq!(polymod([3, 0, 1].into_iter().chain(letters)), BECH32M);
    }

    #[test]
    fn every_wrong_letter_and_every_two_swapped_are_found() {
        for fill in [0, 7, 31] {
            let data: Vec<u8> = (0..38).map(|place| ((place * 11 + fill) % 32) as u8).collect();
            let text = write(&data);
            assert_eq!(*read(&text).unwrap(), data);
            let letters: Vec<char> = text.chars().filter(|letter| *letter != '-').collect();
            let refused = |letters: Vec<char>| {
                let text: String = letters.into_iter().collect();
                assert_eq!(read(&text), Err(CodeError::Typo), "{text}");
            };
            for place in 0..letters.len() {
                for other in ALPHABET.map(char::from).into_iter().filter(|other| *other != letters[place]) {
                    let mut wrong = letters.clone();
                    wrong[place] = other;
                    refused(wrong);
                }
                for other in (0..place).filter(|other| letters[*other] != letters[place]) {
                    let mut swapped = letters.clone();
                    swapped.swap(place, other);
                    refused(swapped);
                }
            }
        }
    }
}
