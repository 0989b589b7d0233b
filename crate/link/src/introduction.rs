//! A device that is paired with two others makes them known to each other.
//!
//! The introducer draws the secrets of the new pair and sends each its half over the channel it has with it.
//! It could introduce somebody else instead; the [`roster`](crate::roster) words that all devices show before a
//! key is made are what catches that.

use rand_core::CryptoRngCore;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::identity::DeviceCard;
use crate::mailbox::ReadToken;
use crate::pairing::{BadPaired, ChannelPsk, Paired};

/// What the introducer sends to one of the two: all it needs to open a channel to the other.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Introduction(Paired);

impl Introduction {
    /// The device that is introduced.
    pub fn peer(&self) -> &DeviceCard {
        &self.0.peer
    }

    /// Accepts the introduction. The caller has checked that it came over the channel of a device that may
    /// introduce, and that the peer is one the owner expects.
    pub fn accept(self) -> Paired {
        self.0
    }

    /// The introduction as bytes, to be sent over a channel. Holds secrets.
    pub fn encode(&self) -> Zeroizing<Vec<u8>> {
        self.0.encode_secret()
    }

    /// Reads an introduction; the card's signature is verified.
    ///
    /// # Errors
    /// [`BadPaired`] for whatever is not exactly one introduction.
    pub fn decode(bytes: &[u8]) -> Result<Self, BadPaired> {
        Paired::decode_secret(bytes).map(Self)
    }
}

/// Draws what `one` and `two` need to reach each other: first what to send to `one`, then what to `two`.
pub fn introduce(
    one: &DeviceCard,
    two: &DeviceCard,
    rng: &mut dyn CryptoRngCore,
) -> (Introduction, Introduction) {
    let psk = ChannelPsk::draw(rng);
    let (to_one, to_two) = (ReadToken::draw(rng), ReadToken::draw(rng));
    let (write_to_one, write_to_two) = (to_one.write_token(), to_two.write_token());
    (
        Introduction(Paired {
            peer: two.clone(),
            psk: psk.clone(),
            read_token: to_one,
            write_token: write_to_two,
        }),
        Introduction(Paired { peer: one.clone(), psk, read_token: to_two, write_token: write_to_one }),
    )
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng;

    use super::*;
    use crate::identity::Identity;

    #[test]
    fn the_two_halves_of_an_introduction_fit() {
        let mut rng = ChaCha20Rng::seed_from_u64(4);
        let one = Identity::draw(&mut rng).card("one").unwrap();
        let two = Identity::draw(&mut rng).card("two").unwrap();
        let (for_one, for_two) = introduce(&one, &two, &mut rng);
        let for_one = Introduction::decode(&for_one.encode()).unwrap().accept();
        let for_two = Introduction::decode(&for_two.encode()).unwrap().accept();
        assert_eq!((&for_one.peer, &for_two.peer), (&two, &one));
        assert_eq!(for_one.psk, for_two.psk);
        assert_eq!(for_one.write_token, for_two.read_token.write_token());
        assert_eq!(for_two.write_token, for_one.read_token.write_token());
        assert_ne!(for_one.read_token, for_two.read_token);
    }
}
