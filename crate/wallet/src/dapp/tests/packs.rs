//! Packs of descriptors: loaded, replaced, taken away, refused, damaged, another than on another device.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use symbolon_chain::clear::pack;

use super::rig::Rig;
use crate::command::Command;
use crate::view::{Card, PackView};

/// A contract that only the pack knows.
const VAULT: &str = "0x0000000000000000000000000000000000c0ffee";
/// `harvest(uint256)`.
const HARVEST: &str = "0xddc63262";

/// A descriptor of one function of [`VAULT`].
fn descriptor(intent: &str) -> Value {
    json!({
        "context": { "contract": { "deployments": [{ "chainId": 1, "address": VAULT }] } },
        "display": { "formats": { "harvest(uint256 pool)": {
            "intent": intent, "fields": [{ "path": "pool", "label": "Pool", "format": "raw" }],
        } } },
    })
}

/// One that needs a network to be bound, so that it cannot be used.
fn factory() -> Value {
    json!({ "context": { "contract": { "factory": {} } }, "display": { "formats": {} } })
}

fn pack_saying(intent: &str) -> String {
    pack::write("registry 3b66ba2", [("vault".to_owned(), descriptor(intent)), ("odd".to_owned(), factory())])
}

fn load(rig: &mut Rig, text: &str) -> Result<(), String> {
    rig.command(Command::LoadPack { text: text.to_owned() }).map_err(|error| error.code)
}

fn shown(rig: &Rig) -> PackView {
    rig.view().pack.expect("a pack is loaded")
}

/// The card of a call of the vault.
fn card(rig: &mut Rig) -> Card {
    let params = json!([{ "from": rig.me(), "to": VAULT, "data": format!("{HARVEST}{:064x}", 7) }]);
    rig.call("eth_sendTransaction", &params);
    let card = rig.first().card;
    rig.command(Command::RejectAll).unwrap();
    card
}

fn has_code(card: &Card, code: &str) -> bool {
    card.risks.iter().any(|risk| risk.code == code)
}

#[test]
fn a_pack_words_a_call_that_nothing_else_knows() {
    let mut rig = Rig::connected();
    let before = card(&mut rig);
    assert!(has_code(&before, "risk/unknown-call"), "{:?}", before.risks);
    let text = pack_saying("Harvest rewards");
    load(&mut rig, &text).unwrap();
    let with = card(&mut rig);
    assert!(with.headline.contains("Harvest rewards"), "{}", with.headline);
    assert!(with.rows.iter().any(|row| row.label == "Pool" && row.value == "7"), "{:?}", with.rows);
    assert!(!has_code(&with, "risk/unknown-call"), "what is described is not unknown");
    assert!(has_code(&with, "risk/first-time"), "all else is judged as before");
    let view = shown(&rig);
    assert_eq!(view.hash, hex::encode(Sha256::digest(&text)));
    assert_eq!((view.usable, view.unusable, view.words.len()), (1, 1, 6));
    assert_eq!((view.source.as_str(), view.loaded_at, view.damaged), ("registry 3b66ba2", rig.now, false));
    assert_eq!(view.unusable_reasons[0].0, "odd");
}

#[test]
fn a_pack_survives_a_restart_and_is_replaced_and_taken_away() {
    let mut rig = Rig::connected();
    load(&mut rig, &pack_saying("Harvest rewards")).unwrap();
    let first = shown(&rig);
    let mut rig = rig.restart();
    assert_eq!(shown(&rig), first);
    assert!(card(&mut rig).headline.contains("Harvest rewards"));
    load(&mut rig, &pack_saying("Reap")).unwrap();
    assert_ne!(shown(&rig).hash, first.hash);
    let mut rig = rig.restart();
    assert!(card(&mut rig).headline.contains("Reap"));
    rig.command(Command::RemovePack).unwrap();
    assert_eq!(rig.command(Command::RemovePack).unwrap_err().code, "pack/none");
    assert!(rig.store.keys().all(|key| !key.starts_with("dapp/pack")), "nothing of it is left");
    let mut rig = rig.restart();
    assert_eq!(rig.view().pack, None);
    assert!(has_code(&card(&mut rig), "risk/unknown-call"));
}

#[test]
fn each_kind_of_bad_file_is_refused_by_its_name_and_leaves_the_pack_as_it_is() {
    let mut rig = Rig::connected();
    let good = pack_saying("Harvest rewards");
    load(&mut rig, &good).unwrap();
    let before = (shown(&rig), rig.store.clone());
    let many = (0..=pack::MAX_DESCRIPTORS).map(|index| (format!("{index:05}"), Value::Null));
    let cases = [
        (good[..good.len() / 2].to_owned(), "pack/not-a-pack"),
        ("[]".to_owned(), "pack/not-a-pack"),
        (String::new(), "pack/not-a-pack"),
        (format!("{good}\n"), "pack/not-canonical"),
        (good.replace("\"symbolonPack\":1", "\"symbolonPack\":9"), "pack/version"),
        (pack::write("none", [("odd".to_owned(), factory())]), "pack/nothing-usable"),
        (pack::write("many", many), "pack/too-many"),
        (" ".repeat(pack::MAX_PACK + 1), "pack/too-large"),
    ];
    for (text, code) in cases {
        assert_eq!(load(&mut rig, &text), Err(code.to_owned()));
    }
    assert_eq!((shown(&rig), rig.store.clone()), before);
    let sentence = rig.command(Command::LoadPack { text: "[]".to_owned() }).unwrap_err().message;
    assert!(sentence.ends_with("Nothing was changed."), "{sentence}");
}

#[test]
fn a_pack_that_was_damaged_in_the_store_is_not_used_and_said_to_be() {
    let mut rig = Rig::connected();
    load(&mut rig, &pack_saying("Harvest rewards")).unwrap();
    let other = pack_saying("Harvest nothing");
    let mut record = vec![1];
    record.extend(postcard::to_allocvec(&other).unwrap());
    for damage in [Some(record), Some(vec![1, 200]), None] {
        match damage {
            Some(bytes) => rig.store.insert("dapp/pack-text".to_owned(), bytes),
            None => rig.store.remove("dapp/pack-text"),
        };
        rig = rig.restart();
        assert!(has_code(&card(&mut rig), "risk/unknown-call"), "nothing of it is used");
        assert!(shown(&rig).damaged);
        assert_eq!(rig.wallet.pack_hash(), None, "it is not told to be in use");
    }
    load(&mut rig, &other).unwrap();
    assert!(card(&mut rig).headline.contains("Harvest nothing"));
}

#[test]
fn a_signer_with_another_pack_is_named_where_descriptors_can_word_the_request() {
    let mut rig = Rig::connected();
    load(&mut rig, &pack_saying("Harvest rewards")).unwrap();
    let same = rig.wallet.pack_hash();
    rig.stand_in().packs = vec![("Phone".to_owned(), same)];
    assert!(!has_code(&card(&mut rig), "risk/other-pack"));
    for theirs in [None, Some([3; 32])] {
        rig.stand_in().packs = vec![("Phone".to_owned(), theirs)];
        let card = card(&mut rig);
        let risk = card.risks.iter().find(|risk| risk.code == "risk/other-pack").expect("it is said");
        assert!(risk.message.starts_with("Phone "), "{}", risk.message);
        assert!(risk.message.contains(&shown(&rig).words.join(" ")), "{}", risk.message);
        assert!(card.headline.contains("Harvest rewards"), "each still reads by itself");
    }
    rig.send("0x1");
    assert!(!has_code(&rig.first().card, "risk/other-pack"), "no descriptor words a plain transfer");
}

#[test]
fn the_record_of_a_pack_has_pinned_bytes() {
    let mut rig = Rig::connected();
    rig.now = 5;
    load(&mut rig, &pack_saying("x")).unwrap();
    let hash = hex::decode(shown(&rig).hash).unwrap();
    let facts = [b"\x01\x10registry 3b66ba2", hash.as_slice(), &[5, 1, 1, 1, 3], b"odd"].concat();
    assert!(rig.store["dapp/pack"].starts_with(&facts), "{}", hex::encode(&rig.store["dapp/pack"]));
}
