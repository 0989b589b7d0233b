//! symbolon-mpc
