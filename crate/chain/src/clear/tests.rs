mod engine;
mod registry;
