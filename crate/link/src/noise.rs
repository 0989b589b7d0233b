//! The two Noise handshakes of this crate, over `snow`, with randomness from the caller.
//!
//! Noise Protocol Framework, revision 34: XXpsk3 for pairing, KKpsk0 for channels (sections 7.5 and 9.4).
//! Transport keys are taken out of the handshake (section 5.2, `Split()`), because our frames carry a header
//! as associated data and an explicit number, which Noise's own transport messages do not.

use rand_core::CryptoRngCore;
use snow::params::{CipherChoice, DHChoice, HashChoice};
use snow::resolvers::{CryptoResolver, DefaultResolver};
use snow::types::{Cipher, Dh, Hash, Random};
use zeroize::Zeroizing;

use crate::identity::{Identity, NoiseKey};

/// Which side of a handshake: who writes first is the initiator.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Role {
    Initiator,
    Responder,
}

/// A handshake under way.
pub(crate) struct Handshake(snow::HandshakeState);

/// What a finished handshake leaves: its hash, and one key for each direction.
pub(crate) struct Split {
    pub(crate) hash: [u8; 32],
    pub(crate) from_initiator: Zeroizing<[u8; 32]>,
    pub(crate) from_responder: Zeroizing<[u8; 32]>,
}

impl Handshake {
    /// The handshake of two devices that share the secret of an invitation.
    pub(crate) fn pairing(
        role: Role,
        identity: &Identity,
        secret: &[u8; 32],
        rng: &mut dyn CryptoRngCore,
    ) -> Option<Self> {
        let builder = builder("Noise_XXpsk3_25519_ChaChaPoly_SHA256", rng)?
            .local_private_key(identity.noise_secret())
            .and_then(|builder| builder.psk(3, secret))
            .and_then(|builder| builder.prologue(b"symbolon/pairing/1"))
            .ok()?;
        finish(builder, role)
    }

    /// The handshake of two paired devices. `prologue` names both.
    pub(crate) fn channel(
        role: Role,
        identity: &Identity,
        peer: &NoiseKey,
        psk: &[u8; 32],
        prologue: &[u8],
        rng: &mut dyn CryptoRngCore,
    ) -> Option<Self> {
        let builder = builder("Noise_KKpsk0_25519_ChaChaPoly_SHA256", rng)?
            .local_private_key(identity.noise_secret())
            .and_then(|builder| builder.remote_public_key(&peer.0))
            .and_then(|builder| builder.psk(0, psk))
            .and_then(|builder| builder.prologue(prologue))
            .ok()?;
        finish(builder, role)
    }

    /// Writes the next message; `None` if it is not our turn or the payload is too long.
    pub(crate) fn write(&mut self, payload: &[u8]) -> Option<Vec<u8>> {
        let mut message = vec![0; payload.len() + MAX_OVERHEAD];
        let length = self.0.write_message(payload, &mut message).ok()?;
        message.truncate(length);
        Some(message)
    }

    /// Reads the next message; `None`, leaving the handshake as it was, if it is not the peer's.
    pub(crate) fn read(&mut self, message: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let mut payload = Zeroizing::new(vec![0; message.len() + MAX_OVERHEAD]);
        let length = self.0.read_message(message, &mut payload).ok()?;
        payload.truncate(length);
        Some(payload)
    }

    /// The static key that the peer proved to hold, once it was read.
    pub(crate) fn peer_key(&self) -> Option<NoiseKey> {
        self.0.get_remote_static().and_then(|key| key.try_into().ok()).map(NoiseKey)
    }

    /// The keys, once all messages have been written and read.
    pub(crate) fn split(mut self) -> Option<Split> {
        if !self.0.is_handshake_finished() {
            return None;
        }
        let hash = self.0.get_handshake_hash().try_into().ok()?;
        let (from_initiator, from_responder) = self.0.dangerously_get_raw_split();
        Some(Split {
            hash,
            from_initiator: Zeroizing::new(from_initiator),
            from_responder: Zeroizing::new(from_responder),
        })
    }
}

fn builder<'a>(pattern: &str, rng: &mut dyn CryptoRngCore) -> Option<snow::Builder<'a>> {
    let mut seed = [0; 32];
    rng.fill_bytes(&mut seed);
    Some(snow::Builder::with_resolver(
        pattern.parse().ok()?,
        Box::new(Resolver { seed: Zeroizing::new(seed) }),
    ))
}

fn finish(builder: snow::Builder<'_>, role: Role) -> Option<Handshake> {
    match role {
        Role::Initiator => builder.build_initiator(),
        Role::Responder => builder.build_responder(),
    }
    .ok()
    .map(Handshake)
}

/// snow's own primitives, with the 32 bytes of one ephemeral key in place of a source of randomness.
struct Resolver {
    seed: Zeroizing<[u8; 32]>,
}

impl CryptoResolver for Resolver {
    fn resolve_rng(&self) -> Option<Box<dyn Random>> {
        Some(Box::new(Once(Some(self.seed.clone()))))
    }

    fn resolve_dh(&self, choice: &DHChoice) -> Option<Box<dyn Dh>> {
        DefaultResolver.resolve_dh(choice)
    }

    fn resolve_hash(&self, choice: &HashChoice) -> Option<Box<dyn Hash>> {
        DefaultResolver.resolve_hash(choice)
    }

    fn resolve_cipher(&self, choice: &CipherChoice) -> Option<Box<dyn Cipher>> {
        DefaultResolver.resolve_cipher(choice)
    }
}

/// Randomness for exactly one key; asked a second time it fails instead of repeating itself.
struct Once(Option<Zeroizing<[u8; 32]>>);

impl Random for Once {
    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), snow::Error> {
        match self.0.take() {
            Some(bytes) if out.len() == bytes.len() => {
                out.copy_from_slice(&*bytes);
                Ok(())
            }
            _ => Err(snow::Error::Rng),
        }
    }
}

/// More than any handshake message adds to its payload: two keys and two tags are 96 bytes.
const MAX_OVERHEAD: usize = 128;
