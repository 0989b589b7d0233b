//! The invitation that one device shows as a QR code or link.

use core::fmt;

use base64ct::{Base64UrlUnpadded, Encoding};
use rand_core::CryptoRngCore;
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::mailbox::ReadToken;
use crate::seal::derive;

/// How long an invitation may be used, in milliseconds: two minutes.
pub const INVITATION_TTL_MS: u64 = 2 * 60 * 1000;

/// An invitation to pair: a secret for one use, and where to meet. Wiped on drop; the secret is not printed.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop, Serialize, Deserialize)]
pub struct Invitation {
    secret: [u8; 32],
    relay_url: String,
    expires_ms: u64,
}

impl Invitation {
    /// Draws an invitation that is valid for [`INVITATION_TTL_MS`] from `now_ms`.
    ///
    /// # Errors
    /// [`BadInvitation::RelayUrl`] unless `relay_url` is a `ws://` or `wss://` URL of at most 512 bytes.
    pub fn draw(relay_url: &str, now_ms: u64, rng: &mut dyn CryptoRngCore) -> Result<Self, BadInvitation> {
        check_relay_url(relay_url)?;
        let mut secret = [0; 32];
        rng.fill_bytes(&mut secret);
        let expires_ms = now_ms.saturating_add(INVITATION_TTL_MS);
        Ok(Self { secret, relay_url: relay_url.to_owned(), expires_ms })
    }

    /// The relay to meet at, a `ws://` or `wss://` URL.
    pub fn relay_url(&self) -> &str {
        &self.relay_url
    }

    /// Until when it may be used, Unix milliseconds by the inviter's clock; only the inviter can judge it.
    pub fn expires_ms(&self) -> u64 {
        self.expires_ms
    }

    /// The invitation as a link, `<page_url>#pair=<base64url>`: what the QR code shows. Holds the secret,
    /// in the fragment, which browsers do not send to the server of the page.
    pub fn link(&self, page_url: &str) -> Zeroizing<String> {
        let bytes = Zeroizing::new(
            postcard::to_extend(self, vec![FORMAT]).expect("an invitation has no field postcard refuses"),
        );
        let code = Zeroizing::new(Base64UrlUnpadded::encode_string(&bytes));
        Zeroizing::new(format!("{page_url}{MARK}{}", *code))
    }

    /// Reads a link, wherever its page is; also the bare part after `#`, or after `#pair=`.
    ///
    /// # Errors
    /// [`BadInvitation`]. Expiry is not judged here: the inviter does, and says so.
    pub fn parse(link: &str) -> Result<Self, BadInvitation> {
        let link = link.trim();
        if link.len() > MAX_LINK_BYTES {
            return Err(BadInvitation::NotAnInvitation);
        }
        let code = match link.split_once(MARK) {
            Some((_, code)) => code,
            None => link.strip_prefix(&MARK[1..]).ok_or(BadInvitation::NotAnInvitation)?,
        };
        let bytes = Zeroizing::new(Base64UrlUnpadded::decode_vec(code).map_err(|_| BadInvitation::Damaged)?);
        let (format, rest) = bytes.split_first().ok_or(BadInvitation::Damaged)?;
        if *format != FORMAT {
            return Err(BadInvitation::OtherVersion { theirs: *format });
        }
        match postcard::take_from_bytes::<Self>(rest) {
            Ok((invitation, [])) => {
                check_relay_url(&invitation.relay_url)?;
                Ok(invitation)
            }
            _ => Err(BadInvitation::Damaged),
        }
    }

    pub(super) fn secret(&self) -> &[u8; 32] {
        &self.secret
    }

    /// The mailbox in which the inviter reads.
    pub(super) fn inviter_mailbox(&self) -> ReadToken {
        ReadToken::from_bytes(*derive(&self.secret, &[], "symbolon/pairing/mailbox/inviter"))
    }

    /// The mailbox in which the joiner reads.
    pub(super) fn joiner_mailbox(&self) -> ReadToken {
        ReadToken::from_bytes(*derive(&self.secret, &[], "symbolon/pairing/mailbox/joiner"))
    }
}

impl fmt::Debug for Invitation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "invitation via {} until {}", self.relay_url, self.expires_ms)
    }
}

/// Why something is not an invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadInvitation {
    /// It is an invitation, but cut or mistyped.
    #[error("the invitation is damaged")]
    Damaged,
    /// It is something else.
    #[error("not an invitation")]
    NotAnInvitation,
    /// It was made by another version.
    #[error("an invitation of format {theirs}")]
    OtherVersion {
        /// The format found.
        theirs: u8,
    },
    /// It names no relay that can be used.
    #[error("the invitation names no relay")]
    RelayUrl,
}

fn check_relay_url(url: &str) -> Result<(), BadInvitation> {
    let rest = url.strip_prefix("wss://").or_else(|| url.strip_prefix("ws://"));
    let plain = rest.is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_graphic()));
    if plain && url.len() <= 512 { Ok(()) } else { Err(BadInvitation::RelayUrl) }
}

const FORMAT: u8 = 1;
const MARK: &str = "#pair=";
const MAX_LINK_BYTES: usize = 4096;

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng;

    use super::*;

    fn invitation() -> Invitation {
        Invitation::draw("wss://relay.example/v1/relay", 1_000, &mut ChaCha20Rng::seed_from_u64(5)).unwrap()
    }

    #[test]
    fn a_link_carries_the_invitation() {
        let link = invitation().link("https://wallet.example/app");
        assert!(link.starts_with("https://wallet.example/app#pair="));
        assert_eq!(Invitation::parse(&link), Ok(invitation()));
        assert_eq!(Invitation::parse(link.split_once('#').unwrap().1), Ok(invitation()));
        assert_eq!(invitation().expires_ms(), 121_000);
    }

    #[test]
    fn what_is_no_invitation_is_told_apart() {
        let link = invitation().link("https://wallet.example/");
        for text in ["", "https://wallet.example/", "ethereum:0xabc", &"a".repeat(5000)] {
            assert_eq!(Invitation::parse(text), Err(BadInvitation::NotAnInvitation), "{text}");
        }
        for text in ["x#pair=", "x#pair=!!", &link[..link.len() - 4]] {
            assert_eq!(Invitation::parse(text), Err(BadInvitation::Damaged), "{text}");
        }
        // base64url of a first byte of 2.
        assert_eq!(Invitation::parse("x#pair=AgAA"), Err(BadInvitation::OtherVersion { theirs: 2 }));
    }

    #[test]
    fn a_relay_must_be_a_websocket_url() {
        let mut rng = ChaCha20Rng::seed_from_u64(5);
        for url in ["", "https://relay.example", "javascript:alert(1)", "wss://", "wss://a b"] {
            assert_eq!(Invitation::draw(url, 0, &mut rng), Err(BadInvitation::RelayUrl), "{url}");
        }
    }

    #[test]
    fn the_secret_is_not_printed() {
        let invitation = invitation();
        assert!(!format!("{invitation:?}").contains(&hex::encode(invitation.secret)[..8]));
    }
}
