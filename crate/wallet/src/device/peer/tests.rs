use symbolon_mpc::group::Scheme;
use symbolon_mpc::share::KeyInfoParts;
use symbolon_mpc::{Party, PartyIndex, Quorum};

use super::*;

// 1·G, 2·G and 3·G of secp256k1 (SEC 2), compressed: the key of f(x) = 1 + x, and its shares at 1 and 2.
const ONE: &str = "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";
const TWO: &str = "02c6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee5";
const THREE: &str = "02f9308a019258c31049344f85f89d5229b531c845836f99b08601f113bce036f9";

fn quorum() -> Quorum {
    let party = |index: u16| Party {
        index: PartyIndex::new(index).unwrap(),
        device: DeviceId([0xd0 + index as u8; 32]),
    };
    Quorum::new(2, vec![party(1), party(2)]).unwrap()
}

fn info() -> KeyInfo {
    let point = |text: &str| hex::decode(text).unwrap();
    KeyInfo::new(KeyInfoParts {
        scheme: Scheme::EcdsaSecp256k1,
        wallet: [0xaa; 32],
        epoch: 1,
        quorum: quorum(),
        public_key: point(ONE),
        verification_shares: vec![point(TWO), point(THREE)],
        chain_code: [0xcc; 32],
    })
    .unwrap()
}

/// Threshold, number of parties, each with index and device.
fn quorum_bytes() -> String {
    format!("0202 01{} 02{}", "d1".repeat(32), "d2".repeat(32))
}

/// Scheme, wallet, epoch, quorum, key, shares, chain code; each point behind its length.
fn info_bytes() -> String {
    let scheme = hex::encode(postcard::to_allocvec(&Scheme::EcdsaSecp256k1).unwrap());
    format!(
        "{scheme}{} 01 {} 21{ONE} 02 21{TWO} 21{THREE} {}",
        "aa".repeat(32),
        quorum_bytes(),
        "cc".repeat(32)
    )
}

fn is(message: &PeerMessage, bytes: &str) {
    let bytes = bytes.replace(' ', "");
    assert_eq!(hex::encode(message.encode()), bytes);
    assert_eq!(PeerMessage::decode(&hex::decode(bytes).unwrap()).as_ref(), Some(message));
}

#[test]
fn messages_about_shares_are_these_bytes() {
    let test = Test { scheme: Scheme::EcdsaSecp256k1, quorum: 1 };
    let test_bytes = hex::encode(postcard::to_allocvec(&test).unwrap());
    let proof = Proof { test, r: [0x11; 32], s: [0x22; 32] };
    let proof_bytes = format!("{test_bytes}{}{}", "11".repeat(32), "22".repeat(32));
    let ceremony = CeremonyId([0x33; 32]);
    let ceremony_bytes = "33".repeat(32);
    let key = [0x44; 32];
    let key_bytes = "44".repeat(32);
    // Those of the version before, which other devices may still run.
    is(&PeerMessage::Beat, "01 0d");
    is(&PeerMessage::Bye, "01 0e");
    is(
        &PeerMessage::TestSign { ceremony, wallet: [0xaa; 32], epoch: 300, test },
        &format!("01 0b {ceremony_bytes} {} ac02 {test_bytes}", "aa".repeat(32)),
    );
    let recovery = PartyIndex::new(FIRST_RECOVERY).unwrap();
    let plan = ResharePlan {
        ceremony,
        from: vec![info()],
        dealers: quorum().indices().collect(),
        to: quorum(),
        absent: Vec::new(),
    };
    is(
        &PeerMessage::Change(Box::new(ChangeProposal {
            plan,
            stand_ins: vec![(recovery, DeviceId([0xd1; 32]))],
            proposed_at: 300,
        })),
        &format!(
            "01 0f {ceremony_bytes} 01 {} 02 01 02 {} 00 01 808002 {} ac02",
            info_bytes(),
            quorum_bytes(),
            "d1".repeat(32)
        ),
    );
    is(
        &PeerMessage::Standing(Standing {
            held: vec![key],
            used: 300,
            used_recovery: 0x8000,
            kept: vec![[0x55; 32]],
            opened: Some(OpenedShare { wallet: [0xaa; 32], epoch: 300, party: recovery }),
            names: vec![(DeviceId([0xd1; 32]), "A".to_owned())],
        }),
        &format!(
            "01 10 01 {key_bytes} ac02 808002 01 {} 01 {} ac02 808002 01 {} 0141",
            "55".repeat(32),
            "aa".repeat(32),
            "d1".repeat(32)
        ),
    );
    is(
        &PeerMessage::FrameFor {
            ceremony,
            from: recovery,
            to: quorum().parties()[0].index,
            frame: vec![7, 8],
        },
        &format!("01 16 {ceremony_bytes} 808002 01 02 0708"),
    );
    is(&PeerMessage::Accounts(vec!["A".to_owned(), "B".to_owned()]), "01 17 02 0141 0142");
    is(
        &PeerMessage::CannotSign {
            request: [0xab; 16],
            device: DeviceId([0xd1; 32]),
            reason: "A".to_owned(),
        },
        &format!("01 18 {} {} 0141", "ab".repeat(16), "d1".repeat(32)),
    );
    is(
        &PeerMessage::Roster(RosterProposal {
            ceremony,
            wallet: [0xaa; 32],
            threshold: 2,
            devices: vec![DeviceId([0xd1; 32])],
            recovery: Some(DeviceId([0xd2; 32])),
            proposed_at: 300,
        }),
        &format!(
            "01 08 {ceremony_bytes} {} 02 01 {} 01 {} ac02",
            "aa".repeat(32),
            "d1".repeat(32),
            "d2".repeat(32)
        ),
    );
    is(
        &PeerMessage::TestChange { ceremony, key, test },
        &format!("01 11 {ceremony_bytes} {key_bytes} {test_bytes}"),
    );
    is(&PeerMessage::ChangeTested { key, proof }, &format!("01 12 {key_bytes} {proof_bytes}"));
    let proven = ProvenKey { infos: vec![info()], proofs: vec![proof] };
    is(&PeerMessage::Proven(Box::new(proven)), &format!("01 13 01 {} 01 {proof_bytes}", info_bytes()));
}
