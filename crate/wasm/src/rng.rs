//! The browser's randomness, `crypto.getRandomValues`, and nothing else.

use rand_core::{CryptoRng, Error, RngCore};

/// Randomness of the platform.
#[derive(Clone, Copy, Debug, Default)]
pub struct PlatformRng;

impl RngCore for PlatformRng {
    fn next_u32(&mut self) -> u32 {
        let mut bytes = [0; 4];
        self.fill_bytes(&mut bytes);
        u32::from_le_bytes(bytes)
    }

    fn next_u64(&mut self) -> u64 {
        let mut bytes = [0; 8];
        self.fill_bytes(&mut bytes);
        u64::from_le_bytes(bytes)
    }

    /// # Panics
    /// Without randomness nothing may go on; the panic ends this instance, and with it every session.
    fn fill_bytes(&mut self, destination: &mut [u8]) {
        self.try_fill_bytes(destination).expect("crypto.getRandomValues answers");
    }

    fn try_fill_bytes(&mut self, destination: &mut [u8]) -> Result<(), Error> {
        getrandom::getrandom(destination).map_err(|error| Error::from(error.code()))
    }
}

impl CryptoRng for PlatformRng {}
