//! The address book: the owner's own names for addresses, on this device.

use symbolon_chain::Address;
use symbolon_chain::evm::address;

use super::record;
use crate::context::Context;
use crate::messages;
use crate::view::ContactView;
use crate::wallet::Wallet;

impl Wallet {
    /// Names an address, anew or for the first time.
    pub(super) fn set_contact(
        &mut self,
        cx: &mut Context<'_>,
        text: &str,
        name: &str,
    ) -> Result<(), (&'static str, String)> {
        let address =
            address::parse(text.trim()).map_err(|_| ("contact/address", messages::ADDRESS.to_owned()))?;
        let name = name.trim();
        let length = name.chars().count();
        let signs = symbolon_chain::text::signs(name);
        if length == 0 || length > MAX_NAME || signs.deceptive {
            return Err(("contact/name", messages::NAME.to_owned()));
        }
        if self.dapp.book.len() >= MAX_CONTACTS && !self.dapp.book.contains_key(&address) {
            return Err(("contact/too-many", messages::BOOK_FULL.to_owned()));
        }
        self.dapp.book.insert(address, symbolon_chain::text::inert_name(name));
        self.store_book(cx);
        Ok(())
    }

    pub(super) fn remove_contact(
        &mut self,
        cx: &mut Context<'_>,
        text: &str,
    ) -> Result<(), (&'static str, String)> {
        let known: Option<Address> = address::parse_any_case(text.trim()).ok();
        if known.and_then(|address| self.dapp.book.remove(&address)).is_none() {
            return Err(("contact/unknown", messages::CONTACT_UNKNOWN.to_owned()));
        }
        self.store_book(cx);
        Ok(())
    }

    /// By name.
    pub(super) fn contact_views(&self) -> Vec<ContactView> {
        let view = |(address, name): (&Address, &String)| ContactView {
            address: address::checksummed(address),
            name: name.clone(),
        };
        let mut all: Vec<ContactView> = self.dapp.book.iter().map(view).collect();
        all.sort_by_key(|contact| contact.name.to_lowercase());
        all
    }

    fn store_book(&self, cx: &mut Context<'_>) {
        cx.store(record::put(record::BOOK, &self.dapp.book));
        cx.view_changed();
    }
}

const MAX_CONTACTS: usize = 500;
const MAX_NAME: usize = 40;
