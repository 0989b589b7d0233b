use proptest::prelude::*;

use super::*;

fn codes(origin: &str, known: &[&str]) -> Vec<&'static str> {
    let list = PhishingList::bundled();
    judge(origin, known.iter().copied(), &[&list]).iter().map(Risk::code).collect()
}

#[test]
fn a_plain_name_has_no_risk() {
    for origin in
        ["https://app.uniswap.org", "https://example.com:8443", "http://localhost:9011", "http://127.0.0.1"]
    {
        assert_eq!(codes(origin, &["https://app.uniswap.org"]), [""; 0], "{origin}");
    }
}

/// The first is the demonstration of 2017: `apple` in Cyrillic letters.
#[test]
fn a_name_that_reads_like_another_is_disguised() {
    for origin in ["https://xn--80ak6aa92e.com", "https://xn--unisw-8ve6i.org"] {
        assert_eq!(codes(origin, &[]), ["disguised-site"], "{origin}");
    }
    let risks = judge("https://xn--80ak6aa92e.com", [], &[]);
    assert_eq!(risks, [Risk::DisguisedSite { read: "аррӏе.com".to_owned() }]);
}

#[test]
fn a_name_in_letters_of_its_own_is_only_told() {
    let risks = judge("https://xn--wgv71a119e.jp", [], &[]);
    assert_eq!(risks, [Risk::ForeignSite { read: "日本語.jp".to_owned() }]);
    assert_eq!(codes("https://xn--bttrex-bwa.net", &[]), ["foreign-site"]);
    assert_eq!(
        codes("https://xn--bttrex-bwa.net", &["https://bittrex.net"]),
        ["foreign-site", "resembles-site"]
    );
}

#[test]
fn a_name_that_is_taken_for_one_that_the_owner_knows_is_told() {
    let known = ["https://app.uniswap.org", "https://opensea.io"];
    assert_eq!(codes("https://app.un1swap.org", &known), ["resembles-site"]);
    assert_eq!(codes("https://0pensea.io", &known), ["resembles-site"]);
    assert_eq!(codes("https://app.uniswap.org:444", &known), [""; 0]);
    assert_eq!(codes("https://pro.opensea.io", &known), [""; 0]);
}

#[test]
fn known_thieves_are_known_with_all_below_them() {
    for origin in ["https://mettamask.io", "https://www.Mettamask.io:8443", "https://a.b.phishing.invalid."] {
        assert_eq!(codes(origin, &[]), ["known-phishing"], "{origin}");
    }
    assert_eq!(codes("https://notmettamask.io", &[]), [""; 0]);
}

#[test]
fn http_is_unprotected_but_on_this_machine() {
    assert_eq!(codes("http://app.example", &[]), ["unprotected-site"]);
    assert_eq!(codes("http://127.0.0.1.evil.org", &[]), ["unprotected-site"]);
}

#[test]
fn a_list_is_taken_whole_or_not_at_all() {
    let list = PhishingList::parse("# mine\n\n evil.example  # why\nBAD.example\r\n").unwrap();
    assert_eq!(list.len(), 2);
    assert_eq!(list.entry_of("www.bad.example"), Some("bad.example"));
    assert_eq!(PhishingList::parse("evil.example\nhttps://x.y\n"), Err(BadList::Line { line: 2 }));
    assert_eq!(PhishingList::parse("com"), Err(BadList::Line { line: 1 }));
    assert_eq!(PhishingList::parse(&"#".repeat(MAX_TEXT_LENGTH + 1)), Err(BadList::TooLong));
    assert!(PhishingList::bundled().len() > 20);
}

const MAX_TEXT_LENGTH: usize = super::list::MAX_TEXT;

proptest! {
    #[test]
    fn no_origin_makes_it_panic(origin in "\\PC{0,300}", host in "(https?://)?(xn--[a-z0-9-]{0,60}[.]?){0,5}") {
        for origin in [origin, host] {
            let _ = judge(&origin, ["https://app.uniswap.org"], &[&PhishingList::bundled()]);
        }
    }
}
