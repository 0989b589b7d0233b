//! The recovery code: 160 bits as forty letters.

use core::fmt;

use rand_core::CryptoRngCore;
use symbolon_mpc::recovery::{ENTROPY_LENGTH, RecoveryKey, RecoverySecret};
use symbolon_mpc::{Tag, Transcript};
use zeroize::Zeroizing;

use super::checksum;
use crate::Secret;

/// What an owner writes down: it opens the recovery file.
pub struct RecoveryCode(Secret<[u8; ENTROPY_LENGTH]>);

/// Why a text is no code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// Too few or too many letters.
    #[error("the code has another length")]
    Length,
    /// A letter that no code has.
    #[error("letter {place} is in no code")]
    Letter {
        /// Its place, from 1, separators not counted.
        place: usize,
    },
    /// A guardian's code where the owner's was expected, or the other way round.
    #[error("this is another kind of code")]
    OtherKind,
    /// The checksum does not fit: something was copied wrong.
    #[error("the code was copied wrong")]
    Typo,
    /// Written by a version that this one does not know.
    #[error("the code is of a newer version, {0}")]
    Version(u8),
}

impl RecoveryCode {
    /// A fresh code.
    pub fn draw(rng: &mut dyn CryptoRngCore) -> Self {
        let mut entropy = Zeroizing::new([0; ENTROPY_LENGTH]);
        rng.fill_bytes(&mut *entropy);
        Self::of_entropy(&entropy)
    }

    /// The code of this entropy, which is uniform.
    pub fn of_entropy(entropy: &[u8; ENTROPY_LENGTH]) -> Self {
        Self(Secret::new(*entropy))
    }

    /// The code that a passkey stands for: of the 32 bytes that its pseudo-random function made of [`PASSKEY_SALT`] (WebAuthn level 3,
    /// `prf`; docs/recovery.md, 6.4). It is never written down.
    pub fn of_passkey(output: &Secret<[u8; 32]>) -> Self {
        // EXPOSE: hashed into entropy, which is wiped.
        let hash = Zeroizing::new(
            output.expose(|bytes| Transcript::new(Tag::RecoveryPasskey).field(bytes).finish32()),
        );
        let mut entropy = Zeroizing::new([0; ENTROPY_LENGTH]);
        entropy.copy_from_slice(&hash[..ENTROPY_LENGTH]);
        Self::of_entropy(&entropy)
    }

    /// Reads a code. Case, spaces and hyphens do not matter, nor do letters that look alike.
    ///
    /// # Errors
    /// [`CodeError`].
    pub fn read(text: &str) -> Result<Self, CodeError> {
        let values = checksum::read(text)?;
        let letters = body(&values, KIND_OWNER)?;
        let letters: &[u8; ENTROPY_LETTERS] = letters.try_into().map_err(|_| CodeError::Length)?;
        Ok(Self::of_letters(letters))
    }

    /// The code as it is printed: ten groups of four letters.
    pub fn write(&self) -> Zeroizing<String> {
        let mut data = Zeroizing::new(Vec::with_capacity(2 + ENTROPY_LETTERS));
        data.extend([KIND_OWNER, VERSION]);
        data.extend_from_slice(&*self.letters());
        checksum::write(&data)
    }

    /// What opens a share that is sealed to [`RecoveryCode::key`].
    pub fn secret(&self) -> RecoverySecret {
        // EXPOSE: hashed into the secret.
        self.0.expose(RecoverySecret::derive)
    }

    /// What a dealing seals to: all that the devices need of a code.
    pub fn key(&self) -> RecoveryKey {
        self.secret().key()
    }

    /// The entropy as 32 values of five bits, highest first.
    pub(super) fn letters(&self) -> Zeroizing<[u8; ENTROPY_LETTERS]> {
        let mut letters = Zeroizing::new([0; ENTROPY_LETTERS]);
        // EXPOSE: five bytes are eight letters; the letters are wiped.
        self.0.expose(|entropy| {
            for (eight, five) in letters.chunks_exact_mut(8).zip(entropy.chunks_exact(5)) {
                write_letters(five, eight);
            }
        });
        letters
    }

    pub(super) fn of_letters(letters: &[u8; ENTROPY_LETTERS]) -> Self {
        let mut entropy = Zeroizing::new([0; ENTROPY_LENGTH]);
        for (five, eight) in entropy.chunks_exact_mut(5).zip(letters.chunks_exact(8)) {
            let number = eight.iter().fold(0_u64, |number, letter| number << 5 | u64::from(*letter & 31));
            five.copy_from_slice(&number.to_be_bytes()[3..]);
        }
        Self::of_entropy(&entropy)
    }
}

/// What every passkey is asked for, where it stands for a recovery code: the same always, so that nothing but the passkey and the
/// file is needed. Other uses of a passkey draw their salts.
pub const PASSKEY_SALT: [u8; 32] = *b"symbolon/recovery/passkey/salt/1";

/// The name of the sheet that a code stands on, for files and screens: the first 40 bits of its recovery key, as eight letters in
/// two groups. Public, and no proof of anything.
pub fn sheet_name(key: &RecoveryKey) -> String {
    let mut letters = [0; 8];
    write_letters(&key.encode()[..5], &mut letters);
    let letters: String = letters.into_iter().map(checksum::letter).collect();
    let (one, other) = letters.split_at(4);
    format!("{one}-{other}")
}

/// Five bytes as eight values of five bits, highest first.
fn write_letters(five: &[u8], eight: &mut [u8]) {
    let number = five.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    for (place, letter) in eight.iter_mut().rev().enumerate() {
        *letter = (number >> (5 * place)) as u8 & 31;
    }
}

/// What follows kind and version.
pub(super) fn body(values: &[u8], kind: u8) -> Result<&[u8], CodeError> {
    let [found, version, body @ ..] = values else { return Err(CodeError::Length) };
    if *found != kind {
        return Err(CodeError::OtherKind);
    }
    if *version != VERSION {
        return Err(CodeError::Version(*version));
    }
    Ok(body)
}

impl fmt::Debug for RecoveryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<redacted>")
    }
}

/// Letters of five bits that the entropy makes.
pub(super) const ENTROPY_LETTERS: usize = ENTROPY_LENGTH * 8 / 5;
pub(super) const VERSION: u8 = 1;
const KIND_OWNER: u8 = 1;
pub(super) const KIND_GUARDIAN: u8 = 2;

#[cfg(test)]
mod tests {
    use super::*;

    fn entropy() -> [u8; ENTROPY_LENGTH] {
        core::array::from_fn(|place| (place * 13 + 5) as u8)
    }

    fn entropy_of(code: &RecoveryCode) -> [u8; ENTROPY_LENGTH] {
        // EXPOSE: a test's code.
        code.0.expose(|entropy| *entropy)
    }

    /// `tests/model/recovery.py` reads the same.
    #[test]
    fn the_letters_of_a_code_are_pinned() {
        let code = RecoveryCode::of_entropy(&entropy());
        assert_eq!(*code.write(), PINNED);
        assert_eq!(entropy_of(&RecoveryCode::read(PINNED).unwrap()), entropy());
    }

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        let lower = PINNED.to_lowercase();
        let spaced = format!("  {}\n", PINNED.replace('-', " "));
        let bare = PINNED.replace('-', "");
        let alike = PINNED.replace('0', "o").replace('1', "l").replace('V', "U");
        let alike_too = PINNED.replace('0', "O").replace('1', "I").replace('V', "u");
        for text in [lower, spaced, bare, alike, alike_too] {
            assert_eq!(entropy_of(&RecoveryCode::read(&text).unwrap()), entropy(), "{text}");
        }
    }

    #[test]
    fn what_is_no_code_is_told_apart() {
        let of = |text: &str| RecoveryCode::read(text).map(|_| ()).unwrap_err();
        assert_eq!(of(""), CodeError::Length);
        assert_eq!(of("----"), CodeError::Length);
        assert_eq!(of(&PINNED[..PINNED.len() - 1]), CodeError::Typo);
        assert_eq!(of(&format!("{PINNED}0")), CodeError::Typo);
        assert_eq!(of(&"0".repeat(1_000_000)), CodeError::Length);
        assert_eq!(of(&PINNED.replacen('-', "*", 1)), CodeError::Letter { place: 5 });
        assert_eq!(of(&PINNED.replacen('-', "\u{2011}", 1)), CodeError::Letter { place: 5 });
        let data = |kind, version, letters| [vec![kind, version], vec![3; letters]].concat();
        assert_eq!(of(&checksum::write(&data(2, 1, 32))), CodeError::OtherKind);
        assert_eq!(of(&checksum::write(&data(1, 2, 32))), CodeError::Version(2));
        assert_eq!(of(&checksum::write(&data(1, 1, 31))), CodeError::Length);
        assert_eq!(of(&checksum::write(&data(1, 1, 33))), CodeError::Length);
    }

    #[test]
    fn two_draws_are_two_codes_and_nothing_prints_them() {
        use rand_core::SeedableRng;
        let mut rng = rand_chacha::ChaCha20Rng::seed_from_u64(1);
        let [one, other] = [(); 2].map(|()| RecoveryCode::draw(&mut rng));
        assert_ne!(*one.write(), *other.write());
        assert_ne!(one.key(), other.key());
        assert_eq!(format!("{one:?}"), "<redacted>");
    }

    /// `tests/model/recovery.py` makes the same of it.
    #[test]
    fn a_passkey_stands_for_one_code() {
        let code = RecoveryCode::of_passkey(&Secret::new([7; 32]));
        assert_eq!(*code.write(), PASSKEYS);
        assert_ne!(*RecoveryCode::of_passkey(&Secret::new([8; 32])).write(), PASSKEYS);
    }

    const PASSKEYS: &str = "118B-9MNC-5NZD-KB2V-F3QP-C39Q-EGC0-ZE5F-HG3K-2JQA";
    const PINNED: &str = "110M-91YB-1S8S-9P0V-BTGY-AA3B-NVS3-AY5V-ZWFS-TJPK";
}
