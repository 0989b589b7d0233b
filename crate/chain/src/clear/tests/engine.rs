//! The engine on descriptors of its own, and on those that come with the wallet.

use alloy_primitives::address;
use serde_json::json;

use super::super::*;
use crate::context::{TokenInfo, TokenStandard};
use crate::evm::selector_of;
use crate::intent::ClearValue;

const ME: Address = address!("f39fd6e51aad88f6f4ce6ab8827279cfffb92266");
const BOB: Address = address!("70997970c51812dc3a010c7d01b50e0d17dc79c8");
const CONTRACT: Address = address!("1000000000000000000000000000000000000001");
const USDC: Address = address!("a0b86991c6218b36c1d19d4a2e9eb0ce3606eb48");
const WETH: Address = address!("c02aaa39b223fe8d0a0e5c4f27ead9083c756cc2");

fn known() -> Context {
    let token = |symbol: &str, decimals| TokenInfo {
        standard: TokenStandard::Erc20,
        symbol: symbol.to_owned(),
        decimals,
        vouched: true,
    };
    Context {
        tokens: [((1, USDC), token("USDC", 6)), ((1, WETH), token("WETH", 18))].into(),
        ..Context::default()
    }
}

fn descriptor(function: &str, format: Json) -> Json {
    json!({
        "context": { "contract": { "deployments": [{ "chainId": 1, "address": CONTRACT }] } },
        "metadata": {
            "owner": "Somebody",
            "constants": { "max": "0xff", "usdc": USDC, "native": "0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE" },
            "enums": { "side": { "0": "buy", "1": "sell" } },
            "maps": { "token": { "$keyType": "chain id", "values": { "1": USDC } } }
        },
        "display": { "definitions": { "to": { "label": "To", "format": "addressName" } }, "formats": { function: format } }
    })
}

use serde_json::Value as Json;

fn word(number: u64) -> [u8; 32] {
    U256::from(number).to_be_bytes()
}

fn data(function: &str, words: &[[u8; 32]]) -> Vec<u8> {
    let fragment = Fragment::parse(function).unwrap();
    [fragment.selector().as_slice(), &words.concat()].concat()
}

/// Rows as `label: value`, the sentence first if there is one.
fn show(library: &Library, to: Address, value: u64, data: &[u8], context: &Context) -> Option<Vec<String>> {
    let container = Container { chain_id: 1, from: ME, to, value: U256::from(value), context };
    let clear = library.call(&container, data)?.clear;
    let rows = clear.rows.iter().map(|row| {
        let value = match &row.value {
            ClearValue::Address(address, _) => crate::evm::address::checksummed(address),
            ClearValue::Amount(text) | ClearValue::Code(text) | ClearValue::Text(text) => text.clone(),
            ClearValue::Call(to) => format!("call {to}"),
            ClearValue::Heading => "-".to_owned(),
        };
        format!("{}: {value}", row.label)
    });
    Some(clear.sentence.into_iter().chain(rows).collect())
}

fn one(function: &str, fields: Json, words: &[[u8; 32]]) -> Option<Vec<String>> {
    let descriptor = descriptor(function, json!({ "intent": "Do", "fields": fields }));
    let library = Library::new(vec![Descriptor::parse(&descriptor).unwrap()]);
    show(&library, CONTRACT, 0, &data(function, words), &known())
}

fn refused(fields: Json) -> BadDescriptor {
    let format = json!({ "intent": "Do", "fields": fields });
    Descriptor::parse(&descriptor("f(uint256 a,address b)", format)).unwrap_err()
}

#[test]
fn what_the_engine_does_not_know_makes_a_descriptor_unusable() {
    let field = |extra: Json| {
        let mut field = json!({ "path": "a", "label": "A" });
        field.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        json!([field])
    };
    for (fields, expected) in [
        (field(json!({ "colour": "red" })), BadDescriptor::UnknownKey("colour".to_owned())),
        (field(json!({ "format": "hologram" })), BadDescriptor::UnknownFormat("hologram".to_owned())),
        (field(json!({ "params": { "x": 1 } })), BadDescriptor::UnknownKey("x".to_owned())),
        (field(json!({ "format": "date" })), BadDescriptor::Param("encoding")),
        (field(json!({ "format": "calldata" })), BadDescriptor::Param("callee")),
        (field(json!({ "visible": "sometimes" })), BadDescriptor::Shape),
        (json!([{ "path": "a" }]), BadDescriptor::NoLabel),
        (json!([{ "path": "a.[1", "label": "A" }]), BadDescriptor::Path("a.[1".to_owned())),
        (json!([{ "path": "@.gas", "label": "A" }]), BadDescriptor::Path("@.gas".to_owned())),
        (
            json!([{ "path": "a", "$ref": "$.display.definitions.no" }]),
            BadDescriptor::Reference("$.display.definitions.no".to_owned()),
        ),
    ] {
        assert_eq!(refused(fields.clone()), expected, "{fields}");
    }
}

#[test]
fn a_descriptor_is_bound_to_its_contracts_and_needs_no_network() {
    let with = |context: Json| {
        let mut descriptor = descriptor("f(uint256 a)", json!({ "intent": "Do", "fields": [] }));
        descriptor["context"] = context;
        Descriptor::parse(&descriptor)
    };
    assert_eq!(with(json!({ "contract": {} })), Err(BadDescriptor::Unbound));
    assert_eq!(with(json!({ "contract": { "factory": {} } })), Err(BadDescriptor::NeedsNetwork));
    assert_eq!(with(json!({ "eip712": { "domain": { "name": "X" } } })), Err(BadDescriptor::Unbound));
    let format = json!({ "intent": "Do", "fields": [{ "path": "a", "label": "A" }] });
    let library = Library::new(vec![Descriptor::parse(&descriptor("f(uint256 a)", format)).unwrap()]);
    let data = data("f(uint256 a)", &[word(5)]);
    let show = |chain_id, to| {
        let context = known();
        let container = Container { chain_id, from: ME, to, value: U256::ZERO, context: &context };
        library.call(&container, &data).is_some()
    };
    assert!(show(1, CONTRACT));
    assert!(!show(10, CONTRACT));
    assert!(!show(1, BOB));
}

#[test]
fn values_are_written_as_their_formats_say() {
    let max = json!({ "tokenPath": "$.metadata.constants.usdc", "threshold": "$.metadata.constants.max" });
    for (format, params, number, expected) in [
        ("raw", json!({}), 1000, "1000"),
        ("amount", json!({}), 19, "0.000000000000000019 ETH"),
        ("tokenAmount", json!({ "token": USDC }), 1_500_000, "1.5 USDC"),
        ("tokenAmount", max.clone(), 254, "0.000254 USDC"),
        ("tokenAmount", max, 255, "Unlimited USDC"),
        (
            "tokenAmount",
            json!({ "token": { "map": "$.metadata.maps.token", "keyPath": "@.chainId" } }),
            7,
            "0.000007 USDC",
        ),
        ("tokenAmount", json!({ "tokenPath": "@.to" }), 7, ""),
        ("date", json!({ "encoding": "timestamp" }), 1_709_191_632, "2024-02-29 07:27:12 UTC"),
        ("date", json!({ "encoding": "blockheight" }), 19_332_140, "block 19332140"),
        ("duration", json!({}), 8250, "02:17:30"),
        ("unit", json!({ "base": "%", "decimals": 4 }), 3000, "0.3%"),
        ("enum", json!({ "$ref": "$.metadata.enums.side" }), 1, "sell"),
        ("enum", json!({ "$ref": "$.metadata.enums.side" }), 9, "9"),
        ("chainId", json!({}), 1, "Ethereum"),
        ("chainId", json!({}), 424_242, "chain 424242"),
        ("nftName", json!({ "collection": USDC }), 36, "item 36 of USDC"),
    ] {
        let expected = match expected {
            "" => format!(
                "7 smallest units of the unknown token {}",
                crate::evm::address::checksummed(&CONTRACT)
            ),
            expected => expected.to_owned(),
        };
        let fields = json!([{ "path": "a", "label": "A", "format": format, "params": params }]);
        let shown = one("f(uint256 a)", fields, &[word(number)]).unwrap();
        assert_eq!(shown, [format!("A: {expected}")], "{format}");
    }
}

#[test]
fn paths_lead_to_items_slices_and_all_items() {
    // f(uint256[] list, bytes path): [7, 8, 9], 24 bytes that begin with an address
    let mut path = [0u8; 32];
    path[..20].copy_from_slice(USDC.as_slice());
    path[23] = 0xab;
    let words = [word(64), word(192), word(3), word(7), word(8), word(9), word(24), path];
    let show = |path: &str| {
        let fields = json!([{ "path": path, "label": "A" }]);
        one("f(uint256[] list,bytes path)", fields, &words)
    };
    let rows = |values: &[&str]| Some(values.iter().map(|value| format!("A: {value}")).collect::<Vec<_>>());
    assert_eq!(show("list.[]"), rows(&["7", "8", "9"]));
    assert_eq!(show("#.list"), rows(&["7", "8", "9"]));
    assert_eq!(show("list.[-1]"), rows(&["9"]));
    assert_eq!(show("list.[1:]"), rows(&["8", "9"]));
    assert_eq!(show("path.[0:2]"), rows(&["0xa0b8"]));
    assert_eq!(show("path.[-1:]"), rows(&["0xab"]));
    // what is not there cannot be shown, and nothing is
    assert_eq!(show("list.[3]"), None);
    assert_eq!(show("path.[0:25]"), None);
    assert_eq!(show("nothing"), None);
    let fields = json!([{ "path": "list.[0]", "label": "Send", "format": "tokenAmount", "params": { "tokenPath": "path.[0:20]" } }]);
    let shown = one("f(uint256[] list,bytes path)", fields, &words).unwrap();
    assert_eq!(shown, ["Send: 0.000007 USDC"]);
}

#[test]
fn items_of_lists_go_with_each_other() {
    // f((address token,uint256 amount)[] pairs)
    let pair = |token: Address, amount| [token.into_word().0, word(amount)];
    let words =
        [[word(32), word(2)].concat(), pair(USDC, 5_000_000).concat(), pair(WETH, 10).concat()].concat();
    let words: Vec<[u8; 32]> = words.as_chunks::<32>().0.to_vec();
    let function = "f((address token,uint256 amount)[] pairs)";
    let flat = json!([{ "path": "pairs.[].amount", "label": "Amount", "format": "tokenAmount",
        "params": { "tokenPath": "pairs.[].token" } }]);
    let group = json!([{ "path": "pairs.[]", "label": "Pair", "fields": [
        { "path": "amount", "label": "Amount", "format": "tokenAmount", "params": { "tokenPath": "token" } },
        { "path": "token", "label": "Token", "format": "addressName" }
    ] }]);
    assert_eq!(one(function, flat, &words).unwrap(), ["Amount: 5 USDC", "Amount: 0.00000000000000001 WETH"]);
    let shown = one(function, group, &words).unwrap();
    assert_eq!(shown.len(), 5);
    assert_eq!(shown[1], "Amount: 5 USDC");
    assert!(shown[2].starts_with("Token: 0xA0b8") && shown[3].starts_with("Amount: 0.0"));
}

#[test]
fn a_field_may_be_hidden_only_by_its_rule() {
    let function = "f(uint256 a,address b)";
    let words = [word(0), BOB.into_word().0];
    let rule = |rule: Json| one(function, json!([{ "path": "a", "label": "A", "visible": rule }]), &words);
    assert_eq!(rule(json!("never")).unwrap().len(), 0);
    assert_eq!(rule(json!("optional")).unwrap().len(), 1);
    assert_eq!(rule(json!({ "ifNotIn": [0, 1] })).unwrap().len(), 0);
    assert_eq!(rule(json!({ "ifNotIn": [1] })).unwrap().len(), 1);
    assert_eq!(rule(json!({ "mustMatch": ["0x00"] })).unwrap().len(), 0);
    // what does not hold makes the descriptor of no use for the request
    assert_eq!(rule(json!({ "mustMatch": [1] })), None);
}

#[test]
fn definitions_are_filled_in_and_version_1_requires_and_leaves_out() {
    let format = json!({
        "intent": "Do", "interpolatedIntent": "Pay {b}",
        "fields": [{ "path": "b", "$ref": "$.display.definitions.to" }, { "path": "a", "label": "A" }],
        "required": ["b"], "excluded": ["a"]
    });
    let function = "f(uint256 a,address b)";
    let library = Library::new(vec![Descriptor::parse(&descriptor(function, format)).unwrap()]);
    let data = data(function, &[word(1), BOB.into_word().0]);
    let shown = show(&library, CONTRACT, 0, &data, &known()).unwrap();
    assert_eq!(shown, ["Pay 0x7099…79C8", "To: 0x70997970C51812dc3A010C7d01b50e0d17dc79C8"]);
    let missing = json!({ "intent": "Do", "fields": [], "required": ["b"] });
    assert_eq!(Descriptor::parse(&descriptor(function, missing)), Err(BadDescriptor::RequiredNotShown));
}

#[test]
fn a_descriptors_texts_are_inert() {
    let fields = json!([{ "path": "a", "label": "A\u{202e}B" }]);
    assert_eq!(one("f(uint256 a)", fields, &[word(1)]).unwrap(), ["A⟨U+202E⟩B: 1"]);
}

#[test]
fn the_bundled_descriptors_say_what_a_swap_and_a_wrap_do() {
    assert!(bundled().len() >= 20, "{}", bundled().len());
    let deposit = selector_of("deposit()");
    assert_eq!(show(bundled(), WETH, 1_000_000_000, &deposit, &known()).unwrap()[0], "Wrap 0.000000001 ETH");
    let router = address!("68b3465833fb72A70ecDF485E0e4C7bD8665Fc45");
    let signature = "exactInputSingle((address,address,uint24,address,uint256,uint256,uint160))";
    let words = [
        WETH.into_word().0,
        USDC.into_word().0,
        word(3000),
        ME.into_word().0,
        word(1_000_000_000_000_000_000),
        word(2_000_000_000),
        word(0),
    ];
    let data = [selector_of(signature).as_slice(), &words.concat()].concat();
    let shown = show(bundled(), router, 0, &data, &known()).unwrap();
    assert_eq!(shown[0], "Swap 1 WETH for at least 2000 USDC");
    assert!(shown.contains(&"Pool fee: 0.3%".to_owned()), "{shown:?}");
}
