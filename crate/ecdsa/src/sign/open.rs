//! Round 2 of protocol 3.6 (§8.4, §8.5): open the nonce, and Alice's half of every multiplication; then every
//! check.

use k256::{ProjectivePoint, Scalar};
use rand_core::CryptoRngCore;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;
use symbolon_mpc::machine::{Context, Heard, Next, Round, Word};
use symbolon_mpc::{Abort, Cause, wire};
use zeroize::Zeroizing;

use super::commit::{Nonce, Peer, commit};
use super::last::{Last, Partial};
use super::{Signed, Signer, blame, somebody};
use crate::curve::{self, COMPRESSED, SCALAR};
use crate::vole::{Bob, Shares, VoleMessage};

/// The round, number `N`.
pub(super) struct Open<const N: u16> {
    signer: Signer,
    blind: Zeroizing<[u8; 32]>,
    nonces: Vec<Nonce>,
    peers: Vec<Peer>,
    spoken: Vec<Spoken>,
}

/// What is known of an item once this party has spoken.
struct Spoken {
    /// skᵢ.
    key: Zeroizing<Scalar>,
    /// pkᵢ = skᵢ·G.
    public_key: ProjectivePoint,
    /// cᵘ and cᵛ summed over peers.
    shares: Shares,
}

/// The part said to all.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct OpenBroadcast {
    /// What hid the commitment.
    blind: [u8; 32],
    /// For each item.
    items: Vec<Points>,
}

/// Both points of an item, compressed.
#[derive(Debug, Serialize, Deserialize)]
struct Points {
    /// Rᵢ.
    #[serde(with = "wire::bytes")]
    nonce: Vec<u8>,
    /// pkᵢ.
    #[serde(with = "wire::bytes")]
    key: Vec<u8>,
}

/// The part said to one peer, for each item.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct OpenPrivate {
    items: Vec<Multiplied>,
}

/// Alice's answer with what binds it to the public points.
#[derive(Debug, Serialize, Deserialize)]
struct Multiplied {
    /// Alice's answer.
    multiplication: VoleMessage,
    /// Γᵘ = cᵘ·G, compressed.
    #[serde(with = "wire::bytes")]
    gamma_nonce: Vec<u8>,
    /// Γᵛ = cᵛ·G, compressed.
    #[serde(with = "wire::bytes")]
    gamma_key: Vec<u8>,
    /// ψ = φᵢ − χ.
    #[serde(with = "wire::bytes")]
    psi: Vec<u8>,
}

impl<const N: u16> Open<N> {
    pub fn new(signer: Signer, blind: Zeroizing<[u8; 32]>, nonces: Vec<Nonce>, peers: Vec<Peer>) -> Self {
        Self { signer, blind, nonces, peers, spoken: Vec::new() }
    }
}

impl<const N: u16> Round for Open<N> {
    type Output = Signed;
    type Broadcast = OpenBroadcast;
    type Private = OpenPrivate;

    const NUMBER: u16 = N;
    const RELIABLE: bool = true;

    fn speak(
        &mut self,
        context: &Context,
        rng: &mut dyn CryptoRngCore,
    ) -> Result<Word<OpenBroadcast, OpenPrivate>, Abort> {
        // 2023/765, protocol 3.6, step 7: sk_i := p(i)·λ_i + ζ_i and pk_i := sk_i·G; with each P_j, P_i
        // multiplies (r_i, sk_i), computes Γᵘ := cᵘ·G, Γᵛ := cᵛ·G and ψ := φ_i − χ_{i,j}, and sends them
        // with R_i's opening and pk_i.
        let mut random = self.signer.random(context, "open", rng);
        let count = self.signer.items.len();
        let mut zeros = Zeroizing::new(vec![Scalar::ZERO; count]);
        for peer in &self.peers {
            let shares = peer.setup.zero.shares(context.session(), context.me(), peer.index, count);
            let shares = Zeroizing::new(shares);
            for (zero, share) in zeros.iter_mut().zip(shares.iter()) {
                *zero += share;
            }
        }
        let mut broadcast = OpenBroadcast { blind: *self.blind, items: Vec::new() };
        let mut private: Vec<_> =
            self.peers.iter().map(|peer| (peer.index, OpenPrivate { items: Vec::new() })).collect();
        let items = self.signer.items.iter().zip(&self.nonces).zip(zeros.iter()).enumerate();
        for (place, ((item, nonce), zero)) in items {
            let key = Zeroizing::new(*self.signer.share + item.tweak + zero);
            let public_key = curve::generator_by(&key);
            let inputs = Zeroizing::new([*nonce.scalar, *key]);
            let mut sum = Shares::default();
            for (peer, (_, message)) in self.peers.iter().zip(&mut private) {
                let (shares, multiplication) = peer.alice.multiply(place, &inputs, &mut random);
                for (sum, share) in sum.iter_mut().zip(shares.iter()) {
                    *sum += share;
                }
                message.items.push(Multiplied {
                    multiplication,
                    gamma_nonce: curve::encode_compressed(&curve::generator_by(&shares[0])).to_vec(),
                    gamma_key: curve::encode_compressed(&curve::generator_by(&shares[1])).to_vec(),
                    psi: (*nonce.mask - *peer.bob.factor(place)).to_bytes().to_vec(),
                });
            }
            broadcast.items.push(Points {
                nonce: curve::encode_compressed(&nonce.point).to_vec(),
                key: curve::encode_compressed(&public_key).to_vec(),
            });
            self.spoken.push(Spoken { key, public_key, shares: sum });
        }
        Ok(Word { broadcast, private })
    }

    fn listen(
        mut self,
        context: &Context,
        heard: Heard<OpenBroadcast, OpenPrivate>,
        _: &mut dyn CryptoRngCore,
    ) -> Result<Next<Signed>, Abort> {
        let mut partials: Vec<_> = self
            .nonces
            .into_iter()
            .zip(self.spoken)
            .map(|(nonce, spoken)| Sum {
                point: nonce.point,
                public_key: spoken.public_key,
                nonce: nonce.scalar,
                key: spoken.key,
                mask: Zeroizing::new(*nonce.mask),
                own_mask: nonce.mask,
                shares: spoken.shares,
            })
            .collect();
        for ((index, broadcast, private), peer) in heard.into_iter().zip(self.peers) {
            let checked =
                check(context, &peer, &broadcast, &private, partials.len()).or_else(blame(index))?;
            for (sum, checked) in partials.iter_mut().zip(checked) {
                sum.point += checked.nonce;
                sum.public_key += checked.key;
                *sum.mask += checked.psi;
                for (sum, share) in sum.shares.iter_mut().zip(checked.shares.iter()) {
                    *sum += share;
                }
            }
            if let Some(key) = self.signer.key_of(index) {
                self.signer.pairs.insert(key, *peer.setup);
            }
        }
        // > … and whether Σ_{k∈P} pk_k = pk
        let mut finished = Vec::new();
        for (sum, item) in partials.into_iter().zip(&self.signer.items) {
            if sum.public_key != item.public_key {
                return Err(somebody(context, Cause::Check("the signers' keys do not add up")));
            }
            finished.push(Partial::new(item, sum)?);
        }
        let pairs = self.signer.pairs;
        Ok(match N {
            2 => Next::round(Last::<3>::new(finished, pairs)),
            _ => Next::round(Last::<4>::new(finished, pairs)),
        })
    }
}

/// Sums over all signers, of one item.
pub(super) struct Sum {
    /// R = Σ Rⱼ.
    pub point: ProjectivePoint,
    /// Σ pkⱼ.
    pub public_key: ProjectivePoint,
    /// rᵢ.
    pub nonce: Zeroizing<Scalar>,
    /// skᵢ.
    pub key: Zeroizing<Scalar>,
    /// φᵢ.
    pub own_mask: Zeroizing<Scalar>,
    /// φᵢ + Σ ψⱼᵢ.
    pub mask: Zeroizing<Scalar>,
    /// Σ (cᵘ + dᵘ) and Σ (cᵛ + dᵛ).
    pub shares: Shares,
}

/// What a peer said of one item, checked.
struct Checked {
    nonce: ProjectivePoint,
    key: ProjectivePoint,
    psi: Scalar,
    /// dᵘ and dᵛ.
    shares: Shares,
}

fn check(
    context: &Context,
    peer: &Peer,
    broadcast: &OpenBroadcast,
    private: &OpenPrivate,
    count: usize,
) -> Result<Vec<Checked>, Cause> {
    if broadcast.items.len() != count || private.items.len() != count {
        return Err(Cause::Malformed("number of items"));
    }
    let points = broadcast.items.iter().map(|points| <[u8; COMPRESSED]>::try_from(points.nonce.as_slice()));
    let points = points.collect::<Result<Vec<_>, _>>().map_err(|_| Cause::Malformed("nonce point"))?;
    let opened = commit(context, peer.index, &broadcast.blind, &points);
    if !bool::from(opened.0.ct_eq(&peer.commitment.0)) {
        return Err(Cause::Check("the nonce is not what was committed to"));
    }
    let items = broadcast.items.iter().zip(&private.items).enumerate();
    items.map(|(place, (points, multiplied))| check_item(&peer.bob, place, points, multiplied)).collect()
}

fn check_item(bob: &Bob, place: usize, points: &Points, multiplied: &Multiplied) -> Result<Checked, Cause> {
    let nonce = point(&points.nonce)?;
    let key = point(&points.key)?;
    let gamma_nonce = point(&multiplied.gamma_nonce)?;
    let gamma_key = point(&multiplied.gamma_key)?;
    let psi = <&[u8; SCALAR]>::try_from(multiplied.psi.as_slice()).ok().and_then(curve::decode_scalar);
    let psi = psi.ok_or(Cause::Malformed("psi"))?;

    // 2023/765, protocol 3.6, step 8: P_i checks whether
    // > χ_{i,j}·R_j − Γᵘ_{j,i} = dᵘ_{i,j}·G
    // > χ_{i,j}·pk_j − Γᵛ_{j,i} = dᵛ_{i,j}·G
    // Nothing is checked of ψ, which only defines the sender's mask: §10.6.
    let shares = bob.finish(place, &multiplied.multiplication)?;
    let factor = bob.factor(place);
    let first = nonce * *factor - gamma_nonce - curve::generator_by(&shares[0]);
    let second = key * *factor - gamma_key - curve::generator_by(&shares[1]);
    let both = first.ct_eq(&ProjectivePoint::IDENTITY) & second.ct_eq(&ProjectivePoint::IDENTITY);
    if !bool::from(both) {
        return Err(Cause::Leak);
    }
    Ok(Checked { nonce, key, psi, shares })
}

fn point(bytes: &[u8]) -> Result<ProjectivePoint, Cause> {
    let point = <&[u8; COMPRESSED]>::try_from(bytes).ok().and_then(curve::decode_compressed);
    point.map(ProjectivePoint::from).ok_or(Cause::Malformed("point"))
}

#[cfg(test)]
mod wiped {
    use super::*;

    symbolon_mpc::wiped!(Open<2>, Open { signer, blind, nonces, peers, spoken } but {});
    symbolon_mpc::wiped!(Spoken, Spoken { key, shares } but { public_key });
    symbolon_mpc::wiped!(Sum, Sum { nonce, key, own_mask, mask, shares } but { point, public_key });
    symbolon_mpc::wiped!(Checked, Checked { shares } but { nonce, key, psi });
}
