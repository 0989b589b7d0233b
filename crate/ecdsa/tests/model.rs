//! Known answers, both ways: the Rust reproduces what the model in `tests/model` (Python, written from the papers
//! and `docs/ecdsa.md`) wrote to `vectors/`, and writes the same of other inputs for the model to reproduce:
//!
//! ```text
//! cargo test -p symbolon-ecdsa --test model -- --ignored write_vectors
//! python3 tests/model/check.py target/tmp/model
//! ```
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeMap;
use std::path::Path as File;

use k256::elliptic_curve::sec1::ToEncodedPoint;
use k256::elliptic_curve::{Field, PrimeField};
use k256::{ProjectivePoint, Scalar};
use rand_chacha::ChaCha20Rng;
use rand_core::{CryptoRng, RngCore, SeedableRng};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use symbolon_ecdsa::direction::Direction;
use symbolon_ecdsa::ot::base::{self, ReceiverSeeds, SenderSeeds};
use symbolon_ecdsa::ot::extension::{self, ExtensionMessage, Pad};
use symbolon_ecdsa::vole::{Alice, Bob};
use symbolon_ecdsa::zero::{PairSeed, SeedPart};
use symbolon_ecdsa::{Pairs, Sign, SignItem, SignPlan};
use symbolon_mpc::derive::Path;
use symbolon_mpc::secret::Secret;
use symbolon_mpc::share::KeyInfoParts;
use symbolon_mpc::testing::index;
use symbolon_mpc::testing::sim::{Network, Outcome, Simulator};
use symbolon_mpc::{CeremonyId, DeviceId, KeyInfo, KeyShare, Party, PartyIndex, Quorum, Scheme, SessionId};
use zeroize::Zeroizing;

// --- JSON ------------------------------------------------------------------------------------------------

fn bytes(value: &Value) -> Vec<u8> {
    hex::decode(value.as_str().unwrap()).unwrap()
}

fn array(value: &Value) -> [u8; 32] {
    bytes(value).try_into().unwrap()
}

fn number<T: TryFrom<u64, Error: std::fmt::Debug>>(value: &Value) -> T {
    value.as_u64().unwrap().try_into().unwrap()
}

fn list<T>(value: &Value, read: impl FnMut(&Value) -> T) -> Vec<T> {
    value.as_array().unwrap().iter().map(read).collect()
}

fn scalar(value: &Value) -> Scalar {
    Scalar::from_repr(array(value).into()).unwrap()
}

fn hex_of(scalar: &Scalar) -> String {
    hex::encode(scalar.to_bytes())
}

/// ChaCha20's stream byte by byte; `ChaCha20Rng` throws the rest of a word away when it is asked for less.
struct Draws {
    blocks: ChaCha20Rng,
    rest: Vec<u8>,
}

impl RngCore for Draws {
    fn next_u32(&mut self) -> u32 {
        rand_core::impls::next_u32_via_fill(self)
    }

    fn next_u64(&mut self) -> u64 {
        rand_core::impls::next_u64_via_fill(self)
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        let length = bytes.len();
        while self.rest.len() < length {
            let mut block = [0; 64];
            self.blocks.fill_bytes(&mut block);
            self.rest.extend(block);
        }
        for (byte, drawn) in bytes.iter_mut().zip(self.rest.drain(..length)) {
            *byte = drawn;
        }
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), rand_core::Error> {
        self.fill_bytes(bytes);
        Ok(())
    }
}

impl CryptoRng for Draws {}

fn generator(value: &Value) -> Draws {
    Draws { blocks: ChaCha20Rng::from_seed(array(value)), rest: Vec::new() }
}

/// What is too long to print: its length, its beginning, and the SHA-256 of all of it.
fn long(bytes: &[u8]) -> Value {
    let head = &bytes[..bytes.len().min(32)];
    json!({ "length": bytes.len(), "head": hex::encode(head), "sha256": hex::encode(Sha256::digest(bytes)) })
}

fn direction(inputs: &Value) -> Direction {
    Direction {
        session: SessionId(array(&inputs["session"])),
        sender: index(number(&inputs["sender"])),
        receiver: index(number(&inputs["receiver"])),
    }
}

// --- layers: inputs to outputs, as in tests/model/cases.py ---------------------------------------------------

fn base_transfers(inputs: &Value) -> (Value, SenderSeeds, ReceiverSeeds) {
    let direction = direction(inputs);
    let (sender, from_sender) = base::Sender::start(direction, &mut generator(&inputs["sender_draws"]));
    let (receiver, from_receiver) =
        base::Receiver::start(direction, &mut generator(&inputs["receiver_draws"]));
    let sender = sender.finish(&from_receiver).unwrap();
    let receiver = receiver.finish(&from_sender).unwrap();

    let choices = (0..base::COUNT).fold([0; 16], |mut bytes, index| {
        bytes[index / 8] |= receiver.choice(index) << (index % 8);
        bytes
    });
    let sender_keys: Vec<u8> = (0..base::COUNT)
        .flat_map(|index| [*sender.seed(index, 0), *sender.seed(index, 1)].concat())
        .collect();
    let receiver_keys: Vec<u8> = (0..base::COUNT).flat_map(|index| *receiver.seed(index)).collect();
    let outputs = json!({
        "sender_message": hex::encode(&from_sender.point),
        "receiver_message": long(&from_receiver.points),
        "choices": hex::encode(choices),
        "sender_keys": long(&sender_keys),
        "receiver_keys": long(&receiver_keys),
    });
    (outputs, sender, receiver)
}

fn base_layer(inputs: &Value) -> Value {
    base_transfers(inputs).0
}

fn pads(pads: &[Pad]) -> Value {
    long(&pads.iter().flatten().flat_map(Scalar::to_bytes).collect::<Vec<u8>>())
}

fn put_message(outputs: &mut Value, message: &ExtensionMessage) {
    outputs["u"] = long(&message.columns);
    outputs["x"] = json!(hex::encode(&message.choices));
    outputs["t"] = json!(hex::encode(&message.folds));
}

fn extension_layer(inputs: &Value) -> Value {
    let (_, sender, receiver) = base_transfers(&inputs["base"]);
    let direction = direction(inputs);
    let choices = bytes(&inputs["choices"]);
    let (message, chosen) =
        extension::receive(&sender, &direction, &choices, &mut generator(&inputs["draws"]));
    let both = extension::send(&receiver, &direction, choices.len(), &message).unwrap();
    let mut outputs = json!({
        "chosen_pads": pads(&chosen.0),
        "zero_pads": pads(&both.zero),
        "one_pads": pads(&both.one),
    });
    put_message(&mut outputs, &message);
    outputs
}

fn multiplication_layer(inputs: &Value) -> Value {
    let (_, sender, receiver) = base_transfers(&inputs["base"]);
    let direction = direction(inputs);
    let values = list(&inputs["inputs"], |pair| [scalar(&pair[0]), scalar(&pair[1])]);
    let (bob, message) = Bob::start(&sender, direction, values.len(), &mut generator(&inputs["bob_draws"]));
    let alice = Alice::start(&receiver, direction, values.len(), &message).unwrap();
    let mut draws = generator(&inputs["alice_draws"]);
    let items: Vec<_> = values
        .iter()
        .enumerate()
        .map(|(item, values)| {
            let (c, answer) = alice.multiply(item, values, &mut draws);
            let d = bob.finish(item, &answer).unwrap();
            json!({
                "masked": long(&answer.masked),
                "eta": hex::encode(&answer.eta),
                "mu": hex::encode(&answer.mu),
                "b": hex_of(&bob.factor(item)),
                "c": c.iter().map(hex_of).collect::<Vec<_>>(),
                "d": d.iter().map(hex_of).collect::<Vec<_>>(),
            })
        })
        .collect();
    let mut outputs = json!({ "items": items });
    put_message(&mut outputs, &message);
    outputs
}

fn zero_layer(inputs: &Value) -> Value {
    let [first, second] = [0, 1].map(|place| index(number(&inputs["parties"][place])));
    let direction =
        Direction { session: SessionId(array(&inputs["session"])), sender: first, receiver: second };
    let later = SessionId(array(&inputs["later_session"]));
    let [own, other] = [0, 1].map(|place| SeedPart(Zeroizing::new(array(&inputs["parts"][place]))));
    let commitments = [own.commit(&direction), other.commit(&direction.reversed())];
    let seeds = [
        PairSeed::join(&direction, &own, &other, &commitments[1]).unwrap(),
        PairSeed::join(&direction.reversed(), &other, &own, &commitments[0]).unwrap(),
    ];
    let shares = |seed: &PairSeed, me, peer| {
        let shares = seed.shares(&later, me, peer, number(&inputs["count"]));
        shares.iter().map(hex_of).collect::<Vec<_>>()
    };
    json!({
        "commitments": commitments.map(|commitment| hex::encode(commitment.0)),
        "shares": [shares(&seeds[0], first, second), shares(&seeds[1], second, first)],
    })
}

fn compressed(scalar: &Scalar) -> Vec<u8> {
    let point = ProjectivePoint::GENERATOR * scalar;
    point.to_affine().to_encoded_point(true).as_bytes().to_vec()
}

/// The key of the inputs, dealt in the open.
fn key(inputs: &Value) -> (KeyInfo, Vec<KeyShare>) {
    let polynomial = list(&inputs["polynomial"], scalar);
    let devices = list(&inputs["devices"], |device| DeviceId(array(device)));
    let parties: Vec<_> =
        (1..).zip(&devices).map(|(value, device)| Party { index: index(value), device: *device }).collect();
    let at = |party: &Party| {
        let x = Scalar::from(u32::from(party.index.value()));
        polynomial.iter().rev().fold(Scalar::ZERO, |sum, coefficient| sum * x + coefficient)
    };
    let info = KeyInfo::new(KeyInfoParts {
        scheme: Scheme::EcdsaSecp256k1,
        wallet: array(&inputs["wallet"]),
        epoch: number(&inputs["epoch"]),
        quorum: Quorum::new(polynomial.len() as u16, parties.clone()).unwrap(),
        public_key: compressed(&polynomial[0]),
        verification_shares: parties.iter().map(|party| compressed(&at(party))).collect(),
        chain_code: array(&inputs["chain_code"]),
    })
    .unwrap();
    let share = |party: &Party| {
        KeyShare::from_parts(party.index, Secret::new(at(party).to_bytes().into()), info.clone()).unwrap()
    };
    let shares = parties.iter().map(share).collect();
    (info, shares)
}

fn signing_layer(inputs: &Value) -> Value {
    let (info, shares) = key(inputs);
    let mut memory: BTreeMap<PartyIndex, Pairs> = BTreeMap::new();
    let runs = list(&inputs["runs"], |run| {
        let plan = SignPlan {
            ceremony: CeremonyId(array(&run["ceremony"])),
            wallet: *info.wallet(),
            epoch: info.epoch(),
            signers: list(&run["signers"], |signer| index(number(signer))),
            intent: array(&run["intent"]),
            items: list(&run["items"], |item| SignItem {
                path: Path::new(list(&item["path"], number)).unwrap(),
                digest: array(&item["digest"]),
            }),
        };
        let devices: Vec<_> =
            plan.signers.iter().map(|signer| info.quorum().device_of(*signer).unwrap()).collect();
        let ceremonies = shares.iter().filter(|share| plan.signers.contains(&share.index())).map(|share| {
            let pairs = memory.entry(share.index()).or_default().take(plan.wallet, plan.epoch, &devices);
            (share.index(), Sign::start(plan.clone(), share, pairs).unwrap())
        });
        let ceremonies: Vec<_> = ceremonies.collect();
        let report = Simulator::new(ceremonies, number(&run["seed"]), Network::GOOD).run();

        let mut signatures = Vec::new();
        for (party, outcome) in report.outcomes {
            let Outcome::Done(signed) = outcome else { panic!("{party} did not sign: {outcome:?}") };
            memory.entry(party).or_default().put(signed.pairs);
            signatures.push(signed.signatures);
        }
        assert!(signatures.windows(2).all(|pair| pair[0] == pair[1]));
        let mut sent: Vec<_> =
            report.sent.iter().map(|sent| ((sent.step.unwrap(), sent.from, sent.to), &sent.frame)).collect();
        sent.sort();
        let frames: Vec<_> = sent
            .iter()
            .map(|((step, from, to), frame)| {
                let mut value = long(frame);
                value["step"] = json!(step);
                value["from"] = json!(from.value());
                value["to"] = json!(to.value());
                value
            })
            .collect();
        // Half of the session id stands in every frame but the first.
        let (_, last) = sent.last().unwrap();
        json!({
            "session": hex::encode(&last[1..17]),
            "frames": frames,
            "signatures": signatures[0].iter().map(|signature| json!({
                "r": hex::encode(signature.r),
                "s": hex::encode(signature.s),
                "recovery_id": signature.recovery_id,
            })).collect::<Vec<_>>(),
        })
    });
    json!({ "public_key": hex::encode(info.public_key()), "runs": runs })
}

// --- the model's answers ---------------------------------------------------------------------------------------

type Layer = fn(&Value) -> Value;

fn reproduces(name: &str, layer: Layer) {
    let file = File::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors").join(name).with_extension("json");
    let content: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let cases = content["cases"].as_array().unwrap();
    assert!(!cases.is_empty());
    for (number, case) in cases.iter().enumerate() {
        compare(&format!("{name}, case {number}"), &case["outputs"], &layer(&case["inputs"]));
    }
}

/// Says where two values differ, not only that they do.
fn compare(path: &str, expected: &Value, actual: &Value) {
    match (expected, actual) {
        (Value::Object(expected), Value::Object(actual)) => {
            assert!(expected.keys().eq(actual.keys()), "{path}: names");
            for (name, value) in expected {
                compare(&format!("{path}: {name}"), value, &actual[name]);
            }
        }
        (Value::Array(expected), Value::Array(actual)) => {
            assert_eq!(expected.len(), actual.len(), "{path}: length");
            for (place, (expected, actual)) in expected.iter().zip(actual).enumerate() {
                compare(&format!("{path}[{place}]"), expected, actual);
            }
        }
        _ => assert_eq!(expected, actual, "{path}"),
    }
}

#[test]
fn base_transfers_are_those_of_the_model() {
    reproduces("base", base_layer);
}

#[test]
fn extensions_are_those_of_the_model() {
    reproduces("extension", extension_layer);
}

#[test]
fn multiplications_are_those_of_the_model() {
    reproduces("multiplication", multiplication_layer);
}

#[test]
fn shares_of_zero_are_those_of_the_model() {
    reproduces("zero", zero_layer);
}

#[test]
fn every_frame_and_signature_is_that_of_the_model() {
    reproduces("signing", signing_layer);
}

// --- answers for the model ---------------------------------------------------------------------------------------

/// Writes answers of the Rust, on inputs drawn from `SYMBOLON_SEED` (a number; 1 if unset), to `target/tmp/model`.
#[test]
#[ignore = "writes files for tests/model/check.py"]
fn write_vectors() {
    let seed = std::env::var("SYMBOLON_SEED").map_or(1, |seed| seed.parse().unwrap());
    let directory = File::new(env!("CARGO_TARGET_TMPDIR")).join("model");
    std::fs::create_dir_all(&directory).unwrap();

    let rng = &mut ChaCha20Rng::seed_from_u64(seed);
    let base = base_inputs(rng, [2, 5]);
    let mut extension = base_inputs(rng, [5, 2]);
    extension["base"] = base_inputs(rng, [2, 5]);
    extension["choices"] = hex_bytes(rng, 1 + (rng.clone().next_u32() % 60) as usize);
    extension["draws"] = hex_bytes(rng, 32);
    let mut multiplication = extension.clone();
    multiplication["bob_draws"] = hex_bytes(rng, 32);
    multiplication["alice_draws"] = hex_bytes(rng, 32);
    multiplication["inputs"] =
        json!([[hex_scalar(rng), hex_scalar(rng)], [hex_scalar(rng), hex_scalar(rng)]]);
    let zero = json!({
        "session": hex_bytes(rng, 32),
        "later_session": hex_bytes(rng, 32),
        "parties": [9, 4],
        "parts": [hex_bytes(rng, 32), hex_bytes(rng, 32)],
        "count": 5,
    });
    let runs = [[1, 2], [2, 1]].map(|signers| {
        json!({
            "signers": signers,
            "ceremony": hex_bytes(rng, 32),
            "intent": hex_bytes(rng, 32),
            "items": [{ "path": [rng.next_u32() >> 1, rng.next_u32() >> 1], "digest": hex_bytes(rng, 32) }],
            "seed": rng.next_u64() >> 1,
        })
    });
    let signing = json!({
        "wallet": hex_bytes(rng, 32),
        "epoch": rng.next_u32(),
        "devices": [hex_bytes(rng, 32), hex_bytes(rng, 32)],
        "polynomial": [hex_scalar(rng), hex_scalar(rng)],
        "chain_code": hex_bytes(rng, 32),
        "runs": runs,
    });
    let layers: [(&str, Layer, Value); 5] = [
        ("base", base_layer, base),
        ("extension", extension_layer, extension),
        ("multiplication", multiplication_layer, multiplication),
        ("zero", zero_layer, zero),
        ("signing", signing_layer, signing),
    ];
    for (name, layer, inputs) in layers {
        let outputs = layer(&inputs);
        let content = json!({ "layer": name, "cases": [{ "inputs": inputs, "outputs": outputs }] });
        let file = directory.join(name).with_extension("json");
        std::fs::write(file, serde_json::to_vec(&content).unwrap()).unwrap();
    }
    println!("seed {seed}: {}", directory.display());
}

fn hex_bytes(rng: &mut ChaCha20Rng, length: usize) -> Value {
    let mut bytes = vec![0; length];
    rng.fill_bytes(&mut bytes);
    json!(hex::encode(bytes))
}

fn hex_scalar(rng: &mut ChaCha20Rng) -> Value {
    json!(hex_of(&Scalar::random(rng)))
}

fn base_inputs(rng: &mut ChaCha20Rng, [sender, receiver]: [u16; 2]) -> Value {
    json!({
        "session": hex_bytes(rng, 32),
        "sender": sender,
        "receiver": receiver,
        "sender_draws": hex_bytes(rng, 32),
        "receiver_draws": hex_bytes(rng, 32),
    })
}
