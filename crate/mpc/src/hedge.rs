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
