//! Six symbols of sixty-four: 36 bits that two people can compare at a glance.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// A picture and its name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Symbol {
    /// The picture, one emoji.
    pub emoji: &'static str,
    /// Its English name, for screen readers and for telling over the phone.
    pub name: &'static str,
}

/// Six symbols to compare, as indices into [`SYMBOLS`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, Serialize, Deserialize)]
pub struct Symbols(pub [u8; 6]);

impl Symbols {
    /// The symbols of a handshake and two revealed nonces: the first 36 bits of
    /// SHA-256("symbolon/pairing/symbols/1" ‖ handshake hash ‖ inviter's nonce ‖ joiner's nonce), six bits each.
    pub(super) fn of(handshake: &[u8; 32], inviter_nonce: &[u8; 32], joiner_nonce: &[u8; 32]) -> Self {
        let digest: [u8; 32] = Sha256::new_with_prefix(b"symbolon/pairing/symbols/1")
            .chain_update(handshake)
            .chain_update(inviter_nonce)
            .chain_update(joiner_nonce)
            .finalize()
            .into();
        Self(sixes(&digest))
    }

    /// What to show, left to right.
    pub fn symbols(self) -> [Symbol; 6] {
        self.0.map(|index| SYMBOLS[usize::from(index % 64)])
    }
}

fn sixes(digest: &[u8; 32]) -> [u8; 6] {
    let [a, b, c, d, e, ..] = *digest;
    [a >> 2, (a & 3) << 4 | b >> 4, (b & 15) << 2 | c >> 6, c & 63, d >> 2, (d & 3) << 4 | e >> 4]
}

macro_rules! symbols {
    ($($emoji:literal $name:literal)*) => { [$(Symbol { emoji: $emoji, name: $name }),*] };
}

/// The table. Fixed for good: both devices must have the same.
pub const SYMBOLS: [Symbol; 64] = symbols! {
    "🐶" "dog" "🐱" "cat" "🦁" "lion" "🐴" "horse" "🐷" "pig" "🐘" "elephant" "🐰" "rabbit" "🐻" "bear"
    "🐔" "chicken" "🐧" "penguin" "🦉" "owl" "🐢" "turtle" "🐟" "fish" "🐙" "octopus" "🦋" "butterfly" "🐝" "bee"
    "🌹" "rose" "🌻" "sunflower" "🌵" "cactus" "🌲" "fir" "🍄" "mushroom" "🌍" "globe" "🌙" "moon" "☀️" "sun"
    "⭐" "star" "⚡" "lightning" "🔥" "fire" "🌈" "rainbow" "☂️" "umbrella" "❄️" "snowflake" "🌊" "wave" "🌋" "volcano"
    "🍎" "apple" "🍌" "banana" "🍇" "grapes" "🍓" "strawberry" "🍍" "pineapple" "🥕" "carrot" "🌽" "maize" "🍞" "bread"
    "🧀" "cheese" "🍕" "pizza" "🎂" "cake" "☕" "coffee" "🔑" "key" "🔔" "bell" "🔨" "hammer" "✂️" "scissors"
    "📎" "paperclip" "📷" "camera" "📖" "book" "💡" "lamp" "⏰" "clock" "🎁" "gift" "🎈" "balloon" "🎸" "guitar"
    "🥁" "drum" "⚽" "ball" "🚲" "bicycle" "🚗" "car" "🚂" "train" "✈️" "aeroplane" "🚀" "rocket" "⚓" "anchor"
};

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use rand_chacha::ChaCha20Rng;
    use rand_core::{RngCore, SeedableRng};

    use super::*;

    #[test]
    fn every_symbol_looks_and_sounds_different() {
        assert_eq!(SYMBOLS.iter().map(|symbol| symbol.emoji).collect::<HashSet<_>>().len(), 64);
        assert_eq!(SYMBOLS.iter().map(|symbol| symbol.name).collect::<HashSet<_>>().len(), 64);
    }

    /// A man in the middle has two handshakes and one free nonce in each, chosen before the honest one is
    /// revealed. The best he can do is to hope.
    #[test]
    fn two_handshakes_agree_only_by_chance() {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        for _ in 0..20_000 {
            let [mut one, mut two, mut inviter, mut joiner, mut his] = [[0; 32]; 5];
            for bytes in [&mut one, &mut two, &mut inviter, &mut joiner, &mut his] {
                rng.fill_bytes(bytes);
            }
            assert_ne!(Symbols::of(&one, &inviter, &his), Symbols::of(&two, &his, &joiner));
        }
    }

    /// Above all on the handshake: a man in the middle could pass the honest nonces on.
    #[test]
    fn symbols_depend_on_the_handshake_and_on_both_nonces() {
        let symbols = Symbols::of(&[1; 32], &[2; 32], &[3; 32]);
        assert_ne!(Symbols::of(&[9; 32], &[2; 32], &[3; 32]), symbols);
        assert_ne!(Symbols::of(&[1; 32], &[9; 32], &[3; 32]), symbols);
        assert_ne!(Symbols::of(&[1; 32], &[2; 32], &[9; 32]), symbols);
        assert_ne!(Symbols::of(&[1; 32], &[3; 32], &[2; 32]), symbols);
    }

    /// Written out by hand: 000001 000010 000011 000100 000101 000110, filled with ones.
    #[test]
    fn thirty_six_bits_make_six_indices() {
        let mut digest = [0xff; 32];
        digest[..5].copy_from_slice(&[0b0000_0100, 0b0010_0000, 0b1100_0100, 0b0001_0100, 0b0110_1111]);
        assert_eq!(sixes(&digest), [1, 2, 3, 4, 5, 6]);
    }
}
