//! symbolon-relay
