//! The vault's header: how the password is stretched, and the vault key wrapped under each key that opens the vault.
//!
//! The password's slot is always there; a passkey may have one beside it.

use rand_core::CryptoRngCore;
use sha2::{Digest, Sha256};
use symbolon_mpc::secret::Secret;

use super::passkey::{Passkey, PasskeySlot};
use super::slot::{SLOT, Slot};
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
/// version, 1 ‖ salt, 16 ‖ memory in KiB, 4 LE ‖ passes, 4 LE ‖ lanes, 4 LE ‖ nonce, 12 ‖ wrapped key, 48
///     ‖ in version 2: the passkey's slot ‖ check, 8
/// ```
/// A header without a passkey is of version 1, one with a passkey of version 2: every header has one form. All
/// before the first nonce is authenticated by the password's wrapping, always with version 1 in front, so that
/// the slot is the same in both. The check, the first bytes of SHA-256 of all before it, tells damage from a wrong
/// password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    parameters: KdfParameters,
    password: Slot,
    passkey: Option<Box<PasskeySlot>>,
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
        let password = Slot::wrap(vault_key, stretched, &authenticated(&parameters), rng);
        Self { parameters, password, passkey: None }
    }

    /// The same vault key under another password; a passkey keeps its slot.
    pub fn with_password(
        &self,
        vault_key: &VaultKey,
        stretched: &Secret<[u8; 32]>,
        parameters: KdfParameters,
        rng: &mut dyn CryptoRngCore,
    ) -> Self {
        Self { passkey: self.passkey.clone(), ..Self::wrap(vault_key, stretched, parameters, rng) }
    }

    /// The same header with a passkey's slot, in the place of an earlier passkey's. `output` is what the passkey's
    /// function made of its salt.
    pub fn with_passkey(
        &self,
        vault_key: &VaultKey,
        passkey: Passkey,
        output: &Secret<[u8; 32]>,
        rng: &mut dyn CryptoRngCore,
    ) -> Self {
        let slot = PasskeySlot::wrap(vault_key, passkey, output, rng);
        Self { passkey: Some(Box::new(slot)), ..self.clone() }
    }

    /// The same header, which no passkey opens.
    pub fn without_passkey(&self) -> Self {
        Self { passkey: None, ..self.clone() }
    }

    /// How to stretch the password.
    pub fn parameters(&self) -> KdfParameters {
        self.parameters
    }

    /// The passkey that opens the vault, if there is one.
    pub fn passkey(&self) -> Option<&Passkey> {
        self.passkey.as_ref().map(|slot| &slot.passkey)
    }

    /// The vault key.
    ///
    /// # Errors
    /// [`VaultError::WrongPassword`] if `stretched` is not the key it was wrapped under.
    pub fn unwrap(&self, stretched: &Secret<[u8; 32]>) -> Result<VaultKey, VaultError> {
        let key = self.password.unwrap(stretched, &authenticated(&self.parameters));
        key.ok_or(VaultError::WrongPassword)
    }

    /// The vault key, by what the passkey made of its salt.
    ///
    /// # Errors
    /// [`VaultError::WrongPasskey`] if there is no passkey, or `output` is another one's.
    pub fn unwrap_with_passkey(&self, output: &Secret<[u8; 32]>) -> Result<VaultKey, VaultError> {
        let key = self.passkey.as_ref().and_then(|slot| slot.unwrap(output));
        key.ok_or(VaultError::WrongPasskey)
    }

    /// The header as bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = authenticated(&self.parameters);
        bytes.extend_from_slice(&self.password.encode());
        if let Some(passkey) = &self.passkey {
            bytes[0] = WITH_PASSKEY;
            bytes.extend_from_slice(&passkey.encode());
        }
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
        match version {
            FORMAT..=WITH_PASSKEY => {}
            0 => return Err(VaultError::Damaged),
            version => return Err(VaultError::Version(version)),
        }
        let (body, sum) = bytes.split_last_chunk::<8>().ok_or(VaultError::Damaged)?;
        if check(body) != *sum {
            return Err(VaultError::Damaged);
        }
        let (fixed, rest) = body.split_first_chunk::<FIXED>().ok_or(VaultError::Damaged)?;
        let (front, slot) = fixed.split_last_chunk::<SLOT>().ok_or(VaultError::Damaged)?;
        let passkey = match (version, rest) {
            (FORMAT, []) => None,
            (FORMAT, _) => return Err(VaultError::Damaged),
            (_, rest) => Some(Box::new(PasskeySlot::decode(rest)?)),
        };
        let mut salt = [0; 16];
        salt.copy_from_slice(&front[1..17]);
        let number = |at: usize| u32::from_le_bytes([front[at], front[at + 1], front[at + 2], front[at + 3]]);
        let parameters =
            KdfParameters { salt, memory_kib: number(17), passes: number(21), lanes: number(25) };
        let acceptable = (MIN_MEMORY_KIB..=MAX_MEMORY_KIB).contains(&parameters.memory_kib)
            && (MIN_PASSES..=MAX_PASSES).contains(&parameters.passes)
            && (1..=MAX_LANES).contains(&parameters.lanes);
        if !acceptable {
            return Err(VaultError::Parameters);
        }
        Ok(Self { parameters, password: Slot::decode(slot), passkey })
    }
}

fn authenticated(parameters: &KdfParameters) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(FIXED);
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
const WITH_PASSKEY: u8 = 2;
const FIXED: usize = 1 + 16 + 12 + SLOT;

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
        assert_damage_is_found(&bytes);
    }

    fn assert_damage_is_found(bytes: &[u8]) {
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.to_vec();
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
        for version in [3, 9] {
            bytes[0] = version;
            assert_eq!(Header::decode(&bytes), Err(VaultError::Version(version)));
        }
        bytes[0] = 0;
        assert_eq!(Header::decode(&bytes), Err(VaultError::Damaged));
    }

    fn with_passkey() -> (VaultKey, Header) {
        let (key, header) = header(1);
        let passkey = Passkey::new(vec![5; 20], [6; 32]).unwrap();
        let header =
            header.with_passkey(&key, passkey, &Secret::new([7; 32]), &mut ChaCha20Rng::seed_from_u64(2));
        (key, header)
    }

    #[test]
    fn password_and_passkey_open_the_same_vault_and_another_passkey_does_not() {
        let (key, header) = with_passkey();
        let header = Header::decode(&header.encode()).unwrap();
        assert_eq!(bytes_of(&header.unwrap(&Secret::new([1; 32])).unwrap()), bytes_of(&key));
        assert_eq!(bytes_of(&header.unwrap_with_passkey(&Secret::new([7; 32])).unwrap()), bytes_of(&key));
        for wrong in [[8; 32], [1; 32]] {
            let refused = header.unwrap_with_passkey(&Secret::new(wrong)).unwrap_err();
            assert_eq!(refused, VaultError::WrongPasskey);
        }
    }

    #[test]
    fn a_new_password_keeps_the_passkey_and_removing_it_leaves_a_header_of_version_1() {
        let (key, header) = with_passkey();
        let mut rng = ChaCha20Rng::seed_from_u64(3);
        let parameters = Header::draw_parameters(0, &mut rng);
        let changed = header.with_password(&key, &Secret::new([9; 32]), parameters, &mut rng);
        assert!(
            changed.unwrap(&Secret::new([9; 32])).is_ok() && changed.unwrap(&Secret::new([1; 32])).is_err()
        );
        assert!(changed.unwrap_with_passkey(&Secret::new([7; 32])).is_ok());
        let removed = Header::decode(&changed.without_passkey().encode()).unwrap();
        assert_eq!((removed.encode()[0], removed.passkey()), (FORMAT, None));
        assert_eq!(removed.unwrap_with_passkey(&Secret::new([7; 32])).unwrap_err(), VaultError::WrongPasskey);
        assert!(removed.unwrap(&Secret::new([9; 32])).is_ok());
    }

    #[test]
    fn every_flipped_bit_of_a_header_with_a_passkey_is_an_error() {
        assert_damage_is_found(&with_passkey().1.encode());
    }

    /// As [`a_forged_header_does_not_open`], for the passkey's slot: credential id, salt, nonce and key.
    #[test]
    fn a_forged_slot_of_a_passkey_does_not_open() {
        let (_, header) = with_passkey();
        let bytes = header.encode();
        let end = bytes.len() - 8;
        for at in FIXED + 2..end {
            let mut forged = bytes.clone();
            forged[at] ^= 1;
            let fixed = check(&forged[..end]);
            forged[end..].copy_from_slice(&fixed);
            let forged = Header::decode(&forged).unwrap();
            assert!(forged.unwrap_with_passkey(&Secret::new([7; 32])).is_err(), "byte {at}");
            assert!(forged.unwrap(&Secret::new([1; 32])).is_ok(), "byte {at}: the password still opens");
        }
    }

    #[test]
    fn a_header_of_version_1_holds_no_passkey_and_one_of_version_2_does() {
        for (header, version) in [(with_passkey().1, 1), (header(1).1, 2)] {
            let mut bytes = header.encode();
            bytes[0] = version;
            let end = bytes.len() - 8;
            let fixed = check(&bytes[..end]);
            bytes[end..].copy_from_slice(&fixed);
            assert_eq!(Header::decode(&bytes), Err(VaultError::Damaged));
        }
    }

    /// Headers as released versions wrote them; whoever changes the format must still open these.
    #[test]
    fn captured_headers_open() {
        // Written by the build of 22 November 2026 (commit 4bd8e62), before there were passkeys.
        let version_1 = hex::decode(VERSION_1).unwrap();
        let old = Header::decode(&version_1).unwrap();
        assert_eq!(old.encode(), version_1);
        assert_eq!(bytes_of(&old.unwrap(&Secret::new([1; 32])).unwrap()), bytes_of(&header(1).0));
    }

    /// Written by another implementation, tests/model/atrest.py.
    #[test]
    fn a_header_with_a_passkey_of_another_implementation_opens() {
        let text = include_str!("../../../../tests/captured/header-2.json");
        let known: std::collections::BTreeMap<String, String> = serde_json::from_str(text).unwrap();
        let known = |name: &str| hex::decode(&known[name]).unwrap();
        let secret = |name: &str| Secret::new(<[u8; 32]>::try_from(known(name)).unwrap());
        let header = Header::decode(&known("header")).unwrap();
        assert_eq!(header.encode(), known("header"));
        let vault_key = known("vault_key");
        assert_eq!(bytes_of(&header.unwrap(&secret("stretched")).unwrap())[..], vault_key);
        assert_eq!(bytes_of(&header.unwrap_with_passkey(&secret("output")).unwrap())[..], vault_key);
    }

    const VERSION_1: &str = "01000efec87c5749ec1157912e0e171f60000001000300000001000000de9e5341348819a2de99f140fbaca8acf94b6403063034415f667fdd99fd94509c0c85ecea09ab850b5f34244c026dea1abc5bc62d3e59ba45211e38ce8fd7181ca76998";
}
