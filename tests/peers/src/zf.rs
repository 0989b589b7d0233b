//! The Zcash Foundation's FROST: its own keygen, and signing with the keys that it makes.

use std::collections::BTreeMap;

use frost_core::keys::dkg;
use frost_core::keys::{KeyPackage, PublicKeyPackage};
use frost_core::round1::SigningNonces;
use frost_core::round2::SignatureShare;
use frost_core::{Ciphersuite, Error, Identifier, Signature, SigningPackage};
use frost_ed25519::Ed25519Sha512;
use frost_secp256k1_tr::Secp256K1Sha256TR;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use symbolon_bench::Row;
use symbolon_bench::cost::{Clock, Cost};

use crate::account::Accounts;

/// Keygen and a signature by t parties, of both ciphersuites.
pub fn rows(quorum: (u16, u16), runs: u64, clock: Clock<'_>) -> Vec<Row> {
    let mut rows = rows_of::<Ed25519Sha512>(quorum, runs, clock);
    rows.extend(rows_of::<Secp256K1Sha256TR>(quorum, runs, clock));
    rows
}

fn rows_of<C: Peer>((threshold, parties): (u16, u16), runs: u64, clock: Clock<'_>) -> Vec<Row> {
    let (mut keygens, mut signatures) = (Vec::new(), Vec::new());
    for seed in 0..runs {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let (keys, public, cost) = keygen::<C>(threshold, parties, &mut rng, clock);
        keygens.push(cost);
        signatures.push(sign::<C>(&keys[..threshold.into()], &public, &mut rng, clock));
    }
    let [keygen, sign] = C::CASES;
    let quorum = (threshold, parties);
    vec![
        Row::new(quorum, keygen, C::CODE, parties, keygens),
        Row::new(quorum, sign, C::CODE, threshold, signatures),
    ]
}

/// RFC 9591 leaves keygen out; this is the one of the FROST paper, in two rounds, of which the first must be a
/// reliable broadcast that the library leaves to its caller.
fn keygen<C: Peer>(
    threshold: u16,
    parties: u16,
    rng: &mut ChaCha20Rng,
    clock: Clock<'_>,
) -> (Vec<KeyPackage<C>>, PublicKeyPackage<C>, Cost) {
    let mut accounts = Accounts::new(parties.into(), clock);
    let ids: Vec<Identifier<C>> = (1..=parties).map(|index| index.try_into().expect("not zero")).collect();
    let (mut secrets, mut said) = (Vec::new(), BTreeMap::new());
    for (place, id) in ids.iter().enumerate() {
        let (secret, package) = accounts
            .charge(place, || dkg::part1::<C, _>(*id, parties, threshold, &mut *rng))
            .expect("a first round");
        accounts.broadcast(place, &package);
        secrets.push(secret);
        said.insert(*id, package);
    }
    accounts.round();

    let (mut second_secrets, mut told) = (Vec::new(), BTreeMap::new());
    for (place, secret) in secrets.into_iter().enumerate() {
        let others = without(&said, &ids[place]);
        let (secret, packages) =
            accounts.charge(place, || dkg::part2(secret, &others)).expect("a second round");
        packages.values().for_each(|package| accounts.send(place, package));
        second_secrets.push(secret);
        told.insert(ids[place], packages);
    }
    accounts.round();

    let (mut keys, mut public) = (Vec::new(), None);
    for (place, secret) in second_secrets.iter().enumerate() {
        let me = ids[place];
        let others = without(&said, &me);
        let to_me = without(&told, &me).into_iter().map(|(from, packages)| (from, packages[&me].clone()));
        let to_me = to_me.collect();
        let (key, package) = accounts.charge(place, || dkg::part3(secret, &others, &to_me)).expect("a key");
        keys.push(key);
        public = Some(package);
    }
    (keys, public.expect("parties"), accounts.busiest())
}

fn sign<C: Peer>(
    keys: &[KeyPackage<C>],
    public: &PublicKeyPackage<C>,
    rng: &mut ChaCha20Rng,
    clock: Clock<'_>,
) -> Cost {
    let mut accounts = Accounts::new(keys.len(), clock);
    let (mut nonces, mut commitments) = (Vec::new(), BTreeMap::new());
    for (place, key) in keys.iter().enumerate() {
        let (secret, said) =
            accounts.charge(place, || frost_core::round1::commit(key.signing_share(), &mut *rng));
        accounts.broadcast(place, &said);
        nonces.push(secret);
        commitments.insert(*key.identifier(), said);
    }
    accounts.round();

    let mut shares = BTreeMap::new();
    for (place, key) in keys.iter().enumerate() {
        let share = accounts
            .charge(place, || {
                C::sign(&SigningPackage::new(commitments.clone(), &[0x5a; 32]), &nonces[place], key)
            })
            .expect("a share");
        accounts.broadcast(place, &share);
        shares.insert(*key.identifier(), share);
    }
    accounts.round();

    let package = SigningPackage::new(commitments, &[0x5a; 32]);
    for place in 0..keys.len() {
        accounts.charge(place, || C::aggregate(&package, &shares, public)).expect("a signature");
    }
    accounts.busiest()
}

fn without<K: Ord + Copy, V: Clone>(all: &BTreeMap<K, V>, me: &K) -> BTreeMap<K, V> {
    all.iter().filter(|(from, _)| *from != me).map(|(from, value)| (*from, value.clone())).collect()
}

/// A ciphersuite as its own crate signs with it.
trait Peer: Ciphersuite {
    const CODE: &'static str;
    const CASES: [&'static str; 2];

    fn sign(
        package: &SigningPackage<Self>,
        nonces: &SigningNonces<Self>,
        key: &KeyPackage<Self>,
    ) -> Result<SignatureShare<Self>, Error<Self>>;

    fn aggregate(
        package: &SigningPackage<Self>,
        shares: &BTreeMap<Identifier<Self>, SignatureShare<Self>>,
        public: &PublicKeyPackage<Self>,
    ) -> Result<Signature<Self>, Error<Self>>;
}

impl Peer for Ed25519Sha512 {
    const CODE: &'static str = "frost-ed25519 3.0.0";
    const CASES: [&'static str; 2] = ["keygen, Ed25519", "Ed25519"];

    fn sign(
        package: &SigningPackage<Self>,
        nonces: &SigningNonces<Self>,
        key: &KeyPackage<Self>,
    ) -> Result<SignatureShare<Self>, Error<Self>> {
        frost_ed25519::round2::sign(package, nonces, key)
    }

    fn aggregate(
        package: &SigningPackage<Self>,
        shares: &BTreeMap<Identifier<Self>, SignatureShare<Self>>,
        public: &PublicKeyPackage<Self>,
    ) -> Result<Signature<Self>, Error<Self>> {
        frost_ed25519::aggregate(package, shares, public)
    }
}

/// With the tweak of a spend along the key's path (BIP-341), as ours signs.
impl Peer for Secp256K1Sha256TR {
    const CODE: &'static str = "frost-secp256k1-tr 3.0.0";
    const CASES: [&'static str; 2] = ["keygen, Taproot", "Taproot"];

    fn sign(
        package: &SigningPackage<Self>,
        nonces: &SigningNonces<Self>,
        key: &KeyPackage<Self>,
    ) -> Result<SignatureShare<Self>, Error<Self>> {
        frost_secp256k1_tr::round2::sign_with_tweak(package, nonces, key, None)
    }

    fn aggregate(
        package: &SigningPackage<Self>,
        shares: &BTreeMap<Identifier<Self>, SignatureShare<Self>>,
        public: &PublicKeyPackage<Self>,
    ) -> Result<Signature<Self>, Error<Self>> {
        frost_secp256k1_tr::aggregate_with_tweak(package, shares, public, None)
    }
}
