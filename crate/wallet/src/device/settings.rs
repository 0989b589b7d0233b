//! What the owner may set on this device: its name, its relay, when it locks.

use super::notices::refusal;
use crate::context::Context;
use crate::effect::CommandError;
use crate::wallet::Wallet;

impl Wallet {
    /// Sets after how many idle minutes the vault locks.
    pub(crate) fn set_auto_lock(&mut self, cx: &mut Context<'_>, minutes: u32) -> Result<(), CommandError> {
        self.opened()?;
        if !(1..=15).contains(&minutes) {
            return Err(refusal("settings/auto-lock", "Choose between 1 and 15 minutes."));
        }
        if let Some(settings) = &mut self.device.settings {
            settings.auto_lock_minutes = minutes;
        }
        self.store_settings(cx);
        Ok(())
    }

    /// Renames this device.
    pub(crate) fn set_device_name(&mut self, cx: &mut Context<'_>, name: &str) -> Result<(), CommandError> {
        let open = self.opened()?;
        open.card = open
            .identity
            .card(name)
            .map_err(|error| refusal("setup/name", format!("Choose another name: {error}.")))?;
        if let Some(settings) = &mut self.device.settings {
            settings.name = name.to_owned();
        }
        self.store_settings(cx);
        self.greet_all(cx);
        Ok(())
    }

    /// Moves to another relay. The other devices must be told by their owners, too.
    pub(crate) fn set_relay(&mut self, cx: &mut Context<'_>, url: &str) -> Result<(), CommandError> {
        self.opened()?;
        check_relay_url(url)?;
        if let Some(settings) = &mut self.device.settings {
            settings.relay_url = url.to_owned();
        }
        self.store_settings(cx);
        Ok(())
    }
}

/// `wss://`, or `ws://` to this very machine.
pub(super) fn check_relay_url(url: &str) -> Result<(), CommandError> {
    let refused = || refusal("relay/url", "A relay's address looks like wss://relay.example.org/v1/relay.");
    let rest = url.strip_prefix("wss://").or_else(|| {
        url.strip_prefix("ws://").filter(|rest| {
            let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
            let name = host.rsplit_once(':').map_or(host, |(name, port)| {
                if port.bytes().all(|byte| byte.is_ascii_digit()) { name } else { host }
            });
            matches!(name, "localhost" | "127.0.0.1" | "[::1]")
        })
    });
    let plain = rest.is_some_and(|rest| {
        rest.bytes().all(|byte| byte.is_ascii_graphic())
            && rest.split('/').next().is_some_and(|host| !host.is_empty() && !host.contains('@'))
    });
    if plain && url.len() <= 512 { Ok(()) } else { Err(refused()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relay_is_reached_by_tls_or_on_this_machine() {
        for url in [
            "wss://relay.example.org/v1/relay",
            "ws://127.0.0.1:8080/v1/relay",
            "ws://localhost/x",
            "ws://[::1]:1/",
        ] {
            assert!(check_relay_url(url).is_ok(), "{url}");
        }
        for url in [
            "",
            "ws://relay.example.org",
            "https://x",
            "wss://",
            "ws://127.0.0.1@evil.example/",
            "ws://localhost.evil.example",
        ] {
            assert!(check_relay_url(url).is_err(), "{url}");
        }
    }
}
