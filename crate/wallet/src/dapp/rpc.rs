//! Questions to chain nodes and what they were for.

use symbolon_chain::networks::Network;
use symbolon_chain::rpc::{Query, RpcError};
use symbolon_chain::{Address, B256, U256};

use super::allowances::AllowanceQuestion;
use super::items::Item;
use super::knowledge::{AgeQuestion, Code, TokenQuestion};
use super::networks::{Applicant, endpoint, from_hint};
use super::prepare::PrepareStep;
use super::requests::Source;
use super::simulate::Asked;
use crate::context::Context;
use crate::event::{ClientId, EffectId, FetchError, ProviderCall};
use crate::request::RequestId;
use crate::wallet::Wallet;

/// What an HTTP request was for.
#[derive(Debug)]
pub(crate) enum Purpose {
    Age { chain_id: u64, address: Address, question: AgeQuestion },
    Allowance(AllowanceQuestion),
    Balance { chain_id: u64, account: Address, token: Option<Address>, query: Query<U256> },
    Broadcast { request: RequestId, query: Query<B256> },
    CallReceipt { question: EffectId, place: usize },
    CheckNetwork(Box<(Network, Applicant)>, Query<u64>),
    Code { chain_id: u64, address: Address, query: Query<symbolon_chain::Bytes> },
    Height { chain_id: u64, query: Query<u64> },
    Item(Box<(ProviderCall, Item, Address)>, Query<U256>),
    Known { request: RequestId, query: Query<bool> },
    L1Fee { request: RequestId, digest: [u8; 32], query: Query<U256> },
    Mined { chain_id: u64, account: Address, query: Query<u64> },
    News { subscription: String },
    Prepare { request: RequestId, attempt: u64, step: PrepareStep },
    Read { client: ClientId, id: String, chain_id: u64 },
    Receipt { request: RequestId, query: Query<Option<symbolon_chain::rpc::Receipt>> },
    Simulate(Box<Asked>),
    Token { chain_id: u64, token: Address, question: TokenQuestion },
}

/// Why a question has no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NoAnswer {
    /// The node could not be reached, or what answered is no node.
    Down(FetchError),
    /// The node answered, and refuses.
    Refused(RpcError),
}

impl Wallet {
    /// Asks the node of a network. Unknown networks are asked at the endpoint of a request's hint.
    pub(super) fn ask(&mut self, cx: &mut Context<'_>, network: &Network, body: &[u8], purpose: Purpose) {
        self.ask_url(cx, endpoint(network), body, purpose);
    }

    pub(super) fn ask_url(&mut self, cx: &mut Context<'_>, url: &str, body: &[u8], purpose: Purpose) {
        let id = cx.fetch(url, String::from_utf8_lossy(body).into_owned(), TIMEOUT_MS);
        self.dapp.fetches.insert(id, purpose);
    }

    /// The network of a chain: ours, or the one that a proposing device named, for reads.
    pub(super) fn network_for(&self, chain_id: u64, source: &Source) -> Option<Network> {
        self.dapp.networks.find(chain_id).or_else(|| match source {
            Source::Device { network, .. } if network.chain_id == chain_id => Some(from_hint(network)),
            _ => None,
        })
    }

    /// Hands an answer to whom it concerns.
    pub(super) fn fetched(
        &mut self,
        cx: &mut Context<'_>,
        purpose: Purpose,
        outcome: Result<Vec<u8>, FetchError>,
    ) {
        match purpose {
            Purpose::Age { chain_id, address, question } => {
                self.age_came(cx, chain_id, address, question, outcome);
            }
            Purpose::Allowance(question) => self.allowance_came(cx, question, outcome),
            Purpose::Balance { chain_id, account, token, query } => {
                let answer = self.read(cx, chain_id, &query, outcome);
                self.balance_came(cx, chain_id, account, token, answer.ok());
            }
            Purpose::Broadcast { request, query } => {
                let chain_id =
                    self.entry(&request).and_then(super::requests::Entry::chain_id).unwrap_or_default();
                let answer = self.read(cx, chain_id, &query, outcome);
                self.broadcast_came(cx, &request, answer);
            }
            Purpose::CheckNetwork(applicant, query) => {
                let (network, applicant) = *applicant;
                self.network_checked(cx, network, applicant, read(&query, outcome).ok());
            }
            Purpose::Code { chain_id, address, query } => {
                let code = self.read(cx, chain_id, &query, outcome).ok();
                let code = code.map(|code| Code::of(&code));
                self.dapp.knowledge.code_came(chain_id, address, code);
                if code == Some(Code::Contract) {
                    self.look_up_age(cx, chain_id, address);
                }
                cx.view_changed();
            }
            Purpose::Known { request, query } => {
                let chain_id =
                    self.entry(&request).and_then(super::requests::Entry::chain_id).unwrap_or_default();
                let answer = self.read(cx, chain_id, &query, outcome);
                self.known_came(cx, &request, answer);
            }
            Purpose::Prepare { request, attempt, step } => {
                self.prepare_came(cx, &request, attempt, step, outcome)
            }
            Purpose::CallReceipt { question, place } => {
                self.call_receipt_came(cx, question, place, outcome);
            }
            Purpose::Height { chain_id, query } => {
                let answer = self.read(cx, chain_id, &query, outcome);
                self.height_came(cx, chain_id, answer.ok());
            }
            Purpose::Item(about, query) => {
                let (call, item, account) = *about;
                let answer = self.read(cx, item.chain_id, &query, outcome);
                self.item_came(cx, &call, item, account, answer);
            }
            Purpose::L1Fee { request, digest, query } => {
                self.l1_fee_came(cx, &request, digest, &query, outcome);
            }
            Purpose::Mined { chain_id, account, query } => {
                let answer = self.read(cx, chain_id, &query, outcome);
                self.mined_came(cx, chain_id, account, answer.ok());
            }
            Purpose::News { subscription } => self.news_came(cx, &subscription, outcome),
            Purpose::Read { client, id, chain_id } => {
                self.note_reachable(cx, chain_id, outcome.is_ok());
                cx.answer(client, &id, super::provider::read::result(outcome));
            }
            Purpose::Receipt { request, query } => {
                let chain_id =
                    self.dapp.activity.iter().find(|done| done.id == request).map(|done| done.chain_id);
                let answer = self.read(cx, chain_id.unwrap_or_default(), &query, outcome);
                self.receipt_came(cx, &request, answer);
            }
            Purpose::Simulate(asked) => self.simulation_came(cx, *asked, outcome),
            Purpose::Token { chain_id, token, question } => {
                self.token_came(cx, chain_id, token, question, outcome);
            }
        }
    }

    /// Reads an answer, and remembers whether the network's node can be reached.
    pub(super) fn read<T>(
        &mut self,
        cx: &mut Context<'_>,
        chain_id: u64,
        query: &Query<T>,
        outcome: Result<Vec<u8>, FetchError>,
    ) -> Result<T, NoAnswer> {
        let answer = read(query, outcome);
        self.note_reachable(cx, chain_id, !matches!(answer, Err(NoAnswer::Down(_))));
        answer
    }

    pub(super) fn note_reachable(&mut self, cx: &mut Context<'_>, chain_id: u64, reachable: bool) {
        if self.dapp.networks.find(chain_id).is_none() {
            return;
        }
        if reachable {
            self.dapp.dismissed.remove(&chain_id);
        }
        if self.dapp.networks.reachable.insert(chain_id, reachable) != Some(reachable) {
            cx.view_changed();
        }
    }
}

pub(crate) fn read<T>(query: &Query<T>, outcome: Result<Vec<u8>, FetchError>) -> Result<T, NoAnswer> {
    let response = outcome.map_err(NoAnswer::Down)?;
    query.answer(1, &response).map_err(|error| match error {
        RpcError::NotRpc | RpcError::TooLarge | RpcError::WrongId => NoAnswer::Down(FetchError::Unreachable),
        RpcError::Malformed { .. } | RpcError::Node { .. } => NoAnswer::Refused(error),
    })
}

/// How long a node may take, in milliseconds.
const TIMEOUT_MS: u32 = 15_000;
