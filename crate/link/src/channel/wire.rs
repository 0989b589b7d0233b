//! Frames of a channel, as bytes.

/// The format of the frames; another is dropped.
pub(super) const FORMAT: u8 = 1;
pub(super) const FIRST: u8 = 1;
pub(super) const SECOND: u8 = 2;
pub(super) const DATA: u8 = 3;
pub(super) const ACK: u8 = 4;

/// Bytes of the header of a sealed frame.
pub(super) const HEADER_BYTES: usize = 2 + 16 + 8;

/// The name of a session, derived from its handshake.
pub(super) type SessionId = [u8; 16];

/// A frame, not yet authenticated.
pub(super) enum Frame<'a> {
    First(&'a [u8]),
    Second(&'a [u8]),
    Sealed(Sealed<'a>),
}

/// A sealed frame, not yet opened.
pub(super) struct Sealed<'a> {
    pub(super) kind: u8,
    pub(super) session: SessionId,
    pub(super) number: u64,
    pub(super) header: &'a [u8],
    pub(super) body: &'a [u8],
}

impl<'a> Frame<'a> {
    pub(super) fn decode(bytes: &'a [u8]) -> Option<Self> {
        if bytes.len() > crate::mailbox::MAX_BODY_BYTES {
            return None;
        }
        match bytes {
            [FORMAT, FIRST, noise @ ..] => Some(Self::First(noise)),
            [FORMAT, SECOND, noise @ ..] => Some(Self::Second(noise)),
            [FORMAT, kind @ (DATA | ACK), ..] => {
                let (header, body) = bytes.split_at_checked(HEADER_BYTES)?;
                Some(Self::Sealed(Sealed {
                    kind: *kind,
                    session: header.get(2..18)?.try_into().ok()?,
                    number: u64::from_le_bytes(header.get(18..26)?.try_into().ok()?),
                    header,
                    body,
                }))
            }
            _ => None,
        }
    }
}

pub(super) fn header(kind: u8, session: &SessionId, number: u64) -> Vec<u8> {
    [&[FORMAT, kind], &session[..], &number.to_le_bytes()].concat()
}

pub(super) fn handshake(kind: u8, noise: &[u8]) -> Vec<u8> {
    [&[FORMAT, kind], noise].concat()
}
