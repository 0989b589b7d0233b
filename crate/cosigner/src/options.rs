//! What the command line says.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use symbolon_wallet::Unattended;

/// Symbolon cosigner: a device of your wallet without a screen.
#[derive(Debug, Parser)]
#[command(name = "symbolon-cosigner", version, about, long_about = None)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub action: Action,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// Runs until stopped: sets itself up on first use, joins with --join, then co-signs.
    Run(Box<Options>),
}

/// Options of `run`.
#[derive(Args, Clone, Debug)]
pub struct Options {
    /// Folder for this device's records; made if missing.
    #[arg(long, value_name = "DIR")]
    pub store: PathBuf,

    /// File whose first line is the password of this device's vault. Without it, the terminal asks.
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,

    /// The relay, on first use: wss://…/v1/relay, or ws:// on this machine.
    #[arg(long, value_name = "URL", default_value = "ws://127.0.0.1:8787/v1/relay")]
    pub relay: String,

    /// Name that your other devices show for this one.
    #[arg(long, default_value = "Cosigner")]
    pub name: String,

    /// Link shown by the device that invites this one.
    #[arg(long, value_name = "LINK")]
    pub join: Option<String>,

    /// DANGER: says "same" to every comparison of symbols and words without asking. For tests and demonstrations.
    #[arg(long)]
    pub danger_accept_symbols: bool,

    /// Signs by itself up to this many wei within any 24 hours, value and highest fee together.
    #[arg(long, value_name = "WEI")]
    pub unattended_wei_per_day: Option<u128>,

    /// Chain on which it signs by itself; may be given several times. None given: all.
    #[arg(long = "chain", value_name = "ID")]
    pub chains: Vec<u64>,

    /// DANGER: signs whatever it is asked. For worthless chains only.
    #[arg(long)]
    pub danger_approve_everything: bool,

    /// Writes JSON lines to standard output, and reads commands as JSON lines from standard input.
    #[arg(long)]
    pub json: bool,

    /// Speaks this version to other devices, as an older or newer program does.
    #[cfg(feature = "testing")]
    #[arg(long, value_name = "NUMBER")]
    pub peer_version: Option<u16>,
}

impl Options {
    /// What this device may sign without its owner.
    pub fn unattended(&self) -> Option<Unattended> {
        if self.unattended_wei_per_day.is_none() && !self.danger_approve_everything {
            return None;
        }
        Some(Unattended {
            chains: self.chains.clone(),
            max_wei_per_day: self.unattended_wei_per_day.unwrap_or_default(),
            danger_everything: self.danger_approve_everything,
        })
    }
}
