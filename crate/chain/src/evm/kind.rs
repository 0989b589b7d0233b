//! Types as Solidity names them, in typed data and in contract interfaces.

/// A type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Address,
    Array(Box<Kind>, Option<usize>),
    Bool,
    Bytes,
    /// 1 to 32 bytes.
    FixedBytes(usize),
    /// Bits.
    Int(usize),
    String,
    Structure(String),
    /// Components with their names, as contract interfaces have them; typed data names its structures instead.
    Tuple(Vec<(String, Kind)>),
    /// Bits.
    Uint(usize),
}

impl Kind {
    /// Parses a type; `is_structure` says which names are those of structures.
    pub(crate) fn parse(text: &str, is_structure: impl Fn(&str) -> bool) -> Option<Self> {
        let (base, suffix) = text.split_at(text.find('[').unwrap_or(text.len()));
        let kind = match Self::atomic(base) {
            Some(kind) => kind,
            None if is_structure(base) => Self::Structure(base.to_owned()),
            None => return None,
        };
        kind.arrays(suffix)
    }

    /// Arrays of a type, by what is written after it: nothing, or `[]` and `[4]` in any order.
    pub(crate) fn arrays(self, mut suffix: &str) -> Option<Self> {
        let mut kind = self;
        let mut depth = 0;
        while !suffix.is_empty() {
            let (size, rest) = suffix.strip_prefix('[')?.split_once(']')?;
            let length = match size {
                "" => None,
                digits => Some(canonical_number(digits)?),
            };
            depth += 1;
            if depth > MAX_ARRAY_DEPTH {
                return None;
            }
            kind = Self::Array(Box::new(kind), length);
            suffix = rest;
        }
        Some(kind)
    }

    /// EIP-712, "Definition of typed structured data": the atomic and dynamic types; `uint` and `int` are tolerated.
    pub(crate) fn atomic(name: &str) -> Option<Self> {
        match name {
            "address" => Some(Self::Address),
            "bool" => Some(Self::Bool),
            "bytes" => Some(Self::Bytes),
            "int" => Some(Self::Int(256)),
            "string" => Some(Self::String),
            "uint" => Some(Self::Uint(256)),
            _ => {
                let bits = |digits| {
                    canonical_number(digits).filter(|bits| bits % 8 == 0 && (8..=256).contains(bits))
                };
                if let Some(digits) = name.strip_prefix("uint") {
                    bits(digits).map(Self::Uint)
                } else if let Some(digits) = name.strip_prefix("int") {
                    bits(digits).map(Self::Int)
                } else if let Some(digits) = name.strip_prefix("bytes") {
                    canonical_number(digits).filter(|n| (1..=32).contains(n)).map(Self::FixedBytes)
                } else {
                    None
                }
            }
        }
    }

    /// Name of the structure at its bottom, if there is one.
    pub(crate) fn structure(&self) -> Option<&str> {
        match self {
            Self::Structure(name) => Some(name),
            Self::Array(item, _) => item.structure(),
            _ => None,
        }
    }

    /// The type as text.
    pub(crate) fn written(&self) -> String {
        match self {
            Self::Address => "address".to_owned(),
            Self::Array(item, None) => format!("{}[]", item.written()),
            Self::Array(item, Some(length)) => format!("{}[{length}]", item.written()),
            Self::Bool => "bool".to_owned(),
            Self::Bytes => "bytes".to_owned(),
            Self::FixedBytes(size) => format!("bytes{size}"),
            Self::Int(bits) => format!("int{bits}"),
            Self::String => "string".to_owned(),
            Self::Structure(name) => name.clone(),
            Self::Tuple(components) => {
                let kinds: Vec<String> = components.iter().map(|(_, kind)| kind.written()).collect();
                format!("({})", kinds.join(","))
            }
            Self::Uint(bits) => format!("uint{bits}"),
        }
    }
}

/// Digits without a leading zero, as in `uint256` or `[4]`.
fn canonical_number(digits: &str) -> Option<usize> {
    let ok = digits.len() <= 6 && digits.bytes().all(|c| c.is_ascii_digit()) && !digits.starts_with('0');
    if ok { digits.parse().ok() } else { None }
}

const MAX_ARRAY_DEPTH: usize = 8;
