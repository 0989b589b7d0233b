//! A descriptor's format, applied to decoded data: all of it, or nothing.

use alloy_primitives::{Address, U256};

use super::descriptor::{Descriptor, FormatOf};
use super::field::{Field, Format, Iteration, Node, Source, Visible};
use super::path::{self, Found, Path, Step};
use super::{Container, Described, format, sentence};
use crate::context::{NameSource, TokenInfo, TokenStandard};
use crate::evm::nested::{Call, How};
use crate::intent::{Clear, ClearRow, ClearValue, Row, Value};
use crate::{networks, text, units};

/// What a format says of data; `None` if some field of it cannot be shown.
pub(super) fn apply<'a>(
    descriptor: &'a Descriptor,
    format: &'a FormatOf,
    rows: &[Row],
    container: &Container<'_>,
) -> Option<Described<'a>> {
    let mut applied = Applied {
        descriptor,
        rows,
        container,
        shown: Vec::new(),
        out: Vec::new(),
        embedded: Vec::new(),
        tokens: Vec::new(),
    };
    applied.nodes(&format.nodes, &[], &[], 0)?;
    let sentence = format.sentence.as_ref().and_then(|sentence| sentence.say(&applied.shown));
    Some(Described {
        clear: Clear {
            intent: format.intent.clone(),
            sentence,
            owner: descriptor.owner.clone(),
            contract_name: descriptor.contract_name.clone(),
            rows: applied.out,
        },
        fragment: &format.fragment,
        embedded: applied.embedded,
        tokens: applied.tokens,
    })
}

struct Applied<'a> {
    descriptor: &'a Descriptor,
    rows: &'a [Row],
    container: &'a Container<'a>,
    /// Values by the path of their field, for the sentence.
    shown: Vec<(String, String)>,
    out: Vec<ClearRow>,
    embedded: Vec<Call>,
    tokens: Vec<(u64, Address)>,
}

/// A field that was found, before it is put in its place.
type Line = (Vec<usize>, Option<ClearRow>);

impl Applied<'_> {
    /// `group` is the path of the group that the nodes stand in, `fixed` the items chosen for it.
    fn nodes(&mut self, nodes: &[Node], group: &[Step], fixed: &[usize], depth: u8) -> Option<()> {
        for node in nodes {
            match node {
                Node::Field(field) => {
                    let lines = self.field(field, group, fixed, depth)?;
                    self.put(lines.into_iter().filter_map(|(_, row)| row))?;
                }
                Node::Group { path, label, iteration, nodes } => {
                    self.group(path.as_ref(), label.as_deref(), *iteration, nodes, (group, fixed, depth))?;
                }
            }
        }
        Some(())
    }

    fn group(
        &mut self,
        path: Option<&Path>,
        label: Option<&str>,
        iteration: Option<Iteration>,
        nodes: &[Node],
        (group, fixed, depth): (&[Step], &[usize], u8),
    ) -> Option<()> {
        let inner = match path.map(|path| path.within(group)) {
            None => group.to_vec(),
            Some(Path::Data { steps, .. }) => steps,
            Some(Path::Container(_)) => return None,
        };
        let depth = match label {
            None => depth,
            Some(label) => {
                let heading = ClearRow { depth, label: label.to_owned(), value: ClearValue::Heading };
                self.put([heading].into_iter())?;
                depth.saturating_add(1)
            }
        };
        let lists =
            |steps: &[Step]| steps.iter().filter(|step| matches!(step, Step::All | Step::Slice(..))).count();
        if iteration == Some(Iteration::Bundled) && lists(&inner) == lists(group) {
            return self.bundle(nodes, &inner, fixed, depth);
        }
        if iteration == Some(Iteration::Sequential) || lists(&inner) == lists(group) {
            return self.nodes(nodes, &inner, fixed, depth);
        }
        // element by element: what belongs together stands together
        let whole = Path::Data { absolute: true, steps: inner.clone() };
        let mut items: Vec<Vec<usize>> =
            whole.all(self.rows, self.container)?.into_iter().map(|found| found.indices).collect();
        items.retain(|indices| indices.starts_with(fixed));
        for indices in items {
            self.nodes(nodes, &inner, &indices, depth)?;
        }
        Some(())
    }

    /// Lists side by side: the first item of each, the second of each.
    fn bundle(&mut self, nodes: &[Node], group: &[Step], fixed: &[usize], depth: u8) -> Option<()> {
        let mut columns = Vec::new();
        for node in nodes {
            let Node::Field(field) = node else { return None };
            columns.push(self.field(field, group, fixed, depth)?);
        }
        let length = columns.first().map_or(0, Vec::len);
        if columns.iter().any(|column| column.len() != length) {
            return None;
        }
        for index in 0..length {
            let rows: Vec<ClearRow> =
                columns.iter().filter_map(|column| column.get(index)?.1.clone()).collect();
            self.put(rows.into_iter())?;
        }
        Some(())
    }

    fn put(&mut self, rows: impl Iterator<Item = ClearRow>) -> Option<()> {
        self.out.extend(rows);
        (self.out.len() <= MAX_ROWS).then_some(())
    }

    fn field(&mut self, field: &Field, group: &[Step], fixed: &[usize], depth: u8) -> Option<Vec<Line>> {
        let found = match &field.source {
            Source::Path(path) => {
                let mut found = path.within(group).all(self.rows, self.container)?;
                if matches!(path, Path::Data { absolute: false, .. }) {
                    found.retain(|found| found.indices.starts_with(fixed));
                }
                found
            }
            literal => {
                let value = self.value(literal, group, fixed)?;
                vec![Found { indices: fixed.to_vec(), value, kind: String::new() }]
            }
        };
        let mut items = Vec::new();
        for one in found {
            match one.value {
                // a list is shown item by item
                Value::Rows(rows) if one.kind.ends_with(']') => {
                    for (index, row) in rows.into_iter().enumerate() {
                        let mut indices = one.indices.clone();
                        indices.push(index);
                        items.push(Found { indices, value: row.value, kind: row.kind });
                    }
                }
                value => items.push(Found { value, ..one }),
            }
        }
        let mut out = Vec::new();
        for (position, item) in items.into_iter().enumerate() {
            let visible = match &field.visible {
                Visible::Always => true,
                Visible::Never => false,
                Visible::IfNotIn(values) => !values.iter().any(|json| format::same(&item.value, json)),
                Visible::MustMatch(values) => {
                    if !values.iter().any(|json| format::same(&item.value, json)) {
                        return None;
                    }
                    false
                }
            };
            let value = match &field.encrypted {
                Some(label) if visible => {
                    ClearValue::Text(format!("{label} {}", self.raw(&item.value)?.text()))
                }
                _ if visible => self.format(&field.format, &item, group)?,
                _ => {
                    out.push((item.indices, None));
                    continue;
                }
            };
            if let Source::Path(_) = &field.source {
                self.shown.push((self.path_key(field, group)?, value.text()));
            }
            if let Some(separator) = &field.separator {
                let label = separator.replace("{index}", &position.to_string());
                out.push((item.indices.clone(), Some(ClearRow { depth, label, value: ClearValue::Heading })));
            }
            out.push((item.indices, Some(ClearRow { depth, label: field.label.clone(), value })));
        }
        Some(out)
    }

    /// The path of a field as a sentence names it.
    fn path_key(&self, field: &Field, group: &[Step]) -> Option<String> {
        let Source::Path(path) = &field.source else { return None };
        Some(sentence::key(&written(&path.within(group))))
    }

    fn format(&mut self, how: &Format, item: &Found, group: &[Step]) -> Option<ClearValue> {
        let value = &item.value;
        let at = &item.indices;
        match how {
            Format::AddressName { sender, .. } => {
                let mut address = path::address(value)?;
                for source in sender {
                    if path::address(&self.value(source, group, at)?) == Some(address) {
                        address = self.container.from;
                    }
                }
                Some(self.address(address))
            }
            Format::Amount => {
                let amount = format::unsigned(value)?;
                Some(ClearValue::Amount(self.coin(amount)))
            }
            Format::Calldata { callee, selector, amount, spender } => {
                let Value::Bytes(data) = value else { return None };
                let to = path::address(&self.value(callee, group, at)?)?;
                let amount = match amount {
                    Some(amount) => format::unsigned(&self.value(amount, group, at)?)?,
                    None => U256::ZERO,
                };
                let data = match selector {
                    None => data.clone(),
                    Some(selector) => match self.value(selector, group, at)? {
                        Value::Bytes(selector) if selector.len() == 4 => {
                            [selector.as_ref(), data].concat().into()
                        }
                        _ => return None,
                    },
                };
                let how = match spender {
                    Some(spender)
                        if path::address(&self.value(spender, group, at)?)? == self.container.from =>
                    {
                        How::Same
                    }
                    _ => How::Contract,
                };
                // on another contract it is that contract's caller who counts
                let how = if to == self.container.to {
                    How::Same
                } else if how == How::Same {
                    How::Contract
                } else {
                    how
                };
                self.embedded.push(Call { how, to, value: amount, data });
                Some(ClearValue::Call(to))
            }
            Format::ChainId => {
                let chain_id = format::unsigned(value)?;
                Some(ClearValue::Text(chain_name(chain_id)))
            }
            Format::Date { block: true } => {
                Some(ClearValue::Text(format!("block {}", format::unsigned(value)?)))
            }
            Format::Date { block: false } => Some(ClearValue::Text(format::date(format::unsigned(value)?))),
            Format::Duration => Some(ClearValue::Text(format::duration(format::unsigned(value)?))),
            Format::Enum(values) => {
                let keys = format::map_keys(value);
                match keys.iter().find_map(|key| values.get(key)) {
                    Some(shown) => Some(ClearValue::Text(shown.clone())),
                    // a value without a name is shown as what it is
                    None => self.raw(value),
                }
            }
            Format::InteroperableAddressName => interoperable(value).map(ClearValue::Text),
            Format::NftName { collection } => {
                let collection = path::address(&self.value(collection, group, at)?)?;
                let item = format::unsigned(value)?;
                self.tokens.push((self.container.chain_id, collection));
                let name = match self.token(self.container.chain_id, collection) {
                    Some(info) => info.symbol,
                    None => crate::evm::address::checksummed(&collection),
                };
                Some(ClearValue::Amount(format!("item {item} of {name}")))
            }
            Format::Raw => self.raw(value),
            Format::TokenAmount { token, native, threshold, message, chain } => {
                let amount = format::unsigned(value)?;
                let chain_id = self.chain(chain.as_ref(), group, at)?;
                let token = match token {
                    Some(token) => Some(path::address(&self.value(token, group, at)?)?),
                    None => None,
                };
                let over = threshold.is_some_and(|threshold| amount >= threshold);
                let unlimited = message.as_deref().unwrap_or("Unlimited");
                let Some(token) = token else {
                    let many = if over { unlimited.to_owned() } else { amount.to_string() };
                    return Some(ClearValue::Amount(format!("{many} smallest units of a token not named")));
                };
                if native.contains(&token) {
                    let coin = &self.currency().symbol;
                    let many = if over { format!("{unlimited} {coin}") } else { self.coin(amount) };
                    return Some(ClearValue::Amount(many));
                }
                self.tokens.push((chain_id, token));
                Some(ClearValue::Amount(match (self.token(chain_id, token), over) {
                    (Some(info), true) => format!("{unlimited} {}", info.symbol),
                    (Some(info), false) => {
                        format!("{} {}", units::format(amount, info.decimals), info.symbol)
                    }
                    (None, true) => {
                        format!(
                            "{unlimited}, of the unknown token {}",
                            crate::evm::address::checksummed(&token)
                        )
                    }
                    (None, false) => format!(
                        "{amount} smallest units of the unknown token {}",
                        crate::evm::address::checksummed(&token)
                    ),
                }))
            }
            Format::TokenTicker { chain } => {
                let token = path::address(value)?;
                let chain_id = self.chain(chain.as_ref(), group, at)?;
                self.tokens.push((chain_id, token));
                Some(match self.token(chain_id, token) {
                    Some(info) => ClearValue::Address(token, Some(info.symbol)),
                    None => self.address(token),
                })
            }
            Format::Unit { base, decimals, prefix } => {
                let number = format::unsigned(value)?;
                Some(ClearValue::Amount(format::unit(number, base, *decimals, *prefix)))
            }
        }
    }

    fn raw(&self, value: &Value) -> Option<ClearValue> {
        Some(match value {
            Value::Address(address) => self.address(*address),
            Value::Bool(yes) => ClearValue::Text(yes.to_string()),
            Value::Bytes(bytes) => ClearValue::Code(format!("0x{}", hex::encode(bytes))),
            Value::Nothing => ClearValue::Text("nothing".to_owned()),
            Value::Rows(_) => return None,
            Value::Signed(number) => ClearValue::Text(number.to_string()),
            Value::Text(text) => ClearValue::Text(text.clone()),
            Value::Unsigned(number) => ClearValue::Text(number.to_string()),
        })
    }

    fn value(&self, source: &Source, group: &[Step], at: &[usize]) -> Option<Value> {
        match source {
            Source::Literal(json) => format::literal(json),
            Source::Map { values, key } => {
                let key = key.within(group).one(self.rows, self.container, at)?;
                let keys = format::map_keys(&key);
                let found = keys.iter().find_map(|key| {
                    values.iter().find(|(known, _)| known.eq_ignore_ascii_case(key)).map(|(_, json)| json)
                });
                format::literal(found?)
            }
            Source::Path(path) => path.within(group).one(self.rows, self.container, at),
        }
    }

    fn chain(&self, source: Option<&Source>, group: &[Step], at: &[usize]) -> Option<u64> {
        match source {
            None => Some(self.container.chain_id),
            Some(source) => u64::try_from(format::unsigned(&self.value(source, group, at)?)?).ok(),
        }
    }

    fn address(&self, address: Address) -> ClearValue {
        let name = self.container.context.names.get(&address).map(|known| {
            let name = text::inert_name(&known.name);
            if known.source == NameSource::OwnAccount { format!("your {name}") } else { name }
        });
        ClearValue::Address(address, name)
    }

    fn token(&self, chain_id: u64, token: Address) -> Option<TokenInfo> {
        let known = crate::evm::call::token(chain_id, token, self.container.context).info;
        // the contract itself, where it does not tell
        let own = self.descriptor.token.as_ref().filter(|_| token == self.container.to);
        known.or_else(|| {
            own.map(|(symbol, decimals)| TokenInfo {
                standard: TokenStandard::Erc20,
                symbol: symbol.clone(),
                decimals: *decimals,
                vouched: false,
            })
        })
    }

    fn currency(&self) -> crate::context::Currency {
        self.container.context.currency.clone().unwrap_or_else(crate::context::Currency::ether)
    }

    fn coin(&self, amount: U256) -> String {
        let currency = self.currency();
        format!("{} {}", units::format(amount, currency.decimals), text::inert_name(&currency.symbol))
    }
}

impl ClearValue {
    /// The value in a sentence.
    fn text(&self) -> String {
        match self {
            Self::Address(address, None) => format::short(address),
            Self::Address(_, Some(name)) => name.clone(),
            Self::Amount(text) | Self::Code(text) | Self::Text(text) => text.clone(),
            Self::Call(to) => format!("a call to {}", format::short(to)),
            Self::Heading => String::new(),
        }
    }
}

fn chain_name(chain_id: U256) -> String {
    let known = networks::defaults().into_iter().find(|network| U256::from(network.chain_id) == chain_id);
    known.map_or_else(|| format!("chain {chain_id}"), |network| network.name)
}

/// An address with its chain (ERC-7930): version, kind of chain, chain, address, each with its length.
fn interoperable(value: &Value) -> Option<String> {
    let Value::Bytes(bytes) = value else { return None };
    let (version, rest) = bytes.split_first_chunk::<2>()?;
    let (kind, rest) = rest.split_first_chunk::<2>()?;
    let (length, rest) = rest.split_first()?;
    let (chain, rest) = rest.split_at_checked(usize::from(*length))?;
    let (length, rest) = rest.split_first()?;
    let (address, rest) = rest.split_at_checked(usize::from(*length))?;
    if *version != [0, 1] || !rest.is_empty() {
        return None;
    }
    if *kind == [0, 0] && address.len() == 20 && chain.len() <= 32 {
        let address = crate::evm::address::checksummed(&Address::from_slice(address));
        return Some(match chain {
            [] => address,
            chain => format!("{address} on {}", chain_name(U256::from_be_slice(chain))),
        });
    }
    Some(format!("0x{}", hex::encode(bytes)))
}

fn written(path: &Path) -> String {
    match path {
        Path::Container(field) => format!(
            "@.{}",
            match field {
                path::Field::ChainId => "chainId",
                path::Field::From => "from",
                path::Field::To => "to",
                path::Field::Value => "value",
            }
        ),
        Path::Data { steps, .. } => {
            let side = |side: &Option<i32>| side.map(|it| it.to_string()).unwrap_or_default();
            let steps: Vec<String> = steps
                .iter()
                .map(|step| match step {
                    Step::All => "[]".to_owned(),
                    Step::Index(index) => format!("[{index}]"),
                    Step::Name(name) => name.clone(),
                    Step::Slice(start, end) => format!("[{}:{}]", side(start), side(end)),
                })
                .collect();
            steps.join(".")
        }
    }
}

/// Most rows of one request.
const MAX_ROWS: usize = 300;
