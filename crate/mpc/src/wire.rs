//! One encoding for every value: how messages become bytes and back.
//!
//! Messages are encoded with postcard. Decoding refuses trailing bytes and every encoding but the one that
//! [`encode`] gives, so that equal values have equal bytes: hashes of bytes are then hashes of values.

use serde::Serialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

/// Why bytes are no message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the one encoding of a message")]
pub struct Undecodable;

/// The bytes of `message`, wiped when dropped: private messages hold secrets.
pub fn encode<T: Serialize>(message: &T) -> Zeroizing<Vec<u8>> {
    // Encoding into memory fails only for sequences of unknown length and for `is_human_readable` types, and
    // no message type has either.
    Zeroizing::new(postcard::to_allocvec(message).expect("message types have known lengths"))
}

/// The message that `bytes` are the one encoding of.
///
/// # Errors
/// [`Undecodable`] if they are none, if bytes follow it, or if it has another encoding.
pub fn decode<T: Serialize + DeserializeOwned>(bytes: &[u8]) -> Result<T, Undecodable> {
    let (message, rest) = postcard::take_from_bytes::<T>(bytes).map_err(|_| Undecodable)?;
    if rest.is_empty() && encode(&message).as_slice() == bytes { Ok(message) } else { Err(Undecodable) }
}

/// Byte strings as one run of bytes: `#[serde(with = "wire::bytes")]` on a `Vec<u8>`.
pub mod bytes {
    use core::fmt;

    use serde::de::{Deserializer, Error, Visitor};
    use serde::ser::Serializer;

    /// Encodes the length and the bytes.
    ///
    /// # Errors
    /// The serializer's.
    pub fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(bytes)
    }

    /// Decodes what [`serialize`] wrote.
    ///
    /// # Errors
    /// The deserializer's.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        deserializer.deserialize_bytes(Run)
    }

    struct Run;

    impl Visitor<'_> for Run {
        type Value = Vec<u8>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("bytes")
        }

        fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Vec<u8>, E> {
            Ok(bytes.to_vec())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trailing_bytes_are_refused() {
        assert_eq!(decode::<u16>(&[7]), Ok(7));
        assert_eq!(decode::<u16>(&[7, 0]), Err(Undecodable));
    }

    #[test]
    fn a_second_encoding_of_the_same_value_is_refused() {
        // postcard itself takes 0x87 0x00 as another varint for 7.
        assert_eq!(postcard::from_bytes::<u16>(&[0x87, 0]), Ok(7));
        assert_eq!(decode::<u16>(&[0x87, 0]), Err(Undecodable));
    }

    #[test]
    fn a_length_beyond_the_bytes_is_refused() {
        assert_eq!(decode::<Vec<u8>>(&[0xff, 0xff, 0xff, 0xff, 0x0f, 1]), Err(Undecodable));
    }
}
