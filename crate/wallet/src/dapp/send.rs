//! The owner's own sends: the same requests as a page's, asked by this wallet.

use serde_json::json;
use symbolon_chain::evm::address;
use symbolon_chain::evm::call::erc20_transfer;
use symbolon_chain::evm::quantity::{write_bytes, write_number};
use symbolon_chain::{U256, units};

use super::accounts;
use super::requests::{Ask, FeeWish, SignAsk, Source};
use crate::context::Context;
use crate::messages;
use crate::wallet::Wallet;

impl Wallet {
    /// Makes a request of what the owner wants to send.
    pub(super) fn send(
        &mut self,
        cx: &mut Context<'_>,
        to: &str,
        amount: &str,
        token: Option<&str>,
    ) -> Result<(), (&'static str, String)> {
        let bad_address = |_| ("send/address", messages::ADDRESS.to_owned());
        let bad_amount = || ("send/amount", messages::AMOUNT.to_owned());
        let account = self.selected_account().cloned();
        let account = account.ok_or_else(|| ("account/no-key", messages::NO_KEY.to_owned()))?;
        let network = self.active_network();
        let to = address::parse(to).map_err(bad_address)?;
        let token = token.map(address::parse).transpose().map_err(bad_address)?;
        let decimals = match token {
            None => network.currency.decimals,
            Some(token) => {
                let watched = self
                    .dapp
                    .tokens
                    .iter()
                    .find(|one| one.chain_id == network.chain_id && one.address == token);
                watched.ok_or_else(|| ("send/token", messages::NOT_A_TOKEN.to_owned()))?.decimals
            }
        };
        let amount = units::parse(amount, decimals).map_err(|_| bad_amount())?;
        if amount == U256::ZERO {
            return Err(bad_amount());
        }
        let from = address::lower_case(&account.address);
        let transaction = match token {
            None => json!([{ "from": from, "to": address::lower_case(&to), "value": write_number(amount) }]),
            Some(token) => json!([{
                "from": from,
                "to": address::lower_case(&token),
                "data": write_bytes(&erc20_transfer(to, amount)),
            }]),
        };
        let ask = Ask::Sign(SignAsk {
            chain_id: network.chain_id,
            account: account.address,
            path: accounts::path(account.index),
            transaction: Some(transaction.to_string()),
            fee: FeeWish::Page,
        });
        self.journal(cx, Source::Wallet, ask, None, None);
        Ok(())
    }
}
