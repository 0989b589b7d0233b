//! Personal messages (EIP-191, version 0x45).

use alloy_primitives::{Address, B256, Keccak256};

use super::signature::{BadSignature, Signature};

/// The 32 bytes that `personal_sign` signs: Keccak-256 of `"\x19Ethereum Signed Message:\n" ‖ length ‖ message`
/// (EIP-191).
#[must_use]
pub fn digest(message: &[u8]) -> B256 {
    let mut hash = Keccak256::new();
    hash.update(b"\x19Ethereum Signed Message:\n");
    hash.update(message.len().to_string().as_bytes());
    hash.update(message);
    hash.finalize()
}

/// Address that signed the message (`personal_ecRecover`).
///
/// # Errors
/// [`BadSignature::Signer`] if no key did.
pub fn recover(message: &[u8], signature: &Signature) -> Result<Address, BadSignature> {
    signature.recover(&digest(message))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evm::address::lower_case;

    /// Message hashes as `ethers.utils.hashMessage` 5 gives them (its test suite, test-utils.spec.ts).
    #[test]
    fn the_digest_is_that_of_ethers() {
        for (message, expected) in [
            ("", "5f35dce98ba4fba25530a026ed80b2cecdaa31091ba4958b99b52ea1d068adad"),
            ("Hello World", "a1de988600a42c4b4ab089b619297c17d53cffae5d5120d82d8a92d0bb3b78f2"),
            ("hello world", "d9eba16ed0ecae432b71fe008c98cc872bb4cc214d3220a36f365326cf807d68"),
        ] {
            assert_eq!(hex::encode(digest(message.as_bytes())), expected, "{message:?}");
        }
    }

    /// Example of web3.js' documentation, `web3.eth.accounts.recover` ("Some data").
    #[test]
    fn the_signer_is_recovered_as_by_web3_js() {
        let signature = alloy_primitives::hex!(
            "b91467e570a6466aa9e9876cbcd013baba02900b8979d43fe208a4a4f339f5fd6007e74cd82e037b800186422fc2da167c747ef045e5d18a5f5d4300f8e1a029"
            "1c"
        );
        let signature = Signature::from_rsv(&signature).unwrap();
        let signer = recover(b"Some data", &signature).unwrap();
        assert_eq!(lower_case(&signer), "0x2c7536e3605d9c16a7a3d7b1898e529396a65c23");
    }
}
