//! The card a device shows: its id, Noise key and name, bound together by its signature.

use serde::{Deserialize, Serialize};

use super::{DeviceId, Identity, NoiseKey, Signature, verify};

/// Longest name of a device, in bytes of UTF-8.
pub const MAX_NAME_BYTES: usize = 64;

/// A device's public face. A value of this type has a valid signature and an acceptable name.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(try_from = "Wire", into = "Wire")]
pub struct DeviceCard {
    id: DeviceId,
    noise_key: NoiseKey,
    name: String,
    signature: Signature,
}

impl DeviceCard {
    pub(super) fn sign(identity: &Identity, name: &str) -> Result<Self, BadName> {
        check_name(name)?;
        let noise_key = identity.noise_key();
        let signature = identity.sign(CARD_CONTEXT, &card_bytes(&noise_key, name));
        Ok(Self { id: identity.id(), noise_key, name: name.to_owned(), signature })
    }

    /// The device's name among devices: the key that signed this card.
    pub fn id(&self) -> DeviceId {
        self.id
    }

    /// Its Noise key.
    pub fn noise_key(&self) -> NoiseKey {
        self.noise_key
    }

    /// Its name among people, as its owner gave it: 1 to [`MAX_NAME_BYTES`] bytes, no control characters.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The card as bytes.
    pub fn encode(&self) -> Vec<u8> {
        postcard::to_allocvec(self).expect("a card has no field that postcard refuses")
    }

    /// Reads a card and verifies its signature.
    ///
    /// # Errors
    /// [`BadCard`]; bytes left over are [`BadCard::Malformed`].
    pub fn decode(bytes: &[u8]) -> Result<Self, BadCard> {
        let (wire, rest) = postcard::take_from_bytes::<Wire>(bytes).map_err(|_| BadCard::Malformed)?;
        if !rest.is_empty() {
            return Err(BadCard::Malformed);
        }
        Self::try_from(wire)
    }
}

/// Why bytes are not the card of a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadCard {
    /// The bytes are no card.
    #[error("not a device card")]
    Malformed,
    /// The name may not be shown.
    #[error("device card with an unacceptable name: {0}")]
    Name(#[from] BadName),
    /// The signature is not the device's.
    #[error("device card with an invalid signature")]
    Signature,
}

/// Why a text cannot name a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadName {
    /// It holds a control, line-breaking or direction-changing character.
    #[error("a name holds an invisible character")]
    Invisible,
    /// It is empty or blank.
    #[error("a name is empty")]
    Empty,
    /// It is longer than [`MAX_NAME_BYTES`].
    #[error("a name is longer than {MAX_NAME_BYTES} bytes")]
    TooLong,
}

#[derive(Serialize, Deserialize)]
struct Wire {
    id: DeviceId,
    noise_key: NoiseKey,
    name: String,
    signature: Signature,
}

impl TryFrom<Wire> for DeviceCard {
    type Error = BadCard;

    fn try_from(wire: Wire) -> Result<Self, BadCard> {
        check_name(&wire.name)?;
        if !verify(&wire.id, CARD_CONTEXT, &card_bytes(&wire.noise_key, &wire.name), &wire.signature) {
            return Err(BadCard::Signature);
        }
        Ok(Self { id: wire.id, noise_key: wire.noise_key, name: wire.name, signature: wire.signature })
    }
}

impl From<DeviceCard> for Wire {
    fn from(card: DeviceCard) -> Self {
        Self { id: card.id, noise_key: card.noise_key, name: card.name, signature: card.signature }
    }
}

fn check_name(name: &str) -> Result<(), BadName> {
    if name.trim().is_empty() {
        return Err(BadName::Empty);
    }
    if name.len() > MAX_NAME_BYTES {
        return Err(BadName::TooLong);
    }
    if name.chars().any(is_invisible) {
        return Err(BadName::Invisible);
    }
    Ok(())
}

/// Control characters, line and paragraph separators, zero-width characters, and those that turn the
/// direction of text (Unicode, UAX #9: explicit directional formatting).
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

fn card_bytes(noise_key: &NoiseKey, name: &str) -> Vec<u8> {
    let mut bytes = noise_key.0.to_vec();
    bytes.extend_from_slice(name.as_bytes());
    bytes
}

const CARD_CONTEXT: &str = "symbolon/device-card/1";

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng;

    use super::*;

    fn identity() -> Identity {
        Identity::draw(&mut ChaCha20Rng::seed_from_u64(3))
    }

    #[test]
    fn a_card_survives_its_encoding() {
        let card = identity().card("Ada’s phone").unwrap();
        assert_eq!(DeviceCard::decode(&card.encode()), Ok(card));
    }

    #[test]
    fn a_card_with_any_bit_flipped_is_refused() {
        let bytes = identity().card("phone").unwrap().encode();
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(DeviceCard::decode(&flipped).is_err(), "bit {bit}");
        }
    }

    #[test]
    fn a_card_cut_or_continued_is_refused() {
        let bytes = identity().card("phone").unwrap().encode();
        for length in 0..bytes.len() {
            assert!(DeviceCard::decode(&bytes[..length]).is_err());
        }
        assert_eq!(DeviceCard::decode(&[bytes, vec![0]].concat()), Err(BadCard::Malformed));
    }

    #[test]
    fn a_card_read_through_serde_is_verified_too() {
        let mut wire = Wire::from(identity().card("phone").unwrap());
        wire.name = "other".to_owned();
        let bytes = postcard::to_allocvec(&wire).unwrap();
        assert!(postcard::from_bytes::<DeviceCard>(&bytes).is_err());
    }

    #[test]
    fn a_name_that_deceives_the_eye_is_refused() {
        for (name, error) in [
            ("", BadName::Empty),
            ("  ", BadName::Empty),
            ("a\nb", BadName::Invisible),
            ("a\u{202e}b", BadName::Invisible),
            ("a\u{200b}b", BadName::Invisible),
            ("x".repeat(65).as_str(), BadName::TooLong),
        ] {
            assert_eq!(identity().card(name).unwrap_err(), error, "{name:?}");
        }
        assert!(identity().card(&"x".repeat(64)).is_ok());
    }
}
