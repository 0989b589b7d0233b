//! Codes for guardians: any k of m make the owner's code, and fewer know nothing of it (docs/recovery.md, 8).
//!
//! Shamir's sharing over GF(32), letter by letter: each of the code's 32 letters is the value at zero of a random
//! polynomial of degree k − 1, and guardian i gets the values at i.

use core::fmt;

use rand_core::CryptoRngCore;
use zeroize::Zeroizing;

use super::checksum;
use super::code::{CodeError, ENTROPY_LETTERS, KIND_GUARDIAN, RecoveryCode, VERSION, body};
use crate::Secret;

/// One guardian's code.
pub struct GuardianCode {
    needed: u8,
    number: u8,
    set: [u8; SET_LETTERS],
    letters: Secret<[u8; ENTROPY_LETTERS]>,
}

/// Why codes of guardians are none, or do not go together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GuardianError {
    /// A text is no guardian's code.
    #[error(transparent)]
    Code(#[from] CodeError),
    /// Codes of two different splits.
    #[error("these codes do not belong together")]
    Mixed,
    /// Not 2 ≤ k ≤ m ≤ 16.
    #[error("there must be 2 to 16 guardians, and at least 2 of them needed")]
    Numbers,
    /// The same guardian's code twice.
    #[error("code {0} is there twice")]
    Twice(u8),
    /// Fewer than needed.
    #[error("{given} codes, and {needed} are needed")]
    TooFew {
        /// How many there are.
        given: usize,
        /// How many it takes.
        needed: u8,
    },
}

/// Splits `code` into codes for `guardians`, any `needed` of which make it.
///
/// # Errors
/// [`GuardianError::Numbers`] unless 2 ≤ needed ≤ guardians ≤ [`MAX_GUARDIANS`].
pub fn split(
    code: &RecoveryCode,
    needed: u8,
    guardians: u8,
    rng: &mut dyn CryptoRngCore,
) -> Result<Vec<GuardianCode>, GuardianError> {
    if !(2..=guardians).contains(&needed) || guardians > MAX_GUARDIANS {
        return Err(GuardianError::Numbers);
    }
    let mut set = [0; SET_LETTERS];
    rng.fill_bytes(&mut set);
    let set = set.map(|byte| byte & 31);
    // Constant terms first.
    let mut coefficients = Zeroizing::new(vec![[0; ENTROPY_LETTERS]; usize::from(needed)]);
    for row in coefficients.iter_mut().skip(1) {
        rng.fill_bytes(row);
        row.iter_mut().for_each(|value| *value &= 31);
    }
    if let Some(constants) = coefficients.first_mut() {
        constants.copy_from_slice(&*code.letters());
    }
    let code_of = |number: u8| {
        let mut letters = Zeroizing::new([0; ENTROPY_LETTERS]);
        for row in coefficients.iter().rev() {
            for (value, coefficient) in letters.iter_mut().zip(row) {
                *value = multiply(*value, number) ^ coefficient;
            }
        }
        GuardianCode { needed, number, set, letters: Secret::new(*letters) }
    };
    Ok((1..=guardians).map(code_of).collect())
}

/// The owner's code from guardians' codes. Whether it is the right one the recovery file says.
///
/// # Errors
/// [`GuardianError`] if they are too few, or do not go together.
pub fn join(codes: &[GuardianCode]) -> Result<RecoveryCode, GuardianError> {
    let first = codes.first().ok_or(GuardianError::TooFew { given: 0, needed: 2 })?;
    for (place, code) in codes.iter().enumerate() {
        if (code.needed, code.set) != (first.needed, first.set) {
            return Err(GuardianError::Mixed);
        }
        if codes.iter().skip(place + 1).any(|other| other.number == code.number) {
            return Err(GuardianError::Twice(code.number));
        }
    }
    let codes = codes
        .get(..usize::from(first.needed))
        .ok_or(GuardianError::TooFew { given: codes.len(), needed: first.needed })?;
    let mut letters = Zeroizing::new([0; ENTROPY_LETTERS]);
    for code in codes {
        // Its Lagrange coefficient at zero; subtraction is addition here.
        let weight = codes.iter().filter(|other| other.number != code.number).fold(1, |weight, other| {
            multiply(weight, multiply(other.number, invert(other.number ^ code.number)))
        });
        // EXPOSE: weighted and added; the sum is wiped.
        code.letters.expose(|values| {
            for (sum, value) in letters.iter_mut().zip(values) {
                *sum ^= multiply(*value, weight);
            }
        });
    }
    Ok(RecoveryCode::of_letters(&letters))
}

impl GuardianCode {
    /// Reads a guardian's code, as [`RecoveryCode::read`] does the owner's.
    ///
    /// # Errors
    /// [`GuardianError::Code`], or [`GuardianError::Numbers`] if it says what no split writes.
    pub fn read(text: &str) -> Result<Self, GuardianError> {
        let values = checksum::read(text)?;
        let body: &[u8; HEADER_LETTERS + ENTROPY_LETTERS] =
            body(&values, KIND_GUARDIAN)?.try_into().map_err(|_| CodeError::Length)?;
        let [needed, number, one, other, letters @ ..] = body;
        let is_split = (2..=MAX_GUARDIANS).contains(needed) && (1..=MAX_GUARDIANS).contains(number);
        if !is_split {
            return Err(GuardianError::Numbers);
        }
        Ok(Self { needed: *needed, number: *number, set: [*one, *other], letters: Secret::new(*letters) })
    }

    /// The code as it is printed: eleven groups of four letters.
    pub fn write(&self) -> Zeroizing<String> {
        let mut data = Zeroizing::new(Vec::with_capacity(2 + HEADER_LETTERS + ENTROPY_LETTERS));
        data.extend([KIND_GUARDIAN, VERSION, self.needed, self.number]);
        data.extend(self.set);
        // EXPOSE: these are the letters that the guardian writes down; both copies are wiped.
        self.letters.expose(|letters| data.extend_from_slice(letters));
        checksum::write(&data)
    }

    /// How many guardians it takes.
    pub fn needed(&self) -> u8 {
        self.needed
    }

    /// Which guardian's it is, from 1.
    pub fn number(&self) -> u8 {
        self.number
    }
}

/// Multiplication in GF(32) modulo x⁵ + x² + 1, without a branch on the values.
fn multiply(one: u8, other: u8) -> u8 {
    let mut product = 0_u16;
    for bit in 0..5 {
        product ^= (u16::from(one) << bit) & 0_u16.wrapping_sub(u16::from(other >> bit & 1));
    }
    for bit in (5..9).rev() {
        product ^= (0b10_0101 << (bit - 5)) & 0_u16.wrapping_sub(product >> bit & 1);
    }
    product as u8
}

/// 1 / `value` in GF(32): its 30th power; 0 for 0.
fn invert(value: u8) -> u8 {
    (0..29).fold(value, |power, _| multiply(power, value))
}

impl fmt::Debug for GuardianCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GuardianCode").field("number", &self.number).finish_non_exhaustive()
    }
}

/// Most guardians of a code.
pub const MAX_GUARDIANS: u8 = 16;
/// Letters that tell two splits apart.
const SET_LETTERS: usize = 2;
/// Needed, number, set.
const HEADER_LETTERS: usize = 2 + SET_LETTERS;

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng;

    use super::*;

    fn rng() -> ChaCha20Rng {
        ChaCha20Rng::seed_from_u64(3)
    }

    fn copies(codes: &[GuardianCode], mask: u32) -> Vec<GuardianCode> {
        let chosen = codes.iter().enumerate().filter(|(place, _)| mask >> place & 1 == 1);
        chosen.map(|(_, code)| GuardianCode::read(&code.write()).unwrap()).collect()
    }

    #[test]
    fn any_k_of_m_make_the_code_and_fewer_are_told_so() {
        let mut rng = rng();
        let code = RecoveryCode::draw(&mut rng);
        for (needed, guardians) in [(2, 2), (2, 3), (3, 5), (5, 5), (4, 7)] {
            let codes = split(&code, needed, guardians, &mut rng).unwrap();
            for mask in 0..1 << guardians {
                let given = copies(&codes, mask);
                match join(&given) {
                    Ok(joined) => assert!(*joined.write() == *code.write() && given.len() >= needed.into()),
                    Err(refused) => {
                        let needed = if given.is_empty() { 2 } else { needed };
                        assert_eq!(refused, GuardianError::TooFew { given: given.len(), needed });
                        assert!(given.len() < needed.into());
                    }
                }
            }
        }
    }

    /// One code fewer than needed fits every code there could be: for each letter, some further value makes each.
    #[test]
    fn one_code_too_few_says_nothing() {
        let mut rng = rng();
        let codes = split(&RecoveryCode::draw(&mut rng), 2, 3, &mut rng).unwrap();
        let made: std::collections::BTreeSet<u8> = (0..32)
            .map(|value| {
                let mut other = copies(&codes, 0b10);
                other[0].letters = Secret::new([value; ENTROPY_LETTERS]);
                other.extend(copies(&codes, 1));
                join(&other).unwrap().letters()[0]
            })
            .collect();
        assert_eq!(made.len(), 32);
    }

    #[test]
    fn codes_that_do_not_go_together_are_refused() {
        let mut rng = rng();
        let code = RecoveryCode::draw(&mut rng);
        let [one, other] = [(); 2].map(|()| split(&code, 2, 3, &mut rng).unwrap());
        let mixed = [copies(&one, 1), copies(&other, 2)].concat_codes();
        assert_eq!(join(&mixed).map(|_| ()), Err(GuardianError::Mixed));
        let twice = [copies(&one, 1), copies(&one, 1)].concat_codes();
        assert_eq!(join(&twice).map(|_| ()), Err(GuardianError::Twice(1)));
        for (needed, guardians) in [(0, 3), (1, 3), (4, 3), (2, 17), (2, 0)] {
            assert_eq!(split(&code, needed, guardians, &mut rng).map(|_| ()), Err(GuardianError::Numbers));
        }
        let owners = GuardianCode::read(&code.write()).map(|_| ());
        assert_eq!(owners, Err(GuardianError::Code(CodeError::OtherKind)));
        assert_eq!(RecoveryCode::read(&one[0].write()).map(|_| ()), Err(CodeError::OtherKind));
        for header in [[1, 1, 0, 0], [17, 1, 0, 0], [2, 0, 0, 0], [2, 17, 0, 0]] {
            let data = [vec![KIND_GUARDIAN, VERSION], header.to_vec(), vec![5; 32]].concat();
            let read = GuardianCode::read(&checksum::write(&data)).map(|_| ());
            assert_eq!(read, Err(GuardianError::Numbers));
        }
    }

    trait ConcatCodes {
        fn concat_codes(self) -> Vec<GuardianCode>;
    }

    impl ConcatCodes for [Vec<GuardianCode>; 2] {
        fn concat_codes(self) -> Vec<GuardianCode> {
            self.into_iter().flatten().collect()
        }
    }

    #[test]
    fn every_value_but_zero_has_an_inverse() {
        for value in 1..32 {
            assert_eq!(multiply(value, invert(value)), 1);
            assert_eq!(multiply(value, 1), value);
        }
        // x⁴ · x = x⁵ = x² + 1.
        assert_eq!(multiply(16, 2), 5);
    }
}
