//! Argon2id in a module of its own.

use argon2::{Algorithm, Argon2, Params, Version};
use wasm_bindgen::prelude::wasm_bindgen;
use zeroize::Zeroize;

/// Stretches `password` with Argon2id v1.3 (RFC 9106) to 32 bytes, or gives nothing where the parameters are out of
/// the algorithm's range. The page gives up this instance afterwards, and its memory with it.
///
/// The wallet chose the parameters and judged those it read from storage; here they are only carried out.
#[wasm_bindgen]
#[must_use]
pub fn stretch(
    mut password: Vec<u8>,
    salt: &[u8],
    memory_kib: u32,
    passes: u32,
    lanes: u32,
) -> Option<Vec<u8>> {
    let mut key = vec![0; KEY_BYTES];
    let done = Params::new(memory_kib, passes, lanes, Some(KEY_BYTES))
        .and_then(|parameters| {
            Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters)
                .hash_password_into(&password, salt, &mut key)
        })
        .is_ok();
    password.zeroize();
    done.then_some(key)
}

const KEY_BYTES: usize = 32;
