//! Base transfers (§3): Endemic OT (Masny–Rindal, ePrint 2019/706, figure 8) over Diffie–Hellman on secp256k1,
//! with one point from the sender (figure 14), here for all transfers: §10.1 says why that is sound.
//!
//! One message each way, at the same time. For each of 128 transfers the receiver, whose choice is c, sends
//! two points r₀, r₁: r₁₋c at random and r_c = a·G − H_c(r₁₋c). The sender sends one point B = b·G for all
//! transfers; its keys are b·(r₀ + H₀(r₁)) and b·(r₁ + H₁(r₀)), and the receiver knows a·B, the one it chose.
//! Both sums are uniform points of the curve whatever the choice was: masking is addition in the group and
//! never an exclusive or of encodings, which would show the choice to whoever tries both (most strings are no
//! point of the curve).
//!
//! Each point hash and each key hash is bound to session, both parties, index and role; key hashes to all
//! points of both messages.

use core::array;

use k256::Scalar;
use rand_core::CryptoRngCore;
use serde::{Deserialize, Serialize};
use subtle::{Choice, ConditionallySelectable};
use symbolon_mpc::{Cause, PartyIndex, Tag, wire};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::curve;
use crate::curve::batch::{self, Point, SplitScalar, Table};
use crate::curve::map::hash_to_curve;
use crate::direction::Direction;

/// How many transfers a base runs: the computational security parameter.
pub const COUNT: usize = 128;

/// A 32-byte key that one message of a transfer is.
pub type Seed = [u8; 32];

/// The sender's message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SenderMessage {
    /// B, compressed.
    #[serde(with = "wire::bytes")]
    pub point: Vec<u8>,
}

/// The receiver's message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiverMessage {
    /// r₀ and r₁ of each transfer: x and y, 32 bytes each.
    #[serde(with = "wire::bytes")]
    pub points: Vec<u8>,
}

/// The sender between its message and the receiver's.
pub struct Sender {
    direction: Direction,
    scalar: SplitScalar,
    message: SenderMessage,
}

/// The receiver between its message and the sender's.
pub struct Receiver {
    direction: Direction,
    choices: Zeroizing<u128>,
    scalars: Zeroizing<Vec<Scalar>>,
    message: ReceiverMessage,
}

/// What the sender ends with: both keys of each transfer.
pub struct SenderSeeds(pub(crate) Box<[[Seed; 2]; COUNT]>);

/// What the receiver ends with: its choices (transfer i is bit i) and the key it chose of each transfer.
pub struct ReceiverSeeds {
    pub(crate) choices: u128,
    pub(crate) seeds: Box<[Seed; COUNT]>,
}

impl Sender {
    /// Draws b and says B (§3.4).
    pub fn start(direction: Direction, rng: &mut dyn CryptoRngCore) -> (Self, SenderMessage) {
        let scalar = SplitScalar::draw(rng);
        let message = SenderMessage { point: curve::encode_compressed(&scalar.public()).to_vec() };
        (Self { direction, scalar, message: message.clone() }, message)
    }

    /// Ends with both keys of each transfer (§3.5).
    ///
    /// # Errors
    /// [`Cause::Malformed`] unless the message is 2·128 points of the curve, none the identity.
    pub fn finish(self, message: &ReceiverMessage) -> Result<SenderSeeds, Cause> {
        let sums = sums(&self.direction, message)?;
        let shared = batch::mul_each(&[(&sums, &self.scalar)]);
        Ok(self.seeds(message, &shared))
    }

    /// The same with several receivers at once, in their order; an error names its receiver.
    pub(crate) fn finish_each(
        senders: &[(&Self, &ReceiverMessage)],
    ) -> Result<Vec<SenderSeeds>, (PartyIndex, Cause)> {
        let sums = senders.iter().map(|(sender, message)| {
            sums(&sender.direction, message).map_err(|cause| (sender.direction.receiver, cause))
        });
        let sums = sums.collect::<Result<Vec<_>, _>>()?;
        let groups: Vec<_> =
            sums.iter().zip(senders).map(|(sums, (sender, _))| (sums.as_slice(), &sender.scalar)).collect();
        let shared = batch::mul_each(&groups);
        let each = senders.iter().zip(shared.chunks_exact(2 * COUNT));
        Ok(each.map(|((sender, message), shared)| sender.seeds(message, shared)).collect())
    }

    fn seeds(&self, message: &ReceiverMessage, shared: &[Point]) -> SenderSeeds {
        let keys = KeyHash::new(&self.direction, &self.message, message);
        SenderSeeds(Box::new(array::from_fn(|index| {
            array::from_fn(|role| keys.seed(index, role as u8, &shared[2 * index + role]))
        })))
    }
}

/// What a receiver draws.
pub(crate) struct Drawn {
    direction: Direction,
    choices: Zeroizing<u128>,
    /// The scalars a, and those of the points r₁₋c.
    scalars: Zeroizing<Vec<Scalar>>,
    blinds: Zeroizing<Vec<Scalar>>,
}

impl Drawn {
    /// Draws choices and scalars (§3.1).
    pub fn draw(direction: Direction, rng: &mut dyn CryptoRngCore) -> Self {
        let mut random = Zeroizing::new([0; 16]);
        rng.fill_bytes(&mut *random);
        let choices = Zeroizing::new(u128::from_le_bytes(*random));
        let scalars = Zeroizing::new((0..COUNT).map(|_| curve::draw_scalar(rng)).collect::<Vec<_>>());
        let blinds = Zeroizing::new((0..COUNT).map(|_| curve::draw_scalar(rng)).collect::<Vec<_>>());
        Self { direction, choices, scalars, blinds }
    }
}

impl Receiver {
    /// Draws choices and scalars and says the points (§3.1 to §3.3).
    pub fn start(direction: Direction, rng: &mut dyn CryptoRngCore) -> (Self, ReceiverMessage) {
        let mut said = Self::start_each(vec![Drawn::draw(direction, rng)]);
        // One for each that was drawn.
        said.pop().expect("one receiver")
    }

    /// Says the points of several receivers at once (§3.2, §3.3), in their order.
    pub(crate) fn start_each(drawn: Vec<Drawn>) -> Vec<(Self, ReceiverMessage)> {
        // r₁₋c at random, then r_c = a·G − H_c(r₁₋c).
        let mut scalars = Zeroizing::new(Vec::with_capacity(2 * COUNT * drawn.len()));
        drawn.iter().for_each(|drawn| scalars.extend_from_slice(&drawn.blinds));
        drawn.iter().for_each(|drawn| scalars.extend_from_slice(&drawn.scalars));
        let products = Table::generator().mul_by_each(&scalars);
        let (free, own) = products.split_at(COUNT * drawn.len());
        let places = || drawn.iter().flat_map(|drawn| (0..COUNT).map(move |index| (drawn, index)));
        let inputs: Vec<_> = places()
            .zip(free)
            .map(|((drawn, index), point)| {
                hash_input(&drawn.direction, index, bit(&drawn.choices, index), point)
            })
            .collect();
        let hashes = Zeroizing::new(hash_to_points(&inputs));
        let own = Zeroizing::new(batch::subtract(own, &hashes));

        let mut points = Vec::with_capacity(2 * COUNT * curve::COORDINATES * drawn.len());
        for ((drawn, index), (own, free)) in places().zip(own.iter().zip(free)) {
            let choice = Choice::from(bit(&drawn.choices, index));
            let first = Point::conditional_select(own, free, choice);
            let second = Point::conditional_select(free, own, choice);
            points.extend_from_slice(&first.encode());
            points.extend_from_slice(&second.encode());
        }
        let messages = points.chunks_exact(2 * COUNT * curve::COORDINATES);
        let said = drawn.into_iter().zip(messages).map(|(drawn, points)| {
            let message = ReceiverMessage { points: points.to_vec() };
            let Drawn { direction, choices, scalars, .. } = drawn;
            (Self { direction, choices, scalars, message: message.clone() }, message)
        });
        said.collect()
    }

    /// Ends with the chosen key of each transfer (§3.6).
    ///
    /// # Errors
    /// [`Cause::Malformed`] unless the message is a point of the curve other than the identity.
    pub fn finish(self, message: &SenderMessage) -> Result<ReceiverSeeds, Cause> {
        let shared = table(message)?.mul_by_each(&self.scalars);
        Ok(self.seeds(message, &shared))
    }

    /// The same with several senders at once, in their order; an error names its sender.
    pub(crate) fn finish_each(
        receivers: &[(&Self, &SenderMessage)],
    ) -> Result<Vec<ReceiverSeeds>, (PartyIndex, Cause)> {
        let tables = receivers
            .iter()
            .map(|(receiver, message)| table(message).map_err(|cause| (receiver.direction.sender, cause)));
        let tables = tables.collect::<Result<Vec<_>, _>>()?;
        let groups: Vec<_> = tables
            .iter()
            .zip(receivers)
            .map(|(table, (receiver, _))| (table, receiver.scalars.as_slice()))
            .collect();
        let shared = batch::mul_by_each(&groups);
        let each = receivers.iter().zip(shared.chunks_exact(COUNT));
        Ok(each.map(|((receiver, message), shared)| receiver.seeds(message, shared)).collect())
    }

    fn seeds(&self, message: &SenderMessage, shared: &[Point]) -> ReceiverSeeds {
        let keys = KeyHash::new(&self.direction, message, &self.message);
        let seeds =
            Box::new(array::from_fn(|index| keys.seed(index, bit(&self.choices, index), &shared[index])));
        ReceiverSeeds { choices: *self.choices, seeds }
    }
}

/// The multiples of the sender's point (§3.6).
fn table(message: &SenderMessage) -> Result<Table, Cause> {
    let point = <&[u8; curve::COMPRESSED]>::try_from(message.point.as_slice())
        .ok()
        .and_then(curve::decode_compressed)
        .ok_or(Cause::Malformed("base transfer: sender's point"))?;
    Ok(Table::new(&point))
}

impl SenderSeeds {
    /// The key of message `role` (0 or 1) of transfer `index`.
    pub fn seed(&self, index: usize, role: usize) -> &Seed {
        &self.0[index][role]
    }
}

impl ReceiverSeeds {
    /// The choice in transfer `index`.
    pub fn choice(&self, index: usize) -> u8 {
        bit(&self.choices, index)
    }

    /// The chosen key of transfer `index`.
    pub fn seed(&self, index: usize) -> &Seed {
        &self.seeds[index]
    }
}

impl Drop for SenderSeeds {
    fn drop(&mut self) {
        self.0.iter_mut().zeroize();
    }
}

impl ZeroizeOnDrop for SenderSeeds {}

impl Drop for ReceiverSeeds {
    fn drop(&mut self) {
        self.choices.zeroize();
        self.seeds.zeroize();
    }
}

impl ZeroizeOnDrop for ReceiverSeeds {}

/// The sums r₀ + H₀(r₁) and r₁ + H₁(r₀) of each transfer (§3.5).
fn sums(direction: &Direction, message: &ReceiverMessage) -> Result<Vec<Point>, Cause> {
    const MALFORMED: Cause = Cause::Malformed("base transfer: receiver's points");
    let (encoded, rest) = message.points.as_chunks::<{ curve::COORDINATES }>();
    if encoded.len() != 2 * COUNT || !rest.is_empty() {
        return Err(MALFORMED);
    }
    let points: Vec<Point> = encoded.iter().map(Point::decode).collect::<Option<_>>().ok_or(MALFORMED)?;
    let inputs: Vec<_> = (0..2 * COUNT)
        .map(|place| hash_input(direction, place / 2, (place % 2) as u8, &points[place ^ 1]))
        .collect();
    // A sum that is the identity is refused; so is a double, which no honest receiver ever makes.
    batch::add_public(&points, &hash_to_points(&inputs)).ok_or(MALFORMED)
}

fn hash_to_points(inputs: &[[u8; 102]]) -> Vec<Point> {
    hash_to_curve(Tag::BaseOtPoint.text().as_bytes(), inputs.iter().map(|input| input.as_slice()))
}

/// Input of H_role for transfer `index` (§3.2).
fn hash_input(direction: &Direction, index: usize, role: u8, other: &Point) -> [u8; 102] {
    let mut input = [0; 102];
    input[..32].copy_from_slice(&direction.session.0);
    input[32..34].copy_from_slice(&direction.sender.value().to_be_bytes());
    input[34..36].copy_from_slice(&direction.receiver.value().to_be_bytes());
    input[36] = index as u8;
    input[37] = role;
    input[38..].copy_from_slice(&other.encode());
    input
}

fn bit(choices: &u128, index: usize) -> u8 {
    ((choices >> index) & 1) as u8
}

/// The hash that makes a key of a shared point.
struct KeyHash {
    points: [u8; 32],
}

impl KeyHash {
    fn new(direction: &Direction, sender: &SenderMessage, receiver: &ReceiverMessage) -> Self {
        let points =
            direction.transcript(Tag::BaseOtKey).field(&sender.point).field(&receiver.points).finish32();
        Self { points }
    }

    fn seed(&self, index: usize, role: u8, shared: &Point) -> Seed {
        symbolon_mpc::Transcript::new(Tag::BaseOtKey)
            .field(&self.points)
            .field(&[index as u8, role])
            .field(&*Zeroizing::new(shared.encode()))
            .finish32()
    }
}

#[cfg(test)]
mod wiped {
    use super::*;

    symbolon_mpc::wiped!(Sender, Sender { scalar } but { direction, message });
    symbolon_mpc::wiped!(Drawn, Drawn { choices, scalars, blinds } but { direction });
    symbolon_mpc::wiped!(Receiver, Receiver { choices, scalars } but { direction, message });
    symbolon_mpc::wiped!(SenderSeeds);
    symbolon_mpc::wiped!(ReceiverSeeds);
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng;
    use symbolon_mpc::{PartyIndex, SessionId};

    use super::*;

    /// R4, the "Devious Transfer": where masks are exclusive ors of encodings, the sum at the receiver's choice is
    /// a point of the curve and the other one is random bytes, which half of the time are no point; whoever
    /// tries both reads the choice off. Here: at both places every sum, and every point that travels, is
    /// a canonical point of the curve, and no bit of either leans to one side.
    #[test]
    fn nothing_that_the_sender_can_compute_tells_the_choice() {
        distinguish(6);
    }

    /// The same over 10⁵ transfers: `cargo test -p symbolon-ecdsa --lib -- --ignored --nocapture tells_the_choice`.
    #[test]
    #[ignore = "half a minute"]
    fn nothing_in_a_hundred_thousand_transfers_tells_the_choice() {
        distinguish(782);
    }

    fn distinguish(runs: u16) {
        let party = |index| PartyIndex::new(index).unwrap();
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        // Ones in five bits of: the sum, and the point sent, at the choice and at the other place.
        let mut ones = [[0_i32; 5]; 4];
        for run in 0..runs {
            let mut session = [0; 32];
            session[..2].copy_from_slice(&run.to_be_bytes());
            let direction = Direction { session: SessionId(session), sender: party(1), receiver: party(2) };
            let (receiver, message) = Receiver::start(direction, &mut rng);
            let sums = sums(&direction, &message).unwrap();
            let (sent, _) = message.points.as_chunks::<{ curve::COORDINATES }>();
            for index in 0..COUNT {
                let choice = usize::from(bit(&receiver.choices, index));
                let at = [2 * index + choice, 2 * index + 1 - choice];
                let seen = [sums[at[0]].encode(), sums[at[1]].encode(), sent[at[0]], sent[at[1]]];
                for (ones, bytes) in ones.iter_mut().zip(seen) {
                    assert!(Point::decode(&bytes).is_some());
                    // Lowest and highest bits of x and y, and one in between.
                    for (one, (byte, shift)) in
                        ones.iter_mut().zip([(0, 7), (31, 0), (32, 7), (63, 0), (16, 3)])
                    {
                        *one += i32::from((bytes[byte] >> shift) & 1);
                    }
                }
            }
        }
        // Fair coins: five standard deviations are 5·√count / 2.
        let count = i32::from(runs) * COUNT as i32;
        let most = ones.as_flattened().iter().map(|ones| (ones - count / 2).abs()).max().unwrap();
        println!(
            "{count} transfers: no bit came more than {most} times too often; five σ are {}",
            bound(count)
        );
        assert!(most < bound(count));
    }

    fn bound(count: i32) -> i32 {
        (f64::from(count).sqrt() * 2.5) as i32
    }

    /// A receiver that makes a sum the identity, or the double of a point, is refused.
    #[test]
    fn sums_that_a_receiver_forces_are_refused() {
        let party = |index| PartyIndex::new(index).unwrap();
        let direction = Direction { session: SessionId([9; 32]), sender: party(1), receiver: party(2) };
        let mut rng = ChaCha20Rng::seed_from_u64(2);
        let (_, message) = Receiver::start(direction, &mut rng);
        let second = Point::decode(message.points[64..128].try_into().unwrap()).unwrap();
        let hash = hash_to_points(&[hash_input(&direction, 0, 0, &second)])[0];
        let zero = batch::subtract(
            &[second],
            &[Point::decode(message.points[128..192].try_into().unwrap()).unwrap()],
        );
        let negative = Point { x: hash.x, y: hash.y.negate(1).normalize_weak() };
        for forced in [hash, negative] {
            let mut message = message.clone();
            message.points[..64].copy_from_slice(&forced.encode());
            assert!(matches!(sums(&direction, &message), Err(Cause::Malformed(_))));
        }
        let mut harmless = message.clone();
        harmless.points[..64].copy_from_slice(&zero[0].encode());
        assert!(sums(&direction, &harmless).is_ok());
    }
}
