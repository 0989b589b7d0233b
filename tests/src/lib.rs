//! symbolon-tests
