//! The dApp side, driven through events, with a scripted node and a stand-in for the owner's other devices.

mod arrive;
mod calls;
mod cards;
mod fees;
mod keeping;
mod l1_fee;
mod network;
mod node;
mod nonces;
mod packs;
mod policy;
mod provider;
mod queue;
mod restart;
mod rig;
mod risks;
mod simulation;
mod sites;
mod subscriptions;

pub(crate) use rig::StandIn;
