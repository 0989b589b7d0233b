//! The rendering tests of the public registry (`ethereum/clear-signing-erc7730-registry`), where they are.
//!
//! `ERC7730_DATA` is a folder with the registry's `registry` and `ercs`. The tests say which texts a signing device
//! showed, page by page; spaces are where its lines broke. A test is met if this engine shows the same texts, in
//! whatever order, what the device shows of its own (network fee, the words around) left out. The tests carry no token facts, so
//! these are taken from the expectation: which digits are shown is tested, where a token's point stands is not.

use std::collections::BTreeMap;
use std::path::Path;
use std::{env, fs};

use alloy_consensus::{Transaction, TxEnvelope};
use alloy_eips::eip2718::Decodable2718;
use serde_json::Value as Json;

use super::super::pack;
use super::super::*;
use crate::context::{Currency, TokenInfo, TokenStandard};
use crate::evm::address::checksummed;
use crate::evm::tx::UnsignedTransaction;
use crate::intent::ClearValue;
use crate::request::{EvmSubject, TypedDataVersion};
use crate::{networks, text};

#[test]
fn the_registry_is_rendered_as_it_expects() {
    let Ok(data) = env::var("ERC7730_DATA") else {
        eprintln!("ERC7730_DATA is not set: the registry's rendering tests were not run");
        return;
    };
    let data = Path::new(&data);
    let mut files = BTreeMap::new();
    for folder in ["ercs", "registry"] {
        read(data, folder, &mut files);
    }
    let (tests, files): (BTreeMap<_, _>, BTreeMap<_, _>) =
        files.into_iter().partition(|(path, _)| path.contains("/tests/"));

    let gathered = pack::gather(&files);
    let mut unusable: BTreeMap<String, usize> = BTreeMap::new();
    let mut descriptors = BTreeMap::new();
    let mut written = BTreeMap::new();
    let total = gathered.len();
    for (path, json) in gathered {
        if let Ok(json) = &json {
            written.insert(path.clone(), squeeze(&json.to_string()));
        }
        match json.and_then(|json| Descriptor::parse(&json)) {
            Ok(descriptor) => {
                descriptors.insert(path, descriptor);
            }
            Err(reason) => {
                if env::var("SHOW").is_ok() {
                    eprintln!("unusable {path}: {reason}");
                }
                *unusable.entry(kind(&reason)).or_default() += 1;
            }
        }
    }
    let _ = EVERYTHING.set(Library::new(descriptors.values().cloned().collect()));
    eprintln!("descriptors: {total}, usable {}, unusable {unusable:?}", descriptors.len());

    let (mut met, mut cases) = (0, 0);
    let mut unmet: BTreeMap<&str, usize> = BTreeMap::new();
    for (path, text) in &tests {
        let subject = path.replace("/tests/", "/").replace(".tests.json", ".json");
        let library = descriptors.get(&subject).map(|descriptor| Library::new(vec![descriptor.clone()]));
        let file: Json = serde_json::from_str(text).unwrap();
        for case in file["tests"].as_array().unwrap() {
            cases += 1;
            let outcome = match &library {
                None => Err("the descriptor is unusable"),
                Some(library) => run(library, case, &written[&subject]),
            };
            match outcome {
                Ok(()) => met += 1,
                Err(reason) => {
                    *unmet.entry(reason).or_default() += 1;
                    if env::var("SHOW").is_ok() {
                        eprintln!("unmet {path} «{}»: {reason}", case["description"].as_str().unwrap_or(""));
                    }
                }
            }
        }
    }
    eprintln!("rendering tests: {cases}, met {met}, not met {unmet:?}");
    assert_eq!((cases, met), EXPECTED, "docs/clear-signing.md has the list");
}

/// Cases in all, and those that are met; the list of the others is in the documents.
const EXPECTED: (usize, usize) = (387, 362);

fn kind(reason: &BadDescriptor) -> String {
    format!("{reason:?}").split(['(', ' ']).next().unwrap_or_default().to_owned()
}

fn read(top: &Path, folder: &str, files: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(top.join(folder)).unwrap() {
        let entry = entry.unwrap();
        let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
        if entry.file_type().unwrap().is_dir() {
            read(top, &path, files);
        } else if path.ends_with(".json") {
            files.insert(path, fs::read_to_string(entry.path()).unwrap());
        }
    }
}

/// Who signs in the tests that say so: the account of the device that they were recorded with.
const SIGNER: Address = alloy_primitives::address!("Dad77910DbDFdE764fC21FCD4E74D71bBACA6D8D");

/// What the engine shows for a case with some knowledge of tokens: lines without spaces, and the tokens it asks for.
#[derive(Default)]
struct Shown {
    lines: Vec<String>,
    tokens: Vec<(u64, Address)>,
    labels: Vec<String>,
    /// Addresses by their label.
    addresses: Vec<(String, Address)>,
}

enum Subject {
    Call { chain_id: u64, to: Address, value: U256, data: Vec<u8> },
    Message { typed: Box<TypedData>, chain_id: u64 },
}

fn subject(case: &Json) -> Result<Subject, &'static str> {
    if let Some(raw) = case["rawTx"].as_str() {
        let raw = hex::decode(raw.trim_start_matches("0x")).map_err(|_| "not hexadecimal")?;
        if let Ok(tx) = UnsignedTransaction::decode(&raw) {
            let to = tx.to.ok_or("creates a contract")?;
            return Ok(Subject::Call { chain_id: tx.chain_id, to, value: tx.value, data: tx.data.to_vec() });
        }
        let signed = TxEnvelope::decode_2718(&mut raw.as_slice())
            .map_err(|_| "the transaction of the test is not well-formed")?;
        let to = signed.to().ok_or("creates a contract")?;
        let chain_id = signed.chain_id().ok_or("names no chain")?;
        return Ok(Subject::Call { chain_id, to, value: signed.value(), data: signed.input().to_vec() });
    }
    let data = &case["data"];
    let chain = &data["domain"]["chainId"];
    let chain_id = chain.as_u64().or_else(|| chain.as_str()?.parse().ok()).ok_or("no chain in the domain")?;
    let typed = TypedData::parse(&data.to_string(), TypedDataVersion::V4, chain_id)
        .map_err(|_| "the typed data of the test is not well-formed")?;
    Ok(Subject::Message { typed: Box::new(typed), chain_id })
}

fn show(library: &Library, subject: &Subject, context: &Context, outermost: bool) -> Option<Shown> {
    let (chain_id, described) = match subject {
        Subject::Call { chain_id, to, value, data } => {
            let container = Container { chain_id: *chain_id, from: SIGNER, to: *to, value: *value, context };
            (*chain_id, library.call(&container, data)?)
        }
        Subject::Message { typed, chain_id } => {
            let request = EvmRequest {
                chain_id: *chain_id,
                account: SIGNER,
                subject: EvmSubject::PersonalMessage(Vec::new()),
            };
            (*chain_id, library.message(typed, &request, context)?)
        }
    };
    let mut shown = Shown { tokens: described.tokens, ..Shown::default() };
    let clear = described.clear;
    let head = match outermost {
        true => [clear.contract_name, Some(clear.intent), clear.sentence, clear.owner],
        // the device shows a call within a call without whose it is
        false => [clear.contract_name, clear.owner, clear.sentence, Some(clear.intent)],
    };
    shown.lines.extend(head.iter().flatten().map(|line| squeeze(line)));
    let mut embedded = described.embedded.into_iter();
    for row in clear.rows {
        shown.lines.push(squeeze(&row.label));
        shown.labels.push(squeeze(&row.label));
        let value = match row.value {
            ClearValue::Address(address, name) => {
                shown.addresses.push((squeeze(&row.label), address));
                name.unwrap_or_else(|| checksummed(&address).to_lowercase())
            }
            ClearValue::Amount(text) | ClearValue::Text(text) => text,
            ClearValue::Code(text) => text,
            ClearValue::Call(to) => {
                let call = embedded.next()?;
                let inner = Subject::Call { chain_id, to, value: call.value, data: call.data.to_vec() };
                if let Some(inner) = everything().and_then(|library| show(library, &inner, context, false)) {
                    shown.lines.extend(inner.lines);
                    shown.labels.extend(inner.labels);
                    shown.tokens.extend(inner.tokens);
                    shown.addresses.extend(inner.addresses);
                }
                checksummed(&to).to_lowercase()
            }
            ClearValue::Heading => String::new(),
        };
        shown.lines.push(squeeze(&value));
    }
    Some(shown)
}

/// All usable descriptors, for the calls within calls.
fn everything() -> Option<&'static Library> {
    EVERYTHING.get()
}

static EVERYTHING: std::sync::OnceLock<Library> = std::sync::OnceLock::new();

/// Without spaces and in one case: the tests write addresses as the device did, or as they pleased.
fn squeeze(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect()
}

fn run(library: &Library, case: &Json, written: &str) -> Result<(), &'static str> {
    let expected: Vec<&str> =
        case["expectedTexts"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
    let wanted = wanted(&expected);
    let subject = subject(case)?;
    let chain_id = match &subject {
        Subject::Call { chain_id, .. } | Subject::Message { chain_id, .. } => *chain_id,
    };
    let network = networks::defaults().into_iter().find(|network| network.chain_id == chain_id);
    // the coin of networks that the wallet does not bring along, from the fee that the device shows
    let coin = expected.last().and_then(|fee| fee.split_whitespace().last()).unwrap_or("ETH");
    let currency = network.map(|network| network.currency).unwrap_or(Currency {
        name: coin.to_owned(),
        symbol: coin.to_owned(),
        decimals: 18,
    });
    let mut context = Context { currency: Some(currency), ..Context::default() };
    let first =
        show(library, &subject, &context, true).ok_or("bound to another domain, or no format for it")?;
    let all = wanted.concat();
    let tokens: std::collections::BTreeSet<(u64, Address)> = first.tokens.into_iter().collect();
    for token in tokens {
        learn(library, &subject, &mut context, token, &expected, &all);
    }
    for (label, address) in first.addresses {
        name(&mut context, &all, &label, address, &first.labels);
    }
    let lines = show(library, &subject, &context, true).ok_or("shown only without token facts")?.lines;
    let whole = lines.concat();
    let missing: Vec<&String> = wanted.iter().filter(|text| !whole.contains(text.as_str())).collect();
    if missing.is_empty() {
        return Ok(());
    }
    if env::var("SHOW").is_ok() {
        eprintln!("  shown   {lines:?}\n  wanted  {wanted:?}\n  missing {missing:?}");
    }
    if missing.iter().any(|text| text.chars().all(char::is_alphabetic) && !written.contains(text.as_str())) {
        return Err("a text is expected that its descriptor does not have");
    }
    Err("other texts")
}

/// The name that the device has for an address: what stands under its label, up to the next one.
fn name(context: &mut Context, all: &str, label: &str, address: Address, labels: &[String]) {
    if all.contains(&checksummed(&address).to_lowercase()) {
        return;
    }
    let Some((_, rest)) = all.split_once(label) else { return };
    let ends = labels.iter().filter(|other| *other != label);
    let end = ends.filter_map(|line| rest.find(line.as_str())).min().unwrap_or(rest.len());
    let name = &rest[..end];
    if !name.is_empty() && !name.starts_with("0x") && name.len() < 40 {
        let known = crate::context::KnownName {
            name: name.to_owned(),
            source: crate::context::NameSource::AddressBook,
        };
        context.names.entry(address).or_insert(known);
    }
}

/// Symbol and decimals of a token, as the expectation has them: those with which most of what is shown is expected.
fn learn(
    library: &Library,
    subject: &Subject,
    context: &mut Context,
    token: (u64, Address),
    expected: &[&str],
    all: &str,
) {
    let words: Vec<&str> = expected.iter().flat_map(|text| text.split_whitespace()).collect();
    // what follows a number, or stands alone
    let mut symbols: Vec<String> = expected
        .iter()
        .filter(|text| text.split_whitespace().count() == 1)
        .map(|it| (*it).to_owned())
        .collect();
    for (index, word) in words.iter().enumerate() {
        if word.parse::<f64>().is_ok() || ["All", "Max"].contains(word) {
            symbols.extend(words.get(index + 1).map(|word| (*word).to_owned()));
        }
    }
    // two words, if the text ends with them
    for text in expected {
        if let [.., number, first, second] = text.split_whitespace().collect::<Vec<_>>().as_slice()
            && number.parse::<f64>().is_ok()
        {
            symbols.push(format!("{first} {second}"));
        }
    }
    symbols.sort();
    symbols.dedup();
    let score = |context: &Context| {
        show(library, subject, context, true).map_or(0, |shown| {
            shown.lines.iter().filter(|line| all.contains(line.as_str())).map(String::len).sum()
        })
    };
    let mut best: (usize, Option<TokenInfo>) = (score(context), None);
    for symbol in symbols {
        let odd = symbol.starts_with("0x") || symbol.parse::<f64>().is_ok() || symbol.contains('?');
        if odd || text::inert_name(&symbol) != symbol {
            continue;
        }
        for decimals in [18u8, 6, 8, 9, 0, 2] {
            let standard = TokenStandard::Erc20;
            let info = TokenInfo { standard, symbol: symbol.clone(), decimals, vouched: true };
            context.tokens.insert(token, info.clone());
            let found = score(context);
            if found > best.0 {
                best = (found, Some(info));
            }
        }
    }
    context.tokens.remove(&token);
    if let (_, Some(info)) = best {
        context.tokens.insert(token, info);
    }
}

/// The expected texts without what the device shows of its own.
fn wanted(expected: &[&str]) -> Vec<String> {
    let mut out = Vec::new();
    let mut texts = expected.iter().copied();
    while let Some(text) = texts.next() {
        match text {
            "Interaction with" | "signed" => {}
            // with the value that follows
            "Max fees" | "Network" => {
                texts.next();
            }
            text => {
                let text = text.strip_prefix("type ").unwrap_or(text);
                let text = text.split(" Network ").next().unwrap_or_default();
                // cut off by the device, or a token without facts
                for text in text.split("Transaction type ") {
                    let text = squeeze(&hours(text)).replace("???", "");
                    out.push(text.split("...more").next().unwrap_or_default().to_owned());
                }
            }
        }
    }
    out
}

/// Times of day on a clock of twelve hours as those of twenty-four.
fn hours(text: &str) -> String {
    let words: Vec<&str> = text.split(' ').collect();
    let mut out: Vec<String> = Vec::new();
    for word in words {
        let last = out.last().and_then(|last| last.split_once(':'));
        let half = match word {
            "AM" => Some(0),
            "PM" => Some(12),
            _ => None,
        };
        if let (Some((hour, rest)), Some(half)) = (last, half) {
            let hour = hour.parse::<u32>().unwrap_or_default() % 12 + half;
            let time = format!("{hour:02}:{rest}");
            out.pop();
            out.push(time);
        } else {
            out.push(word.to_owned());
        }
    }
    out.join(" ")
}
