//! What a malicious party may do to a field.

use rand_core::RngCore;

use super::fields::{Field, Kind, Part};
use crate::machine::frame::Frame;

/// What is done to a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mutation {
    /// The field of an earlier session in its place.
    Earlier,
    /// One bit turned.
    Flip,
    /// Left out; a list loses its last element, a byte string becomes empty.
    Omit,
    /// Larger by one element or byte.
    Oversize,
    /// The field of another party's frame of the same step in its place.
    Other,
    /// Random bytes.
    Random,
    /// A byte string loses its last byte.
    Shorten,
    /// All zero.
    Zero,
}

impl Mutation {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Earlier,
        Self::Flip,
        Self::Omit,
        Self::Oversize,
        Self::Other,
        Self::Random,
        Self::Shorten,
        Self::Zero,
    ];
}

/// The frame with `field` altered. `donor` is the frame that [`Mutation::Earlier`] and [`Mutation::Other`] take
/// the field from, with where it lies there.
///
/// Gives `None` where the mutation does not apply to the field or changes nothing.
pub fn mutate(
    frame: &[u8],
    field: &Field,
    mutation: Mutation,
    donor: Option<(&[u8], &Field)>,
    rng: &mut dyn RngCore,
) -> Option<Vec<u8>> {
    let mut altered = Frame::decode(frame).ok()?;
    let donor = match donor {
        Some((frame, field)) => Some((Frame::decode(frame).ok()?, field)),
        None => None,
    };
    match (field.part, field.path.as_str()) {
        (Part::Header, "step") => {
            altered.step = match mutation {
                Mutation::Flip => altered.step ^ 1,
                Mutation::Random => altered.step.wrapping_add(2),
                Mutation::Zero => 0,
                Mutation::Oversize => u16::MAX,
                _ => return None,
            }
        }
        (Part::Header, _) => {
            let donated = donor.map(|(frame, _)| frame.session.to_vec());
            let tag = alter_bytes(&altered.session, mutation, donated, rng)?;
            altered.session = tag.try_into().ok()?;
        }
        (part, _) => {
            let donated = donor.and_then(|(frame, field)| {
                bytes_of(&frame, part).get(field.start..field.end).map(<[u8]>::to_vec)
            });
            let bytes = bytes_of(&altered, part);
            let old = bytes.get(field.start..field.end)?;
            let new = alter(old, field, mutation, donated, rng)?;
            let whole = [bytes.get(..field.start)?, &new, bytes.get(field.end..)?].concat();
            match part {
                Part::Private => altered.private = whole,
                _ => altered.broadcast = whole,
            }
        }
    }
    let altered = altered.encode();
    (altered != frame).then_some(altered)
}

fn bytes_of(frame: &Frame, part: Part) -> &[u8] {
    match part {
        Part::Private => &frame.private,
        _ => &frame.broadcast,
    }
}

fn alter(
    old: &[u8],
    field: &Field,
    mutation: Mutation,
    donated: Option<Vec<u8>>,
    rng: &mut dyn RngCore,
) -> Option<Vec<u8>> {
    match (&field.kind, mutation) {
        (_, Mutation::Earlier | Mutation::Other) => donated,
        (Kind::Fixed | Kind::Varying, _) => alter_bytes(old, mutation, donated, rng),
        (Kind::Bytes { prefix }, _) => {
            let content = alter_bytes(old.get(*prefix..)?, mutation, donated, rng)?;
            Some([length_prefix(content.len()), content].concat())
        }
        (Kind::List { prefix, bounds }, _) => {
            let count = bounds.len().checked_sub(1)?;
            let last = || {
                let (start, end) = (*bounds.get(count.checked_sub(1)?)?, *bounds.get(count)?);
                Some((start - field.start, end - field.start))
            };
            match mutation {
                Mutation::Omit => {
                    let (start, _) = last()?;
                    Some([length_prefix(count - 1), old.get(*prefix..start)?.to_vec()].concat())
                }
                Mutation::Oversize => {
                    let (start, end) = last()?;
                    let element = old.get(start..end)?;
                    Some([&length_prefix(count + 1), old.get(*prefix..)?, element].concat())
                }
                // The count alone, without the elements that it promises.
                Mutation::Flip | Mutation::Random | Mutation::Zero => {
                    let prefix = *prefix;
                    let count = alter_bytes(old.get(..prefix)?, mutation, None, rng)?;
                    Some([&count, old.get(prefix..)?].concat())
                }
                _ => None,
            }
        }
    }
}

fn alter_bytes(
    old: &[u8],
    mutation: Mutation,
    donated: Option<Vec<u8>>,
    rng: &mut dyn RngCore,
) -> Option<Vec<u8>> {
    let mut new = old.to_vec();
    match mutation {
        Mutation::Earlier | Mutation::Other => return donated,
        Mutation::Flip => {
            let bit = rng.next_u32() as usize % (8 * new.len()).max(1);
            *new.get_mut(bit / 8)? ^= 1 << (bit % 8);
        }
        Mutation::Omit if new.is_empty() => return None,
        Mutation::Omit => new.clear(),
        Mutation::Oversize => new.push(0),
        Mutation::Random => rng.fill_bytes(&mut new),
        Mutation::Shorten => {
            new.pop()?;
        }
        Mutation::Zero => new.fill(0),
    }
    Some(new)
}

fn length_prefix(length: usize) -> Vec<u8> {
    crate::wire::encode(&length).to_vec()
}
