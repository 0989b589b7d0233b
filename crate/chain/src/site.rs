//! Names of asking sites: disguised ones, and those that are known to steal.
//!
//! A browser hands over a site's name in its wire form, where letters beyond ASCII are written as `xn--…` (Punycode,
//! RFC 3492). That form is safe to read but says nothing to its reader; what it says is decoded here and judged.

mod list;
mod punycode;

pub use list::{BadList, MAX_TEXT as MAX_PHISHING_TEXT, PhishingList};

use std::collections::BTreeSet;

use crate::risk::Risk;
use crate::text;

/// Judges the site that asks. `known` are the sites that the owner has dealt with.
///
/// What a site's name cannot tell is not told: a stranger's site with a plain name has no risk here.
#[must_use]
pub fn judge<'a>(
    origin: &str,
    known: impl IntoIterator<Item = &'a str>,
    lists: &[&PhishingList],
) -> Vec<Risk> {
    let Some((scheme, host)) = split(origin) else { return Vec::new() };
    let mut out = BTreeSet::new();
    if let Some(entry) = lists.iter().find_map(|list| list.entry_of(&host)) {
        out.insert(Risk::KnownPhishing { entry: entry.to_owned() });
    }
    if scheme == "http" && !is_this_machine(&host) {
        out.insert(Risk::UnprotectedSite);
    }
    let read = read(&host);
    if read != host {
        out.insert(match disguise(&read) {
            true => Risk::DisguisedSite { read: text::inert_name(&read) },
            false => Risk::ForeignSite { read: text::inert_name(&read) },
        });
    }
    let outline = outline(&read);
    for other in known {
        let Some((_, other)) = split(other) else { continue };
        let related = other == host || is_below(&host, &other) || is_below(&other, &host);
        if !related && self::outline(&self::read(&other)) == outline {
            out.insert(Risk::ResemblesSite { known: text::inert_name(&other) });
        }
    }
    out.into_iter().collect()
}

/// Scheme and host of an origin, in lower case, without port.
fn split(origin: &str) -> Option<(String, String)> {
    let (scheme, rest) = origin.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|c| c.is_ascii_digit()) => host,
        _ => authority,
    };
    let host = host.trim_end_matches('.').to_lowercase();
    (!host.is_empty() && host.len() <= MAX_HOST).then(|| (scheme.to_lowercase(), host))
}

fn is_this_machine(host: &str) -> bool {
    host == "localhost" || host.ends_with(".localhost") || host == "127.0.0.1" || host == "[::1]"
}

/// Whether a host is a subdomain of another.
fn is_below(host: &str, parent: &str) -> bool {
    host.strip_suffix(parent).is_some_and(|rest| rest.ends_with('.'))
}

/// A host's name as its reader would read it.
fn read(host: &str) -> String {
    let labels = host.split('.').map(|label| {
        label.strip_prefix("xn--").and_then(punycode::decode).unwrap_or_else(|| label.to_owned())
    });
    labels.collect::<Vec<_>>().join(".")
}

/// Whether a name is made to be read as another: scripts mixed in a word, or all of its foreign letters ones that pass
/// for Latin ones. Accents do not count: names with them are ordinary in many languages, and are told as they are.
fn disguise(read: &str) -> bool {
    let signs = text::signs(read);
    let accented = |c: char| matches!(c, '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}');
    let foreign = read.chars().any(|c| !c.is_ascii() && !accented(c));
    signs.deceptive || signs.mixed_scripts || (foreign && outline(read).is_ascii())
}

/// What a name looks like: letters that are taken for one another become the same (a small part of Unicode TS #39's
/// confusables: Cyrillic, Greek and accented letters that pass for Latin, digits for letters, `rn` for `m`).
fn outline(name: &str) -> String {
    let plain: String = name.chars().map(plain).collect();
    plain.replace("rn", "m").replace("vv", "w").replace("cl", "d")
}

fn plain(c: char) -> char {
    match c {
        'а' | 'ɑ' | 'α' | 'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'ā' | 'ă' | 'ą' | 'ạ' | 'ả' => {
            'a'
        }
        'Ь' | 'ь' | 'ƅ' | 'ḃ' | 'ḅ' => 'b',
        'с' | 'ϲ' | 'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => 'c',
        'ԁ' | 'ɗ' | 'đ' | 'ď' | 'ḍ' => 'd',
        'е' | 'є' | 'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' | 'ẹ' | 'ẻ' | 'ẽ' | 'ε' | 'ҽ' => {
            'e'
        }
        'ƒ' | 'ḟ' => 'f',
        'ɡ' | 'ց' | 'ĝ' | 'ğ' | 'ġ' | 'ģ' => 'g',
        'һ' | 'հ' | 'ĥ' | 'ħ' | 'ḥ' => 'h',
        'і' | 'ı' | 'ɩ' | 'ι' | 'ì' | 'í' | 'î' | 'ï' | 'ī' | 'ĭ' | 'į' | 'ị' | 'l' | 'ӏ' | 'Ӏ' | 'ł'
        | 'ḷ' | 'ĺ' | 'ļ' | 'ľ' | '1' => 'i',
        'ј' | 'ĵ' => 'j',
        'к' | 'κ' | 'ķ' | 'ḳ' => 'k',
        'м' | 'ṃ' => 'm',
        'ո' | 'ñ' | 'ń' | 'ņ' | 'ň' | 'ṇ' | 'η' => 'n',
        'о' | 'ο' | 'օ' | 'σ' | 'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' | 'ō' | 'ŏ' | 'ő' | 'ọ' | 'ỏ' | '0' => {
            'o'
        }
        'р' | 'ρ' | 'ṗ' => 'p',
        'ԛ' | 'զ' => 'q',
        'г' | 'ŕ' | 'ŗ' | 'ř' | 'ṛ' => 'r',
        'ѕ' | 'ś' | 'ŝ' | 'ş' | 'š' | 'ș' | 'ṣ' => 's',
        'т' | 'τ' | 'ţ' | 'ť' | 'ŧ' | 'ț' | 'ṭ' => 't',
        'υ' | 'ս' | 'ù' | 'ú' | 'û' | 'ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' | 'ụ' => 'u',
        'ν' | 'ѵ' | 'ṿ' => 'v',
        'ԝ' | 'ŵ' | 'ẁ' | 'ẃ' | 'ẅ' | 'ω' | 'ա' => 'w',
        'х' | 'χ' => 'x',
        'у' | 'γ' | 'ý' | 'ÿ' | 'ŷ' | 'ỳ' | 'ỵ' => 'y',
        'ź' | 'ż' | 'ž' | 'ẓ' => 'z',
        c => c,
    }
}

/// Longest host (RFC 1035, 2.3.4).
const MAX_HOST: usize = 255;

#[cfg(test)]
mod tests;
