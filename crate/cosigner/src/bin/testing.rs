//! The cosigner with options that only tests need.

fn main() -> std::process::ExitCode {
    symbolon_cosigner::program()
}
