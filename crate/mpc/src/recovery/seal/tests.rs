use super::*;
use crate::group::{Ed25519, Secp256k1};
use crate::testing::{index, recovery_secret};

const SESSION: SessionId = SessionId([7; 32]);
const WALLET: [u8; 32] = [8; 32];

/// Three values, and the points that they are the logarithms of.
fn values() -> (Vec<Zeroizing<[u8; 32]>>, Vec<Vec<u8>>) {
    let of = |(number, scheme): (u8, Scheme)| {
        with_group!(scheme, G => {
            let value = G::reduce_wide(&[number; 64]);
            let point = G::encode_point(&G::generator_mul(&value)).unwrap();
            (Zeroizing::new(G::encode_scalar(&value)), point)
        })
    };
    (1..).zip(Scheme::ALL).map(of).unzip()
}

fn place(key: &RecoveryKey) -> Place<'_> {
    Place { session: &SESSION, wallet: &WALLET, epoch: 3, dealer: index(1), receiver: index(3), key }
}

/// What `check` says of the statement that was sealed, and of what was.
fn with_sealed<T>(check: impl FnOnce(&Statement<'_>, SealedEvaluations) -> T) -> T {
    let (values, points) = values();
    let key = recovery_secret(3).key();
    let statement = Statement::new(place(&key), Scheme::ALL.to_vec(), &points);
    let sealed = statement.seal(&values, &[9; 64]).unwrap();
    check(&statement, sealed)
}

fn opens(statement: &Statement<'_>, sealed: &SealedEvaluations) -> Option<Vec<[u8; 32]>> {
    let opened = statement.open(sealed, &recovery_secret(3))?;
    // EXPOSE: a test's values.
    Some(opened.iter().map(|value| value.expose(|value| *value)).collect())
}

fn expected() -> Vec<[u8; 32]> {
    values().0.iter().map(|value| **value).collect()
}

#[test]
fn what_is_sealed_passes_and_opens_to_the_values_and_has_the_size_that_is_documented() {
    with_sealed(|statement, sealed| {
        assert_eq!(statement.verify(&sealed), Ok(()));
        assert_eq!(opens(statement, &sealed), Some(expected()));
        let bytes = 32 + sealed.seeds.len() + sealed.ciphertexts.len() + sealed.responses.len();
        assert_eq!(bytes, 10_432);
        // Three lengths of two bytes each.
        assert_eq!(wire::encode(&sealed).len(), bytes + 6);
    });
}

#[test]
fn another_secret_opens_nothing() {
    with_sealed(|statement, sealed| {
        assert!(statement.open(&sealed, &recovery_secret(4)).is_none());
    });
}

/// Each of the 326 things that are sent, one bit of it turned.
#[test]
fn every_altered_element_is_refused() {
    with_sealed(|statement, sealed| {
        let lengths = [32, sealed.seeds.len(), sealed.ciphertexts.len(), sealed.responses.len()];
        let mut refused = 0;
        for (field, length) in lengths.into_iter().enumerate() {
            for element in 0..length / 32 {
                let mut altered = sealed.clone();
                let bytes = match field {
                    0 => &mut altered.challenge[..],
                    1 => &mut altered.seeds,
                    2 => &mut altered.ciphertexts,
                    _ => &mut altered.responses,
                };
                bytes[32 * element + element % 32] ^= 1 << (element % 8);
                let verdict = statement.verify(&altered);
                assert!([Err(WRONG), Err(MALFORMED)].contains(&verdict), "{field}, {element}: {verdict:?}");
                refused += 1;
            }
        }
        assert_eq!(refused, 1 + 125 + 80 + 120);
    });
}

#[test]
fn another_length_is_refused_before_anything_is_computed() {
    with_sealed(|statement, sealed| {
        let mut others = Vec::new();
        for field in 0..3 {
            for change in [-32_i32, -1, 1, 32, i32::MIN] {
                let mut altered = sealed.clone();
                let bytes = [&mut altered.seeds, &mut altered.ciphertexts, &mut altered.responses];
                let bytes = bytes.into_iter().nth(field).unwrap();
                let length = usize::try_from(bytes.len() as i32 + change.max(-(bytes.len() as i32))).unwrap();
                bytes.resize(length, 0);
                others.push(altered);
            }
        }
        for other in others {
            assert_eq!(statement.verify(&other), Err(MALFORMED));
            assert!(opens(statement, &other).is_none());
        }
    });
}

#[test]
fn a_proof_is_good_in_no_other_place() {
    with_sealed(|_, sealed| {
        let (_, points) = values();
        let (key, other_key) = (recovery_secret(3).key(), recovery_secret(4).key());
        let here = place(&key);
        let others = [
            Place { session: &SessionId([1; 32]), ..here },
            Place { wallet: &[1; 32], ..here },
            Place { epoch: 4, ..here },
            Place { dealer: index(2), ..here },
            Place { receiver: index(4), ..here },
            Place { key: &other_key, ..here },
        ];
        for other in others {
            let statement = Statement::new(other, Scheme::ALL.to_vec(), &points);
            assert_eq!(statement.verify(&sealed), Err(WRONG));
            assert!(opens(&statement, &sealed).is_none());
        }
        // Other points, each in turn, and the schemes of the two that have one group in another order.
        for root in 0..3 {
            let mut others = points.clone();
            others[root] = with_group!(Scheme::ALL[root], G => {
                G::encode_point(&G::generator_mul(&G::small(5))).unwrap()
            });
            let statement = Statement::new(here, Scheme::ALL.to_vec(), &others);
            assert_eq!(statement.verify(&sealed), Err(WRONG));
            assert!(opens(&statement, &sealed).is_none());
        }
        let schemes = vec![Scheme::ALL[1], Scheme::ALL[0], Scheme::ALL[2]];
        assert_eq!(Statement::new(here, schemes, &points).verify(&sealed), Err(WRONG));
        assert!(here.dealer == index(1));
    });
}

#[test]
fn values_that_are_not_the_points_logarithms_do_not_pass() {
    let (mut values, points) = values();
    let key = recovery_secret(3).key();
    let statement = Statement::new(place(&key), Scheme::ALL.to_vec(), &points);
    values[2] = Zeroizing::new(Ed25519::encode_scalar(&Ed25519::small(5)));
    let sealed = statement.seal(&values, &[9; 64]).unwrap();
    assert_eq!(statement.verify(&sealed), Err(WRONG));
    assert!(opens(&statement, &sealed).is_none());
}

/// What a dealer does to the instances of `bad` before it makes the challenge.
fn cheat(
    bad: &[usize],
    spoil: impl Fn(&mut Instance),
    randomness: u8,
) -> (SealedEvaluations, [bool; INSTANCES]) {
    let (values, points) = values();
    let key = recovery_secret(3).key();
    let statement = Statement::new(place(&key), Scheme::ALL.to_vec(), &points);
    let seeds: Vec<_> =
        (0..INSTANCES).map(|number| Zeroizing::new([number as u8 ^ randomness; 32])).collect();
    let numbered = (0..).zip(seeds.iter().map(|seed| &**seed));
    let table = RistrettoBasepointTable::create(key.point());
    let mut instances = instance::make(&statement.context, &statement.schemes, &table, numbered).unwrap();
    for number in bad {
        spoil(&mut instances[*number]);
    }
    let sealed = statement.answer(&values, &seeds, &instances).unwrap();
    let unopened = instance::unopened(&sealed.challenge);
    (sealed, unopened)
}

#[test]
fn garbage_in_an_instance_passes_only_unopened_and_then_the_others_open() {
    let garbage: [fn(&mut Instance); 3] = [
        |instance| instance.masked = [1; 32],
        |instance| instance.ephemeral = recovery_secret(9).key().encode(),
        // A ciphertext of another seed, blinding another value: consistent in itself.
        |instance| {
            instance.points[0] =
                Secp256k1::encode_point(&Secp256k1::generator_mul(&Secp256k1::small(2))).unwrap()
        },
    ];
    let (mut passed, mut caught) = (0, 0);
    with_sealed(|statement, _| {
        for (kind, spoil) in garbage.into_iter().enumerate() {
            for attempt in 0..12 {
                let bad = [usize::from(attempt) * 13];
                let (sealed, unopened) = cheat(&bad, spoil, attempt);
                // An R that is not what the response says is seen wherever it lies.
                let is_unseen = unopened[bad[0]] && kind != 2;
                assert_eq!(statement.verify(&sealed).is_ok(), is_unseen, "{kind}, {attempt}");
                if is_unseen {
                    assert_eq!(opens(statement, &sealed), Some(expected()), "39 others open");
                    passed += 1;
                } else {
                    caught += 1;
                }
            }
        }
        // As many bad ones as are unopened, which is what would have to hit: they never all are.
        for attempt in 0..12 {
            let bad: Vec<_> = (0..UNOPENED).map(|place| place * 4 + usize::from(attempt % 4)).collect();
            let (sealed, _) = cheat(&bad, garbage[0], attempt);
            assert_eq!(statement.verify(&sealed), Err(WRONG));
        }
    });
    assert!(passed > 0 && caught > passed, "{passed} passed, {caught} were caught");
}

/// All unopened instances garbage, and a challenge that the dealer would have liked: the one forgery that leaves nothing
/// to open, and what stands against it is that the challenge is a hash of the instances.
#[test]
fn a_dealer_that_chooses_its_challenge_is_refused() {
    with_sealed(|statement, sealed| {
        let mut forged = sealed.clone();
        for masked in forged.ciphertexts.chunks_exact_mut(64) {
            masked[32..].fill(1);
        }
        assert!(opens(statement, &forged).is_none(), "nothing opens");
        assert_eq!(statement.verify(&forged), Err(WRONG));
    });
}

#[test]
fn a_challenge_leaves_forty_unopened_and_each_about_as_often() {
    let mut counts = [0_u32; INSTANCES];
    for number in 0..2000_u32 {
        let mut challenge = [0; 32];
        challenge[..4].copy_from_slice(&number.to_be_bytes());
        let unopened = instance::unopened(&challenge);
        assert_eq!(unopened.iter().filter(|unopened| **unopened).count(), UNOPENED);
        for (count, unopened) in counts.iter_mut().zip(unopened) {
            *count += u32::from(unopened);
        }
    }
    // 485 expected, standard deviation 19.2: five of them.
    assert!(counts.iter().all(|count| (389..=581).contains(count)), "{counts:?}");
}

#[test]
fn a_recovery_key_is_a_canonical_point_and_not_the_identity() {
    // RFC 9496, appendix A.3: non-canonical, negative, no square root, and the identity.
    let refused = [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "00ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "f3ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ed57ffd8c914fb201471d1c3d245ce3c746fcbe63a3679d51b6a516ebebe0e20",
        "26948d35ca62e643e26a83177332e6b6afeb9d08e4268b650f1f5bbd8d81d371",
        "3eb858e78f5a7254d8c9731174a94f76755fd3941c0ac93735c07ba14579630e",
    ];
    for text in refused {
        let bytes: [u8; 32] = hex::decode(text).unwrap().try_into().unwrap();
        assert_eq!(RecoveryKey::decode(&bytes), None, "{text}");
    }
    // Appendix A.1: the generator.
    let generator = "e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76";
    let bytes: [u8; 32] = hex::decode(generator).unwrap().try_into().unwrap();
    assert_eq!(RecoveryKey::decode(&bytes).unwrap().encode(), bytes);
}

/// `tests/model/recovery.py` gives the same.
#[test]
fn the_key_of_a_known_secret_is_pinned() {
    assert_eq!(hex::encode(recovery_secret(3).key().encode()), KEY_OF_3);
}

const KEY_OF_3: &str = "50a9e517c8e2d98822ec5a5be00917a125d085d935b3dbdc961873491fd9f032";
