//! A serializer that writes nothing and notes where every field would lie (postcard's layout).

use core::fmt;

use serde::ser::{self, Serialize};

use super::fields::{Field, Kind, Part};

/// Walks a message; see [`super::fields::of`].
pub(super) struct Walker {
    part: Part,
    path: String,
    offset: usize,
    pub(super) fields: Vec<Field>,
}

/// A message type that the walk cannot follow: a defect of the type, not of data.
#[derive(Debug)]
pub(super) struct Unwalkable(String);

/// A compound value being walked.
pub(super) struct Inside<'a> {
    walker: &'a mut Walker,
    outer_path: String,
    first_field: usize,
    start: usize,
    count: usize,
    /// Of a list: where its field stands, and the bounds seen so far.
    list: Option<(usize, Vec<usize>)>,
    is_tuple: bool,
}

impl Walker {
    pub(super) fn new(part: Part) -> Self {
        Self { part, path: String::new(), offset: 0, fields: Vec::new() }
    }

    fn leaf(&mut self, length: usize, kind: Kind) -> Result<(), Unwalkable> {
        let field = Field {
            part: self.part,
            path: self.path.clone(),
            start: self.offset,
            end: self.offset + length,
            kind,
        };
        self.offset += length;
        self.fields.push(field);
        Ok(())
    }

    fn varying<T: Serialize>(&mut self, value: &T) -> Result<(), Unwalkable> {
        self.leaf(encoded_length(value), Kind::Varying)
    }

    fn bytes(&mut self, length: usize) -> Result<(), Unwalkable> {
        let prefix = encoded_length(&length);
        self.leaf(prefix + length, Kind::Bytes { prefix })
    }

    fn inside(&mut self, list_length: Option<usize>, is_tuple: bool) -> Inside<'_> {
        let (first_field, start) = (self.fields.len(), self.offset);
        let list = list_length.map(|length| {
            let prefix = encoded_length(&length);
            self.fields.push(Field {
                part: self.part,
                path: self.path.clone(),
                start,
                end: start,
                kind: Kind::List { prefix, bounds: Vec::new() },
            });
            self.offset += prefix;
            (first_field, vec![self.offset])
        });
        let outer_path = self.path.clone();
        Inside { walker: self, outer_path, first_field, start, count: 0, list, is_tuple }
    }

    fn tag(&mut self, name: &'static str, index: u32) -> Result<(), Unwalkable> {
        let outer = self.path.clone();
        self.enter(name);
        self.varying(&index)?;
        self.path = outer;
        Ok(())
    }

    fn enter(&mut self, name: &str) {
        if !self.path.is_empty() {
            self.path.push('.');
        }
        self.path.push_str(name);
    }
}

impl Inside<'_> {
    fn element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unwalkable> {
        self.walker.path = format!("{}[{}]", self.outer_path, self.count);
        self.count += 1;
        value.serialize(&mut *self.walker)?;
        if let Some((_, bounds)) = &mut self.list {
            bounds.push(self.walker.offset);
        }
        Ok(())
    }

    fn named<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Result<(), Unwalkable> {
        self.walker.path.clone_from(&self.outer_path);
        self.walker.enter(name);
        value.serialize(&mut *self.walker)
    }

    fn finish(self) -> Result<(), Unwalkable> {
        let Inside { walker, outer_path, first_field, start, count, list, is_tuple } = self;
        walker.path = outer_path;
        let end = walker.offset;
        if let Some((field, seen)) = list
            && let Some(Field { end: list_end, kind: Kind::List { bounds, .. }, .. }) =
                walker.fields.get_mut(field)
        {
            *list_end = end;
            *bounds = seen;
        }
        // A tuple of single bytes is a byte array: one field.
        let inner = walker.fields.get(first_field..).unwrap_or_default();
        let is_array = is_tuple && count > 1 && inner.len() == count && end - start == count;
        if is_array && inner.iter().all(|field| field.kind == Kind::Fixed) {
            walker.fields.truncate(first_field);
            walker.offset = start;
            walker.leaf(count, Kind::Fixed)?;
        }
        Ok(())
    }
}

fn encoded_length<T: Serialize>(value: &T) -> usize {
    crate::wire::encode(value).len()
}

macro_rules! leaves {
    ($($method:ident: $type:ty => $kind:ident,)*) => {
        $(fn $method(self, value: $type) -> Result<(), Unwalkable> {
            self.leaf(encoded_length(&value), Kind::$kind)
        })*
    };
}

impl<'a> ser::Serializer for &'a mut Walker {
    type Ok = ();
    type Error = Unwalkable;
    type SerializeSeq = Inside<'a>;
    type SerializeTuple = Inside<'a>;
    type SerializeTupleStruct = Inside<'a>;
    type SerializeTupleVariant = Inside<'a>;
    type SerializeMap = Inside<'a>;
    type SerializeStruct = Inside<'a>;
    type SerializeStructVariant = Inside<'a>;

    leaves! {
        serialize_bool: bool => Fixed,
        serialize_i8: i8 => Fixed,
        serialize_u8: u8 => Fixed,
        serialize_f32: f32 => Fixed,
        serialize_f64: f64 => Fixed,
        serialize_i16: i16 => Varying,
        serialize_i32: i32 => Varying,
        serialize_i64: i64 => Varying,
        serialize_u16: u16 => Varying,
        serialize_u32: u32 => Varying,
        serialize_u64: u64 => Varying,
        serialize_char: char => Varying,
    }

    fn serialize_str(self, value: &str) -> Result<(), Unwalkable> {
        self.bytes(value.len())
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<(), Unwalkable> {
        self.bytes(value.len())
    }

    fn serialize_none(self) -> Result<(), Unwalkable> {
        self.leaf(1, Kind::Fixed)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Unwalkable> {
        let outer = self.path.clone();
        self.enter("some");
        self.leaf(1, Kind::Fixed)?;
        self.path = outer;
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Unwalkable> {
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Unwalkable> {
        Ok(())
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        index: u32,
        name: &'static str,
    ) -> Result<(), Unwalkable> {
        self.tag(name, index)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Unwalkable> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        index: u32,
        name: &'static str,
        value: &T,
    ) -> Result<(), Unwalkable> {
        self.tag(name, index)?;
        value.serialize(self)
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<Inside<'a>, Unwalkable> {
        let length = length.ok_or_else(|| Unwalkable("a list of unknown length".to_owned()))?;
        Ok(self.inside(Some(length), false))
    }

    fn serialize_tuple(self, _: usize) -> Result<Inside<'a>, Unwalkable> {
        Ok(self.inside(None, true))
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Inside<'a>, Unwalkable> {
        Ok(self.inside(None, false))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        index: u32,
        name: &'static str,
        _: usize,
    ) -> Result<Inside<'a>, Unwalkable> {
        self.tag(name, index)?;
        Ok(self.inside(None, false))
    }

    fn serialize_map(self, length: Option<usize>) -> Result<Inside<'a>, Unwalkable> {
        // Keys and values alternate as elements, which is exact for ranges but not for the list's bounds: a map
        // on the wire would have to be sorted and checked anyway, so no message may hold one.
        let _ = length;
        Err(Unwalkable("a map".to_owned()))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Inside<'a>, Unwalkable> {
        Ok(self.inside(None, false))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        index: u32,
        name: &'static str,
        _: usize,
    ) -> Result<Inside<'a>, Unwalkable> {
        self.tag(name, index)?;
        Ok(self.inside(None, false))
    }

    fn is_human_readable(&self) -> bool {
        false
    }
}

macro_rules! compounds {
    ($($trait:ident: $method:ident,)*) => {
        $(impl ser::$trait for Inside<'_> {
            type Ok = ();
            type Error = Unwalkable;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unwalkable> {
                self.element(value)
            }

            fn end(self) -> Result<(), Unwalkable> {
                self.finish()
            }
        })*
    };
}

compounds! {
    SerializeSeq: serialize_element,
    SerializeTuple: serialize_element,
    SerializeTupleStruct: serialize_field,
    SerializeTupleVariant: serialize_field,
}

impl ser::SerializeMap for Inside<'_> {
    type Ok = ();
    type Error = Unwalkable;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Unwalkable> {
        self.element(key)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unwalkable> {
        self.element(value)
    }

    fn end(self) -> Result<(), Unwalkable> {
        self.finish()
    }
}

macro_rules! structs {
    ($($trait:ident,)*) => {
        $(impl ser::$trait for Inside<'_> {
            type Ok = ();
            type Error = Unwalkable;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                name: &'static str,
                value: &T,
            ) -> Result<(), Unwalkable> {
                self.named(name, value)
            }

            fn end(self) -> Result<(), Unwalkable> {
                self.finish()
            }
        })*
    };
}

structs! {
    SerializeStruct,
    SerializeStructVariant,
}

impl fmt::Display for Unwalkable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unwalkable {}

impl ser::Error for Unwalkable {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}
