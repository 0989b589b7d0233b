//! Drawing secrets that stay secret even where the randomness handed in does not (R12).
//!
//! The operating system's bytes are hashed together with the session, the party, what the secret is for and
//! whatever secret the party already holds. A generator that repeats itself then still gives different values
//! in different sessions, and one that is known to the attacker still gives values that it cannot compute, as
//! long as a held secret (a key share, at signing) goes in.

use rand_core::CryptoRngCore;
use zeroize::Zeroizing;

use crate::machine::Context;
use crate::transcript::Tag;

/// Draws 64 uniform secret bytes for the use `label` (unique within the ceremony) with the number `number`.
///
/// `held` are secrets of the party that the value may depend on, such as its key share; empty if it has none.
pub fn draw_bytes(
    rng: &mut dyn CryptoRngCore,
    context: &Context,
    label: &str,
    number: u32,
    held: &[&[u8]],
) -> Zeroizing<[u8; 64]> {
    let mut random = Zeroizing::new([0; 64]);
    rng.fill_bytes(&mut *random);
    let mut transcript = context
        .transcript(Tag::Hedge, Some(context.me()), None, 0)
        .field(label.as_bytes())
        .field(&number.to_be_bytes())
        .field(&*random);
    for secret in held {
        transcript.put(secret);
    }
    Zeroizing::new(transcript.finish64())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::party::PartyIndex;
    use crate::session::SessionId;

    /// A generator that gives the same byte for ever.
    struct Stuck;

    impl rand_core::RngCore for Stuck {
        fn next_u32(&mut self) -> u32 {
            0x0707_0707
        }

        fn next_u64(&mut self) -> u64 {
            0x0707_0707_0707_0707
        }

        fn fill_bytes(&mut self, bytes: &mut [u8]) {
            bytes.fill(7);
        }

        fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), rand_core::Error> {
            self.fill_bytes(bytes);
            Ok(())
        }
    }

    impl rand_core::CryptoRng for Stuck {}

    fn context(session: u8, me: u16) -> Context {
        Context::new(SessionId([session; 32]), PartyIndex::new(me).unwrap(), Vec::new())
    }

    #[test]
    fn a_stuck_generator_still_gives_different_secrets_everywhere() {
        let here = context(1, 1);
        let draws = [
            draw_bytes(&mut Stuck, &here, "a", 0, &[]),
            draw_bytes(&mut Stuck, &context(2, 1), "a", 0, &[]),
            draw_bytes(&mut Stuck, &context(1, 2), "a", 0, &[]),
            draw_bytes(&mut Stuck, &here, "b", 0, &[]),
            draw_bytes(&mut Stuck, &here, "a", 1, &[]),
            draw_bytes(&mut Stuck, &here, "a", 0, &[b"share"]),
            draw_bytes(&mut Stuck, &here, "a", 0, &[b"sha", b"re"]),
        ];
        for (position, draw) in draws.iter().enumerate() {
            assert!(draws.iter().skip(position + 1).all(|other| other != draw));
        }
    }

    #[test]
    fn a_good_generator_decides_too() {
        let mut rng = crate::testing::sim::generator(1, 1);
        let here = context(1, 1);
        let first = draw_bytes(&mut rng, &here, "a", 0, &[]);
        assert_ne!(first, draw_bytes(&mut rng, &here, "a", 0, &[]));
    }
}
