//! Paths into the data of a request (ERC-7730, "Path references").

use alloy_primitives::{Address, Bytes, U256};

use super::{BadDescriptor, Container};
use crate::intent::{Row, Value};

/// A path to values of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Path {
    /// `@.from` and its like: of the transaction or message around the data.
    Container(Field),
    /// Into the data: from its root (`#.`), or from the group that the path stands in.
    Data {
        /// Whether it begins at the root wherever it stands.
        absolute: bool,
        /// Its steps.
        steps: Vec<Step>,
    },
}

/// A value of the container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    ChainId,
    From,
    To,
    Value,
}

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// All items of a list.
    All,
    /// One item; counted from the end if negative.
    Index(i32),
    /// The field of a structure.
    Name(String),
    /// Some items of a list, or some bytes; counted from the end if negative.
    Slice(Option<i32>, Option<i32>),
}

/// A value that a path leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// The items that were chosen on the way, outermost first.
    pub(crate) indices: Vec<usize>,
    /// The value.
    pub(crate) value: Value,
    /// Its type.
    pub(crate) kind: String,
}

impl Path {
    pub(crate) fn parse(text: &str) -> Result<Self, BadDescriptor> {
        let bad = || BadDescriptor::Path(crate::text::inert_name(text));
        if let Some(field) = text.strip_prefix("@.") {
            return Ok(Self::Container(match field {
                "chainId" => Field::ChainId,
                "from" => Field::From,
                "to" => Field::To,
                "value" => Field::Value,
                _ => return Err(bad()),
            }));
        }
        let (absolute, rest) = match text.strip_prefix("#.") {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        if rest.is_empty() || text.starts_with(['$', '@']) || text.len() > MAX_LENGTH {
            return Err(bad());
        }
        let mut steps = Vec::new();
        for segment in rest.split('.') {
            // `list[0]` is tolerated for `list.[0]`
            let (name, mut brackets) = segment.split_at(segment.find('[').unwrap_or(segment.len()));
            if !name.is_empty() {
                steps.push(Step::Name(name.to_owned()));
            }
            if segment.is_empty() {
                return Err(bad());
            }
            while !brackets.is_empty() {
                let (inner, rest) =
                    brackets.strip_prefix('[').and_then(|rest| rest.split_once(']')).ok_or_else(bad)?;
                steps.push(selector(inner).ok_or_else(bad)?);
                brackets = rest;
            }
        }
        if steps.len() > MAX_STEPS {
            return Err(bad());
        }
        Ok(Self::Data { absolute, steps })
    }

    /// The same path from the root of the data, where it stands in a group.
    pub(crate) fn within(&self, group: &[Step]) -> Self {
        match self {
            Self::Data { absolute: false, steps } => {
                Self::Data { absolute: true, steps: group.iter().chain(steps).cloned().collect() }
            }
            whole => whole.clone(),
        }
    }

    /// Every value that it leads to; `None` if it leads nowhere.
    pub(crate) fn all(&self, rows: &[Row], container: &Container<'_>) -> Option<Vec<Found>> {
        match self {
            Self::Container(field) => {
                let (value, kind) = container.value(*field);
                Some(vec![Found { indices: Vec::new(), value, kind: kind.to_owned() }])
            }
            Self::Data { steps, .. } => {
                let mut out = Vec::new();
                descend(Node::Rows(rows), "", steps, &mut Vec::new(), &mut out)?;
                Some(out)
            }
        }
    }

    /// The one value that goes with the items chosen elsewhere: where a path runs over a list, the same item is meant.
    pub(crate) fn one(&self, rows: &[Row], container: &Container<'_>, indices: &[usize]) -> Option<Value> {
        let mut found = self.all(rows, container)?;
        found.retain(|found| found.indices.iter().zip(indices).all(|(a, b)| a == b));
        if found.len() == 1 {
            let found = found.pop()?;
            if let (Value::Rows(items), true) = (&found.value, found.kind.ends_with(']')) {
                // a list beside the list that is shown: item by item
                return items.get(*indices.get(found.indices.len())?).map(|row| row.value.clone());
            }
            return Some(found.value);
        }
        None
    }
}

impl Container<'_> {
    fn value(&self, field: Field) -> (Value, &'static str) {
        match field {
            Field::ChainId => (Value::Unsigned(U256::from(self.chain_id)), "uint256"),
            Field::From => (Value::Address(self.from), "address"),
            Field::To => (Value::Address(self.to), "address"),
            Field::Value => (Value::Unsigned(self.value), "uint256"),
        }
    }
}

fn selector(inner: &str) -> Option<Step> {
    let number = |text: &str| text.parse::<i32>().ok();
    match inner.split_once(':') {
        None if inner.is_empty() => Some(Step::All),
        None => Some(Step::Index(number(inner)?)),
        Some((start, end)) => {
            let side = |text: &str| if text.is_empty() { Some(None) } else { number(text).map(Some) };
            Some(Step::Slice(side(start)?, side(end)?))
        }
    }
}

/// A value on the way: rows without the value around them, so that nothing is copied.
#[derive(Clone, Copy)]
enum Node<'a> {
    Rows(&'a [Row]),
    Leaf(&'a Value),
}

impl<'a> From<&'a Value> for Node<'a> {
    fn from(value: &'a Value) -> Self {
        match value {
            Value::Rows(rows) => Self::Rows(rows),
            leaf => Self::Leaf(leaf),
        }
    }
}

fn descend(
    value: Node<'_>,
    kind: &str,
    steps: &[Step],
    indices: &mut Vec<usize>,
    out: &mut Vec<Found>,
) -> Option<()> {
    let Some((step, rest)) = steps.split_first() else {
        let value = match value {
            Node::Rows(rows) => Value::Rows(rows.to_vec()),
            Node::Leaf(value) => value.clone(),
        };
        out.push(Found { indices: indices.clone(), value, kind: kind.to_owned() });
        return (out.len() <= MAX_FOUND).then_some(());
    };
    let is_list = kind.ends_with(']');
    match (step, value) {
        (Step::Name(name), Node::Rows(rows)) if !is_list => {
            let row = rows.iter().find(|row| row.name == *name)?;
            descend((&row.value).into(), &row.kind, rest, indices, out)
        }
        (Step::All, Node::Rows(rows)) if is_list => range(rows, 0..rows.len(), rest, indices, out),
        (Step::Slice(start, end), Node::Rows(rows)) if is_list => {
            range(rows, bounds(*start, *end, rows.len())?, rest, indices, out)
        }
        (Step::Index(index), Node::Rows(rows)) if is_list => {
            let row = rows.get(position(*index, rows.len())?)?;
            descend((&row.value).into(), &row.kind, rest, indices, out)
        }
        (Step::Index(index), Node::Leaf(value)) => {
            let bytes = bytes_of(value, kind)?;
            let at = position(*index, bytes.len())?;
            let byte = bytes.get(at..=at)?.to_vec();
            descend(Node::Leaf(&Value::Bytes(byte.into())), "bytes", rest, indices, out)
        }
        (Step::Slice(start, end), Node::Leaf(value)) => {
            let bytes = bytes_of(value, kind)?;
            let slice = bytes.get(bounds(*start, *end, bytes.len())?)?.to_vec();
            descend(Node::Leaf(&Value::Bytes(slice.into())), "bytes", rest, indices, out)
        }
        _ => None,
    }
}

fn range(
    rows: &[Row],
    range: std::ops::Range<usize>,
    rest: &[Step],
    indices: &mut Vec<usize>,
    out: &mut Vec<Found>,
) -> Option<()> {
    for (index, row) in rows.iter().enumerate().filter(|(index, _)| range.contains(index)) {
        indices.push(index);
        let done = descend((&row.value).into(), &row.kind, rest, indices, out);
        indices.pop();
        done?;
    }
    Some(())
}

/// The bytes of a value that a slice is taken of: numbers as wide as their type.
fn bytes_of(value: &Value, kind: &str) -> Option<Bytes> {
    match value {
        Value::Bytes(bytes) => Some(bytes.clone()),
        Value::Address(address) => Some(address.to_vec().into()),
        Value::Unsigned(number) => {
            let width =
                kind.strip_prefix("uint").and_then(|bits| bits.parse::<usize>().ok()).unwrap_or(256) / 8;
            let bytes = number.to_be_bytes::<32>();
            bytes.get(bytes.len().checked_sub(width)?..).map(|bytes| bytes.to_vec().into())
        }
        Value::Text(text) => Some(text.as_bytes().to_vec().into()),
        Value::Bool(_) | Value::Nothing | Value::Rows(_) | Value::Signed(_) => None,
    }
}

fn position(index: i32, length: usize) -> Option<usize> {
    let position = if index < 0 { i64::try_from(length).ok()? + i64::from(index) } else { i64::from(index) };
    usize::try_from(position).ok().filter(|position| *position < length)
}

fn bounds(start: Option<i32>, end: Option<i32>, length: usize) -> Option<std::ops::Range<usize>> {
    let side = |index: i32| {
        let at = if index < 0 { i64::try_from(length).ok()? + i64::from(index) } else { i64::from(index) };
        usize::try_from(at).ok().filter(|at| *at <= length)
    };
    let start = start.map_or(Some(0), side)?;
    let end = end.map_or(Some(length), side)?;
    (start <= end).then_some(start..end)
}

/// A value as an address: itself, 20 bytes, or a number that has no more.
pub(crate) fn address(value: &Value) -> Option<Address> {
    match value {
        Value::Address(address) => Some(*address),
        Value::Bytes(bytes) if bytes.len() == 20 => Some(Address::from_slice(bytes)),
        Value::Bytes(bytes) => {
            let word = <[u8; 32]>::try_from(bytes.as_ref()).ok()?;
            crate::evm::word_address(&word)
        }
        // 1inch and its like keep flags in the bits above
        Value::Unsigned(number) => {
            let word = number.to_be_bytes::<32>();
            crate::evm::word_address(&word)
        }
        _ => None,
    }
}

const MAX_LENGTH: usize = 512;
const MAX_STEPS: usize = 24;
/// Most values that one path may lead to.
const MAX_FOUND: usize = 512;
