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

    /// DANGER: says "same" to every comparison of symbols and words, and agrees to every change of the wallet's devices,
    /// without asking. For tests and demonstrations.
    #[arg(long)]
    pub danger_accept_symbols: bool,

    /// Signs by itself up to this many wei within any 24 hours, value and highest fee together.
    #[arg(long, value_name = "WEI")]
    pub unattended_wei_per_day: Option<u128>,

    /// Chain on which it signs by itself; may be given several times. None given: all.
    #[arg(long = "chain", value_name = "ID")]
    pub chains: Vec<u64>,

    /// Agrees by itself when the same devices shall get new shares. A device that joins or leaves, or another number
    /// that must sign, is never agreed to without its owner: such a change gives power away.
    #[arg(long)]
    pub unattended_rotation: bool,

    /// Asks on the terminal about changes of the wallet's devices also where this device signs by itself. Without it
    /// such a device refuses them.
    #[arg(long)]
    pub ask_changes: bool,

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

    /// What this device does about a change of the wallet's devices.
    pub fn about_change(&self, is_rotation: bool) -> AboutChange {
        if self.danger_accept_symbols || (self.unattended_rotation && is_rotation) {
            AboutChange::Agree
        } else if self.unattended().is_some() && !self.ask_changes {
            AboutChange::Refuse
        } else {
            AboutChange::Ask
        }
    }
}

/// What to do about a change of the wallet's devices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AboutChange {
    /// Agree without asking.
    Agree,
    /// Ask the owner on the terminal.
    Ask,
    /// Refuse: nobody watches.
    Refuse,
}

#[cfg(test)]
#[allow(clippy::panic)]
mod tests {
    use clap::Parser;

    use super::*;

    fn about(options: &[&str], is_rotation: bool) -> AboutChange {
        let line = ["symbolon-cosigner", "run", "--store", "x"].iter().chain(options);
        let Ok(Cli { action: Action::Run(options) }) = Cli::try_parse_from(line) else {
            panic!("{options:?}")
        };
        options.about_change(is_rotation)
    }

    #[test]
    fn a_device_that_signs_by_itself_refuses_changes_unless_it_is_told_to_ask() {
        let signs = ["--unattended-wei-per-day", "1"];
        assert_eq!(about(&signs, true), AboutChange::Refuse);
        assert_eq!(about(&signs, false), AboutChange::Refuse);
        assert_eq!(about(&[&signs[..], &["--ask-changes"]].concat(), false), AboutChange::Ask);
        assert_eq!(about(&["--danger-approve-everything"], false), AboutChange::Refuse);
    }

    #[test]
    fn only_new_shares_for_the_same_devices_are_agreed_to_unattended() {
        assert_eq!(about(&["--unattended-rotation"], true), AboutChange::Agree);
        assert_eq!(about(&["--unattended-rotation"], false), AboutChange::Ask);
        let signs = ["--unattended-rotation", "--unattended-wei-per-day", "1"];
        assert_eq!((about(&signs, true), about(&signs, false)), (AboutChange::Agree, AboutChange::Refuse));
        assert_eq!(about(&["--danger-accept-symbols"], false), AboutChange::Agree);
    }

    #[test]
    fn a_device_with_an_owner_asks() {
        assert_eq!((about(&[], true), about(&[], false)), (AboutChange::Ask, AboutChange::Ask));
    }
}
