//! The engine on descriptors of its own.
