//! Functions as they are written down: `transfer(address to,uint256 value)`.

use alloy_primitives::keccak256;

use super::kind::Kind;

/// A function with its parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fragment {
    /// Name and types, as in `transfer(address,uint256)`.
    pub(crate) signature: String,
    /// Names and types; a name may be empty.
    pub(crate) parameters: Vec<(String, Kind)>,
}

impl Fragment {
    /// Parses a function as ERC-7730 writes it; spaces, `function`, and where a parameter lives are tolerated.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let text = text.strip_prefix("function ").unwrap_or(text).trim_start();
        if text.len() > MAX_LENGTH {
            return None;
        }
        let (name, rest) = text.split_once('(')?;
        let name = name.trim_end();
        if !is_identifier(name) {
            return None;
        }
        let (parameters, rest) = list(rest, 0)?;
        if !rest.trim().is_empty() {
            return None;
        }
        let kinds: Vec<String> = parameters.iter().map(|(_, kind)| kind.written()).collect();
        Some(Self { signature: format!("{name}({})", kinds.join(",")), parameters })
    }

    /// First four bytes of the Keccak-256 of its signature.
    pub(crate) fn selector(&self) -> [u8; 4] {
        selector_of(&self.signature)
    }

    /// Whether every parameter, and every component, has a name.
    pub(crate) fn is_named(&self) -> bool {
        fn named(parameters: &[(String, Kind)]) -> bool {
            parameters.iter().all(|(name, kind)| !name.is_empty() && inner(kind))
        }
        fn inner(kind: &Kind) -> bool {
            match kind {
                Kind::Array(item, _) => inner(item),
                Kind::Tuple(components) => named(components),
                _ => true,
            }
        }
        named(&self.parameters)
    }
}

/// First four bytes of the Keccak-256 of a signature (Solidity ABI specification, "Function Selector").
pub(crate) fn selector_of(signature: &str) -> [u8; 4] {
    let hash = keccak256(signature);
    let [a, b, c, d, ..] = hash.0;
    [a, b, c, d]
}

/// Parameters up to the closing bracket, and what follows it.
fn list(text: &str, depth: usize) -> Option<(Vec<(String, Kind)>, &str)> {
    if depth > MAX_DEPTH {
        return None;
    }
    let mut rest = text.trim_start();
    let mut out = Vec::new();
    if let Some(rest) = rest.strip_prefix(')') {
        return (depth == 0).then_some((out, rest));
    }
    loop {
        rest = rest.trim_start();
        let kind;
        if let Some(inner) = rest.strip_prefix("tuple(").or_else(|| rest.strip_prefix('(')) {
            let (components, after) = list(inner, depth + 1)?;
            let end = after.find([' ', ',', ')']).unwrap_or(after.len());
            let (suffix, after) = after.split_at_checked(end)?;
            kind = Kind::Tuple(components).arrays(suffix)?;
            rest = after;
        } else {
            let end = rest.find([' ', ',', ')'])?;
            let (written, after) = rest.split_at_checked(end)?;
            kind = Kind::parse(written, |_| false)?;
            rest = after;
        }
        let end = rest.find([',', ')'])?;
        let (words, after) = rest.split_at_checked(end)?;
        let mut words =
            words.split_whitespace().filter(|word| !["calldata", "memory", "payable"].contains(word));
        let name = words.next().unwrap_or_default();
        if words.next().is_some() || !(name.is_empty() || is_identifier(name)) {
            return None;
        }
        out.push((name.to_owned(), kind));
        if out.len() > MAX_PARAMETERS {
            return None;
        }
        let (separator, after) = after.split_at_checked(1)?;
        if separator == ")" {
            return Some((out, after));
        }
        rest = after;
    }
}

fn is_identifier(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes.next().is_some_and(|c| c.is_ascii_alphabetic() || c == b'_' || c == b'$')
        && bytes.all(|c| c.is_ascii_alphanumeric() || c == b'_' || c == b'$')
        && name.len() <= MAX_NAME
}

const MAX_DEPTH: usize = 8;
const MAX_LENGTH: usize = 4096;
const MAX_NAME: usize = 128;
const MAX_PARAMETERS: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tuples_arrays_and_spaces_are_read() {
        let fragment =
            Fragment::parse("batch( (address to, uint256 value,bytes data)[] calls, uint[2] memory pair )")
                .unwrap();
        assert_eq!(fragment.signature, "batch((address,uint256,bytes)[],uint256[2])");
        assert!(fragment.is_named());
        assert!(!Fragment::parse("f((address,uint256) x)").unwrap().is_named());
        assert_eq!(Fragment::parse("claim()").unwrap().parameters, []);
    }

    #[test]
    fn what_is_no_function_is_refused() {
        for text in [
            "",
            "f",
            "f(",
            "f)",
            "f(uint257 x)",
            "f(address a b)",
            "f((),uint256 a)",
            "f(address a,)",
            "f(a)",
            "1f()",
            "f()x",
            "f(uint256[0] a)",
            "f(mapping m)",
        ] {
            assert_eq!(Fragment::parse(text), None, "{text}");
        }
        assert!(Fragment::parse(&format!("f({}address{} a)", "(".repeat(9), ")".repeat(9))).is_none());
    }
}
