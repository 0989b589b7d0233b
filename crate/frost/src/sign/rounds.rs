//! The two rounds.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use frost_core::round1::{NonceCommitment, SigningCommitments};
use frost_core::round2::SignatureShare;
use frost_core::{Ciphersuite, Identifier, Signature as FrostSignature, SigningPackage};
use rand_core::CryptoRngCore;
use serde::{Deserialize, Serialize};
use symbolon_mpc::machine::{Context, Heard, Next, Protocol, Round, Word};
use symbolon_mpc::sign::{MAX_ITEMS, Misuse, SignPlan, hedge_of};
use symbolon_mpc::{Abort, Agreement, Cause, Group, KeyShare, PartyIndex, wire};
use zeroize::Zeroizing;

use super::Signed;
use super::keys::{self, Keyed};
use super::nonces::{Hedged, Nonces};
use crate::signature::Signature;
use crate::suite::{Point, Scalar, Suite};

/// The protocol before its session is known.
pub struct SignProtocol<S: Suite> {
    agreement: Agreement,
    items: Vec<Keyed<S>>,
    /// What hedges nonces: a hash of the share.
    hedge: Zeroizing<[u8; 32]>,
}

/// Round 1: commit to nonces.
struct CommitRound<S: Suite> {
    items: Vec<Keyed<S>>,
    hedge: Zeroizing<[u8; 32]>,
    drawn: Vec<(Nonces<S>, SigningCommitments<S::Cipher>)>,
}

/// Round 2: say signature shares.
struct ShareRound<S: Suite> {
    items: Vec<Ready<S>>,
}

/// One item whose signers' commitments are all known.
struct Ready<S: Suite> {
    keyed: Keyed<S>,
    package: SigningPackage<S::Cipher>,
    /// R.
    point: Point<S>,
    /// Until the share is made.
    nonces: Option<Nonces<S>>,
    shares: BTreeMap<Identifier<S::Cipher>, SignatureShare<S::Cipher>>,
    /// Their sum.
    sum: Scalar<S>,
}

/// What round 1 says of one item.
#[derive(Serialize, Deserialize)]
pub(super) struct CommitItem {
    /// The hiding nonce times the generator.
    #[serde(with = "wire::bytes")]
    hiding: Vec<u8>,
    /// The binding nonce times the generator.
    #[serde(with = "wire::bytes")]
    binding: Vec<u8>,
}

/// What round 2 says of one item.
#[derive(Serialize, Deserialize)]
pub(super) struct ShareItem {
    /// The signature share, a scalar in the encoding of the group.
    share: [u8; 32],
}

impl<S: Suite> SignProtocol<S> {
    /// Checks that plan and share fit.
    pub(super) fn new(plan: SignPlan<S::Item>, share: &KeyShare) -> Result<Self, Misuse> {
        let agreement = plan.agreement(S::PROTOCOL, S::SCHEME, share)?;
        let items = keys::derive::<S>(plan.items, &plan.signers, share)?;
        Ok(Self { agreement, items, hedge: hedge_of(share) })
    }
}

impl<S: Suite> Protocol for SignProtocol<S> {
    type Output = Signed;
    type Hello = ();

    const LAST_ROUND: u16 = 2;
    // An item takes 68 bytes in round 1, and 32 in round 2.
    const FRAME_LIMIT: usize = 1024 + MAX_ITEMS * 128;

    fn agreement(&self) -> Agreement {
        self.agreement.clone()
    }

    fn hello(&self, _: PartyIndex) -> Self::Hello {}

    fn start(
        self,
        _: &Context,
        _: Vec<(PartyIndex, ())>,
        _: &mut dyn CryptoRngCore,
    ) -> Result<Next<Signed>, Abort> {
        Ok(Next::round(CommitRound::<S> { items: self.items, hedge: self.hedge, drawn: Vec::new() }))
    }
}

impl<S: Suite> Round for CommitRound<S> {
    type Output = Signed;
    type Broadcast = Vec<CommitItem>;
    type Private = ();

    const NUMBER: u16 = 1;
    const RELIABLE: bool = true;

    fn speak(
        &mut self,
        context: &Context,
        rng: &mut dyn CryptoRngCore,
    ) -> Result<Word<Vec<CommitItem>, ()>, Abort> {
        let mut said = Vec::new();
        for (keyed, item) in self.items.iter().zip(0..) {
            let rng = Hedged { rng, context, held: &self.hedge, item, draws: 0 };
            let (nonces, commitments) = Nonces::<S>::draw(&keyed.own, rng);
            said.push(CommitItem::encode::<S>(&commitments)?);
            self.drawn.push((nonces, commitments));
        }
        Ok(Word::to_all(context, said))
    }

    fn listen(
        self,
        context: &Context,
        heard: Heard<Vec<CommitItem>, ()>,
        _: &mut dyn CryptoRngCore,
    ) -> Result<Next<Signed>, Abort> {
        let me = identifier::<S>(context.me())?;
        let mut lists: Vec<_> =
            self.drawn.iter().map(|(_, commitments)| BTreeMap::from([(me, *commitments)])).collect();
        for (peer, items, ()) in heard {
            if items.len() != lists.len() {
                return Err(Abort::party(peer, Cause::Malformed("number of items")));
            }
            let from = identifier::<S>(peer)?;
            for (list, item) in lists.iter_mut().zip(items) {
                let commitments = item.decode::<S>();
                let commitments =
                    commitments.ok_or(Abort::party(peer, Cause::Malformed("nonce commitment")))?;
                list.insert(from, commitments);
            }
        }
        let drawn = self.drawn.into_iter().map(|(nonces, _)| nonces).zip(lists);
        let ready =
            self.items.into_iter().zip(drawn).map(|(keyed, (nonces, list))| Ready::new(keyed, nonces, list));
        Ok(Next::round(ShareRound::<S> { items: ready.collect::<Result<_, _>>()? }))
    }
}

impl<S: Suite> Round for ShareRound<S> {
    type Output = Signed;
    type Broadcast = Vec<ShareItem>;
    type Private = ();

    const NUMBER: u16 = 2;
    const RELIABLE: bool = false;
    const NEEDS_APPROVAL: bool = true;

    fn speak(
        &mut self,
        context: &Context,
        _: &mut dyn CryptoRngCore,
    ) -> Result<Word<Vec<ShareItem>, ()>, Abort> {
        let me = identifier::<S>(context.me())?;
        let mut said = Vec::new();
        for ready in &mut self.items {
            let nonces = ready.nonces.take().ok_or(Abort::nobody(Cause::Cancelled))?;
            // Commitments are points of the group other than the identity: what is left to fail is that their
            // weighted sum is the identity, which nobody can bring about.
            let share = nonces
                .sign(&ready.package, &ready.keyed.own)
                .map_err(|_| Abort::nobody(Cause::Check("the nonce is zero")))?;
            let share = share.serialize().try_into().map_err(|_| Abort::nobody(Cause::Cancelled))?;
            ready.take(me, &share).ok_or(Abort::nobody(Cause::Cancelled))?;
            said.push(ShareItem { share });
        }
        Ok(Word::to_all(context, said))
    }

    fn listen(
        mut self,
        context: &Context,
        heard: Heard<Vec<ShareItem>, ()>,
        _: &mut dyn CryptoRngCore,
    ) -> Result<Next<Signed>, Abort> {
        for (peer, items, ()) in heard.iter() {
            if items.len() != self.items.len() {
                return Err(Abort::party(peer, Cause::Malformed("number of items")));
            }
            let from = identifier::<S>(peer)?;
            for (ready, item) in self.items.iter_mut().zip(items) {
                ready
                    .take(from, &item.share)
                    .ok_or(Abort::party(peer, Cause::Malformed("signature share")))?;
            }
        }
        let signatures = self.items.iter().map(|ready| ready.signature(context));
        Ok(Next::done(Signed { signatures: signatures.collect::<Result<_, _>>()? }))
    }
}

impl<S: Suite> Ready<S> {
    /// RFC 9591, sections 4.4 and 4.5: R = Σ Dᵢ + ρᵢ·Eᵢ.
    ///
    /// ZF's functions make it, too, each time that they are called; this one is for the sum of the shares, and made
    /// while the owner reads.
    fn new(
        keyed: Keyed<S>,
        nonces: Nonces<S>,
        list: BTreeMap<Identifier<S::Cipher>, SigningCommitments<S::Cipher>>,
    ) -> Result<Self, Abort> {
        let package = SigningPackage::new(list, S::message(&keyed.item));
        // Fails if the key or a commitment were the identity, and none is.
        let inputs = package
            .binding_factor_preimages(keyed.all.verifying_key(), &[])
            .map_err(|_| Abort::nobody(Cause::Cancelled))?;
        // Both are in the order of the identifiers, of which they have the same.
        let commitments = package.signing_commitments().values();
        let bound: Vec<_> = inputs
            .iter()
            .zip(commitments.clone())
            .map(|((_, input), said)| (S::Cipher::H1(input), said.binding().value()))
            .collect();
        let point = commitments
            .map(|said| said.hiding().value())
            .fold(S::Curve::multi_scalar_mul_vartime(&bound), |sum, hiding| sum + hiding);
        Ok(Self {
            keyed,
            package,
            point,
            nonces: Some(nonces),
            shares: BTreeMap::new(),
            sum: S::Curve::zero(),
        })
    }

    /// Adds a signer's share; `None` if it is no scalar.
    fn take(&mut self, from: Identifier<S::Cipher>, bytes: &[u8; 32]) -> Option<()> {
        // The encoding of a scalar is the same in ZF's and in ours; ours is the canonical one.
        self.sum = self.sum + S::Curve::decode_scalar(bytes)?;
        self.shares.insert(from, SignatureShare::deserialize(bytes).ok()?);
        Some(())
    }

    /// RFC 9591, section 5.3: the sum of the shares, if it verifies; else who spoiled it.
    fn signature(&self, context: &Context) -> Result<Signature, Abort> {
        let signature = FrostSignature::<S::Cipher>::new(self.point, self.sum).serialize();
        let signature = signature.ok().and_then(|bytes| <[u8; 64]>::try_from(bytes).ok());
        // R11: no signature leaves unverified.
        signature
            .filter(|bytes| S::verify(&self.keyed.item, &self.keyed.public_key, bytes))
            .map(Signature::new)
            .ok_or_else(|| self.blame(context))
    }

    /// The party whose share fails ZF's check of signature shares: zᵢ·G ≠ Dᵢ + ρᵢ·Eᵢ + c·λᵢ·Yᵢ.
    fn blame(&self, context: &Context) -> Abort {
        let checked = frost_core::aggregate(&self.package, &self.shares, &self.keyed.all);
        let culprits = checked.err().map(|error| error.culprits()).unwrap_or_default();
        let is_culprit =
            |peer: &PartyIndex| identifier::<S>(*peer).is_ok_and(|peer| culprits.contains(&peer));
        match context.peers().find(is_culprit) {
            Some(peer) => Abort::party(peer, Cause::Check("signature share")),
            None => Abort::nobody(Cause::Unverified),
        }
    }
}

fn identifier<S: Suite>(party: PartyIndex) -> Result<Identifier<S::Cipher>, Abort> {
    keys::identifier::<S>(party).map_err(|_| Abort::nobody(Cause::Cancelled))
}

impl CommitItem {
    fn encode<S: Suite>(commitments: &SigningCommitments<S::Cipher>) -> Result<Self, Abort> {
        // A uniform 256-bit value was zero: the generator of randomness is broken.
        let encode =
            |point: Point<S>| S::Curve::encode_point(&point).ok_or(Abort::nobody(Cause::Check("randomness")));
        Ok(Self {
            hiding: encode(commitments.hiding().value())?,
            binding: encode(commitments.binding().value())?,
        })
    }

    /// By our own decoders: canonical, in the group, never the identity. ZF's would take SEC 1's compact form too.
    fn decode<S: Suite>(&self) -> Option<SigningCommitments<S::Cipher>> {
        let hiding = NonceCommitment::new(S::Curve::decode_point(&self.hiding)?);
        let binding = NonceCommitment::new(S::Curve::decode_point(&self.binding)?);
        Some(SigningCommitments::new(hiding, binding))
    }
}
