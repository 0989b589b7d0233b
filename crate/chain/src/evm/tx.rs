//! Unsigned transactions: built, encoded for signing, read back strictly, and completed with a signature.

use alloy_consensus::transaction::RlpEcdsaDecodableTx;
use alloy_consensus::transaction::RlpEcdsaEncodableTx;
use alloy_consensus::{SignableTransaction, TxEip1559, TxEip2930, TxLegacy};
use alloy_eips::eip2930::AccessList;
use alloy_primitives::{Address, B256, Bytes, TxKind, U256, keccak256};
use alloy_rlp::{Decodable, Header};

use super::params::TxParams;
use super::signature::{BadSignature, Signature};
use crate::intent::TransactionKind;
use crate::request::MAX_TRANSACTION;

/// A transaction before it is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnsignedTransaction {
    /// EIP-155 chain id, never 0.
    pub chain_id: u64,
    /// The account's transaction count.
    pub nonce: u64,
    /// Gas it may use.
    pub gas_limit: u64,
    /// What it pays for gas; decides between EIP-1559 and the older types.
    pub fees: Fees,
    /// Recipient; `None` creates a contract.
    pub to: Option<Address>,
    /// Native coin sent along, in wei.
    pub value: U256,
    /// Call data, or creation code.
    pub data: Bytes,
    /// Storage it announces (EIP-2930).
    pub access_list: AccessList,
}

/// What a transaction pays for a unit of gas, in wei.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fees {
    /// EIP-1559.
    Dynamic {
        /// Most it pays, base fee and tip together.
        max_fee_per_gas: u128,
        /// Most of it that is tip.
        max_priority_fee_per_gas: u128,
    },
    /// One price: EIP-155, or EIP-2930 if an access list is wanted.
    Price {
        /// The price.
        gas_price: u128,
        /// Whether it is an EIP-2930 transaction.
        access_list: bool,
    },
}

/// A transaction with its signature, ready for `eth_sendRawTransaction`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedTransaction {
    /// EIP-2718 encoding.
    pub raw: Bytes,
    /// Its Keccak-256: the transaction hash.
    pub hash: B256,
}

/// Why bytes are not an unsigned transaction that this wallet signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadTransaction {
    /// Over [`MAX_TRANSACTION`] bytes.
    #[error("the transaction is too large")]
    TooLarge,
    /// Not RLP, a field missing or out of range, bytes left over, or an encoding that is not the shortest.
    #[error("the transaction is not in its canonical encoding")]
    Encoding,
    /// An EIP-2718 type other than 0, 1 and 2.
    #[error("transactions of type {0} are not supported")]
    Type(u8),
    /// Chain id 0, or none (a transaction from before EIP-155, good on every chain).
    #[error("the transaction names no chain")]
    NoChain,
    /// The tip is more than the whole fee.
    #[error("the priority fee is above the maximum fee")]
    PriorityAboveMax,
}

impl UnsignedTransaction {
    /// Completes a page's parameters with what the wallet fills in.
    ///
    /// `fees` decides the type: the wallet picks [`Fees::Price`] where the page asked for an older type.
    #[must_use]
    pub fn build(params: &TxParams, chain_id: u64, nonce: u64, gas_limit: u64, fees: Fees) -> Self {
        Self {
            chain_id,
            nonce,
            gas_limit,
            fees,
            to: params.to,
            value: params.value,
            data: params.data.clone(),
            access_list: params.access_list.clone(),
        }
    }

    /// The bytes whose Keccak-256 is signed; what [`crate::request::EvmSubject::Transaction`] carries.
    #[must_use]
    pub fn payload(&self) -> Vec<u8> {
        match self.typed() {
            Typed::Legacy(tx) => tx.encoded_for_signing(),
            Typed::AccessList(tx) => tx.encoded_for_signing(),
            Typed::Dynamic(tx) => tx.encoded_for_signing(),
        }
    }

    /// The 32 bytes that are signed.
    #[must_use]
    pub fn digest(&self) -> B256 {
        keccak256(self.payload())
    }

    /// Reads back what [`Self::payload`] wrote, and nothing else.
    ///
    /// # Errors
    /// [`BadTransaction`], by what is wrong. Any byte string that is accepted is the only encoding of its transaction.
    pub fn decode(payload: &[u8]) -> Result<Self, BadTransaction> {
        if payload.len() > MAX_TRANSACTION {
            return Err(BadTransaction::TooLarge);
        }
        let (kind, rest) = payload.split_first().ok_or(BadTransaction::Encoding)?;
        let transaction = match kind {
            0x01 => Self::from_access_list(exact(rest, TxEip2930::rlp_decode)?),
            0x02 => Self::from_dynamic(exact(rest, TxEip1559::rlp_decode)?),
            0xc0.. => Self::from_legacy(payload)?,
            0x80..0xc0 => return Err(BadTransaction::Encoding),
            other => return Err(BadTransaction::Type(*other)),
        };
        transaction.check()?;
        // One transaction, one encoding: should the parsers ever allow slack (none is known), it ends here.
        if transaction.payload() != payload {
            return Err(BadTransaction::Encoding);
        }
        Ok(transaction)
    }

    /// Puts the signature in.
    ///
    /// # Errors
    /// [`BadSignature::Signer`] if it is not the account's signature of this transaction.
    pub fn assemble(
        &self,
        signature: &Signature,
        account: &Address,
    ) -> Result<SignedTransaction, BadSignature> {
        signature.check(&self.digest(), account)?;
        let signature = signature.to_alloy();
        let mut raw = Vec::new();
        match self.typed() {
            Typed::Legacy(tx) => tx.eip2718_encode(&signature, &mut raw),
            Typed::AccessList(tx) => tx.eip2718_encode(&signature, &mut raw),
            Typed::Dynamic(tx) => tx.eip2718_encode(&signature, &mut raw),
        }
        Ok(SignedTransaction { hash: keccak256(&raw), raw: raw.into() })
    }

    /// EIP-2718 type.
    #[must_use]
    pub fn kind(&self) -> TransactionKind {
        match self.fees {
            Fees::Dynamic { .. } => TransactionKind::DynamicFee,
            Fees::Price { access_list: true, .. } => TransactionKind::AccessList,
            Fees::Price { access_list: false, .. } => TransactionKind::Legacy,
        }
    }

    /// Most it pays for a unit of gas, in wei.
    #[must_use]
    pub fn max_fee_per_gas(&self) -> u128 {
        match self.fees {
            Fees::Dynamic { max_fee_per_gas, .. } => max_fee_per_gas,
            Fees::Price { gas_price, .. } => gas_price,
        }
    }

    /// Most that its gas can cost, in wei; a rollup's fee for its parent chain is not in it.
    #[must_use]
    pub fn max_gas_cost(&self) -> U256 {
        // 64 and 128 bits: the product fits in 256
        U256::from(self.gas_limit).saturating_mul(U256::from(self.max_fee_per_gas()))
    }

    fn check(&self) -> Result<(), BadTransaction> {
        if self.chain_id == 0 {
            return Err(BadTransaction::NoChain);
        }
        match self.fees {
            Fees::Dynamic { max_fee_per_gas, max_priority_fee_per_gas }
                if max_priority_fee_per_gas > max_fee_per_gas =>
            {
                Err(BadTransaction::PriorityAboveMax)
            }
            _ => Ok(()),
        }
    }

    fn typed(&self) -> Typed {
        let to = self.to.map_or(TxKind::Create, TxKind::Call);
        let Self { chain_id, nonce, gas_limit, value, .. } = *self;
        let input = self.data.clone();
        match self.fees {
            Fees::Dynamic { max_fee_per_gas, max_priority_fee_per_gas } => Typed::Dynamic(TxEip1559 {
                chain_id,
                nonce,
                gas_limit,
                max_fee_per_gas,
                max_priority_fee_per_gas,
                to,
                value,
                access_list: self.access_list.clone(),
                input,
            }),
            Fees::Price { gas_price, access_list: true } => Typed::AccessList(TxEip2930 {
                chain_id,
                nonce,
                gas_price,
                gas_limit,
                to,
                value,
                access_list: self.access_list.clone(),
                input,
            }),
            Fees::Price { gas_price, access_list: false } => Typed::Legacy(TxLegacy {
                chain_id: Some(chain_id),
                nonce,
                gas_price,
                gas_limit,
                to,
                value,
                input,
            }),
        }
    }

    fn from_dynamic(tx: TxEip1559) -> Self {
        Self {
            chain_id: tx.chain_id,
            nonce: tx.nonce,
            gas_limit: tx.gas_limit,
            fees: Fees::Dynamic {
                max_fee_per_gas: tx.max_fee_per_gas,
                max_priority_fee_per_gas: tx.max_priority_fee_per_gas,
            },
            to: tx.to.to().copied(),
            value: tx.value,
            data: tx.input,
            access_list: tx.access_list,
        }
    }

    fn from_access_list(tx: TxEip2930) -> Self {
        Self {
            chain_id: tx.chain_id,
            nonce: tx.nonce,
            gas_limit: tx.gas_limit,
            fees: Fees::Price { gas_price: tx.gas_price, access_list: true },
            to: tx.to.to().copied(),
            value: tx.value,
            data: tx.input,
            access_list: tx.access_list,
        }
    }

    /// EIP-155: nine fields, the last three of them the chain id and two empty strings.
    fn from_legacy(payload: &[u8]) -> Result<Self, BadTransaction> {
        let mut outer = payload;
        let mut rest = Header::decode_bytes(&mut outer, true).map_err(|_| BadTransaction::Encoding)?;
        if !outer.is_empty() {
            return Err(BadTransaction::Encoding);
        }
        let nonce = field(&mut rest)?;
        let gas_price = field(&mut rest)?;
        let gas_limit = field(&mut rest)?;
        let to: TxKind = field(&mut rest)?;
        let value = field(&mut rest)?;
        let data = field(&mut rest)?;
        if rest.is_empty() {
            return Err(BadTransaction::NoChain);
        }
        let chain_id = field(&mut rest)?;
        if rest != [0x80, 0x80] {
            return Err(BadTransaction::Encoding);
        }
        Ok(Self {
            chain_id,
            nonce,
            gas_limit,
            fees: Fees::Price { gas_price, access_list: false },
            to: to.to().copied(),
            value,
            data,
            access_list: AccessList::default(),
        })
    }
}

enum Typed {
    Legacy(TxLegacy),
    AccessList(TxEip2930),
    Dynamic(TxEip1559),
}

fn field<T: Decodable>(rest: &mut &[u8]) -> Result<T, BadTransaction> {
    T::decode(rest).map_err(|_| BadTransaction::Encoding)
}

fn exact<T>(
    mut bytes: &[u8],
    decode: impl FnOnce(&mut &[u8]) -> alloy_rlp::Result<T>,
) -> Result<T, BadTransaction> {
    let value = decode(&mut bytes).map_err(|_| BadTransaction::Encoding)?;
    if bytes.is_empty() { Ok(value) } else { Err(BadTransaction::Encoding) }
}

#[cfg(test)]
mod tests;
