//! The cosigner.

fn main() -> std::process::ExitCode {
    symbolon_cosigner::program()
}
