//! Sign-In with Ethereum messages (ERC-4361).
//!
//! A message that does not follow the standard is a plain message: no site that checks it accepts it as a sign-in.

use alloy_primitives::Address;
use serde::{Deserialize, Serialize};

use super::address;
use crate::text;

/// A well-formed sign-in message. Every text is rendered inert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignIn {
    /// The scheme it states, if it states one.
    pub scheme: Option<String>,
    /// The host (and port) that wants the sign-in.
    pub domain: String,
    /// The account it names.
    pub address: Address,
    /// A sentence for the reader, if there is one.
    pub statement: Option<String>,
    /// What the sign-in is for.
    pub uri: String,
    /// EIP-155 chain id it names.
    pub chain_id: u64,
    /// The site's random token.
    pub nonce: String,
    /// When it was issued (RFC 3339 text).
    pub issued_at: String,
    /// When it ends (RFC 3339 text), if it says.
    pub expiration_time: Option<String>,
    /// When it begins (RFC 3339 text), if it says.
    pub not_before: Option<String>,
    /// The site's own id for the request, if it has one.
    pub request_id: Option<String>,
    /// What is shared with the site.
    pub resources: Vec<String>,
    /// The whole message, rendered inert.
    pub text: String,
}

impl SignIn {
    /// Parses a message; `None` if it is not a sign-in (ERC-4361, "ABNF Message Format").
    #[must_use]
    pub fn parse(message: &str) -> Option<Self> {
        let mut lines = message.split('\n').peekable();
        let head = lines.next()?.strip_suffix(" wants you to sign in with your Ethereum account:")?;
        let (scheme, domain) = match head.split_once("://") {
            Some((scheme, domain)) => (Some(text::inert(scheme)), domain),
            None => (None, head),
        };
        if domain.is_empty()
            || domain.contains(|c: char| c.is_whitespace() || c == '/' || c == '?' || c == '#')
        {
            return None;
        }
        let address = address::parse_any_case(lines.next()?).ok()?;
        empty(lines.next()?)?;
        let statement = match lines.next()? {
            "" => None,
            line if line.starts_with("URI: ") => return None,
            line => {
                empty(lines.next()?)?;
                Some(text::inert(line))
            }
        };
        let uri = lines.next()?.strip_prefix("URI: ")?;
        if lines.next()? != "Version: 1" {
            return None;
        }
        let chain_id = lines.next()?.strip_prefix("Chain ID: ")?.parse().ok()?;
        let nonce = lines.next()?.strip_prefix("Nonce: ")?;
        if nonce.len() < 8 || !nonce.bytes().all(|c| c.is_ascii_alphanumeric()) {
            return None;
        }
        let issued_at = lines.next()?.strip_prefix("Issued At: ")?;
        let mut optional = |label: &str| {
            let value = lines.peek()?.strip_prefix(label)?;
            lines.next();
            Some(text::inert(value))
        };
        let expiration_time = optional("Expiration Time: ");
        let not_before = optional("Not Before: ");
        let request_id = optional("Request ID: ");
        let mut resources = Vec::new();
        if lines.peek() == Some(&"Resources:") {
            lines.next();
            for line in lines.by_ref() {
                resources.push(text::inert(line.strip_prefix("- ")?));
            }
        }
        if lines.next().is_some() {
            return None;
        }
        Some(Self {
            scheme,
            domain: text::inert(domain),
            address,
            statement,
            uri: text::inert(uri),
            chain_id,
            nonce: nonce.to_owned(),
            issued_at: text::inert(issued_at),
            expiration_time,
            not_before,
            request_id,
            resources,
            text: text::inert_block(message),
        })
    }

    /// Whether it was asked by the site that it is for (ERC-4361, "Verifying the domain binding").
    #[must_use]
    pub fn is_for(&self, origin: &str) -> bool {
        let Some((scheme, authority)) = origin.split_once("://") else { return false };
        if self.scheme.as_ref().is_some_and(|stated| !stated.eq_ignore_ascii_case(scheme)) {
            return false;
        }
        // browsers leave the scheme's own port out of an origin
        let default_port = match scheme {
            "https" => ":443",
            "http" => ":80",
            _ => "",
        };
        let stated = self.domain.strip_suffix(default_port).unwrap_or(&self.domain);
        stated.eq_ignore_ascii_case(authority)
    }
}

fn empty(line: &str) -> Option<()> {
    line.is_empty().then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// ERC-4361, "Example message" with an implicit scheme.
    const EXAMPLE: &str = "example.com wants you to sign in with your Ethereum account:\n\
        0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2\n\n\
        I accept the ExampleOrg Terms of Service: https://example.com/tos\n\n\
        URI: https://example.com/login\nVersion: 1\nChain ID: 1\nNonce: 32891756\nIssued At: 2021-09-30T16:25:24Z\n\
        Resources:\n\
        - ipfs://bafybeiemxf5abjwjbikoz4mc3a3dla6ual3jsgpdr4cjr3oz3evfyavhwq/\n\
        - https://example.com/my-web2-claim.json";

    #[test]
    fn the_example_of_the_standard_is_read() {
        let sign_in = SignIn::parse(EXAMPLE).unwrap();
        assert_eq!(sign_in.domain, "example.com");
        assert_eq!(sign_in.chain_id, 1);
        assert_eq!(
            sign_in.statement.unwrap(),
            "I accept the ExampleOrg Terms of Service: https://example.com/tos"
        );
        assert_eq!(sign_in.nonce, "32891756");
        assert_eq!(sign_in.resources.len(), 2);
    }

    #[test]
    fn a_message_without_a_statement_is_read() {
        let text = EXAMPLE.replace("I accept the ExampleOrg Terms of Service: https://example.com/tos\n", "");
        let sign_in = SignIn::parse(&text).unwrap();
        assert_eq!(sign_in.statement, None);
        assert_eq!(sign_in.uri, "https://example.com/login");
    }

    #[test]
    fn a_domain_is_the_origin_or_it_is_not() {
        for (stated, origin, expected) in [
            ("example.com", "https://example.com", true),
            ("https://example.com", "https://example.com", true),
            ("http://example.com", "https://example.com", false),
            ("EXAMPLE.com", "https://example.com", true),
            ("example.com:443", "https://example.com", true),
            ("example.com:8443", "https://example.com", false),
            ("example.com", "https://example.com:8443", false),
            ("127.0.0.1:42123", "http://127.0.0.1:42123", true),
            ("example.com", "https://example.com.evil.org", false),
            ("example.com", "https://www.example.com", false),
            ("example.com@evil.org", "https://evil.org", false),
            ("example.com", "null", false),
        ] {
            let text = EXAMPLE.replacen("example.com", stated, 1);
            assert_eq!(SignIn::parse(&text).unwrap().is_for(origin), expected, "{stated} from {origin}");
        }
    }

    #[test]
    fn a_malformed_message_is_no_sign_in() {
        for (from, to) in [
            ("Version: 1", "Version: 2"),
            ("Nonce: 32891756", "Nonce: 3289"),
            ("Chain ID: 1", "Chain ID: one"),
            ("0xC02aaA39", "0xC02aaA"),
            ("Issued At:", "Issued:"),
            ("- https", "* https"),
            ("example.com wants", "example.com/path wants"),
            ("example.com wants", " wants"),
            ("URI: ", "Uri: "),
        ] {
            assert_eq!(SignIn::parse(&EXAMPLE.replacen(from, to, 1)), None, "{to}");
        }
    }
}
