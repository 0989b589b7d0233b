//! The screens of every device: one component library, drawn from [`symbolon_wallet::view::View`].
pub mod testids;
