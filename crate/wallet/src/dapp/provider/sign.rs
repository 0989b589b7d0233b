//! What asks for a signature.

use serde_json::Value;
use symbolon_chain::evm::params;
use symbolon_chain::request::{EvmRequest, TypedDataVersion};
use symbolon_chain::{Address, Request};

use super::super::accounts;
use super::super::requests::{Ask, FeeWish, Prepared, SignAsk, Source};
use super::{Reply, error};
use crate::context::Context;
use crate::effect::ProviderError;
use crate::event::ProviderCall;
use crate::wallet::Wallet;

impl Wallet {
    pub(super) fn send_transaction(
        &mut self,
        cx: &mut Context<'_>,
        call: &ProviderCall,
        params: &Value,
    ) -> Reply {
        let chain_id = self.dapp.networks.active;
        let parsed = match self.connected(call).and_then(|()| {
            params::send_transaction(params, chain_id).map_err(|error| error::invalid(&error.message))
        }) {
            Ok(parsed) => parsed,
            Err(error) => return Some(Err(error)),
        };
        let path = match self.path_for(call, &parsed.from) {
            Ok(path) => path,
            Err(error) => return Some(Err(error)),
        };
        let transaction = Some(params.to_string());
        let ask = SignAsk { chain_id, account: parsed.from, path, transaction, fee: FeeWish::Page };
        self.ask_to_sign(cx, call, ask, None)
    }

    pub(super) fn personal_sign(
        &mut self,
        cx: &mut Context<'_>,
        call: &ProviderCall,
        params: &Value,
    ) -> Reply {
        let chain_id = self.dapp.networks.active;
        let parsed = self.connected(call).and_then(|()| {
            params::personal_sign(params, chain_id).map_err(|error| error::invalid(&error.message))
        });
        self.sign_message(cx, call, parsed)
    }

    pub(super) fn sign_typed_data(
        &mut self,
        cx: &mut Context<'_>,
        call: &ProviderCall,
        params: &Value,
        version: TypedDataVersion,
    ) -> Reply {
        let chain_id = self.dapp.networks.active;
        let parsed = self.connected(call).and_then(|()| {
            params::sign_typed_data(params, version, chain_id).map_err(|error| error::invalid(&error.message))
        });
        self.sign_message(cx, call, parsed)
    }

    fn sign_message(
        &mut self,
        cx: &mut Context<'_>,
        call: &ProviderCall,
        parsed: Result<EvmRequest, ProviderError>,
    ) -> Reply {
        let checked = parsed.and_then(|request| {
            let path = self.path_for(call, &request.account)?;
            let (chain_id, account) = (request.chain_id, request.account);
            let body = Request::Evm(request);
            let digest = symbolon_chain::digest(&body).map_err(|error| error::invalid(&error.to_string()))?;
            let ask = SignAsk { chain_id, account, path, transaction: None, fee: FeeWish::Page };
            Ok((ask, Prepared { body, digest: digest.0, fee: None, fails: None }))
        });
        match checked {
            Ok((ask, prepared)) => self.ask_to_sign(cx, call, ask, Some(prepared)),
            Err(error) => Some(Err(error)),
        }
    }

    fn ask_to_sign(
        &mut self,
        cx: &mut Context<'_>,
        call: &ProviderCall,
        ask: SignAsk,
        prepared: Option<Prepared>,
    ) -> Reply {
        if self.too_many(call) {
            return Some(Err(error::limit()));
        }
        self.touch_site(cx, &call.origin);
        let source = Source::Page { origin: call.origin.clone(), id: call.id.clone() };
        let id = self.journal(cx, source, Ask::Sign(ask), Some(call.client), prepared);
        self.look_up(cx, &id);
        None
    }

    /// A site that is not connected learns nothing about its parameters.
    pub(super) fn connected(&self, call: &ProviderCall) -> Result<(), ProviderError> {
        if self.dapp.sites.contains_key(&call.origin) { Ok(()) } else { Err(error::unauthorized()) }
    }

    pub(super) fn path_for(&self, call: &ProviderCall, account: &Address) -> Result<String, ProviderError> {
        let ours = self.account(account).filter(|_| self.may_use(&call.origin, account));
        ours.map(|account| accounts::path(account.index)).ok_or_else(error::unauthorized)
    }
}
