//! The program from its first line to its exit code.

use clap::Parser;
use tracing_subscriber::EnvFilter;

use crate::options::{Action, Cli};

/// Reads the command line and does what it says; the code with which the process ends.
pub fn program() -> std::process::ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn")))
        .with_writer(std::io::stderr)
        .init();
    let Cli { action: Action::Run(options) } = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error),
    };
    let done = runtime.block_on(crate::run(*options));
    // Standard input may block a thread for ever; nothing waits for it.
    runtime.shutdown_background();
    match done {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => fail(&error),
    }
}

fn fail(error: &dyn std::error::Error) -> std::process::ExitCode {
    eprintln!("symbolon-cosigner: {error}");
    std::process::ExitCode::FAILURE
}
