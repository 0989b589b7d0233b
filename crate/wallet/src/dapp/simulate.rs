//! What a transaction would move, asked of this device's own node, and of no other's.
//!
//! Nothing that is signed depends on the answer. Nodes differ in what they offer, so there are three ways, tried in order;
//! what no way tells is said to be unknown.

use std::collections::BTreeMap;

use symbolon_chain::evm::tx::UnsignedTransaction;
use symbolon_chain::intent::Role;
use symbolon_chain::request::EvmSubject;
use symbolon_chain::rpc::{self, Query, RpcError};
use symbolon_chain::simulate::{Asset, Outcome, Run, Trial};
use symbolon_chain::{Address, Bytes, Request};

use super::rpc::Purpose;
use crate::context::Context;
use crate::event::FetchError;
use crate::messages;
use crate::request::RequestId;
use crate::wallet::Wallet;

/// A simulation of a request; gone with the process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Simulation {
    /// What it is of: a changed request is another simulation.
    pub digest: [u8; 32],
    pub state: State,
}

/// How far a simulation is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Done(Outcome),
    /// Why there is none, in a sentence.
    NotSimulated(String),
    Pending,
    /// It does not fail; what it moves, this node cannot tell.
    RunOnly,
}

/// A way to simulate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Way {
    Simulate,
    Trace,
    Call,
}

/// Ways that the node of a chain does not offer; gone with the process.
pub(crate) type Ways = BTreeMap<u64, Way>;

/// A question of a simulation.
#[derive(Debug)]
pub(crate) struct Asked {
    request: RequestId,
    digest: [u8; 32],
    trial: Trial,
    question: Question,
}

#[derive(Debug)]
enum Question {
    Simulate(Query<Run>),
    Trace(Query<Run>),
    Call(Query<Bytes>),
}

impl Question {
    fn new(way: Way, trial: &Trial) -> Self {
        match way {
            Way::Simulate => Self::Simulate(trial.simulation()),
            Way::Trace => Self::Trace(trial.trace()),
            Way::Call => Self::Call(trial.call()),
        }
    }

    fn way(&self) -> Way {
        match self {
            Self::Simulate(_) => Way::Simulate,
            Self::Trace(_) => Way::Trace,
            Self::Call(_) => Way::Call,
        }
    }

    fn body(&self) -> Vec<u8> {
        match self {
            Self::Simulate(query) | Self::Trace(query) => query.body(1),
            Self::Call(query) => query.body(1),
        }
    }
}

impl Way {
    fn next(self) -> Option<Self> {
        match self {
            Self::Simulate => Some(Self::Trace),
            Self::Trace => Some(Self::Call),
            Self::Call => None,
        }
    }
}

impl Wallet {
    /// Simulates a request's transaction, once for each of its digests; what had no answer is asked again.
    pub(super) fn simulate(&mut self, cx: &mut Context<'_>, id: &RequestId) {
        let Some((entry, prepared)) = self.entry(id).and_then(|it| Some((it, it.prepared.as_ref()?))) else {
            return;
        };
        let digest = prepared.digest;
        let under_way = entry.live.simulation.as_ref().is_some_and(|simulation| {
            simulation.digest == digest && !matches!(simulation.state, State::NotSimulated(_))
        });
        let Request::Evm(body) = &prepared.body;
        let (EvmSubject::Transaction(payload), false) = (&body.subject, under_way) else { return };
        let Ok(transaction) = UnsignedTransaction::decode(payload) else { return };
        // A node that another device named could say anything about what is signed: it is not asked.
        let Some(network) = self.dapp.networks.find(body.chain_id) else {
            let why = messages::NOT_SIMULATED_NETWORK.to_owned();
            return self.simulated(cx, id, digest, State::NotSimulated(why));
        };
        let trial = Trial::new(&transaction, body.account, &self.worth_measuring(id));
        let way = self.dapp.ways.get(&body.chain_id).copied().unwrap_or(Way::Simulate);
        self.simulated(cx, id, digest, State::Pending);
        let question = Question::new(way, &trial);
        let asked = question.body();
        let purpose = Purpose::Simulate(Box::new(Asked { request: *id, digest, trial, question }));
        self.ask(cx, &network, &asked, purpose);
    }

    /// Tokens that play a part, then the contract that is called (it may be one), then those on the owner's list.
    fn worth_measuring(&self, id: &RequestId) -> Vec<Address> {
        let Some(entry) = self.entry(id) else { return Vec::new() };
        let body = entry.prepared.as_ref().map(|prepared| &prepared.body);
        let Some(intent) = body.and_then(|body| self.intent(entry, body)) else { return Vec::new() };
        let playing = |role: Role| {
            intent.parties.iter().filter(move |party| party.role == role).map(|party| party.address)
        };
        let watched = self.dapp.tokens.iter().filter(|token| token.chain_id == intent.chain_id);
        playing(Role::Token)
            .chain(playing(Role::Contract))
            .chain(watched.map(|token| token.address))
            .collect()
    }

    pub(super) fn simulation_came(
        &mut self,
        cx: &mut Context<'_>,
        asked: Asked,
        outcome: Result<Vec<u8>, FetchError>,
    ) {
        let current = self.entry(&asked.request).and_then(|entry| entry.live.simulation.as_ref());
        if !current.is_some_and(|it| it.digest == asked.digest && it.state == State::Pending) {
            return;
        }
        let chain_id =
            self.entry(&asked.request).and_then(super::requests::Entry::chain_id).unwrap_or_default();
        match read(&asked, outcome) {
            Ok(state) => {
                if let State::Done(outcome) = &state {
                    self.look_up_moved(cx, &asked.request, chain_id, outcome);
                }
                self.simulated(cx, &asked.request, asked.digest, state);
            }
            Err(unanswered) => {
                let way = asked.question.way();
                if let (Unanswered::NotOffered, Some(next)) = (&unanswered, way.next()) {
                    self.dapp.ways.insert(chain_id, next);
                }
                match (way.next(), self.dapp.networks.find(chain_id)) {
                    (Some(next), Some(network)) => {
                        let question = Question::new(next, &asked.trial);
                        let body = question.body();
                        let purpose = Purpose::Simulate(Box::new(Asked { question, ..asked }));
                        self.ask(cx, &network, &body, purpose);
                    }
                    _ => {
                        let why = match unanswered {
                            Unanswered::Refused(words) => messages::not_simulated_refused(&words),
                            Unanswered::NotOffered | Unanswered::Silent => {
                                messages::NOT_SIMULATED_SILENT.to_owned()
                            }
                        };
                        self.simulated(cx, &asked.request, asked.digest, State::NotSimulated(why));
                    }
                }
            }
        }
    }

    fn simulated(&mut self, cx: &mut Context<'_>, id: &RequestId, digest: [u8; 32], state: State) {
        if let Some(entry) = self.entry_mut(id) {
            entry.live.simulation = Some(Simulation { digest, state });
            cx.view_changed();
        }
    }

    /// The names and decimals of tokens that turned up.
    fn look_up_moved(&mut self, cx: &mut Context<'_>, id: &RequestId, chain_id: u64, outcome: &Outcome) {
        let Some(source) = self.entry(id).map(|entry| entry.source.clone()) else { return };
        let moved = outcome.changes.iter().filter_map(|change| match change.asset {
            Asset::Coin => None,
            Asset::Token(token) | Asset::Item(token, _) => Some(token),
        });
        let allowed = outcome.allowances.iter().map(|allowed| allowed.token);
        for token in moved.chain(allowed).take(MAX_LOOKED_UP) {
            self.look_up_token(cx, chain_id, token, &source);
        }
    }
}

/// Why a way gave no answer.
enum Unanswered {
    NotOffered,
    Refused(String),
    Silent,
}

fn read(asked: &Asked, outcome: Result<Vec<u8>, FetchError>) -> Result<State, Unanswered> {
    let response = outcome.map_err(|_| Unanswered::Silent)?;
    match &asked.question {
        Question::Simulate(query) | Question::Trace(query) => {
            let run = query.answer(1, &response).map_err(|error| unanswered(&error))?;
            asked.trial.outcome(&run).map(State::Done).ok_or(Unanswered::NotOffered)
        }
        Question::Call(query) => match query.answer(1, &response) {
            Ok(_) => Ok(State::RunOnly),
            Err(error) if error.is_revert() => {
                let reverted = Some(rpc::revert_reason(&error).unwrap_or_default());
                Ok(State::Done(Outcome { reverted, ..Outcome::default() }))
            }
            Err(error) => Err(unanswered(&error)),
        },
    }
}

fn unanswered(error: &RpcError) -> Unanswered {
    match error {
        // JSON-RPC 2.0, 5.1; EIP-1474, "Error codes"
        RpcError::Node { code: -32601 | -32004, .. } | RpcError::Malformed { .. } => Unanswered::NotOffered,
        RpcError::Node { message, .. } => Unanswered::Refused(message.clone()),
        RpcError::NotRpc | RpcError::TooLarge | RpcError::WrongId => Unanswered::Silent,
    }
}

/// Tokens of one simulation whose names are asked for.
const MAX_LOOKED_UP: usize = 12;
