//! Account addresses: from a public key, from a signature, from text.

use alloy_primitives::{Address, keccak256};
use k256::ecdsa::VerifyingKey;

/// Why a text is not an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadAddress {
    /// Not `0x` and 40 hexadecimal digits.
    #[error("an address is 0x and 40 hexadecimal digits")]
    Form,
    /// Mixed case that does not match EIP-55: a digit is likely wrong.
    #[error("the checksum of the address does not match: a character is wrong")]
    Checksum,
    /// Not a point of secp256k1 in SEC 1 encoding.
    #[error("not a public key")]
    PublicKey,
}

/// Address of a secp256k1 public key in SEC 1 encoding, compressed or not: the last 20 bytes of the Keccak-256 of its
/// coordinates (Ethereum yellow paper, appendix F).
///
/// # Errors
/// [`BadAddress::PublicKey`] if the bytes are not a public key.
pub fn from_public_key(sec1: &[u8]) -> Result<Address, BadAddress> {
    let key = VerifyingKey::from_sec1_bytes(sec1).map_err(|_| BadAddress::PublicKey)?;
    Ok(of_key(&key))
}

/// Parses an address from a page or a node: any case is accepted.
///
/// # Errors
/// [`BadAddress::Form`].
pub fn parse_any_case(text: &str) -> Result<Address, BadAddress> {
    let digits = text.strip_prefix("0x").ok_or(BadAddress::Form)?;
    let mut bytes = [0u8; 20];
    hex::decode_to_slice(digits, &mut bytes).map_err(|_| BadAddress::Form)?;
    Ok(Address::from(bytes))
}

/// Parses an address that a person typed or pasted: mixed case must match its checksum (EIP-55).
///
/// # Errors
/// [`BadAddress::Form`] and [`BadAddress::Checksum`].
pub fn parse(text: &str) -> Result<Address, BadAddress> {
    let text = text.trim();
    let address = parse_any_case(text)?;
    let digits = text.get(2..).unwrap_or_default();
    let mixed =
        digits.bytes().any(|c| c.is_ascii_uppercase()) && digits.bytes().any(|c| c.is_ascii_lowercase());
    if mixed && checksummed(&address) != text { Err(BadAddress::Checksum) } else { Ok(address) }
}

/// The address with its checksum in the case of its letters (EIP-55), for people.
#[must_use]
pub fn checksummed(address: &Address) -> String {
    address.to_checksum(None)
}

/// The address in lower case, for pages.
#[must_use]
pub fn lower_case(address: &Address) -> String {
    format!("0x{}", hex::encode(address))
}

pub(crate) fn of_key(key: &VerifyingKey) -> Address {
    let point = key.to_encoded_point(false);
    // the first byte of the uncompressed form is its tag, 0x04
    let hash = keccak256(point.as_bytes().get(1..).unwrap_or_default());
    Address::from_word(hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// EIP-55, test cases.
    const EIP_55: [&str; 8] = [
        "0x52908400098527886E0F7030069857D2E4169EE7",
        "0x8617E340B3D01FA5F11F306F4090FD50E238070D",
        "0xde709f2102306220921060314715629080e2fb77",
        "0x27b1fdb04752bbc536007a920d24acb045561c26",
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
        "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
        "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
    ];

    #[test]
    fn the_checksum_is_that_of_eip_55() {
        for text in EIP_55 {
            assert_eq!(checksummed(&parse(text).unwrap()), text);
        }
    }

    #[test]
    fn a_typed_address_with_a_wrong_letter_case_is_refused() {
        let wrong = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1Beaed";
        assert_eq!(parse(wrong), Err(BadAddress::Checksum));
        assert!(parse_any_case(wrong).is_ok());
    }

    #[test]
    fn an_address_has_a_prefix_and_forty_digits() {
        for text in [
            "",
            "0x",
            "invalid",
            "0xinvalid",
            "5aaeb6053f3e94c9b9a09f33669435e7ef1beaed",
            "0x5aaeb6053f3e94c9b9",
        ] {
            assert_eq!(parse(text), Err(BadAddress::Form), "{text}");
        }
    }

    /// Key 0x4646…46 and its address: EIP-155, example; the public key by k256.
    #[test]
    fn the_address_of_a_public_key_is_that_of_the_eip_155_example() {
        let secret = k256::ecdsa::SigningKey::from_slice(&[0x46; 32]).unwrap();
        for compressed in [true, false] {
            let sec1 = secret.verifying_key().to_encoded_point(compressed);
            let address = from_public_key(sec1.as_bytes()).unwrap();
            assert_eq!(lower_case(&address), "0x9d8a62f656a8d1615c1294fd71e9cfb3e4855a4f");
        }
        assert_eq!(from_public_key(&[2; 33][..32]), Err(BadAddress::PublicKey));
    }
}
