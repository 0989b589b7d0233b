//! What a malicious party may do to a field.

use rand_core::RngCore;

use super::fields::{Field, Kind, Part};
use super::wrong;
use crate::machine::frame::Frame;

/// What is done to a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mutation {
    /// A point of secp256k1 whose x is not below the field's prime: 33 bytes compressed, 64 bytes x and y.
    AboveField,
    /// A scalar that is the order of secp256k1: 32 bytes, big-endian.
    AboveOrder,
    /// The frame twice: with one bit of the field turned, and unaltered. The harness sends both, in both orders.
    Duplicate,
    /// The field of an earlier session in its place.
    Earlier,
    /// A second encoding of Ed25519's identity: y = p + 1, 32 bytes.
    EdwardsField,
    /// The same scalar of Ed25519 plus the group's order, 32 bytes.
    EdwardsOrder,
    /// A point of Ed25519 of order 8, 32 bytes.
    EdwardsTorsion,
    /// One bit turned.
    Flip,
    /// The identity: one zero byte for a compressed point (SEC 1, section 2.3.3), zeros for x and y, and for 32
    /// bytes Ed25519's.
    Identity,
    /// A byte string that says another length than its content has.
    Miscount,
    /// Left out; a list loses its last element, a byte string becomes empty.
    Omit,
    /// The field of another party's frame of the same step in its place.
    Other,
    /// A number or a length, written with one byte more than it needs.
    Overlong,
    /// Larger by one element or byte.
    Oversize,
    /// Random bytes.
    Random,
    /// A byte string loses its last byte.
    Shorten,
    /// The same point of secp256k1, in its other encoding (65 bytes).
    Uncompressed,
    /// All zero.
    Zero,
}

impl Mutation {
    /// All of them, but for those that know Ed25519.
    pub const ALL: [Self; 15] = [
        Self::AboveField,
        Self::AboveOrder,
        Self::Duplicate,
        Self::Earlier,
        Self::Flip,
        Self::Identity,
        Self::Miscount,
        Self::Omit,
        Self::Other,
        Self::Overlong,
        Self::Oversize,
        Self::Random,
        Self::Shorten,
        Self::Uncompressed,
        Self::Zero,
    ];

    /// What more can be wrong with the scalars and points of Ed25519.
    pub const EDWARDS: [Self; 3] = [Self::EdwardsField, Self::EdwardsOrder, Self::EdwardsTorsion];
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
                Mutation::Overlong => return overlong(frame, 0),
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
        (Kind::Varying | Kind::Bytes { .. } | Kind::List { .. }, Mutation::Overlong) => overlong(old, 0),
        (Kind::Fixed | Kind::Varying, _) => alter_bytes(old, mutation, donated, rng),
        // Only its value: lengths are the business of the byte string that it lies in.
        (Kind::Element, _) => {
            alter_bytes(old, mutation, donated, rng).filter(|new| new.len() == old.len() && new != old)
        }
        (Kind::Bytes { prefix }, Mutation::Miscount) => {
            let content = old.get(*prefix..)?;
            Some([&length_prefix(content.len() + 1), content].concat())
        }
        (Kind::Bytes { prefix }, _) => {
            let content = alter_bytes(old.get(*prefix..)?, mutation, donated, rng)?;
            Some([length_prefix(content.len()), content].concat())
        }
        (Kind::List { prefix, bounds }, _) => alter_list(old, field.start, *prefix, bounds, mutation, rng),
    }
}

fn alter_list(
    old: &[u8],
    start_of_field: usize,
    prefix: usize,
    bounds: &[usize],
    mutation: Mutation,
    rng: &mut dyn RngCore,
) -> Option<Vec<u8>> {
    let count = bounds.len().checked_sub(1)?;
    let last = || {
        let (start, end) = (*bounds.get(count.checked_sub(1)?)?, *bounds.get(count)?);
        Some((start - start_of_field, end - start_of_field))
    };
    match mutation {
        Mutation::Omit => {
            let (start, _) = last()?;
            Some([length_prefix(count - 1), old.get(prefix..start)?.to_vec()].concat())
        }
        Mutation::Oversize => {
            let (start, end) = last()?;
            let element = old.get(start..end)?;
            Some([&length_prefix(count + 1), old.get(prefix..)?, element].concat())
        }
        // The count alone, without the elements that it promises.
        Mutation::Duplicate | Mutation::Flip | Mutation::Random | Mutation::Zero => {
            let count = alter_bytes(old.get(..prefix)?, mutation, None, rng)?;
            Some([&count, old.get(prefix..)?].concat())
        }
        _ => None,
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
        Mutation::AboveField => return wrong::above_field(old),
        Mutation::AboveOrder => return wrong::above_order(old),
        Mutation::Earlier | Mutation::Other => return donated,
        Mutation::EdwardsField => return wrong::edwards_field(old),
        Mutation::EdwardsOrder => return wrong::edwards_order(old),
        Mutation::EdwardsTorsion => return wrong::edwards_torsion(old),
        Mutation::Duplicate | Mutation::Flip => {
            let bit = rng.next_u32() as usize % (8 * new.len()).max(1);
            *new.get_mut(bit / 8)? ^= 1 << (bit % 8);
        }
        Mutation::Identity => return wrong::identity(old),
        Mutation::Miscount | Mutation::Overlong => return None,
        Mutation::Omit if new.is_empty() => return None,
        Mutation::Omit => new.clear(),
        Mutation::Oversize => new.push(0),
        Mutation::Random => rng.fill_bytes(&mut new),
        Mutation::Shorten => {
            new.pop()?;
        }
        Mutation::Uncompressed => return wrong::uncompressed(old),
        Mutation::Zero => new.fill(0),
    }
    Some(new)
}

fn length_prefix(length: usize) -> Vec<u8> {
    crate::wire::encode(&length).to_vec()
}

/// The varint that starts at `at`, with one group of seven bits more, all zero.
fn overlong(bytes: &[u8], at: usize) -> Option<Vec<u8>> {
    let length = bytes.get(at..)?.iter().position(|byte| byte & 0x80 == 0)?;
    let mut longer = bytes.to_vec();
    *longer.get_mut(at + length)? |= 0x80;
    longer.insert(at + length + 1, 0);
    Some(longer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::sim::generator;

    fn frame() -> Vec<u8> {
        let broadcast = [vec![33], wrong::GENERATOR.to_vec()].concat();
        Frame { step: 4, session: [7; 16], broadcast, private: vec![3; 32] }.encode()
    }

    fn field(part: Part, path: &str, end: usize, kind: Kind) -> Field {
        Field { part, path: path.to_owned(), start: 0, end, kind }
    }

    fn fields() -> [Field; 4] {
        [
            field(Part::Header, "step", 2, Kind::Fixed),
            field(Part::Header, "session", 18, Kind::Fixed),
            field(Part::Broadcast, "point", 34, Kind::Bytes { prefix: 1 }),
            field(Part::Private, "scalar", 32, Kind::Fixed),
        ]
    }

    #[test]
    fn every_mutation_alters_some_field_and_nothing_is_altered_into_itself() {
        let frame = frame();
        let mut other = Frame::decode(&frame).unwrap();
        other.session = [8; 16];
        let other = other.encode();
        for mutation in Mutation::ALL.into_iter().chain(Mutation::EDWARDS) {
            let altered: Vec<_> = fields()
                .iter()
                .filter_map(|field| {
                    mutate(&frame, field, mutation, Some((&other, field)), &mut generator(1, 1))
                })
                .collect();
            assert!(!altered.is_empty(), "{mutation:?}");
            assert!(altered.iter().all(|altered| *altered != frame), "{mutation:?}");
        }
    }

    #[test]
    fn a_number_with_a_byte_more_than_it_needs_is_the_same_number_to_a_lenient_reader() {
        let [step, _, point, _] = fields();
        let overlong =
            |field| mutate(&frame(), field, Mutation::Overlong, None, &mut generator(1, 1)).unwrap();
        let lenient: Frame = postcard::from_bytes(&overlong(&step)).unwrap();
        assert_eq!(lenient.step, 4);
        assert!(Frame::decode(&overlong(&step)).is_err());
        let altered = Frame::decode(&overlong(&point)).unwrap();
        assert_eq!(altered.broadcast[..2], [33 | 0x80, 0]);
        assert_eq!(altered.broadcast[2..], wrong::GENERATOR);
    }

    #[test]
    fn an_element_keeps_its_length() {
        let element = field(Part::Private, "scalar[0]", 32, Kind::Element);
        for mutation in Mutation::ALL {
            let altered = mutate(&frame(), &element, mutation, None, &mut generator(1, 1));
            let length = altered.map(|altered| Frame::decode(&altered).unwrap().private.len());
            assert!(length.is_none_or(|length| length == 32), "{mutation:?}");
        }
    }
}
