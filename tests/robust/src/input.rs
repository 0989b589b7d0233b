//! Bytes read as instructions, and honest bytes altered by them.

/// Instructions read off an input. Behind its end there are zeros, which mean: leave it as it is.
pub struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    /// Instructions from `bytes`.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// Whether all instructions are read.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The next byte.
    pub fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    /// A number below `count`, which is not zero; two bytes are read if one does not reach.
    pub fn below(&mut self, count: usize) -> usize {
        let low = usize::from(self.byte());
        if count <= 256 { low % count } else { (low | usize::from(self.byte()) << 8) % count }
    }

    /// At most `length` bytes.
    pub fn take(&mut self, length: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(length.min(self.0.len()));
        self.0 = rest;
        taken
    }

    /// A short byte string with its length before it.
    pub fn run(&mut self) -> &'a [u8] {
        let length = usize::from(self.byte());
        self.take(length)
    }
}

/// `honest`, altered as the instructions say. `others` are what may be put in its place.
pub fn alter(honest: &[u8], others: &[&[u8]], input: &mut Input<'_>) -> Vec<u8> {
    let mut bytes = honest.to_vec();
    for _ in 0..=input.byte() % 3 {
        alter_once(&mut bytes, others, input);
    }
    bytes
}

fn alter_once(bytes: &mut Vec<u8>, others: &[&[u8]], input: &mut Input<'_>) {
    let kind = input.byte() % 13;
    let at = input.below(bytes.len() + 1);
    let other = |input: &mut Input<'_>| match others.is_empty() {
        true => Vec::new(),
        false => others[input.below(others.len())].to_vec(),
    };
    match kind {
        0 => overwrite(bytes, at, |old| old ^ 1 << input.below(8), 1),
        1 => overwrite(bytes, at, |_| input.byte(), 1),
        2 => bytes.truncate(at),
        3 => bytes.extend_from_slice(input.run()),
        4 => insert(bytes, at, input.run()),
        5 => drop(bytes.drain(at..(at + input.below(64)).min(bytes.len()))),
        6 => replace(bytes, at, input.run()),
        7 => {
            let (value, length) = ([0, 0xff, 0x7f, 0x80][input.below(4)], 1 + input.below(64));
            overwrite(bytes, at, |_| value, length);
        }
        8 => replace(bytes, at, &special(input)),
        9 => {
            let other = other(input);
            let from = input.below(other.len() + 1);
            bytes.truncate(at);
            bytes.extend_from_slice(&other[from..]);
        }
        10 => *bytes = other(input),
        11 => {
            let again = bytes[at..(at + input.below(256)).min(bytes.len())].to_vec();
            insert(bytes, at, &again);
        }
        _ => insert(bytes, at, WORDS[input.below(WORDS.len())].as_bytes()),
    }
}

fn overwrite(bytes: &mut [u8], at: usize, mut value: impl FnMut(u8) -> u8, length: usize) {
    bytes.iter_mut().skip(at).take(length).for_each(|byte| *byte = value(*byte));
}

fn replace(bytes: &mut [u8], at: usize, with: &[u8]) {
    bytes.iter_mut().skip(at).zip(with).for_each(|(byte, new)| *byte = *new);
}

fn insert(bytes: &mut Vec<u8>, at: usize, new: &[u8]) {
    bytes.splice(at..at, new.iter().copied());
}

/// What decoders are careful about: identities, orders, the largest lengths.
fn special(input: &mut Input<'_>) -> Vec<u8> {
    let secp256k1_order = [
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe, 0xba,
        0xae, 0xdc, 0xe6, 0xaf, 0x48, 0xa0, 0x3b, 0xbf, 0xd2, 0x5e, 0x8c, 0xd0, 0x36, 0x41, 0x41,
    ];
    let mut ed25519_order =
        vec![0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14];
    ed25519_order.resize(31, 0);
    ed25519_order.push(0x10);
    match input.below(6) {
        0 => vec![0; 33],
        1 => secp256k1_order.to_vec(),
        2 => ed25519_order,
        3 => [&[1], &[0; 31][..]].concat(),
        // Lengths as postcard writes them: 2³² − 1 and 2⁶⁴ − 1.
        4 => vec![0xff, 0xff, 0xff, 0xff, 0x0f],
        _ => vec![0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
    }
}

/// Words of the texts that pages and nodes send.
const WORDS: [&str; 32] = [
    "{",
    "}",
    "[",
    "]",
    "\"",
    ":",
    ",",
    "0x",
    "0x0",
    "null",
    "-1",
    "1e400",
    "18446744073709551616",
    "\\ud800",
    "\u{202e}",
    "\u{0}",
    "uint256",
    "bytes32",
    "bytes",
    "string",
    "address",
    "[]",
    "[2]",
    "[0]",
    "EIP712Domain",
    "types",
    "primaryType",
    "__proto__",
    "chainId",
    "verifyingContract",
    "result",
    "error",
];
