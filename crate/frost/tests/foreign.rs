//! Keys and signatures across the border: ours used by the Zcash Foundation's plain API, and theirs by our ceremony.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use std::collections::BTreeMap;

use common::{Tested, ceremonies, libsecp256k1_takes, path, plan, signatures, verify};
use frost_core::keys::{
    IdentifierList, KeyPackage, PublicKeyPackage, SigningShare, VerifyingShare, generate_with_dealer,
    reconstruct, split,
};
use frost_core::{
    Ciphersuite, Identifier, SigningKey, SigningPackage, VerifyingKey, aggregate, round1, round2,
};
use frost_ed25519::Ed25519Sha512;
use frost_secp256k1_tr::Secp256K1Sha256TR;
use symbolon_frost::ed25519::{self, Ed25519};
use symbolon_frost::taproot::{self, Taproot};
use symbolon_mpc::secret::Secret;
use symbolon_mpc::share::KeyInfoParts;
use symbolon_mpc::testing::sim::{Network, Simulator, generator};
use symbolon_mpc::testing::{deal, index, quorum};
use symbolon_mpc::{Group, KeyInfo, KeyShare, Scheme};

/// Our share as ZF's package, from encodings alone.
fn export<C: Ciphersuite, G: Group>(share: &KeyShare) -> KeyPackage<C> {
    let info = share.info();
    // EXPOSE: a test's share.
    let scalar = share.expose::<G, _>(G::encode_scalar).unwrap();
    KeyPackage::new(
        Identifier::try_from(share.index().value()).unwrap(),
        SigningShare::deserialize(&scalar).unwrap(),
        VerifyingShare::deserialize(info.verification_share(share.index()).unwrap()).unwrap(),
        VerifyingKey::deserialize(info.public_key()).unwrap(),
        info.quorum().threshold(),
    )
}

fn export_info<C: Ciphersuite>(info: &KeyInfo) -> PublicKeyPackage<C> {
    let shares = info.quorum().indices().map(|party| {
        let share = VerifyingShare::deserialize(info.verification_share(party).unwrap()).unwrap();
        (Identifier::try_from(party.value()).unwrap(), share)
    });
    let key = VerifyingKey::deserialize(info.public_key()).unwrap();
    PublicKeyPackage::new(shares.collect(), key, Some(info.quorum().threshold()))
}

/// ZF's key, dealt by its trusted dealer, as our shares.
fn import<C: Ciphersuite>(
    scheme: Scheme,
    threshold: u16,
    secret_shares: BTreeMap<Identifier<C>, frost_core::keys::SecretShare<C>>,
    public: &PublicKeyPackage<C>,
) -> Vec<KeyShare> {
    let identifiers = 1..=secret_shares.len() as u16;
    let packages: Vec<KeyPackage<C>> = identifiers
        .clone()
        .map(|party| {
            let share = secret_shares[&Identifier::try_from(party).unwrap()].clone();
            KeyPackage::try_from(share).unwrap()
        })
        .collect();
    let info = KeyInfo::new(KeyInfoParts {
        scheme,
        wallet: [0x77; 32],
        epoch: 5,
        quorum: quorum(threshold, packages.len() as u16),
        public_key: public.verifying_key().serialize().unwrap(),
        verification_shares: packages
            .iter()
            .map(|package| package.verifying_share().serialize().unwrap())
            .collect(),
        chain_code: [0x33; 32],
    })
    .unwrap();
    packages
        .iter()
        .zip(identifiers)
        .map(|(package, party)| {
            let scalar = package.signing_share().serialize().try_into().unwrap();
            KeyShare::from_parts(index(party), Secret::new(scalar), info.clone()).unwrap()
        })
        .collect()
}

/// ZF's plain API as its documentation has it: everybody commits, everybody signs, somebody aggregates.
fn sign_plainly<C: Ciphersuite>(
    packages: &[KeyPackage<C>],
    public: &PublicKeyPackage<C>,
    message: &[u8],
    seed: u64,
) -> Vec<u8> {
    let mut rng = generator(seed, 1);
    let drawn: Vec<_> =
        packages.iter().map(|package| round1::commit(package.signing_share(), &mut rng)).collect();
    let commitments = packages.iter().zip(&drawn).map(|(package, (_, said))| (*package.identifier(), *said));
    let signing = SigningPackage::new(commitments.collect(), message);
    let shares = packages.iter().zip(&drawn).map(|(package, (nonces, _))| {
        (*package.identifier(), round2::sign(&signing, nonces, package).unwrap())
    });
    aggregate(&signing, &shares.collect(), public).unwrap().serialize().unwrap()
}

#[test]
fn our_ed25519_shares_reconstruct_and_sign_with_zfs_plain_api() {
    for (threshold, parties, signers) in [(2, 3, &[0, 2][..]), (3, 5, &[1, 2, 4])] {
        let shares = deal(threshold, parties, Scheme::Ed25519, 30);
        let info = shares[0].info();
        let chosen: Vec<_> = signers
            .iter()
            .map(|place: &usize| export::<Ed25519Sha512, symbolon_mpc::Ed25519>(&shares[*place]))
            .collect();

        let whole = reconstruct(&chosen).unwrap();
        assert_eq!(VerifyingKey::from(&whole).serialize().unwrap(), info.public_key());
        assert!(reconstruct(&chosen[1..]).map_or(true, |part| part != whole));

        let public = export_info::<Ed25519Sha512>(info);
        let signature = sign_plainly(&chosen, &public, b"plain", 30);
        let key = ed25519::public_key(info, &path(&[])).unwrap();
        assert_eq!(key, info.public_key());
        let key = ed25519_dalek::VerifyingKey::from_bytes(&key).unwrap();
        let signature = ed25519_dalek::Signature::from_slice(&signature).unwrap();
        key.verify_strict(b"plain", &signature).unwrap();
    }
}

#[test]
fn our_taproot_shares_reconstruct_and_sign_with_zfs_plain_api() {
    let mut odd_keys = 0;
    for seed in 0..6 {
        let shares = deal(2, 3, Scheme::SchnorrSecp256k1, seed);
        let info = shares[0].info();
        let chosen = [0, 2].map(|place| export::<Secp256K1Sha256TR, symbolon_mpc::Secp256k1>(&shares[place]));
        let whole = reconstruct(&chosen).unwrap();
        assert_eq!(VerifyingKey::from(&whole).serialize().unwrap(), info.public_key());
        odd_keys += usize::from(info.public_key()[0] == 3);

        // The plain API signs under the untweaked key.
        let signature = sign_plainly(&chosen, &export_info(info), &[9; 32], seed);
        let key = info.public_key()[1..].try_into().unwrap();
        let key = secp256k1::XOnlyPublicKey::from_byte_array(key).unwrap();
        let signature = secp256k1::schnorr::Signature::from_byte_array(signature.try_into().unwrap());
        secp256k1::Secp256k1::verification_only().verify_schnorr(&signature, &[9; 32], &key).unwrap();
    }
    assert!((1..6).contains(&odd_keys), "keys of both signs of y");
}

/// A ceremony of ours over imported shares; everything is verified by others' code.
fn sign_with_ours<S: Tested>(shares: &[KeyShare], signers: &[u16], seed: u64) {
    let mut plan = plan::<S>(shares[0].info(), signers, 3, seed);
    S::set_path(&mut plan.items[0], path(&[]));
    let report = Simulator::new(ceremonies::<S>(&plan, shares), seed, Network::GOOD).run();
    verify::<S>(&plan, shares[0].info(), &report);
}

#[test]
fn keys_of_zfs_dealer_sign_with_our_ceremony() {
    for (threshold, parties, signers) in [(2, 2, &[1, 2][..]), (2, 3, &[3, 1]), (3, 5, &[2, 3, 5])] {
        let mut rng = generator(31, threshold);
        let (secret, public) =
            generate_with_dealer::<Ed25519Sha512, _>(parties, threshold, IdentifierList::Default, &mut rng)
                .unwrap();
        let shares = import(Scheme::Ed25519, threshold, secret, &public);
        sign_with_ours::<Ed25519>(&shares, signers, 31);

        let (secret, public) = generate_with_dealer::<Secp256K1Sha256TR, _>(
            parties,
            threshold,
            IdentifierList::Default,
            &mut rng,
        )
        .unwrap();
        let shares = import(Scheme::SchnorrSecp256k1, threshold, secret, &public);
        sign_with_ours::<Taproot>(&shares, signers, 31);
    }
}

/// Private key, internal key, root of the script tree, output key, signature hash, signature without its hash type.
/// Source: BIP-341, wallet-test-vectors.json, "keyPathSpending"; output keys from "scriptPubKey" there.
const BIP_341: [[&str; 6]; 7] = [
    [
        "6b973d88838f27366ed61c9ad6367663045cb456e28335c109e30717ae0c6baa",
        "d6889cb081036e0faefa3a35157ad71086b123b2b144b649798b494c300a961d",
        "",
        "53a1f6e454df1aa2776a2814a721372d6258050de330b3c6d10ee8f4e0dda343",
        "2514a6272f85cfa0f45eb907fcb0d121b808ed37c6ea160a5a9046ed5526d555",
        "ed7c1647cb97379e76892be0cacff57ec4a7102aa24296ca39af7541246d8ff14d38958d4cc1e2e478e4d4a764bbfd835b16d4e314b72937b29833060b87276c",
    ],
    [
        "1e4da49f6aaf4e5cd175fe08a32bb5cb4863d963921255f33d3bc31e1343907f",
        "187791b6f712a8ea41c8ecdd0ee77fab3e85263b37e1ec18a3651926b3a6cf27",
        "5b75adecf53548f3ec6ad7d78383bf84cc57b55a3127c72b9a2481752dd88b21",
        "147c9c57132f6e7ecddba9800bb0c4449251c92a1e60371ee77557b6620f3ea3",
        "325a644af47e8a5a2591cda0ab0723978537318f10e6a63d4eed783b96a71a4d",
        "052aedffc554b41f52b521071793a6b88d6dbca9dba94cf34c83696de0c1ec35ca9c5ed4ab28059bd606a4f3a657eec0bb96661d42921b5f50a95ad33675b54f",
    ],
    [
        "d3c7af07da2d54f7a7735d3d0fc4f0a73164db638b2f2f7c43f711f6d4aa7e64",
        "93478e9488f956df2396be2ce6c5cced75f900dfa18e7dabd2428aae78451820",
        "c525714a7f49c28aedbbba78c005931a81c234b2f6c99a73e4d06082adc8bf2b",
        "e4d810fd50586274face62b8a807eb9719cef49c04177cc6b76a9a4251d5450e",
        "bf013ea93474aa67815b1b6cc441d23b64fa310911d991e713cd34c7f5d46669",
        "ff45f742a876139946a149ab4d9185574b98dc919d2eb6754f8abaa59d18b025637a3aa043b91817739554f4ed2026cf8022dbd83e351ce1fabc272841d2510a",
    ],
    [
        "f36bb07a11e469ce941d16b63b11b9b9120a84d9d87cff2c84a8d4affb438f4e",
        "e0dfe2300b0dd746a3f8674dfd4525623639042569d829c7f0eed9602d263e6f",
        "ccbd66c6f7e8fdab47b3a486f59d28262be857f30d4773f2d5ea47f7761ce0e2",
        "91b64d5324723a985170e4dc5a0f84c041804f2cd12660fa5dec09fc21783605",
        "4f900a0bae3f1446fd48490c2958b5a023228f01661cda3496a11da502a7f7ef",
        "b4010dd48a617db09926f729e79c33ae0b4e94b79f04a1ae93ede6315eb3669de185a17d2b0ac9ee09fd4c64b678a0b61a0a86fa888a273c8511be83bfd6810f",
    ],
    [
        "415cfe9c15d9cea27d8104d5517c06e9de48e2f986b695e4f5ffebf230e725d8",
        "55adf4e8967fbd2e29f20ac896e60c3b0f1d5b0efa9d34941b5958c7b0a0312d",
        "2f6b2c5397b6d68ca18e09a3f05161668ffe93a988582d55c6f07bd5b3329def",
        "75169f4001aa68f15bbed28b218df1d0a62cbbcf1188c6665110c293c907b831",
        "15f25c298eb5cdc7eb1d638dd2d45c97c4c59dcaec6679cfc16ad84f30876b85",
        "a3785919a2ce3c4ce26f298c3d51619bc474ae24014bcdd31328cd8cfbab2eff3395fa0a16fe5f486d12f22a9cedded5ae74feb4bbe5351346508c5405bcfee0",
    ],
    [
        "c7b0e81f0a9a0b0499e112279d718cca98e79a12e2f137c72ae5b213aad0d103",
        "ee4fe085983462a184015d1f782d6a5f8b9c2b60130aff050ce221ecf3786592",
        "6c2dc106ab816b73f9d07e3cd1ef2c8c1256f519748e0813e4edd2405d277bef",
        "712447206d7a5238acc7ff53fbe94a3b64539ad291c7cdbc490b7577e4b17df5",
        "cd292de50313804dabe4685e83f923d2969577191a3e1d2882220dca88cbeb10",
        "ea0c6ba90763c2d3a296ad82ba45881abb4f426b3f87af162dd24d5109edc1cdd11915095ba47c3a9963dc1e6c432939872bc49212fe34c632cd3ab9fed429c4",
    ],
    [
        "77863416be0d0665e517e1c375fd6f75839544eca553675ef7fdf4949518ebaa",
        "f9f400803e683727b14f463836e1e78e1c64417638aa066919291a225f0e8dd8",
        "ab179431c28d3b68fb798957faf5497d69c883c6fb1e1cd9f81483d87bac90cc",
        "77e30a5522dd9f894c3f8b8bd4c4b2cf82ca7da8a3ea6a239655c39c050ab220",
        "cccb739eca6c13a8a89e6e5cd317ffe55669bbda23f2fd37b0f18755e008edd2",
        "bbc9584a11074e83bc8c6759ec55401f0ae7b03ef290c3139814f545b58a9f8127258000874f44bc46db7646322107d4d86aec8e73b8719a61fff761d75b5dd9",
    ],
];

/// The keys of BIP-341's wallet, split among three: they make the outputs that the BIP has, and sign what its wallet
/// signed; libsecp256k1 takes both signatures under the one output key.
#[test]
fn the_keys_of_bip_341_make_its_outputs_and_sign_their_spends() {
    for (vector, seed) in BIP_341.into_iter().zip(0..) {
        let bytes = vector.map(|text| hex::decode(text).unwrap());
        let [private, internal, root, output, sighash, signature] = &bytes;
        let key = SigningKey::<Secp256K1Sha256TR>::deserialize(private).unwrap();
        let mut rng = generator(32, 1);
        let (secret, public) = split(&key, 3, 2, IdentifierList::Default, &mut rng).unwrap();
        let shares = import(Scheme::SchnorrSecp256k1, 2, secret, &public);
        let info = shares[0].info();

        let merkle_root = <[u8; 32]>::try_from(root.as_slice()).ok();
        let keys = taproot::output_keys(info, &path(&[]), merkle_root.as_ref()).unwrap();
        assert_eq!((keys.internal.as_slice(), keys.output.as_slice()), (&internal[..], &output[..]));

        let mut plan = plan::<Taproot>(info, &[1, 3], 1, seed);
        let sighash = <[u8; 32]>::try_from(sighash.as_slice()).unwrap();
        plan.items[0] = taproot::SignItem { path: path(&[]), sighash, merkle_root };
        let report = Simulator::new(ceremonies::<Taproot>(&plan, &shares), seed, Network::GOOD).run();
        let ours = signatures(&report)[0];
        assert!(libsecp256k1_takes(&keys.output, &sighash, &ours));

        let theirs = secp256k1::schnorr::Signature::from_byte_array(signature.as_slice().try_into().unwrap());
        let key = secp256k1::XOnlyPublicKey::from_byte_array(keys.output).unwrap();
        secp256k1::Secp256k1::verification_only().verify_schnorr(&theirs, &sighash, &key).unwrap();
    }
}
