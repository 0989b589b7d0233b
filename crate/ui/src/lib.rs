//! symbolon-ui
