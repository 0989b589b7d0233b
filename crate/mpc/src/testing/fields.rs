//! The fields of every message, found by themselves.
//!
//! A malicious-party harness must alter every field of every message, a field that is added tomorrow included.
//! [`of`] walks a message through its own `Serialize` and says where in its bytes each field lies, so that
//! no test ever lists fields by hand.

use serde::Serialize;

use super::walker::Walker;
use crate::machine::Word;
use crate::machine::frame::Frame;
use crate::party::PartyIndex;

/// Where a field lies and what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// The part of the frame that it lies in.
    pub part: Part,
    /// Its path, such as `roots[0].commitments[1]`.
    pub path: String,
    /// Its first byte within the part.
    pub start: usize,
    /// The byte after its last.
    pub end: usize,
    /// What it is.
    pub kind: Kind,
}

/// A part of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// Step and session tag.
    Header,
    /// What is said alike to all.
    Broadcast,
    /// What is said to one.
    Private,
}

/// What a field is on the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A fixed number of bytes, a fixed-size array of bytes included.
    Fixed,
    /// A varint or another value whose encoded length depends on it.
    Varying,
    /// Some of the bytes of a byte string that holds many things of one size.
    Element,
    /// Length-prefixed bytes or text; the first `prefix` bytes are the length.
    Bytes {
        /// Length of the length.
        prefix: usize,
    },
    /// A length-prefixed list; its elements are fields of their own.
    List {
        /// Length of the length.
        prefix: usize,
        /// Start of each element, then the end of the last, within the part.
        bounds: Vec<usize>,
    },
}

impl Field {
    /// The things of `size` bytes each that a byte string holds: all of them or, if `sampled`, the first, the
    /// middle one and the last. Nothing for what is no byte string, or not a multiple of `size` long.
    pub fn elements(&self, size: usize, sampled: bool) -> Vec<Self> {
        let Kind::Bytes { prefix } = self.kind else { return Vec::new() };
        let start = self.start + prefix;
        let count = (self.end - start) / size.max(1);
        if count == 0 || count * size != self.end - start {
            return Vec::new();
        }
        let mut places: Vec<_> = if sampled { vec![0, count / 2, count - 1] } else { (0..count).collect() };
        places.dedup();
        let element = |place: usize| Self {
            path: format!("{}[{place}]", self.path),
            start: start + place * size,
            end: start + (place + 1) * size,
            kind: Kind::Element,
            ..self.clone()
        };
        places.into_iter().map(element).collect()
    }
}

/// The fields of a frame that was sent.
#[derive(Clone, Debug)]
pub struct FrameFields {
    /// The receiver.
    pub to: PartyIndex,
    /// The step.
    pub step: u16,
    /// Step, session tag, then every field of both parts.
    pub fields: Vec<Field>,
}

/// Ceremonies that can tell the fields of every frame that they sent.
pub trait Inspect {
    /// All frames sent so far, in order.
    fn sent(&self) -> &[FrameFields];
}

impl FrameFields {
    pub(crate) fn new(to: PartyIndex, frame: &Frame, mut fields: Vec<Field>) -> Self {
        let header = |path: &str, start, end, kind| Field {
            part: Part::Header,
            path: path.to_owned(),
            start,
            end,
            kind,
        };
        // The header is step and tag, whatever their encoding: mutations act on the values.
        fields.insert(0, header("step", 0, 2, Kind::Fixed));
        fields.insert(1, header("session", 2, 2 + frame.session.len(), Kind::Fixed));
        Self { to, step: frame.step, fields }
    }
}

/// Every field of `message`, in order. Lists come before their elements.
pub fn of<T: Serialize>(part: Part, message: &T) -> Vec<Field> {
    let mut walker = Walker::new(part);
    message.serialize(&mut walker).expect("walking a message does not fail");
    walker.fields
}

pub(crate) fn of_parts<B: Serialize, P: Serialize>(broadcast: &B, private: &P) -> Vec<Field> {
    let mut fields = of(Part::Broadcast, broadcast);
    fields.extend(of(Part::Private, private));
    fields
}

pub(crate) fn of_word<B: Serialize, P: Serialize>(word: &Word<B, P>) -> Vec<(PartyIndex, Vec<Field>)> {
    word.private.iter().map(|(to, private)| (*to, of_parts(&word.broadcast, private))).collect()
}

#[cfg(test)]
mod tests {
    use serde::Serialize;

    use super::*;

    #[derive(Serialize)]
    struct Message {
        number: u64,
        array: [u8; 4],
        list: Vec<Inner>,
        maybe: Option<u16>,
        choice: Choice,
        nested: [[u8; 2]; 2],
    }

    #[derive(Serialize)]
    struct Inner {
        #[serde(with = "crate::wire::bytes")]
        bytes: Vec<u8>,
        flag: bool,
    }

    #[derive(Serialize)]
    enum Choice {
        #[allow(dead_code)]
        No,
        Yes {
            text: &'static str,
        },
    }

    fn message() -> Message {
        let inner = |length| Inner { bytes: vec![9; length], flag: true };
        let list = vec![inner(0), inner(3), inner(200)];
        let choice = Choice::Yes { text: "word" };
        Message { number: 300, array: [1; 4], list, maybe: Some(500), choice, nested: [[1, 2], [3, 4]] }
    }

    #[test]
    fn every_byte_of_a_message_lies_in_a_field_of_its_own() {
        let bytes = crate::wire::encode(&message());
        let mut at = 0;
        for field in of(Part::Broadcast, &message()) {
            assert_eq!(field.start, at, "{}", field.path);
            at = match field.kind {
                // The elements follow as fields of their own.
                Kind::List { prefix, .. } => field.start + prefix,
                _ => field.end,
            };
        }
        assert_eq!(at, bytes.len());
    }

    #[test]
    fn fields_are_named_by_their_path() {
        let paths: Vec<_> = of(Part::Broadcast, &message()).into_iter().map(|field| field.path).collect();
        let expected = [
            "number",
            "array",
            "list",
            "list[0].bytes",
            "list[0].flag",
            "list[1].bytes",
            "list[1].flag",
            "list[2].bytes",
            "list[2].flag",
            "maybe.some",
            "maybe",
            "choice.Yes",
            "choice.text",
            "nested[0]",
            "nested[1]",
        ];
        assert_eq!(paths, expected);
    }

    #[test]
    fn a_byte_string_is_cut_into_elements_of_one_size() {
        let fields = of(Part::Broadcast, &message());
        let bytes = fields.iter().find(|field| field.path == "list[2].bytes").unwrap();
        let ranges = |size, sampled| -> Vec<_> {
            bytes.elements(size, sampled).iter().map(|field| (field.start, field.end)).collect()
        };
        let start = bytes.end - 200;
        assert_eq!(
            ranges(50, true),
            [(start, start + 50), (start + 100, start + 150), (bytes.end - 50, bytes.end)]
        );
        assert_eq!(ranges(4, false).len(), 50);
        assert_eq!(ranges(200, true), [(start, bytes.end)]);
        assert!(ranges(3, true).is_empty() && ranges(0, true).is_empty());
        assert_eq!(bytes.elements(50, true)[1].path, "list[2].bytes[2]");
        assert!(fields[0].elements(1, true).is_empty());
    }

    #[test]
    fn a_list_knows_where_its_elements_lie() {
        let fields = of(Part::Broadcast, &message());
        let list = fields.iter().find(|field| field.path == "list").unwrap();
        let start = list.start + 1;
        let bounds = vec![start, start + 2, start + 2 + 5, start + 2 + 5 + 203];
        assert_eq!(list.kind, Kind::List { prefix: 1, bounds });
        assert_eq!(list.end, start + 2 + 5 + 203);
    }
}
