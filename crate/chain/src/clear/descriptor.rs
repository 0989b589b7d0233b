//! A descriptor, parsed and found usable.

use std::collections::BTreeSet;

use alloy_primitives::{Address, B256};
use serde_json::{Map, Value as Json};

use super::field::{self, Node};
use super::sentence::Sentence;
use super::{format, json};
use crate::evm::Fragment;
use crate::evm::address;
use crate::text;

/// A descriptor of contracts or of messages, its includes merged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Descriptor {
    pub(crate) binding: Binding,
    pub(crate) owner: Option<String>,
    pub(crate) contract_name: Option<String>,
    /// Ticker and decimals of the contract, if it is a token that does not say so itself.
    pub(crate) token: Option<(String, u8)>,
    pub(crate) formats: Vec<FormatOf>,
}

/// What a descriptor is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Binding {
    /// Calls of these contracts.
    Contract(Vec<(u64, Address)>),
    /// Messages of these domains.
    Message {
        /// Chain and verifying contract; any, if there are none.
        deployments: Vec<(u64, Address)>,
        /// Values that the domain has to have, by the name of its field.
        domain: Vec<(String, Json)>,
        /// The whole domain.
        separator: Option<B256>,
    },
}

/// How one function, or one message, is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FormatOf {
    /// The function; for a message, only its name.
    pub(crate) fragment: Fragment,
    /// The type of a message, written out; empty for a function.
    pub(crate) type_text: String,
    pub(crate) intent: String,
    pub(crate) sentence: Option<Sentence>,
    pub(crate) nodes: Vec<Node>,
}

/// Why a descriptor cannot be used. It is refused whole: nothing is shown by half.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum BadDescriptor {
    /// Not of the shape that its schema says.
    #[error("it does not have the shape of a descriptor")]
    Shape,
    /// A key that neither version of the schema has.
    #[error("the key {0} is not known")]
    UnknownKey(String),
    /// A format that neither version of the schema has.
    #[error("the format {0} is not known")]
    UnknownFormat(String),
    /// A parameter that is missing or no value of its kind.
    #[error("the parameter {0} is missing or not valid")]
    Param(&'static str),
    /// A path that cannot be read.
    #[error("the path {0} cannot be read")]
    Path(String),
    /// A reference into the descriptor that leads nowhere.
    #[error("the reference {0} leads nowhere")]
    Reference(String),
    /// A field that is shown and has no label.
    #[error("a field has no label")]
    NoLabel,
    /// A field that version 1 requires to be shown, and that is not among the fields.
    #[error("a required field is not shown")]
    RequiredNotShown,
    /// A function or type that cannot be read, or has parameters without names.
    #[error("the function or type {0} cannot be read")]
    Key(String),
    /// Two formats for one function or message.
    #[error("there are two formats for {0}")]
    Twice(String),
    /// Bound to no contract and no domain.
    #[error("it is bound to no contract and no domain")]
    Unbound,
    /// Bound by asking the network: by a factory, or a schema behind an address.
    #[error("what it is bound to can only be found out by asking a network")]
    NeedsNetwork,
    /// An include that was not merged.
    #[error("it includes another file that is not there")]
    Include,
    /// More than this wallet takes in.
    #[error("it is too large")]
    TooLarge,
}

impl Descriptor {
    /// Parses a descriptor whose includes are merged ([`super::merge`]).
    ///
    /// # Errors
    /// [`BadDescriptor`], by what keeps it from being used.
    pub fn parse(root: &Json) -> Result<Self, BadDescriptor> {
        let map = json::object(root, &["includes", "context", "metadata", "display"])?;
        if map.contains_key("includes") {
            return Err(BadDescriptor::Include);
        }
        let context = map.get("context").ok_or(BadDescriptor::Unbound)?;
        let (binding, schema) = binding(context)?;
        let empty = Json::Object(Map::new());
        let keys = ["owner", "contractName", "info", "token", "constants", "enums", "maps", "addressBook"];
        let metadata = json::object(map.get("metadata").unwrap_or(&empty), &keys)?;
        let display = map.get("display").ok_or(BadDescriptor::Shape)?;
        let display = json::object(display, &["definitions", "formats"])?;
        let formats = display.get("formats").and_then(Json::as_object).ok_or(BadDescriptor::Shape)?;
        if formats.len() > MAX_FORMATS {
            return Err(BadDescriptor::TooLarge);
        }
        let name = |key| Ok::<_, BadDescriptor>(json::text(metadata, key)?.map(text::inert_name));
        let mut descriptor = Self {
            owner: name("owner")?,
            contract_name: name("contractName")?,
            token: token(metadata.get("token"))?,
            binding,
            formats: Vec::new(),
        };
        let mut seen = BTreeSet::new();
        for (key, format) in formats {
            let format = descriptor.format(root, key, format, schema)?;
            let identity = (format.fragment.signature.clone(), format.type_text.clone());
            if !seen.insert(identity) {
                return Err(BadDescriptor::Twice(text::inert_name(key)));
            }
            descriptor.formats.push(format);
        }
        Ok(descriptor)
    }

    fn format(
        &self,
        root: &Json,
        key: &str,
        format: &Json,
        schema: Option<&Json>,
    ) -> Result<FormatOf, BadDescriptor> {
        let bad = || BadDescriptor::Key(text::inert_name(key));
        let (fragment, type_text) = match &self.binding {
            Binding::Contract(_) => (named(key, schema).ok_or_else(bad)?, String::new()),
            Binding::Message { .. } => {
                let type_text = if key.contains('(') {
                    key.split_whitespace().collect::<Vec<_>>().join(" ")
                } else {
                    format::type_text(schema, key).ok_or_else(bad)?
                };
                let name = type_text.split('(').next().unwrap_or_default();
                (Fragment { signature: name.to_owned(), parameters: Vec::new() }, type_text)
            }
        };
        let keys = ["intent", "interpolatedIntent", "fields", "required", "excluded", "screens"];
        let map = json::object(format, &keys)?;
        let list = |key| {
            let items = json::list(map, key)?.iter();
            items
                .map(|item| item.as_str().map(str::to_owned).ok_or(BadDescriptor::Shape))
                .collect::<Result<Vec<_>, _>>()
        };
        let (required, excluded) = (list("required")?, list("excluded")?);
        let fields = json::list(map, "fields")?;
        let paths = format::paths(fields);
        if required.iter().any(|path| !paths.contains(path)) {
            return Err(BadDescriptor::RequiredNotShown);
        }
        let intent = match map.get("intent") {
            Some(Json::String(intent)) => text::inert_name(intent),
            Some(Json::Object(parts)) => {
                let parts = parts.iter().map(|(label, value)| {
                    let value = value.as_str().ok_or(BadDescriptor::Shape)?;
                    Ok(format!("{}: {}", text::inert_name(label), text::inert_name(value)))
                });
                parts.collect::<Result<Vec<_>, BadDescriptor>>()?.join(", ")
            }
            None => String::new(),
            Some(_) => return Err(BadDescriptor::Shape),
        };
        Ok(FormatOf {
            fragment,
            type_text,
            intent,
            sentence: json::text(map, "interpolatedIntent")?.map(Sentence::parse).transpose()?,
            nodes: field::nodes(root, fields, &excluded, 0)?,
        })
    }
}

/// A function with the names of its parameters, from its key or from an ABI that is part of the descriptor.
fn named(key: &str, abi: Option<&Json>) -> Option<Fragment> {
    let fragment = Fragment::parse(key);
    if let Some(fragment) = fragment.as_ref().filter(|fragment| fragment.is_named()) {
        return Some(fragment.clone());
    }
    let selector = match &fragment {
        Some(fragment) => fragment.selector(),
        None => <[u8; 4]>::try_from(hex::decode(key.strip_prefix("0x")?).ok()?).ok()?,
    };
    let found = abi.and_then(Json::as_array).into_iter().flatten();
    let mut found = found.filter_map(format::abi_function).filter(|known| known.selector() == selector);
    // without names there is nothing that a path could lead to, which is well for a function without parameters
    found.next().or(fragment)
}

fn token(json: Option<&Json>) -> Result<Option<(String, u8)>, BadDescriptor> {
    let Some(json) = json else { return Ok(None) };
    let map = json::object(json, &["name", "ticker", "decimals"])?;
    let ticker = json::text(map, "ticker")?.ok_or(BadDescriptor::Shape)?;
    let decimals = map.get("decimals").and_then(Json::as_u64).and_then(|it| u8::try_from(it).ok());
    Ok(Some((text::inert_name(ticker), decimals.ok_or(BadDescriptor::Shape)?)))
}

/// What it is bound to, and the ABI or the types that version 1 keeps there.
fn binding(context: &Json) -> Result<(Binding, Option<&Json>), BadDescriptor> {
    let map = json::object(context, &["contract", "eip712"])?;
    match (map.get("contract"), map.get("eip712")) {
        (Some(contract), None) => {
            let map = json::object(contract, &["abi", "deployments", "factory", "addressMatcher"])?;
            if map.contains_key("factory") || map.contains_key("addressMatcher") {
                return Err(BadDescriptor::NeedsNetwork);
            }
            let deployments = deployments(json::list(map, "deployments")?)?;
            if deployments.is_empty() {
                return Err(BadDescriptor::Unbound);
            }
            Ok((Binding::Contract(deployments), map.get("abi")))
        }
        (None, Some(message)) => {
            let map = json::object(message, &["schemas", "domain", "domainSeparator", "deployments"])?;
            let empty = Json::Object(Map::new());
            let keys = ["name", "version", "chainId", "verifyingContract", "salt"];
            let domain = json::object(map.get("domain").unwrap_or(&empty), &keys)?;
            let domain: Vec<(String, Json)> =
                domain.iter().map(|(key, value)| (key.clone(), value.clone())).collect();
            let separator = match json::text(map, "domainSeparator")? {
                None => None,
                Some(text) => Some(text.parse::<B256>().map_err(|_| BadDescriptor::Shape)?),
            };
            let deployments = deployments(json::list(map, "deployments")?)?;
            let contract = domain.iter().any(|(key, _)| key == "verifyingContract");
            // a name alone is what every imitation has too
            if deployments.is_empty() && separator.is_none() && !contract {
                return Err(BadDescriptor::Unbound);
            }
            Ok((Binding::Message { deployments, domain, separator }, map.get("schemas")))
        }
        _ => Err(BadDescriptor::Unbound),
    }
}

fn deployments(list: &[Json]) -> Result<Vec<(u64, Address)>, BadDescriptor> {
    if list.len() > MAX_DEPLOYMENTS {
        return Err(BadDescriptor::TooLarge);
    }
    let deployment = |json: &Json| {
        let map = json::object(json, &["chainId", "address"])?;
        let chain_id = map.get("chainId").and_then(Json::as_u64).ok_or(BadDescriptor::Shape)?;
        let text = json::text(map, "address")?.ok_or(BadDescriptor::Shape)?;
        Ok((chain_id, address::parse_any_case(text).map_err(|_| BadDescriptor::Shape)?))
    };
    list.iter().map(deployment).collect()
}

const MAX_DEPLOYMENTS: usize = 4096;
const MAX_FORMATS: usize = 512;
