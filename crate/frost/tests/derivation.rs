//! Addresses and children against the BIPs' own vectors. (BIP-341's stand in `foreign.rs`, with what they sign.)
#![allow(clippy::unwrap_used, clippy::panic)]

use symbolon_frost::taproot::{OutputKeys, tweak};
use symbolon_mpc::derive::derive_from;
use symbolon_mpc::testing::read_xpub;
use symbolon_mpc::{Group, Secp256k1};

/// Path below the account, internal key, output key. Source: BIP-86, "Test vectors", account 0.
const BIP_86: [(&str, &str, &str); 3] = [
    (
        "m/0/0",
        "cc8a4bc64d897bddc5fbc2f670f7a8ba0b386779106cf1223c6fc5d7cd6fc115",
        "a60869f0dbcf1dc659c9cecbaf8050135ea9e8cdc487053f1dc6880949dc684c",
    ),
    (
        "m/0/1",
        "83dfe85a3151d2517290da461fe2815591ef69f2b18a2ce63f01697a8b313145",
        "a82f29944d65b86ae6b5e5cc75e294ead6c59391a1edc5e016e3498c67fc7bbb",
    ),
    (
        "m/1/0",
        "399f1b2f4393f29a18c937859c5dd8a77350103157eb880f02e8c08214277cef",
        "882d74e5d0572d5a816cef0041a96b6c1de832f6f9676d9605c44d5e9a97d3dc",
    ),
];

/// m/86'/0'/0' of the same.
const ACCOUNT: &str = "xpub6BgBgsespWvERF3LHQu6CnqdvfEvtMcQjYrcRzx53QJjSxarj2afYWcLteoGVky7D3UKDP9QyrLprQ3VCECoY49yfdDEHGCtMMj92pReUsQ";

#[test]
fn outputs_below_an_account_are_those_of_bip_86() {
    let (chain_code, key) = read_xpub(ACCOUNT);
    let account = Secp256k1::decode_point(&key).unwrap();
    for (path, internal, output) in BIP_86 {
        let child = derive_from::<Secp256k1>(account, chain_code, &path.parse().unwrap()).unwrap();
        let keys = tweak(&child.public_key, None).unwrap();
        assert_eq!((hex::encode(keys.internal), hex::encode(keys.output)), (internal.into(), output.into()));
    }
}

/// BIP-341 lifts x: whichever y the derived key has, its output is the same.
#[test]
fn the_sign_of_the_internal_key_does_not_matter() {
    let key = Secp256k1::generator_mul(&Secp256k1::small(7));
    for root in [None, Some([7; 32])] {
        assert_eq!(tweak(&key, root.as_ref()), tweak(&-key, root.as_ref()));
    }
}

#[test]
fn an_empty_tree_and_a_tree_with_root_zero_are_two_outputs() {
    let key = Secp256k1::generator_mul(&Secp256k1::small(7));
    let output = |root: Option<&[u8; 32]>| tweak(&key, root).map(|OutputKeys { output, .. }| output).unwrap();
    assert_ne!(output(None), output(Some(&[0; 32])));
}
