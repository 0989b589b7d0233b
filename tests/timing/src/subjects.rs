//! What is measured.

use std::hint::black_box;
use std::time::Instant;

use rand_chacha::ChaCha20Rng;
use rand_core::{CryptoRng, CryptoRngCore, RngCore, SeedableRng};
use symbolon_ecdsa::direction::Direction;
use symbolon_ecdsa::ot::base::{Receiver, Sender, SenderSeeds};
use symbolon_ecdsa::vole::{Bob, TRANSFERS};
use symbolon_mpc::dealing::evaluate;
use symbolon_mpc::testing::{deal, index};
use symbolon_mpc::{Ed25519, Group, KeyShare, Scheme, Secp256k1, SessionId};
use symbolon_wallet::Secret;
use symbolon_wallet::testing::{Binding, VaultKey};

/// Times so many samples; gives the class of each (fixed or not) and nanoseconds.
type Measure = Box<dyn Fn(usize) -> Vec<(bool, u64)>>;

/// Something that handles a secret.
pub struct Subject {
    /// What it is.
    pub name: &'static str,
    /// How many times dearer than the cheap ones: so many fewer samples are taken.
    pub cost: usize,
    /// Whether it leaks on purpose.
    pub is_control: bool,
    /// Times it.
    pub measure: Measure,
}

/// All of them.
pub fn subjects() -> Vec<Subject> {
    let subject = |name, cost, measure| Subject { name, cost, is_control: false, measure };
    vec![
        Subject { is_control: true, ..subject("control: comparison that stops", 1, control()) },
        subject("tag of a sealed record", 1, sealed_tag()),
        subject("secp256k1: secret · generator", 2, generator_mul::<Secp256k1>()),
        subject("Ed25519: secret · generator", 2, generator_mul::<Ed25519>()),
        subject("secp256k1: share of a polynomial", 1, polynomial::<Secp256k1>()),
        subject("Ed25519: share of a polynomial", 1, polynomial::<Ed25519>()),
        subject("key share, decoded", 10, key_share()),
        subject("RVOLE: Bob's factor", 10, bobs_factor()),
        subject("RVOLE: Bob's choices, extended", 20, bobs_choices()),
        subject("base transfer: the choices", 100, base_choices()),
    ]
}

/// Inputs are drawn in batches of this many, then timed in a row.
const BATCH: usize = 500;

/// Times `run` on inputs that `draw` makes of class and randomness.
fn measure<T, R>(
    draw: impl Fn(bool, &mut ChaCha20Rng) -> T + 'static,
    run: impl Fn(&T) -> R + 'static,
    batch: usize,
) -> Measure {
    Box::new(move |count| {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let mut measured = Vec::with_capacity(count);
        while measured.len() < count {
            let classes: Vec<bool> = (0..batch).map(|_| rng.next_u32() & 1 == 1).collect();
            let inputs: Vec<T> = classes.iter().map(|is_fixed| draw(*is_fixed, &mut rng)).collect();
            // What the first ones find in the caches is not what the others find.
            inputs.iter().take(batch / 10).for_each(|input| drop(run(black_box(input))));
            for (is_fixed, input) in classes.iter().zip(&inputs) {
                let start = Instant::now();
                let result = black_box(run(black_box(input)));
                let nanoseconds = start.elapsed().as_nanos();
                drop(result);
                measured.push((*is_fixed, u64::try_from(nanoseconds).unwrap_or(u64::MAX)));
            }
        }
        measured
    })
}

/// The secret and a guess: the right one, or one that differs early.
fn control() -> Measure {
    const SECRET: [u8; 256] = [0x5a; 256];
    let draw = |is_fixed, rng: &mut ChaCha20Rng| {
        let mut guess = [0; 256];
        rng.fill_bytes(&mut guess);
        if is_fixed { SECRET } else { guess }
    };
    let run =
        |guess: &[u8; 256]| SECRET.iter().zip(guess).all(|(one, other)| black_box(one) == black_box(other));
    measure(draw, run, BATCH)
}

/// A forged tag whose first 15 bytes are right, or none.
fn sealed_tag() -> Measure {
    let key = VaultKey::from_remembered(Secret::new([7; 32]));
    let mut rng = ChaCha20Rng::seed_from_u64(2);
    let sealed = key.seal("key/active", &Binding::default(), &[1; 32], &mut rng);
    let draw = move |is_fixed, rng: &mut ChaCha20Rng| {
        let mut forged = sealed.clone();
        let tag = forged.len() - 16;
        match is_fixed {
            true => forged[tag + 15] ^= 1,
            false => rng.fill_bytes(&mut forged[tag..]),
        }
        forged
    };
    measure(draw, move |forged| key.open("key/active", forged), BATCH)
}

fn random_scalar<G: Group>(rng: &mut ChaCha20Rng) -> G::Scalar {
    let mut wide = [0; 64];
    rng.fill_bytes(&mut wide);
    G::reduce_wide(&wide)
}

/// The scalar 1, or any.
fn generator_mul<G: Group>() -> Measure {
    let draw = |is_fixed, rng: &mut ChaCha20Rng| {
        let random = random_scalar::<G>(rng);
        if is_fixed { G::small(1) } else { random }
    };
    measure(draw, |scalar| G::generator_mul(scalar), BATCH)
}

/// Coefficients that are all zero, or any.
fn polynomial<G: Group>() -> Measure {
    // Both classes take the same ways through the heap.
    let draw = |is_fixed, rng: &mut ChaCha20Rng| -> Vec<G::Scalar> {
        let random = (0..4).map(|_| random_scalar::<G>(rng));
        random.map(|random| if is_fixed { G::zero() } else { random }).collect()
    };
    measure(draw, |coefficients| evaluate::<G>(coefficients, index(5)), BATCH)
}

/// The share of one party of a key, or of one of many other keys.
fn key_share() -> Measure {
    let encoded = |seed| {
        let shares: Vec<KeyShare> = deal(2, 2, Scheme::EcdsaSecp256k1, seed);
        shares.iter().take(1).flat_map(|share| share.encode().to_vec()).collect::<Vec<u8>>()
    };
    let all: Vec<Vec<u8>> = (0..64).map(encoded).collect();
    let draw = move |is_fixed, rng: &mut ChaCha20Rng| {
        let random = 1 + rng.next_u32() as usize % (all.len() - 1);
        all[if is_fixed { 0 } else { random }].clone()
    };
    measure(draw, |encoded| KeyShare::decode(encoded), BATCH)
}

/// Bytes of choices in one multiplication.
const CHOICES: usize = TRANSFERS / 8;

fn direction() -> Direction {
    Direction { session: SessionId([3; 32]), sender: index(1), receiver: index(2) }
}

/// Says that the choices, which are drawn first, are all zero; then says what a generator says.
struct Choices {
    zeros: usize,
    rng: ChaCha20Rng,
}

impl RngCore for Choices {
    fn next_u32(&mut self) -> u32 {
        self.rng.next_u32()
    }

    fn next_u64(&mut self) -> u64 {
        self.rng.next_u64()
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        self.rng.fill_bytes(bytes);
        let zeros = self.zeros.min(bytes.len());
        bytes[..zeros].fill(0);
        self.zeros -= zeros;
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), rand_core::Error> {
        self.fill_bytes(bytes);
        Ok(())
    }
}

impl CryptoRng for Choices {}

impl Choices {
    /// So many bytes of choices, all zero if `is_fixed`.
    fn new(bytes: usize, is_fixed: bool, rng: &mut ChaCha20Rng) -> Self {
        Self { zeros: if is_fixed { bytes } else { 0 }, rng: ChaCha20Rng::seed_from_u64(rng.next_u64()) }
    }

    fn copy(&self) -> Self {
        Self { zeros: self.zeros, rng: self.rng.clone() }
    }
}

/// A receiver's whole first message, with choices all zero, or any.
fn base_choices() -> Measure {
    let run = |choices: &Choices| Receiver::start(direction(), &mut choices.copy());
    measure(|is_fixed, rng| Choices::new(16, is_fixed, rng), run, 50)
}

fn base_seeds(rng: &mut dyn CryptoRngCore) -> SenderSeeds {
    let (sender, _) = Sender::start(direction(), rng);
    let (_, message) = Receiver::start(direction(), rng);
    sender.finish(&message).unwrap_or_else(|cause| unreachable!("both are honest: {cause}"))
}

/// Bob's first message in a multiplication, with choices that begin with zeros, or any.
fn bobs_choices() -> Measure {
    let seeds = base_seeds(&mut ChaCha20Rng::seed_from_u64(4));
    let run = move |choices: &Choices| Bob::start(&seeds, direction(), 1, &mut choices.copy());
    measure(|is_fixed, rng| Choices::new(CHOICES, is_fixed, rng), run, BATCH)
}

/// ⟨g, β⟩ for choices β all zero, or any.
fn bobs_factor() -> Measure {
    let seeds = base_seeds(&mut ChaCha20Rng::seed_from_u64(5));
    let draw = move |is_fixed, rng: &mut ChaCha20Rng| {
        Bob::start(&seeds, direction(), 1, &mut Choices::new(CHOICES, is_fixed, rng)).0
    };
    measure(draw, |bob| bob.factor(0), 50)
}
