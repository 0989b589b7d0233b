//! How a descriptor says that one field is shown.

use std::collections::BTreeMap;

use alloy_primitives::{Address, U256};
use serde_json::{Map, Value as Json};

use super::path::Path;
use super::{BadDescriptor, json, merge};
use crate::text;

/// A field, or a group of fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Node {
    Field(Box<Field>),
    Group { path: Option<Path>, label: Option<String>, iteration: Option<Iteration>, nodes: Vec<Node> },
}

/// In which order the lists of a group are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Iteration {
    Bundled,
    Sequential,
}

/// One field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Field {
    pub(crate) source: Source,
    pub(crate) label: String,
    pub(crate) format: Format,
    pub(crate) visible: Visible,
    pub(crate) separator: Option<String>,
    /// What stands for a value that is encrypted.
    pub(crate) encrypted: Option<String>,
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// The descriptor itself.
    Literal(Json),
    /// The request.
    Path(Path),
    /// The descriptor, by a value of the request (ERC-7730, `metadata.maps`).
    Map { values: BTreeMap<String, Json>, key: Path },
}

/// When a field is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Visible {
    Always,
    Never,
    /// Unless its value is one of these.
    IfNotIn(Vec<Json>),
    /// Never, and its value has to be one of these.
    MustMatch(Vec<Json>),
}

/// How a value is written (ERC-7730, "Field formats").
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    AddressName {
        types: Vec<String>,
        sender: Vec<Source>,
    },
    Amount,
    Calldata {
        callee: Source,
        selector: Option<Source>,
        amount: Option<Source>,
        spender: Option<Source>,
    },
    ChainId,
    Date {
        block: bool,
    },
    Duration,
    Enum(BTreeMap<String, String>),
    InteroperableAddressName,
    NftName {
        collection: Source,
    },
    Raw,
    TokenAmount {
        token: Option<Source>,
        native: Vec<Address>,
        threshold: Option<U256>,
        message: Option<String>,
        chain: Option<Source>,
    },
    TokenTicker {
        chain: Option<Source>,
    },
    Unit {
        base: String,
        decimals: u8,
        prefix: bool,
    },
}

/// Parses the `fields` of a format. `excluded` are the paths that version 1 leaves out.
pub(super) fn nodes(
    root: &Json,
    fields: &[Json],
    excluded: &[String],
    depth: usize,
) -> Result<Vec<Node>, BadDescriptor> {
    if depth > MAX_DEPTH || fields.len() > MAX_FIELDS {
        return Err(BadDescriptor::TooLarge);
    }
    fields.iter().map(|field| node(root, field, excluded, depth)).collect()
}

fn node(root: &Json, field: &Json, excluded: &[String], depth: usize) -> Result<Node, BadDescriptor> {
    if field.get("fields").is_some() {
        let map = json::object(field, &["path", "label", "iteration", "fields"])?;
        let iteration = match json::text(map, "iteration")? {
            None => None,
            Some("bundled") => Some(Iteration::Bundled),
            Some("sequential") => Some(Iteration::Sequential),
            Some(_) => return Err(BadDescriptor::Shape),
        };
        return Ok(Node::Group {
            path: json::text(map, "path")?.map(group_path).transpose()?.flatten(),
            label: json::text(map, "label")?.map(text::inert_name),
            iteration,
            nodes: nodes(root, json::list(map, "fields")?, excluded, depth + 1)?,
        });
    }
    let field = match field.get("$ref") {
        None => field.clone(),
        Some(reference) => {
            let reference = reference.as_str().ok_or(BadDescriptor::Shape)?;
            merge(json::at(root, reference)?, field)
        }
    };
    let keys = ["path", "value", "visible", "label", "format", "params", "separator", "encryption"];
    let map = json::object(&field, &keys)?;
    let path = json::text(map, "path")?;
    let source = match (path, map.get("value")) {
        (Some(path), None) => source(root, path)?,
        (None, Some(Json::String(text))) if text.starts_with("$.") => {
            Source::Literal(json::at(root, text)?.clone())
        }
        (None, Some(value)) if !value.is_object() && !value.is_array() => Source::Literal(value.clone()),
        _ => return Err(BadDescriptor::Shape),
    };
    let visible = match path {
        Some(path) if excluded.iter().any(|excluded| excluded == path) => Visible::Never,
        _ => visible(root, map.get("visible"))?,
    };
    let label = json::text(map, "label")?;
    if label.is_none() && !matches!(visible, Visible::Never | Visible::MustMatch(_)) {
        return Err(BadDescriptor::NoLabel);
    }
    let encrypted = match map.get("encryption") {
        None => None,
        Some(encryption) => {
            let encryption = json::object(encryption, &["scheme", "plaintextType", "fallbackLabel"])?;
            Some(text::inert_name(json::text(encryption, "fallbackLabel")?.unwrap_or("[Encrypted]")))
        }
    };
    let empty = Map::new();
    let params = match map.get("params") {
        None | Some(Json::Null) => &empty,
        Some(params) => params.as_object().ok_or(BadDescriptor::Shape)?,
    };
    Ok(Node::Field(Box::new(Field {
        source,
        label: text::inert_name(label.unwrap_or_default()),
        format: format(root, json::text(map, "format")?.unwrap_or("raw"), params)?,
        visible,
        separator: json::text(map, "separator")?.map(text::inert_name),
        encrypted,
    })))
}

/// A group may name the root itself.
fn group_path(path: &str) -> Result<Option<Path>, BadDescriptor> {
    if matches!(path, "" | "#" | "#.") { Ok(None) } else { Path::parse(path).map(Some) }
}

/// A path into the request, or a reference into the descriptor.
fn source(root: &Json, text: &str) -> Result<Source, BadDescriptor> {
    if text.starts_with("$.") {
        return Ok(Source::Literal(json::at(root, text)?.clone()));
    }
    Path::parse(text).map(Source::Path)
}

fn visible(root: &Json, rule: Option<&Json>) -> Result<Visible, BadDescriptor> {
    let list = |list: &Json| {
        let items = list.as_array().ok_or(BadDescriptor::Shape)?;
        items
            .iter()
            .map(|item| match item.as_str().filter(|text| text.starts_with("$.")) {
                Some(path) => json::at(root, path).cloned(),
                None => Ok(item.clone()),
            })
            .collect::<Result<Vec<_>, _>>()
    };
    match rule {
        None => Ok(Visible::Always),
        // what may be shown is shown
        Some(Json::String(rule)) if rule == "always" || rule == "optional" => Ok(Visible::Always),
        Some(Json::String(rule)) if rule == "never" => Ok(Visible::Never),
        Some(rule @ Json::Object(_)) => {
            let map = json::object(rule, &["ifNotIn", "mustMatch"])?;
            match (map.get("ifNotIn"), map.get("mustMatch")) {
                (Some(values), None) => Ok(Visible::IfNotIn(list(values)?)),
                (None, Some(values)) => Ok(Visible::MustMatch(list(values)?)),
                _ => Err(BadDescriptor::Shape),
            }
        }
        Some(_) => Err(BadDescriptor::Shape),
    }
}

fn format(root: &Json, name: &str, params: &Map<String, Json>) -> Result<Format, BadDescriptor> {
    let params = Params { root, params };
    match name {
        "addressName" => {
            params.keys(&["types", "sources", "senderAddress"])?;
            Ok(Format::AddressName {
                types: params.texts("types")?,
                sender: params.literals("senderAddress")?,
            })
        }
        "amount" => params.keys(&[]).map(|()| Format::Amount),
        "calldata" => {
            params.keys(&[
                "callee",
                "calleePath",
                "selector",
                "selectorPath",
                "amount",
                "amountPath",
                "spender",
                "spenderPath",
            ])?;
            Ok(Format::Calldata {
                callee: params.source("callee", "calleePath")?.ok_or(BadDescriptor::Param("callee"))?,
                selector: params.source("selector", "selectorPath")?,
                amount: params.source("amount", "amountPath")?,
                spender: params.source("spender", "spenderPath")?,
            })
        }
        "chainId" => params.keys(&[]).map(|()| Format::ChainId),
        "date" => {
            params.keys(&["encoding"])?;
            match params.text("encoding")?.as_deref() {
                Some("blockheight") => Ok(Format::Date { block: true }),
                Some("timestamp") => Ok(Format::Date { block: false }),
                _ => Err(BadDescriptor::Param("encoding")),
            }
        }
        "duration" => params.keys(&[]).map(|()| Format::Duration),
        "enum" => {
            let path =
                params.params.get("$ref").and_then(Json::as_str).ok_or(BadDescriptor::Param("$ref"))?;
            let values = json::at(root, path)?.as_object().ok_or(BadDescriptor::Shape)?;
            if values.len() > MAX_ENUM {
                return Err(BadDescriptor::TooLarge);
            }
            let shown = values.iter().map(|(key, value)| {
                let value = value.as_str().ok_or(BadDescriptor::Shape)?;
                Ok((key.clone(), text::inert_name(value)))
            });
            Ok(Format::Enum(shown.collect::<Result<_, BadDescriptor>>()?))
        }
        "interoperableAddressName" => {
            params.keys(&["types", "sources", "senderAddress"])?;
            Ok(Format::InteroperableAddressName)
        }
        "nftName" => {
            params.keys(&["collection", "collectionPath"])?;
            let collection = params.source("collection", "collectionPath")?;
            Ok(Format::NftName { collection: collection.ok_or(BadDescriptor::Param("collection"))? })
        }
        "raw" => params.keys(&[]).map(|()| Format::Raw),
        "tokenAmount" => {
            params.keys(&[
                "token",
                "tokenPath",
                "nativeCurrencyAddress",
                "threshold",
                "message",
                "thresholdLabel",
                "chainId",
                "chainIdPath",
            ])?;
            let native = params.literals("nativeCurrencyAddress")?.into_iter().map(|source| match source {
                Source::Literal(json) => {
                    super::format::literal(&json).and_then(|value| super::path::address(&value))
                }
                Source::Map { .. } | Source::Path(_) => None,
            });
            let threshold = match params.scalar("threshold")? {
                None => None,
                Some(json) => Some(super::format::number_of(&json).ok_or(BadDescriptor::Param("threshold"))?),
            };
            Ok(Format::TokenAmount {
                token: params.source("token", "tokenPath")?,
                native: native.collect::<Option<_>>().ok_or(BadDescriptor::Param("nativeCurrencyAddress"))?,
                threshold,
                message: params.text("message")?.map(|message| text::inert_name(&message)),
                chain: params.source("chainId", "chainIdPath")?,
            })
        }
        "tokenTicker" => {
            params.keys(&["chainId", "chainIdPath"])?;
            Ok(Format::TokenTicker { chain: params.source("chainId", "chainIdPath")? })
        }
        "unit" => {
            params.keys(&["base", "decimals", "prefix"])?;
            let decimals = match params.scalar("decimals")? {
                None => 0,
                Some(json) => json
                    .as_u64()
                    .and_then(|decimals| u8::try_from(decimals).ok())
                    .filter(|decimals| *decimals <= 77)
                    .ok_or(BadDescriptor::Param("decimals"))?,
            };
            let prefix = match params.scalar("prefix")? {
                None => false,
                Some(json) => json.as_bool().ok_or(BadDescriptor::Param("prefix"))?,
            };
            let base = params.text("base")?.ok_or(BadDescriptor::Param("base"))?;
            Ok(Format::Unit { base: text::inert_name(&base), decimals, prefix })
        }
        other => Err(BadDescriptor::UnknownFormat(text::inert_name(other))),
    }
}

struct Params<'a> {
    root: &'a Json,
    params: &'a Map<String, Json>,
}

impl Params<'_> {
    fn keys(&self, keys: &[&str]) -> Result<(), BadDescriptor> {
        match self.params.keys().find(|key| !keys.contains(&key.as_str()) && !key.starts_with('$')) {
            Some(key) => Err(BadDescriptor::UnknownKey(text::inert_name(key))),
            None => Ok(()),
        }
    }

    /// A parameter, looked up in the descriptor if it is a reference.
    fn scalar(&self, key: &str) -> Result<Option<Json>, BadDescriptor> {
        match self.params.get(key) {
            None => Ok(None),
            Some(Json::String(path)) if path.starts_with("$.") => {
                json::at(self.root, path).cloned().map(Some)
            }
            Some(value) => Ok(Some(value.clone())),
        }
    }

    fn text(&self, key: &str) -> Result<Option<String>, BadDescriptor> {
        match self.scalar(key)? {
            None => Ok(None),
            Some(Json::String(text)) => Ok(Some(text)),
            Some(_) => Err(BadDescriptor::Shape),
        }
    }

    fn texts(&self, key: &str) -> Result<Vec<String>, BadDescriptor> {
        let list = json::list(self.params, key)?;
        list.iter().map(|item| item.as_str().map(str::to_owned).ok_or(BadDescriptor::Shape)).collect()
    }

    /// One value or a list of them.
    fn literals(&self, key: &str) -> Result<Vec<Source>, BadDescriptor> {
        let items = match self.scalar(key)? {
            None => Vec::new(),
            Some(Json::Array(items)) => items,
            Some(one) => vec![one],
        };
        let literal = |item: Json| match item.as_str().filter(|text| text.starts_with("$.")) {
            Some(path) => json::at(self.root, path).cloned().map(Source::Literal),
            None => Ok(Source::Literal(item)),
        };
        items.into_iter().map(literal).collect()
    }

    /// A constant, a map, or a path, under two keys of which one may be there.
    fn source(&self, constant: &str, path: &str) -> Result<Option<Source>, BadDescriptor> {
        match (self.params.get(constant), self.params.get(path)) {
            (None, None) => Ok(None),
            (Some(Json::Object(_)), None) => {
                let Some(reference) = self.params.get(constant) else { return Ok(None) };
                let map = json::object(reference, &["map", "keyPath"])?;
                let (Some(name), Some(key)) = (json::text(map, "map")?, json::text(map, "keyPath")?) else {
                    return Err(BadDescriptor::Shape);
                };
                let values = json::object(json::at(self.root, name)?, &["values"])?;
                let values = values.get("values").and_then(Json::as_object).ok_or(BadDescriptor::Shape)?;
                let values = values.iter().map(|(key, value)| (key.clone(), value.clone())).collect();
                Ok(Some(Source::Map { values, key: Path::parse(key)? }))
            }
            (Some(Json::String(text)), None) if !text.starts_with("0x") && !text.starts_with("$.") => {
                // some authors write a path where a constant is meant to stand
                Path::parse(text).map(|path| Some(Source::Path(path)))
            }
            (Some(_), None) => Ok(self.scalar(constant)?.map(Source::Literal)),
            (None, Some(Json::String(path))) => source(self.root, path).map(Some),
            _ => Err(BadDescriptor::Shape),
        }
    }
}

const MAX_DEPTH: usize = 6;
const MAX_ENUM: usize = 1024;
const MAX_FIELDS: usize = 128;
