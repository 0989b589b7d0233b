//! Values that are wiped when dropped and never printed.

use core::fmt;

use zeroize::Zeroize;

/// A secret value: wiped on drop, printed as `<redacted>`, neither `Clone` nor `Serialize`.
///
/// It lies on the heap, so that whoever moves it moves a pointer: a value that is moved would leave its bytes behind on the stack,
/// where nobody wipes them.
pub struct Secret<T: Zeroize>(Box<T>);

impl<T: Zeroize> Secret<T> {
    /// Takes a value into custody.
    pub fn new(value: T) -> Self {
        Self(Box::new(value))
    }

    /// Lends the value to `use_it`. Each call site says why in an `// EXPOSE:` comment.
    pub fn expose<R>(&self, use_it: impl FnOnce(&T) -> R) -> R {
        use_it(&self.0)
    }

    /// Lends the value mutably to `use_it`. Each call site says why in an `// EXPOSE:` comment.
    pub fn expose_mut<R>(&mut self, use_it: impl FnOnce(&mut T) -> R) -> R {
        use_it(&mut self.0)
    }
}

impl<T: Zeroize> Drop for Secret<T> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl<T: Zeroize> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<redacted>")
    }
}
