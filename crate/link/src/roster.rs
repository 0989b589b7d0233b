//! Eight words that every device of a wallet shows before a key is made.
//!
//! If all devices show the same words, they mean the same wallet, threshold and devices: whoever introduced
//! them to each other put nobody between.

use sha2::{Digest, Sha256};

use crate::identity::DeviceId;

/// How many words are shown: 88 bits.
pub const ROSTER_WORDS: usize = 8;

/// The words for these devices; their order does not matter.
///
/// The first 88 bits of SHA-256("symbolon/roster/1" ‖ wallet id ‖ threshold ‖ number of devices ‖ sorted ids;
/// the numbers as 2 bytes little-endian), eleven bits a word, from the English list of BIP-39.
pub fn roster_words(wallet: &[u8; 32], threshold: u16, devices: &[DeviceId]) -> [&'static str; ROSTER_WORDS] {
    let mut sorted = devices.to_vec();
    sorted.sort_unstable();
    let mut hash = Sha256::new_with_prefix(b"symbolon/roster/1")
        .chain_update(wallet)
        .chain_update(threshold.to_le_bytes())
        // A quorum has at most 32 parties (symbolon-mpc).
        .chain_update((sorted.len() as u16).to_le_bytes());
    for device in &sorted {
        hash.update(device.0);
    }
    words(&hash.finalize().into())
}

fn words(digest: &[u8; 32]) -> [&'static str; ROSTER_WORDS] {
    core::array::from_fn(|position| {
        let index = (0..11).fold(0usize, |index, bit| {
            let bit = position * 11 + bit;
            index << 1 | usize::from(digest[bit / 8] >> (7 - bit % 8) & 1)
        });
        // An index has eleven bits; a test counts 2048 words.
        ENGLISH.lines().nth(index).unwrap_or_default()
    })
}

/// BIP-39, `english.txt`.
const ENGLISH: &str = include_str!("data/english.txt");

#[cfg(test)]
mod tests {
    use super::*;

    /// The file's digest as known from the BIP repository.
    #[test]
    fn the_words_are_those_of_bip_39() {
        assert_eq!(ENGLISH.lines().count(), 2048);
        assert_eq!(
            hex::encode(Sha256::digest(ENGLISH)),
            "2f5eed53a4727b4bf8880d8f3f199efc90e58503646d9ff8eff3a2ed3b24dbda"
        );
    }

    /// BIP-39, test vector of entropy 7f…7f: "legal winner thank year wave sausage worth useful …".
    #[test]
    fn bits_become_words_as_in_bip_39() {
        assert_eq!(
            words(&[0x7f; 32]),
            ["legal", "winner", "thank", "year", "wave", "sausage", "worth", "useful"]
        );
    }

    #[test]
    fn words_depend_on_wallet_threshold_and_devices_but_not_on_their_order() {
        let (a, b, c) = (DeviceId([1; 32]), DeviceId([2; 32]), DeviceId([3; 32]));
        let words = roster_words(&[0; 32], 2, &[a, b, c]);
        assert_eq!(roster_words(&[0; 32], 2, &[c, a, b]), words);
        assert_ne!(roster_words(&[1; 32], 2, &[a, b, c]), words);
        assert_ne!(roster_words(&[0; 32], 3, &[a, b, c]), words);
        assert_ne!(roster_words(&[0; 32], 2, &[a, b]), words);
        assert_ne!(roster_words(&[0; 32], 2, &[a, b, DeviceId([4; 32])]), words);
    }
}
