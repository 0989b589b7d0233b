//! One root's part of a dealing, whatever its group.

use rand_core::CryptoRngCore;
use zeroize::{Zeroize, Zeroizing};

use super::messages::{PointBytes, RootReveal};
use super::polynomial::{Commitments, Polynomial};
use super::proof;
use super::rounds::Terms;
use crate::abort::Cause;
use crate::group::{Group, Scheme, with_group};
use crate::hedge;
use crate::machine::Context;
use crate::party::PartyIndex;
use crate::secret::Secret;
use crate::share::{InvalidKeyInfo, KeyInfo, KeyInfoParts, KeyShare, lagrange_coefficient};

/// One root's part of a dealing: this party's polynomial if it deals, and the sum of all that it accepted.
pub(super) trait Root: Send {
    /// Draws this party's polynomial; `number` is the root's place in the plan. Gives what is to be revealed,
    /// or `None` if a random value is one that good randomness does not give.
    fn deal(&mut self, number: u32, context: &Context, rng: &mut dyn CryptoRngCore) -> Option<RootReveal>;

    /// The secret evaluation for `receiver`; `None` if this party does not deal.
    fn evaluation(&self, receiver: PartyIndex) -> Option<Zeroizing<[u8; 32]>>;

    /// Checks what `dealer` revealed and, if this party is a receiver, gave us, and adds it.
    fn accept(
        &mut self,
        context: &Context,
        dealer: PartyIndex,
        reveal: &RootReveal,
        evaluation: Option<&[u8; 32]>,
    ) -> Result<(), Cause>;

    /// The evaluation that `reveal` commits to for `receiver`, times the generator; encoded.
    fn public_evaluation(&self, reveal: &RootReveal, receiver: PartyIndex) -> Result<Vec<u8>, Cause>;

    /// What the key signs with.
    fn scheme(&self) -> Scheme;

    /// The chain code that a reshare carries; `None` in a keygen.
    fn carried_chain_code(&self) -> Option<[u8; 32]>;

    /// The key that all accepted dealings make and, for a receiver, its share.
    fn finish(
        self: Box<Self>,
        terms: &Terms,
        chain_code: [u8; 32],
        me: PartyIndex,
    ) -> Result<Finished, Cause>;
}

/// What one root's part ends in.
pub(super) enum Finished {
    /// This party is no receiver: it knows the key alone.
    Key(KeyInfo),
    /// This party's share.
    Share(KeyShare),
}

/// Where the shares that a reshare makes come from.
pub(super) struct Origin<'a> {
    /// The key as it is.
    pub(super) key: &'a KeyInfo,
    /// Exactly t parties of its quorum.
    pub(super) dealers: &'a [PartyIndex],
    /// This party's share of it, if it is one of the dealers.
    pub(super) share: Option<&'a KeyShare>,
}

/// A root that is made: its dealers deal fresh random secrets.
pub(super) fn fresh(scheme: Scheme, threshold: u16) -> Box<dyn Root> {
    with_group!(scheme, G => Box::new(RootOf::<G>::fresh(scheme, threshold)))
}

/// A root that gets new shares: its dealers deal what they hold of it.
pub(super) fn carried(origin: &Origin<'_>, threshold: u16) -> Result<Box<dyn Root>, InvalidKeyInfo> {
    Ok(with_group!(origin.key.scheme(), G => Box::new(RootOf::<G>::carried(origin, threshold)?)))
}

pub(super) struct RootOf<G: Group> {
    scheme: Scheme,
    threshold: u16,
    /// In a reshare, what is known of the key beforehand.
    known: Option<Known<G>>,
    /// In a reshare, what this party will deal: λᵢ·xᵢ.
    weighted_share: Option<Secret<Scalar<G>>>,
    pub(super) polynomial: Option<Polynomial<G>>,
    /// Sum of the accepted dealers' commitments, this party's included.
    commitments: Commitments<G>,
    /// Sum of the accepted dealers' evaluations, this party's included: the share in the making.
    share: Secret<Scalar<G>>,
}

/// What a reshare knows of the key beforehand.
struct Known<G: Group> {
    public_key: G::Point,
    chain_code: [u8; 32],
    /// λᵢ·Xᵢ for each dealer: what its commitment to the constant term must be.
    constants: Vec<(PartyIndex, G::Point)>,
}

/// A scalar that says so itself how it is wiped, for [`Secret`].
pub(super) struct Scalar<G: Group>(G::Scalar);

impl<G: Group> RootOf<G> {
    pub(super) fn fresh(scheme: Scheme, threshold: u16) -> Self {
        Self {
            scheme,
            threshold,
            known: None,
            weighted_share: None,
            polynomial: None,
            commitments: Commitments::zero(threshold),
            share: Secret::new(Scalar(G::zero())),
        }
    }

    pub(super) fn carried(origin: &Origin<'_>, threshold: u16) -> Result<Self, InvalidKeyInfo> {
        let weight = |dealer: PartyIndex| {
            lagrange_coefficient::<G>(dealer, origin.dealers, 0).ok_or(InvalidKeyInfo::Count)
        };
        let constant = |dealer: &PartyIndex| {
            let point = origin.key.verification_point::<G>(*dealer)?.ok_or(InvalidKeyInfo::Count)?;
            Ok((*dealer, G::multi_scalar_mul_vartime(&[(weight(*dealer)?, point)])))
        };
        let known = Known {
            public_key: origin.key.public_point::<G>()?,
            chain_code: *origin.key.chain_code(),
            constants: origin.dealers.iter().map(constant).collect::<Result<_, _>>()?,
        };
        let weighted_share = match origin.share {
            Some(share) => {
                let weight = weight(share.index())?;
                // EXPOSE: weighted for this set of dealers; the product is wiped when it has been dealt.
                Some(share.expose::<G, _>(|share| Secret::new(Scalar(weight * *share)))?)
            }
            None => None,
        };
        Ok(Self { known: Some(known), weighted_share, ..Self::fresh(origin.key.scheme(), threshold) })
    }

    fn decode(&self, reveal: &RootReveal) -> Result<Commitments<G>, Cause> {
        let encoded = reveal.commitments.iter().map(|point| point.0.as_slice());
        Commitments::decode(encoded, self.threshold).map_err(Cause::Malformed)
    }

    /// Sum of the accepted dealers' commitments.
    #[cfg(test)]
    pub(super) fn commitments_sum(&self) -> &Commitments<G> {
        &self.commitments
    }
}

impl<G: Group> Root for RootOf<G> {
    fn deal(&mut self, number: u32, context: &Context, rng: &mut dyn CryptoRngCore) -> Option<RootReveal> {
        // What is held hedges what is drawn: where randomness fails, the share still hides the polynomial.
        let held = self.weighted_share.take().map(|secret| {
            // EXPOSE: the constant term, and hashed into the other coefficients; both are wiped.
            secret.expose(|secret| (Zeroizing::new(secret.0), Zeroizing::new(G::encode_scalar(&secret.0))))
        });
        let mut draw = |label: &str, index: u32| {
            let number = (number << 16) | index;
            let held: &[&[u8]] = match &held {
                Some((_, bytes)) => &[&**bytes],
                None => &[],
            };
            Zeroizing::new(G::reduce_wide(&hedge::draw_bytes(rng, context, label, number, held)))
        };
        let constant = match &held {
            Some((constant, _)) => constant.clone(),
            None => draw("dealing/coefficient", 0),
        };
        let further = (1..self.threshold).map(|power| *draw("dealing/coefficient", power.into()));
        let polynomial = Polynomial::<G>::new(*constant, further);
        let nonce = draw("dealing/nonce", 0);
        let commitments = polynomial.commit();
        let encoded = commitments.encode()?;
        let proof = proof::prove::<G>(context, self.scheme, &constant, encoded.first()?, &nonce)?;
        self.commitments.add(&commitments);
        // EXPOSE: what this party deals to itself is added; the sum stays secret. A party that receives nothing
        // drops it at the end.
        self.share.expose_mut(|share| share.0 = share.0 + *Zeroizing::new(polynomial.at(context.me())));
        self.polynomial = Some(polynomial);
        Some(RootReveal { commitments: encoded.into_iter().map(PointBytes).collect(), proof })
    }

    fn evaluation(&self, receiver: PartyIndex) -> Option<Zeroizing<[u8; 32]>> {
        let value = Zeroizing::new(self.polynomial.as_ref()?.at(receiver));
        Some(Zeroizing::new(G::encode_scalar(&value)))
    }

    fn accept(
        &mut self,
        context: &Context,
        dealer: PartyIndex,
        reveal: &RootReveal,
        evaluation: Option<&[u8; 32]>,
    ) -> Result<(), Cause> {
        let commitments = self.decode(reveal)?;
        let constant = reveal.commitments.first().ok_or(Cause::Malformed("number of commitments"))?;
        // Who deals anything but λᵢ·xᵢ (zero, say, or a share of another epoch) would change the key for all.
        if let Some(known) = &self.known
            && !known.constants.contains(&(dealer, commitments.constant()))
        {
            return Err(Cause::Check("constant term"));
        }
        if !proof::verify::<G>(
            context,
            self.scheme,
            dealer,
            &commitments.constant(),
            &constant.0,
            &reveal.proof,
        ) {
            return Err(Cause::Check("proof of knowledge"));
        }
        if let Some(evaluation) = evaluation {
            // FROST (ePrint 2020/852) figure 1, round 2, step 2:
            // > Each P_i verifies their shares by calculating: g^{f_ℓ(i)} ≟ ∏^{t−1}_{k=0} φ^{i^k mod q}_{ℓk},
            // > aborting if the check fails.
            let value = G::decode_scalar(evaluation).ok_or(Cause::Malformed("evaluation"))?;
            let value = Secret::new(Scalar::<G>(value));
            // EXPOSE: multiplied in constant time; the public product is compared, the sum stays secret.
            value.expose(|value| {
                if G::generator_mul(&value.0) != commitments.at(context.me()) {
                    return Err(Cause::Check("evaluation"));
                }
                self.share.expose_mut(|share| share.0 = share.0 + value.0);
                Ok(())
            })?;
        }
        self.commitments.add(&commitments);
        Ok(())
    }

    fn public_evaluation(&self, reveal: &RootReveal, receiver: PartyIndex) -> Result<Vec<u8>, Cause> {
        // Shares of zero do not come of good randomness.
        G::encode_point(&self.decode(reveal)?.at(receiver)).ok_or(Cause::Check("evaluation"))
    }

    fn scheme(&self) -> Scheme {
        self.scheme
    }

    fn carried_chain_code(&self) -> Option<[u8; 32]> {
        self.known.as_ref().map(|known| known.chain_code)
    }

    fn finish(
        self: Box<Self>,
        terms: &Terms,
        chain_code: [u8; 32],
        me: PartyIndex,
    ) -> Result<Finished, Cause> {
        let no_key = Cause::Check("the sum of all dealings is no key");
        let encode =
            |point| G::encode_point(&point).ok_or(Cause::Check("the sum of all dealings is degenerate"));
        // Σ λᵢ·Xᵢ is the key, and each dealer's constant was compared: this cannot fail, and nothing rests on it.
        if self.known.as_ref().is_some_and(|known| known.public_key != self.commitments.constant()) {
            return Err(no_key);
        }
        let public_key = encode(self.commitments.constant())?;
        let verification_shares = terms
            .quorum
            .indices()
            .map(|party| encode(self.commitments.at(party)))
            .collect::<Result<_, _>>()?;
        let info = KeyInfo::new(KeyInfoParts {
            scheme: self.scheme,
            wallet: terms.wallet,
            epoch: terms.epoch,
            quorum: terms.quorum.clone(),
            public_key,
            verification_shares,
            chain_code,
        });
        let info = info.map_err(|_| no_key.clone())?;
        if !terms.quorum.contains(me) {
            return Ok(Finished::Key(info));
        }
        // EXPOSE: encoded into the key share's own custody.
        let scalar = self.share.expose(|share| Secret::new(G::encode_scalar(&share.0)));
        KeyShare::from_parts(me, scalar, info).map(Finished::Share).map_err(|_| no_key)
    }
}

impl<G: Group> Zeroize for Scalar<G> {
    fn zeroize(&mut self) {
        self.0.zeroize();
    }
}

#[cfg(test)]
mod wiped {
    use super::*;

    crate::wiped!(
        RootOf<crate::Secp256k1>,
        RootOf { weighted_share, polynomial, share } but { scheme, threshold, known, commitments }
    );

    // There is no other kind of root.
    impl crate::testing::wiped::Wiped for dyn Root {}
}
