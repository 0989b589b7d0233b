//! How numbers, times and addresses are written.

use symbolon_wallet::event::Timestamp;

use crate::messages;

/// An address in groups of four after `0x`, for reading aloud and comparing.
pub fn groups(address: &str) -> Vec<String> {
    let (prefix, digits) = match address.strip_prefix("0x") {
        Some(digits) => ("0x", digits),
        None => ("", address),
    };
    let digits: Vec<char> = digits.chars().collect();
    let mut groups: Vec<String> = digits.chunks(4).map(|group| group.iter().collect()).collect();
    if let Some(first) = groups.first_mut() {
        first.insert_str(0, prefix);
    }
    groups
}

/// An address cut in the middle, for where the full one stands near: `0x1234…abcd`.
pub fn short(address: &str) -> String {
    let count = address.chars().count();
    if count <= 14 {
        return address.to_owned();
    }
    let head: String = address.chars().take(6).collect();
    let tail: String = address.chars().skip(count - 4).collect();
    format!("{head}…{tail}")
}

/// A sentence in which addresses that are cut in the middle stay on one line: a word joiner (U+2060) after each ellipsis.
pub fn unbroken(sentence: &str) -> String {
    sentence.replace('…', "…\u{2060}")
}

/// A decimal amount cut to a readable length, never rounded up: at most 6 decimals, at least one significant digit.
pub fn amount(exact: &str) -> String {
    let Some((whole, decimals)) = exact.split_once('.') else { return exact.to_owned() };
    let zeros = decimals.chars().take_while(|c| *c == '0').count();
    let keep = if whole.chars().all(|c| c == '0') { (zeros + 4).max(6) } else { 6 };
    let cut: String = decimals.chars().take(keep).collect();
    let cut = cut.trim_end_matches('0');
    if cut.is_empty() { whole.to_owned() } else { format!("{whole}.{cut}") }
}

/// Minutes and seconds until `then`, `1:07`; `0:00` once it is over.
pub fn countdown(now: Timestamp, then: Timestamp) -> String {
    let seconds = then.saturating_sub(now).div_ceil(1000);
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// How long ago, in words.
pub fn ago(now: Timestamp, then: Timestamp) -> String {
    let seconds = now.saturating_sub(then) / 1000;
    match seconds {
        0..60 => messages::JUST_NOW.to_owned(),
        60..3600 => messages::minutes_ago(seconds / 60),
        3600..86_400 => messages::hours_ago(seconds / 3600),
        _ => messages::days_ago(seconds / 86_400),
    }
}

/// The day of a time, in UTC: `2026-11-22`.
pub fn date(at: Timestamp) -> String {
    crate::export::time(at).chars().take(10).collect()
}

/// Host and port of an origin, which is what its owner knows it by; the scheme is shown where it is not `https`.
pub fn host(origin: &str) -> &str {
    origin.strip_prefix("https://").unwrap_or(origin)
}

/// The link, if a browser fetches it; `javascript:` and its like come from those who add networks.
pub fn web_link(url: &str) -> Option<&str> {
    (url.starts_with("https://") || url.starts_with("http://")).then_some(url)
}

/// Whether a text is an address: `0x` and 40 hex digits. The wallet checks the checksum.
pub fn is_address(text: &str) -> bool {
    text.strip_prefix("0x")
        .is_some_and(|digits| digits.len() == 40 && digits.chars().all(|c| c.is_ascii_hexdigit()))
}

/// Whether a text is a plain decimal number, not negative: `12`, `0.5`.
pub fn is_decimal(text: &str) -> bool {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    [whole, fraction].iter().all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_digit()))
}

/// Whether a text is a positive decimal amount with at most so many decimals.
pub fn is_amount(text: &str, decimals: u8) -> bool {
    let places = text.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    is_decimal(text) && places <= usize::from(decimals) && text.chars().any(|c| ('1'..='9').contains(&c))
}

/// Bytes as lower-case hex.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The bytes of a hex text; none if it is not one.
pub fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> =
        text.chars().map(|digit| digit.to_digit(16).map(|value| value as u8)).collect::<Option<_>>()?;
    let pairs = digits.chunks(2);
    pairs.map(|pair| if let [high, low] = pair { Some(high << 4 | low) } else { None }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_back_from_hex_unchanged() {
        let bytes: Vec<u8> = (0..=255).collect();
        assert_eq!(from_hex(&hex(&bytes)), Some(bytes));
        assert_eq!(hex(&[0, 0x0a, 0xff]), "000aff");
        assert_eq!(from_hex("0"), None);
        assert_eq!(from_hex("0é"), None);
        assert_eq!(from_hex(""), Some(vec![]));
    }

    #[test]
    fn an_address_is_read_in_groups_of_four() {
        let groups = groups("0x52908400098527886E0F7030069857D2E4169EE7");
        assert_eq!(groups.len(), 10);
        assert_eq!(groups[0], "0x5290");
        assert_eq!(groups.concat(), "0x52908400098527886E0F7030069857D2E4169EE7");
    }

    #[test]
    fn strangers_text_in_place_of_an_address_is_split_without_panic() {
        assert_eq!(groups("0xé👩‍🚀ab").concat(), "0xé👩‍🚀ab");
        assert_eq!(short("ééééééééééééééééé"), "éééééé…éééé");
        assert!(groups("").is_empty());
    }

    #[test]
    fn a_cut_address_is_not_broken_in_two() {
        assert_eq!(unbroken("Send 1 ETH to 0x7099…79C8"), "Send 1 ETH to 0x7099…\u{2060}79C8");
    }

    #[test]
    fn an_amount_is_never_rounded_up() {
        assert_eq!(amount("1.999999999999999999"), "1.999999");
        assert_eq!(amount("1.500000"), "1.5");
        assert_eq!(amount("10.000000000000000001"), "10");
        assert_eq!(amount("7"), "7");
    }

    #[test]
    fn a_tiny_amount_is_not_shown_as_zero() {
        assert_eq!(amount("0.000000000000012345678"), "0.00000000000001234");
    }

    #[test]
    fn a_countdown_ends_at_zero() {
        assert_eq!(countdown(0, 120_000), "2:00");
        assert_eq!(countdown(113_001, 120_000), "0:07");
        assert_eq!(countdown(130_000, 120_000), "0:00");
    }

    #[test]
    fn times_are_said_in_words() {
        assert_eq!(ago(59_000, 0), "just now");
        assert_eq!(ago(60_000, 0), "1 minute ago");
        assert_eq!(ago(7_200_000, 0), "2 hours ago");
        assert_eq!(ago(0, 5_000), "just now");
    }

    #[test]
    fn an_unencrypted_origin_keeps_its_scheme() {
        assert_eq!(host("https://app.example.org"), "app.example.org");
        assert_eq!(host("http://app.example.org"), "http://app.example.org");
    }

    #[test]
    fn a_link_that_runs_code_is_no_link() {
        assert_eq!(web_link("https://example.org/tx/1"), Some("https://example.org/tx/1"));
        assert_eq!(web_link("javascript:alert(1)"), None);
        assert_eq!(web_link(" https://example.org"), None);
    }

    #[test]
    fn an_amount_must_be_positive_and_fit_its_decimals() {
        assert!(is_amount("0.5", 18));
        assert!(is_amount("12", 0));
        assert!(!is_amount("0.0", 18));
        assert!(!is_amount("1.234", 2));
        assert!(!is_amount("1,5", 18));
        assert!(!is_amount("-1", 18));
        assert!(!is_amount(".5", 18));
        assert!(!is_amount("1.", 18));
        assert!(!is_amount("", 18));
    }

    #[test]
    fn an_address_has_forty_digits() {
        assert!(is_address("0x52908400098527886E0F7030069857D2E4169EE7"));
        assert!(!is_address("0x52908400098527886E0F7030069857D2E4169EE"));
        assert!(!is_address("52908400098527886E0F7030069857D2E4169EE7ab"));
    }
}
