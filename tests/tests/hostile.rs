//! What hostile pages ask: refused before any window, or shown with a warning, the same on both devices.
//!
//! The requests are `tests/hostile/corpus.json`, made by `make.mjs` beside it; what both screens say to each is
//! `verdicts.json`. After a change that was meant, `UPDATE_VERDICTS=1 cargo test -p symbolon-tests --test hostile`
//! writes it anew; read the difference as the owner who must decide.

// Helpers of a test fail as tests do, by panicking.
#![allow(clippy::panic, clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::{Value, json};
use symbolon_tests::World;
use symbolon_tests::signing::RECIPIENT;
use symbolon_wallet::command::Command;
use symbolon_wallet::view::{Card, RequestStatus, Severity};

/// The corpus's own account, which the wallet's stands in for.
const ME: &str = "1111111111111111111111111111111111111111";

/// Contracts of the corpus that are there.
const CONTRACTS: &[&str] = &[
    "0xbadc0de000000000000000000000000000000bad",
    "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48",
    "0x6b175474e89094c44da98b954eedeac495271d0f",
    "0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2",
    "0x000000000022d473030f116ddee9f6b43ac78ba3",
    "0xbc4ca0eda7647a8ab7c2061c2e118a18a936f13d",
    "0xca11bde05977b3631167028862be2a173976ca11",
    "0x66a9893cc07d91d95644aedd05d03f95e1dba8af",
    "0x7a250d5630b4cf539739df2c5dacb4c659f2488d",
    "0x68b3465833fb72a70ecdf485e0e4c7bd8665fc45",
    "0x1db92e2eebc8e0c075a02bea49a2935bcd2dfcf4",
    "0x40a2accbd92bca938b02010e17a5b8929b49130d",
    "0x5c7bcd6e7de5423a257d81b442095a1a6ced35c5",
];

struct Page {
    world: World,
    account: String,
    checksummed: String,
    /// Requests that were shown without a warning.
    harmless: Vec<String>,
}

impl Page {
    /// A site that is connected, known on both devices, with one payment in the history.
    fn connected() -> Self {
        let mut world = World::wallet(91, 2, 2);
        world.node.contracts = CONTRACTS.iter().map(|address| (*address).to_owned()).collect();
        let checksummed = world.view(0).accounts[0].address.clone();
        let mut page = Self { world, account: checksummed.to_lowercase(), checksummed, harmless: Vec::new() };
        page.call("connect", "eth_requestAccounts", "[]");
        assert!(page.world.approve(0));
        let params = json!([{ "from": page.account, "to": RECIPIENT, "value": "0x1" }]);
        page.call("first", "eth_sendTransaction", &params.to_string());
        assert!(page.world.approve(0) && page.world.approve(1));
        assert!(page.world.run_until(60_000, |world| world.answer(0, "first").is_some()));
        assert!(
            page.world
                .run_until(60_000, |world| world.requests(0).is_empty() && world.requests(1).is_empty())
        );
        page
    }

    fn call(&mut self, id: &str, method: &str, params: &str) {
        self.world.call(0, 1, id, method, params);
        self.world.run(50);
    }

    /// What comes of a request: the page's error, or what the screens say.
    fn verdict(&mut self, case: &Value) -> Value {
        let name = case["name"].as_str().unwrap();
        let params = case["params"]
            .to_string()
            .replace(ME, &self.account[2..])
            .replace("ME_CHECKSUMMED", &self.checksummed);
        self.call(name, case["method"].as_str().unwrap(), &params);
        let shown = |world: &World| {
            world.requests(0).first().is_some_and(|it| it.can_decide || it.status != RequestStatus::Preparing)
        };
        self.world.run_until(30_000, |world| world.answer(0, name).is_some() || shown(world));
        if let Some(answer) = self.world.answer(0, name) {
            return match answer {
                Err(error) => json!({ "refused": error.code, "says": error.message }),
                // A network that is there already is switched to; nothing of the page's is taken over.
                Ok(result) => {
                    assert_eq!((name, result.as_str()), ("network-mainnet-again", "null"));
                    assert!(!self.world.view(0).networks.iter().any(|it| it.rpc_url.contains("evil")));
                    json!({ "answered": result })
                }
            };
        }
        let is_local = self.world.requests(0)[0].card.digest.is_empty();
        if !is_local {
            let both = |world: &World| world.requests(1).first().is_some_and(|it| it.can_decide);
            assert!(self.world.run_until(30_000, both), "{name}: {:?}", self.world.requests(0));
            self.world.run(2_000);
            let (mine, theirs) = (self.world.requests(0), self.world.requests(1));
            assert_eq!(comparable(&mine[0].card), comparable(&theirs[0].card), "{name}");
            assert_eq!(
                (&mine[0].account, &mine[0].origin),
                (&theirs[0].account, &theirs[0].origin),
                "{name}"
            );
        }
        let card = self.world.requests(0)[0].card.clone();
        self.world.command(0, Command::RejectAll).unwrap();
        self.world.run(1_000);
        assert!(self.world.requests(0).is_empty() && self.world.requests(1).is_empty(), "{name}");
        let risks: Vec<_> = card
            .risks
            .iter()
            .map(|risk| format!("{:?} {}: {}", risk.severity, risk.code, risk.message))
            .collect();
        let is_loud = card.risks.iter().any(|risk| risk.severity != Severity::Info);
        if !is_loud {
            self.harmless.push(name.to_owned());
        }
        json!({ "headline": card.headline, "risks": risks })
    }
}

/// A card as it must be the same everywhere: only the device that asks can edit fee and limit, sees the choices, and has
/// its node's estimate.
fn comparable(card: &Card) -> Card {
    let mut card = card.clone();
    card.limit = None;
    if let Some(fee) = &mut card.fee {
        fee.editable = false;
        fee.speed = None;
        fee.speeds.clear();
        fee.estimate.clear();
        fee.gas_expected = None;
    }
    card
}

#[test]
fn no_hostile_request_is_displayed_as_harmless_and_both_devices_show_the_same() {
    let corpus: Vec<Value> = serde_json::from_str(include_str!("../hostile/corpus.json")).unwrap();
    assert!(corpus.len() >= 80);
    let mut page = Page::connected();
    let mut verdicts = BTreeMap::new();
    for case in &corpus {
        let verdict = page.verdict(case);
        // The account is another with every seed; it stands in sentences.
        let text = verdict.to_string().replace(&page.checksummed, "ME").replace(&page.account, "ME");
        let verdict: Value = serde_json::from_str(&text).unwrap();
        verdicts.insert(case["name"].as_str().unwrap().to_owned(), verdict);
    }
    assert_eq!(page.world.node.sent.len(), 1, "nothing was sent but the first payment");
    let refused = verdicts.values().filter(|verdict| verdict.get("refused").is_some()).count();
    println!(
        "{} hostile requests: {refused} refused, {} shown with warnings",
        corpus.len(),
        corpus.len() - refused
    );
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("hostile/verdicts.json");
    let text = format!("{}\n", serde_json::to_string_pretty(&verdicts).unwrap());
    if std::env::var_os("UPDATE_VERDICTS").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    assert_eq!(page.harmless, [""; 0], "displayed as harmless");
    let expected: BTreeMap<String, Value> =
        serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    for (name, verdict) in &verdicts {
        assert_eq!(Some(verdict), expected.get(name), "{name}");
    }
    assert_eq!(verdicts.len(), expected.len());
}
