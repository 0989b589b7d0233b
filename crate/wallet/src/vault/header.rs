//! The vault's header: how the password is stretched, and the vault key wrapped under the result.

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Key, Nonce};
use rand_core::CryptoRngCore;
use sha2::{Digest, Sha256};
use symbolon_mpc::secret::Secret;
use zeroize::Zeroizing;

use super::{VaultError, VaultKey};
use crate::effect::KdfParameters;

/// Least memory that a password may be stretched with: 64 MiB.
pub const MIN_MEMORY_KIB: u32 = 64 * 1024;
/// Most memory that a header may ask for, against a header that would exhaust the device: 1 GiB.
pub const MAX_MEMORY_KIB: u32 = 1024 * 1024;
/// Fewest passes.
pub const MIN_PASSES: u32 = 3;
/// Most passes that a header may ask for.
pub const MAX_PASSES: u32 = 16;
const MAX_LANES: u32 = 4;

/// The header, as it stands in the record `vault/header`.
///
/// ```text
/// version, 1 ‖ salt, 16 ‖ memory in KiB, 4 LE ‖ passes, 4 LE ‖ lanes, 4 LE ‖ nonce, 12 ‖ wrapped key, 48 ‖ check, 8
/// ```
/// All before the nonce is authenticated by the wrapping. The check, the first bytes of SHA-256 of all before
/// it, tells damage from a wrong password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    parameters: KdfParameters,
    nonce: [u8; 12],
    wrapped: [u8; 48],
}

impl Header {
    /// Draws the salt for a new password; `memory_kib` is raised to the floor.
    pub fn draw_parameters(memory_kib: u32, rng: &mut dyn CryptoRngCore) -> KdfParameters {
        let mut salt = [0; 16];
        rng.fill_bytes(&mut salt);
        let memory_kib = memory_kib.clamp(MIN_MEMORY_KIB, MAX_MEMORY_KIB);
        KdfParameters { salt, memory_kib, passes: MIN_PASSES, lanes: 1 }
    }

    /// Wraps the vault key under a stretched password.
    pub fn wrap(
        vault_key: &VaultKey,
        stretched: &Secret<[u8; 32]>,
        parameters: KdfParameters,
        rng: &mut dyn CryptoRngCore,
    ) -> Self {
        let mut nonce = [0; 12];
        rng.fill_bytes(&mut nonce);
        let aad = authenticated(&parameters);
        // EXPOSE: the cipher takes key and plaintext by reference.
        let sealed = stretched.expose(|stretched| {
            vault_key.0.expose(|vault_key| {
                Aes256Gcm::new(Key::<Aes256Gcm>::from_slice(stretched))
                    .encrypt(Nonce::from_slice(&nonce), Payload { msg: vault_key, aad: &aad })
                    .expect("32 bytes can be sealed")
            })
        });
        let mut wrapped = [0; 48];
        wrapped.copy_from_slice(&sealed);
        Self { parameters, nonce, wrapped }
    }

    /// How to stretch the password.
    pub fn parameters(&self) -> KdfParameters {
        self.parameters
    }

    /// The vault key.
    ///
    /// # Errors
    /// [`VaultError::WrongPassword`] if `stretched` is not the key it was wrapped under.
    pub fn unwrap(&self, stretched: &Secret<[u8; 32]>) -> Result<VaultKey, VaultError> {
        let aad = authenticated(&self.parameters);
        // EXPOSE: the cipher takes its key by reference.
        let opened = stretched.expose(|stretched| {
            Aes256Gcm::new(Key::<Aes256Gcm>::from_slice(stretched))
                .decrypt(Nonce::from_slice(&self.nonce), Payload { msg: &self.wrapped, aad: &aad })
        });
        let opened = Zeroizing::new(opened.map_err(|_| VaultError::WrongPassword)?);
        let key = <[u8; 32]>::try_from(opened.as_slice()).map_err(|_| VaultError::Damaged)?;
        Ok(VaultKey(Secret::new(key)))
    }

    /// The header as bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = authenticated(&self.parameters);
        bytes.extend_from_slice(&self.nonce);
        bytes.extend_from_slice(&self.wrapped);
        let check = check(&bytes);
        bytes.extend_from_slice(&check);
        bytes
    }

    /// Reads a header and judges its parameters.
    ///
    /// # Errors
    /// [`VaultError::Version`] for another version, [`VaultError::Damaged`] if a bit differs,
    /// [`VaultError::Parameters`] below the floor or above the cap.
    pub fn decode(bytes: &[u8]) -> Result<Self, VaultError> {
        let version = *bytes.first().ok_or(VaultError::Damaged)?;
        if version != FORMAT {
            return Err(VaultError::Version(version));
        }
        let bytes = <&[u8; LENGTH]>::try_from(bytes).map_err(|_| VaultError::Damaged)?;
        let (body, sum) = bytes.split_at(LENGTH - 8);
        if check(body) != sum {
            return Err(VaultError::Damaged);
        }
        let (mut salt, mut nonce, mut wrapped) = ([0; 16], [0; 12], [0; 48]);
        salt.copy_from_slice(&body[1..17]);
        nonce.copy_from_slice(&body[29..41]);
        wrapped.copy_from_slice(&body[41..89]);
        let number = |at: usize| u32::from_le_bytes([body[at], body[at + 1], body[at + 2], body[at + 3]]);
        let parameters =
            KdfParameters { salt, memory_kib: number(17), passes: number(21), lanes: number(25) };
        let acceptable = (MIN_MEMORY_KIB..=MAX_MEMORY_KIB).contains(&parameters.memory_kib)
            && (MIN_PASSES..=MAX_PASSES).contains(&parameters.passes)
            && (1..=MAX_LANES).contains(&parameters.lanes);
        if !acceptable {
            return Err(VaultError::Parameters);
        }
        Ok(Self { parameters, nonce, wrapped })
    }
}

fn authenticated(parameters: &KdfParameters) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(LENGTH);
    bytes.push(FORMAT);
    bytes.extend_from_slice(&parameters.salt);
    bytes.extend_from_slice(&parameters.memory_kib.to_le_bytes());
    bytes.extend_from_slice(&parameters.passes.to_le_bytes());
    bytes.extend_from_slice(&parameters.lanes.to_le_bytes());
    bytes
}

fn check(body: &[u8]) -> [u8; 8] {
    let hash = Sha256::digest(body);
    core::array::from_fn(|at| hash[at])
}

const FORMAT: u8 = 1;
const LENGTH: usize = 1 + 16 + 12 + 12 + 48 + 8;

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng;

    use super::*;

    fn header(stretched: u8) -> (VaultKey, Header) {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let key = VaultKey::draw(&mut rng);
        let parameters = Header::draw_parameters(0, &mut rng);
        let header = Header::wrap(&key, &Secret::new([stretched; 32]), parameters, &mut rng);
        (key, header)
    }

    fn bytes_of(key: &VaultKey) -> [u8; 32] {
        key.0.expose(|key| *key)
    }

    #[test]
    fn the_right_password_opens_and_a_wrong_one_is_told() {
        let (key, header) = header(1);
        assert_eq!(bytes_of(&header.unwrap(&Secret::new([1; 32])).unwrap()), bytes_of(&key));
        assert_eq!(header.unwrap(&Secret::new([2; 32])).unwrap_err(), VaultError::WrongPassword);
    }

    #[test]
    fn the_floor_cannot_be_undercut_when_drawing() {
        let (_, header) = header(1);
        let parameters = header.parameters();
        assert_eq!((parameters.memory_kib, parameters.passes, parameters.lanes), (64 * 1024, 3, 1));
    }

    #[test]
    fn every_flipped_bit_of_a_header_is_an_error() {
        let (_, header) = header(1);
        let bytes = header.encode();
        assert_eq!(Header::decode(&bytes).as_ref(), Ok(&header));
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(Header::decode(&flipped).is_err(), "bit {bit}");
        }
        for length in 0..bytes.len() {
            assert!(Header::decode(&bytes[..length]).is_err(), "length {length}");
        }
    }

    /// The check is no secret: whoever writes the disk can fix it. The wrapping must still notice.
    #[test]
    fn a_forged_header_does_not_open() {
        let (_, header) = header(1);
        for at in (1..17).chain(29..89) {
            let mut bytes = header.encode();
            bytes[at] ^= 1;
            let fixed = check(&bytes[..89]);
            bytes[89..].copy_from_slice(&fixed);
            let forged = Header::decode(&bytes).unwrap();
            assert_eq!(
                forged.unwrap(&Secret::new([1; 32])).unwrap_err(),
                VaultError::WrongPassword,
                "byte {at}"
            );
        }
        let mut dearer = header.clone();
        dearer.parameters.passes += 1;
        assert_eq!(dearer.unwrap(&Secret::new([1; 32])).unwrap_err(), VaultError::WrongPassword);
    }

    #[test]
    fn parameters_below_the_floor_or_above_the_cap_are_refused() {
        let (_, header) = header(1);
        let mut refused = Vec::new();
        for (memory_kib, passes, lanes) in [
            (MIN_MEMORY_KIB - 1, 3, 1),
            (MIN_MEMORY_KIB, 2, 1),
            (MIN_MEMORY_KIB, 3, 0),
            (4 * 1024 * 1024, 3, 1),
            (MIN_MEMORY_KIB, MAX_PASSES + 1, 1),
            (MIN_MEMORY_KIB, 3, MAX_LANES + 1),
        ] {
            let mut bad = header.clone();
            bad.parameters = KdfParameters { memory_kib, passes, lanes, ..bad.parameters };
            refused.push(Header::decode(&bad.encode()).unwrap_err());
        }
        assert_eq!(refused, [VaultError::Parameters; 6]);
    }

    #[test]
    fn another_version_is_told_from_damage() {
        let mut bytes = header(1).1.encode();
        bytes[0] = 2;
        assert_eq!(Header::decode(&bytes), Err(VaultError::Version(2)));
    }
}
