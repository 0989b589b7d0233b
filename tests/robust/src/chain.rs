//! What pages and nodes send: transactions, messages, typed data, JSON-RPC.

use core::str::from_utf8;

use serde_json::{Value, json};
use symbolon_chain::evm::tx::{Fees, UnsignedTransaction};
use symbolon_chain::evm::typed::TypedData;
use symbolon_chain::evm::{address, call, message, params, quantity, signature::Signature, siwe::SignIn};
use symbolon_chain::fees::FeeHistory;
use symbolon_chain::request::{EvmRequest, EvmSubject, TypedDataVersion};
use symbolon_chain::rpc;
use symbolon_chain::{Address, Context, Request, U256, decode, digest, text, units};

use crate::Row;
use crate::input::Input;

pub(crate) const TARGETS: &[Row] = &[
    ("transaction", transaction, transactions, 20_000),
    ("call_data", call_data, calls, 10_000),
    ("message", signed_message, messages, 10_000),
    ("typed_data", typed_data, all_typed_data, 10_000),
    ("page_parameters", page_parameters, all_parameters, 20_000),
    ("node_answer", node_answer, node_answers, 10_000),
    ("text", any_text, texts, 20_000),
];

const ACCOUNT: Address = Address::repeat_byte(0x11);

fn request(chain_id: u64, subject: EvmSubject) -> Request {
    Request::Evm(EvmRequest { chain_id, account: ACCOUNT, subject })
}

/// What is shown has a digest, and what is not has none.
fn show(request: &Request) -> bool {
    let intent = decode(request, &Context::default());
    let digest = digest(request);
    assert_eq!(intent.is_ok(), digest.is_ok());
    intent.is_ok_and(|intent| Some(intent.digest) == digest.ok())
}

fn transaction(data: &[u8]) {
    let decoded = UnsignedTransaction::decode(data);
    let chain_id = decoded.as_ref().map_or(1, |transaction| transaction.chain_id);
    assert_eq!(show(&request(chain_id, EvmSubject::Transaction(data.to_vec()))), decoded.is_ok());
    if let Ok(transaction) = decoded {
        assert_eq!(transaction.payload(), data, "one transaction has one encoding");
        let _ = transaction.max_gas_cost();
    }
}

fn build(data: Vec<u8>, fees: Fees) -> UnsignedTransaction {
    UnsignedTransaction {
        chain_id: 1,
        nonce: 300,
        gas_limit: 100_000,
        fees,
        to: Some(Address::repeat_byte(0x22)),
        value: U256::from(10_u64.pow(18)),
        data: data.into(),
        access_list: Default::default(),
    }
}

const DYNAMIC: Fees =
    Fees::Dynamic { max_fee_per_gas: 30_000_000_000, max_priority_fee_per_gas: 1_000_000_000 };

fn transactions() -> Vec<Vec<u8>> {
    let list = json!([{
        "from": ACCOUNT, "to": ACCOUNT, "type": "0x1", "gasPrice": "0x10",
        "accessList": [{ "address": ACCOUNT, "storageKeys": [format!("0x{}", "ab".repeat(32))] }],
    }]);
    let listed = params::send_transaction(&list, 1).unwrap();
    let mut all = vec![
        UnsignedTransaction::build(&listed, 1, 3, 21_000, Fees::Price { gas_price: 16, access_list: true })
            .payload(),
    ];
    for data in calls() {
        all.push(build(data.clone(), DYNAMIC).payload());
        all.push(build(data, Fees::Price { gas_price: 20_000_000_000, access_list: false }).payload());
    }
    all
}

/// Whatever call data says, the transaction can be shown.
fn call_data(data: &[u8]) {
    let payload = build(data.to_vec(), DYNAMIC).payload();
    assert!(show(&request(1, EvmSubject::Transaction(payload))) || data.len() > 100_000);
}

fn calls() -> Vec<Vec<u8>> {
    let other = Address::repeat_byte(0x33);
    let mut all = vec![
        Vec::new(),
        call::erc20_transfer(other, U256::from(5)).to_vec(),
        call::erc20_approve(other, U256::MAX).to_vec(),
    ];
    // Selectors: safeTransferFrom, setApprovalForAll, permit, multicall(bytes[]), swapExactTokensForTokens.
    for selector in [
        [0x42, 0x84, 0x2e, 0x0e],
        [0xa2, 0x2c, 0xb4, 0x65],
        [0xd5, 0x05, 0xac, 0xcf],
        [0xac, 0x96, 0x50, 0xd8],
        [0x38, 0xed, 0x17, 0x39],
    ] {
        let mut words = selector.to_vec();
        for word in [0x33_u8, 0x44, 0x60, 0x20, 1, 0x20, 3, 0] {
            words.extend_from_slice(&[0; 31]);
            words.push(word);
        }
        all.push(words);
    }
    all
}

fn signed_message(data: &[u8]) {
    assert!(show(&request(1, EvmSubject::PersonalMessage(data.to_vec()))) || data.len() > 100_000);
    if let Some(sign_in) = from_utf8(data).ok().and_then(SignIn::parse) {
        let _ = sign_in.is_for("https://example.com");
    }
    if let Ok(signature) = Signature::from_rsv(data) {
        assert_eq!(Signature::from_rsv(&signature.rsv()), Ok(signature.clone()));
        let _ = message::recover(b"message", &signature);
    }
}

fn messages() -> Vec<Vec<u8>> {
    // EIP-4361, "Example".
    let sign_in = "example.com wants you to sign in with your Ethereum account:\n\
        0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2\n\nI accept the ExampleOrg Terms of Service: \
        https://example.com/tos\n\nURI: https://example.com/login\nVersion: 1\nChain ID: 1\nNonce: 32891756\n\
        Issued At: 2021-09-30T16:25:24Z\nResources:\n- ipfs://bafybeiemxf5abjwjbikoz4mc3a3dla6ual3jsgpdr4cjr3oz3evfyavhwq/";
    vec![b"Hello".to_vec(), sign_in.as_bytes().to_vec(), [&[1; 64][..], &[27]].concat(), vec![0xff; 32]]
}

fn typed_data(data: &[u8]) {
    let Ok(json) = from_utf8(data) else { return };
    for version in [TypedDataVersion::V1, TypedDataVersion::V3, TypedDataVersion::V4] {
        let parsed = TypedData::parse(json, version, 1);
        let shown = show(&request(1, EvmSubject::TypedData { json: json.to_owned(), version }));
        assert_eq!(shown, parsed.is_ok());
    }
}

fn all_typed_data() -> Vec<Vec<u8>> {
    let domain = json!([
        { "name": "name", "type": "string" }, { "name": "version", "type": "string" },
        { "name": "chainId", "type": "uint256" }, { "name": "verifyingContract", "type": "address" }
    ]);
    let of = |primary: &str, types: Value, message: Value| {
        let mut all = types;
        all["EIP712Domain"] = domain.clone();
        let domain = json!({ "name": "n", "version": "1", "chainId": 1, "verifyingContract": ACCOUNT });
        json!({ "types": all, "primaryType": primary, "domain": domain, "message": message })
    };
    let mail = of(
        "Mail",
        json!({
            "Person": [{ "name": "name", "type": "string" }, { "name": "wallets", "type": "address[2]" }],
            "Mail": [{ "name": "to", "type": "Person[]" }, { "name": "n", "type": "int8[][1]" }, { "name": "b", "type": "bytes" }]
        }),
        json!({ "to": [{ "name": "Bob", "wallets": [ACCOUNT, ACCOUNT] }], "n": [[-1, "5"]], "b": "0x0102" }),
    );
    let permit = of(
        "Permit",
        json!({ "Permit": [
            { "name": "owner", "type": "address" }, { "name": "spender", "type": "address" },
            { "name": "value", "type": "uint256" }, { "name": "nonce", "type": "uint256" },
            { "name": "deadline", "type": "uint256" }
        ]}),
        json!({ "owner": ACCOUNT, "spender": ACCOUNT, "value": "0xff", "nonce": 0, "deadline": "99999999999" }),
    );
    let first = json!([{ "type": "string", "name": "m", "value": "hi" }, { "type": "uint32", "name": "n", "value": "1337" }]);
    [mail, permit, first].map(|json| json.to_string().into_bytes()).into()
}

fn page_parameters(data: &[u8]) {
    let Ok(value) = serde_json::from_slice::<Value>(data) else { return };
    if let Ok(parameters) = params::send_transaction(&value, 1) {
        let fees = Fees::Price { gas_price: 1, access_list: true };
        let transaction = UnsignedTransaction::build(&parameters, 1, 0, 21_000, fees);
        if let Ok(made) = params::transaction_request(&transaction, parameters.from) {
            let EvmSubject::Transaction(payload) = made.subject else { panic!("a transaction") };
            assert_eq!(UnsignedTransaction::decode(&payload).as_ref(), Ok(&transaction));
        }
    }
    for made in [params::personal_sign(&value, 1)]
        .into_iter()
        .chain(
            [TypedDataVersion::V1, TypedDataVersion::V3, TypedDataVersion::V4]
                .map(|v| params::sign_typed_data(&value, v, 1)),
        )
        .flatten()
    {
        assert!(show(&Request::Evm(made)), "what is accepted from a page can be shown");
    }
    let _ = params::personal_ec_recover(&value);
    if let Ok(number) = quantity::number(&value) {
        assert_eq!(quantity::number_text(&quantity::write_number(number)), Ok(number));
    }
    let _ = (
        quantity::bytes(&value, 1000),
        quantity::word(&value),
        FeeHistory::parse(&value).map(|it| it.suggest(None)),
    );
    let _ = rpc::pass_through_body(1, "eth_call", &value);
}

fn all_parameters() -> Vec<Vec<u8>> {
    let mut all = vec![
        json!([{
            "from": ACCOUNT, "to": ACCOUNT, "value": "0x1", "data": "0xa9059cbb", "gas": "0x5208", "nonce": "0x0",
            "maxFeePerGas": "0x10", "maxPriorityFeePerGas": "0x1", "chainId": "0x1",
            "accessList": [{ "address": ACCOUNT, "storageKeys": [] }]
        }]),
        json!(["0x48656c6c6f", ACCOUNT]),
        json!(["Hello", format!("0x{}1b", "01".repeat(64))]),
        json!({
            "oldestBlock": "0x1", "baseFeePerGas": ["0x1", "0x2"], "gasUsedRatio": [0.5],
            "reward": [["0x1", "0x2", "0x3"]]
        }),
    ];
    for typed in all_typed_data() {
        let typed: Value = serde_json::from_slice(&typed).unwrap();
        all.push(json!([ACCOUNT, typed.to_string()]));
        all.push(json!([typed, ACCOUNT]));
    }
    all.iter().map(|json| json.to_string().into_bytes()).collect()
}

fn node_answer(data: &[u8]) {
    let (raw, hash) = (vec![2; 100], symbolon_chain::B256::ZERO);
    let transaction = build(Vec::new(), DYNAMIC);
    let errors = [
        rpc::chain_id().answer(1, data).err(),
        rpc::balance(&ACCOUNT).answer(1, data).err(),
        rpc::fee_history().answer(1, data).err(),
        rpc::tip().answer(1, data).err(),
        rpc::dry_run(&ACCOUNT, &transaction).answer(1, data).err(),
        rpc::send_raw_transaction(&raw).answer(1, data).err(),
        rpc::receipt(&hash).answer(1, data).err(),
        rpc::knows_transaction(&hash).answer(1, data).err(),
        rpc::symbol(&ACCOUNT).answer(1, data).err(),
        rpc::decimals(&ACCOUNT).answer(1, data).err(),
        rpc::l1_fee(&raw).answer(1, data).err(),
        rpc::pass_through_result(1, data).err(),
    ];
    for error in errors.iter().flatten() {
        let _ = (rpc::revert_reason(error), error.is_nonce_too_low(), error.is_revert(), error.to_string());
    }
}

fn node_answers() -> Vec<Vec<u8>> {
    let word = |hex: &str| format!("0x{hex:0>64}");
    let text = format!("0x{}{}{:0<64}", &word("20")[2..], &word("4")[2..], "55534443");
    let results = [
        json!("0x1"),
        json!(word("ff")),
        json!(text),
        json!(null),
        json!({
            "transactionHash": word("1"), "blockNumber": "0x1", "status": "0x1", "gasUsed": "0x5208",
            "effectiveGasPrice": "0x1", "l1Fee": "0x1", "contractAddress": ACCOUNT
        }),
        json!({ "oldestBlock": "0x1", "baseFeePerGas": ["0x1"], "gasUsedRatio": [], "reward": [["0x1"]] }),
    ];
    let mut all: Vec<_> =
        results.iter().map(|result| json!({ "jsonrpc": "2.0", "id": 1, "result": result })).collect();
    let revert = format!("0x08c379a0{}", &text[2..]);
    all.push(json!({ "jsonrpc": "2.0", "id": 1, "error": { "code": 3, "message": "execution reverted", "data": revert } }));
    all.push(json!({ "jsonrpc": "2.0", "id": 1, "error": { "code": -32000, "message": "nonce too low" } }));
    all.iter().map(|json| json.to_string().into_bytes()).collect()
}

fn any_text(data: &[u8]) {
    let mut input = Input::new(data);
    let decimals = input.byte() % 80;
    let Ok(any) = from_utf8(input.take(data.len())) else { return };
    if let Ok(amount) = units::parse(any, decimals) {
        assert_eq!(units::parse(&units::format(amount, decimals), decimals), Ok(amount));
    }
    if let Ok(found) = address::parse(any) {
        assert_eq!(address::parse(&address::checksummed(&found)), Ok(found));
    }
    let is_harmful = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    assert!(!text::inert(any).chars().any(is_harmful), "nothing turns or hides text");
    let _ = (text::inert_block(any), text::inert_name(any), text::signs(any));
    let _ = (address::parse_any_case(any), symbolon_chain::networks::check_rpc_url(any));
}

fn texts() -> Vec<Vec<u8>> {
    [
        "\u{12}1.5",
        "\u{6}1,000.25",
        "\u{0}0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2",
        "\u{0}https://node.example/rpc",
        "\u{0}pay\u{202e}pal\u{200b}.com",
    ]
    .map(|text| text.as_bytes().to_vec())
    .into()
}
