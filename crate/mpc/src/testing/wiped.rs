//! What holds a secret is wiped when it is dropped, and can be neither copied nor written: shown when tests are
//! compiled.
//!
//! Safe Rust cannot look at memory that was given back. What it can show is that every type which holds a secret
//! says of every field whether it is one, and that each of those is wiped in its turn, down to types that wipe
//! themselves; a field that is added does not compile until that is said of it.

use std::collections::BTreeMap;

pub use serde::Serialize;
pub use zeroize::ZeroizeOnDrop;
use zeroize::{Zeroize, Zeroizing};

use crate::secret::Secret;

/// Everything secret in it is wiped when it is dropped.
pub trait Wiped {}

impl<T: Zeroize> Wiped for Zeroizing<T> {}
impl<T: Zeroize> Wiped for Secret<T> {}
impl<T: Wiped + ?Sized> Wiped for Box<T> {}
impl<T: Wiped> Wiped for Option<T> {}
impl<T: Wiped> Wiped for Vec<T> {}
impl<K, T: Wiped> Wiped for BTreeMap<K, T> {}

/// `wiped!(Type, Name { secret, fields } but { public, fields })` holds if the secret fields are [`Wiped`], no field is
/// left out, and the type is neither `Clone` nor `Serialize`. `wiped!(Type)` is for types that wipe themselves
/// ([`ZeroizeOnDrop`]), `wiped!(message Type)` for those of them that travel.
#[macro_export]
macro_rules! wiped {
    ($type:ty, $name:ident { $($secret:tt),* } but { $($public:tt),* }) => {
        impl $crate::testing::wiped::Wiped for $type {}
        const _: fn(&$type) = |value| {
            fn is_wiped<T: $crate::testing::wiped::Wiped>(_: &T) {}
            let $name { $($secret: _,)* $($public: _,)* } = value;
            $(is_wiped(&value.$secret);)*
        };
        $crate::lacks!($type: Clone);
        $crate::lacks!($type: $crate::testing::wiped::Serialize);
    };
    (message $type:ty) => {
        impl $crate::testing::wiped::Wiped for $type {}
        const _: fn() = || {
            fn wipes_itself<T: $crate::testing::wiped::ZeroizeOnDrop>() {}
            wipes_itself::<$type>();
        };
    };
    ($type:ty) => {
        $crate::wiped!(message $type);
        $crate::lacks!($type: Clone);
        $crate::lacks!($type: $crate::testing::wiped::Serialize);
    };
}

/// `lacks!(Type: Trait)` compiles only if the type does not implement the trait.
#[macro_export]
macro_rules! lacks {
    ($type:ty: $trait:path) => {
        const _: fn() = || {
            // Of a type that implements the trait there would be two such functions, and no way to tell which one is
            // meant.
            #[allow(dead_code)]
            trait Ambiguous<A> {
                fn one_of_two() {}
            }
            struct Implements;
            impl<T: ?Sized> Ambiguous<()> for T {}
            impl<T: ?Sized + $trait> Ambiguous<Implements> for T {}
            let _ = <$type as Ambiguous<_>>::one_of_two;
        };
    };
}

crate::lacks!(Secret<[u8; 32]>: Clone);
crate::lacks!(Secret<[u8; 32]>: Serialize);

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::rc::Rc;

    use super::*;

    /// A value that tells when it is wiped.
    struct Probe(Rc<Cell<u32>>);

    impl Zeroize for Probe {
        fn zeroize(&mut self) {
            self.0.set(self.0.get() + 1);
        }
    }

    #[test]
    fn a_secret_is_wiped_once_when_it_is_dropped() {
        let count = Rc::new(Cell::new(0));
        let secret = Secret::new(Probe(Rc::clone(&count)));
        // EXPOSE: no secret.
        secret.expose(|probe| assert_eq!(probe.0.get(), 0));
        drop(secret);
        assert_eq!(count.get(), 1);
    }
}
