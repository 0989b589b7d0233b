//! ChaCha20's key stream, the pseudo-random generator of every layer (§1.8).

use chacha20::ChaCha20;
use chacha20::cipher::{KeyIvInit, StreamCipher};
use k256::Scalar;
use rand_core::{CryptoRng, RngCore};
use zeroize::Zeroizing;

use crate::curve::{self, SCALAR};

/// The key stream under a key that is used for nothing else.
pub(crate) struct Stream(ChaCha20);

impl Stream {
    /// The stream of `key`, from its start.
    pub fn new(key: [u8; 32]) -> Self {
        let key = Zeroizing::new(key);
        Self(ChaCha20::new((&*key).into(), &Default::default()))
    }

    /// Overwrites `bytes` with what comes next.
    pub fn fill(&mut self, bytes: &mut [u8]) {
        bytes.fill(0);
        self.0.apply_keystream(bytes);
    }

    /// The next 32 bytes as a scalar.
    pub fn scalar(&mut self) -> Scalar {
        let mut bytes = Zeroizing::new([0; SCALAR]);
        self.fill(&mut *bytes);
        curve::scalar_from_hash(*bytes)
    }
}

impl RngCore for Stream {
    fn next_u32(&mut self) -> u32 {
        let mut bytes = [0; 4];
        self.fill(&mut bytes);
        u32::from_le_bytes(bytes)
    }

    fn next_u64(&mut self) -> u64 {
        let mut bytes = [0; 8];
        self.fill(&mut bytes);
        u64::from_le_bytes(bytes)
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        self.fill(bytes);
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), rand_core::Error> {
        self.fill(bytes);
        Ok(())
    }
}

impl CryptoRng for Stream {}

#[cfg(test)]
mod wiped {
    use super::*;

    symbolon_mpc::lacks!(Stream: Clone);

    fn wipes_itself<T: zeroize::ZeroizeOnDrop>() {}
    const _: fn() = wipes_itself::<ChaCha20>;
}
