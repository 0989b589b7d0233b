//! Packs of descriptors on two real devices: each decodes by its own, and says where the other's differs.

// Helpers of a test fail as tests do, by panicking.
#![allow(clippy::panic, clippy::unwrap_used)]

use serde_json::json;
use symbolon_chain::clear::pack;
use symbolon_tests::World;
use symbolon_wallet::command::Command;
use symbolon_wallet::view::{Card, RiskView};

/// A contract that only the pack knows, and a call of its `harvest(uint256)`.
const VAULT: &str = "0x0000000000000000000000000000000000c0ffee";
const HARVEST: &str = "0xddc632620000000000000000000000000000000000000000000000000000000000000007";

fn pack_saying(intent: &str) -> String {
    let descriptor = json!({
        "context": { "contract": { "deployments": [{ "chainId": 1, "address": VAULT }] } },
        "display": { "formats": { "harvest(uint256 pool)": {
            "intent": intent, "fields": [{ "path": "pool", "label": "Pool", "format": "raw" }],
        } } },
    });
    pack::write("registry 3b66ba2", [("vault".to_owned(), descriptor)])
}

fn load(world: &mut World, index: usize, intent: &str) {
    world.command(index, Command::LoadPack { text: pack_saying(intent) }).unwrap();
    world.run(1_000);
}

fn card(world: &World, index: usize) -> Card {
    world.requests(index)[0].card.clone()
}

fn other_pack(world: &World, index: usize) -> Option<RiskView> {
    card(world, index).risks.into_iter().find(|risk| risk.code == "risk/other-pack")
}

/// The page calls the vault; both devices show it.
fn harvest(world: &mut World, id: &str, account: &str) {
    let params = json!([{ "from": account, "to": VAULT, "data": HARVEST }]);
    world.call(0, 1, id, "eth_sendTransaction", &params.to_string());
    let shown = |world: &World| {
        [0, 1].iter().all(|index| world.requests(*index).first().is_some_and(|request| request.can_decide))
    };
    assert!(world.run_until(60_000, shown));
}

fn both_approve(world: &mut World, id: &str) {
    assert!(world.approve(0) && world.approve(1));
    assert!(world.run_until(60_000, |world| world.answer(0, id).is_some_and(Result::is_ok)));
    // the page has its answer before the other device has closed the request
    assert!(world.run_until(60_000, |world| world.requests(1).is_empty()));
}

#[test]
fn devices_with_different_packs_say_so_and_sign_all_the_same() {
    let mut world = World::wallet(81, 2, 2);
    world.call(0, 1, "connect", "eth_requestAccounts", "[]");
    world.run(50);
    assert!(world.approve(0));
    let account = world.view(0).accounts[0].address.clone();

    // One has a pack, the other none.
    load(&mut world, 0, "Harvest rewards");
    harvest(&mut world, "first", &account);
    assert!(card(&world, 0).headline.contains("Harvest rewards"));
    assert!(
        !card(&world, 1).headline.contains("Harvest rewards"),
        "what one device has loaded, no other shows"
    );
    assert!(other_pack(&world, 0).unwrap().message.starts_with("Phone has no pack"));
    assert!(other_pack(&world, 1).unwrap().message.starts_with("Browser uses a pack"));
    assert_eq!(card(&world, 0).digest, card(&world, 1).digest);
    both_approve(&mut world, "first");

    // Two packs.
    load(&mut world, 1, "Reap");
    harvest(&mut world, "second", &account);
    assert!(card(&world, 1).headline.contains("Reap"));
    let words = world.view(1).pack.unwrap().words.join(" ");
    assert!(other_pack(&world, 0).unwrap().message.contains(&words), "it is named by its words");

    // The same one, while the card is on screen; and still, after both were started anew.
    load(&mut world, 1, "Harvest rewards");
    for index in [0, 1] {
        assert_eq!(other_pack(&world, index), None);
        assert!(card(&world, index).headline.contains("Harvest rewards"));
    }
    both_approve(&mut world, "second");
    for index in [0, 1] {
        world.kill(index);
        world.restart(index);
    }
    assert!(world.run_until(60_000, World::all_online));
    harvest(&mut world, "third", &account);
    for index in [0, 1] {
        assert_eq!(other_pack(&world, index), None);
        assert!(card(&world, index).headline.contains("Harvest rewards"));
    }
}
