//! Sentences with values put in (ERC-7730, "Value interpolation").

use super::BadDescriptor;
use crate::text;

/// A sentence in pieces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sentence(Vec<Piece>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    /// The path of a field, as [`key`] writes it.
    Value(String),
}

impl Sentence {
    pub(super) fn parse(written: &str) -> Result<Self, BadDescriptor> {
        let bad = || BadDescriptor::Path(text::inert_name(written));
        let mut pieces = Vec::new();
        let mut plain = String::new();
        let mut rest = written.chars().peekable();
        while let Some(c) = rest.next() {
            match c {
                '{' | '}' if rest.peek() == Some(&c) => {
                    rest.next();
                    plain.push(c);
                }
                '{' => {
                    pieces.push(Piece::Text(text::inert(&std::mem::take(&mut plain))));
                    let path: String = rest.by_ref().take_while(|c| *c != '}').collect();
                    if path.is_empty() || path.contains('{') {
                        return Err(bad());
                    }
                    pieces.push(Piece::Value(key(&path)));
                }
                '}' => return Err(bad()),
                c => plain.push(c),
            }
        }
        pieces.push(Piece::Text(text::inert(&plain)));
        Ok(Self(pieces))
    }

    /// The sentence, with the values of the fields that were shown; `None` if one is missing.
    pub(super) fn say(&self, shown: &[(String, String)]) -> Option<String> {
        let mut out = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Value(path) => {
                    let values: Vec<&str> = shown
                        .iter()
                        .filter(|(key, _)| key == path)
                        .map(|(_, value)| value.as_str())
                        .collect();
                    if values.is_empty() {
                        return None;
                    }
                    out.push_str(&values.join(", "));
                }
            }
        }
        (out.chars().count() <= MAX_SENTENCE).then_some(out)
    }
}

/// A path in the one way that paths are compared in.
pub(super) fn key(path: &str) -> String {
    path.trim().strip_prefix("#.").unwrap_or(path.trim()).replace(".[", "[")
}

const MAX_SENTENCE: usize = 400;

#[cfg(test)]
mod tests {
    use super::*;

    fn say(text: &str) -> Option<String> {
        let shown = [("a".to_owned(), "1 ETH".to_owned()), ("list[]".to_owned(), "x".to_owned())];
        Sentence::parse(text).unwrap().say(&shown)
    }

    #[test]
    fn values_are_put_in_and_braces_are_escaped() {
        assert_eq!(say("Send {#.a} to {{you}}").as_deref(), Some("Send 1 ETH to {you}"));
        assert_eq!(say("Go {list.[]}").as_deref(), Some("Go x"));
    }

    #[test]
    fn a_value_that_is_not_shown_leaves_no_sentence() {
        assert_eq!(say("Send {b}"), None);
    }

    #[test]
    fn braces_that_do_not_match_are_refused() {
        for text in ["{", "}", "{}", "a } b", "{a{b}}"] {
            assert!(Sentence::parse(text).is_err(), "{text}");
        }
    }
}
