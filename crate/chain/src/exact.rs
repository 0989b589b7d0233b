//! Approvals with another limit than the page asked for.

use alloy_primitives::{Address, Bytes, U256};

use crate::evm::selector_of;

/// The same approval, limited to an amount; `None` for calls that are no plain approval, and for amounts that do not fit.
///
/// ERC-20 `approve` and `increaseAllowance`, and `approve` of Permit2, whose amounts have 160 bits.
#[must_use]
pub fn limit_approval(data: &[u8], amount: U256) -> Option<Bytes> {
    let (selector, arguments) = data.split_first_chunk::<4>()?;
    let (place, length, bits) = [
        ("approve(address,uint256)", (1, 2, 256)),
        ("increaseAllowance(address,uint256)", (1, 2, 256)),
        ("approve(address,address,uint160,uint48)", (2, 4, 160)),
    ]
    .into_iter()
    .find_map(|(signature, shape)| (selector_of(signature) == *selector).then_some(shape))?;
    if arguments.len() != length * 32 || amount.bit_len() > bits {
        return None;
    }
    let mut out = data.to_vec();
    let start = 4 + place * 32;
    out.get_mut(start..start + 32)?.copy_from_slice(&amount.to_be_bytes::<32>());
    Some(out.into())
}

/// Call data that takes a collection's approval back (ERC-721, ERC-1155 `setApprovalForAll`).
#[must_use]
pub fn end_approval_for_all(operator: Address) -> Bytes {
    let mut data = selector_of("setApprovalForAll(address,bool)").to_vec();
    data.extend_from_slice(operator.into_word().as_slice());
    data.extend_from_slice(&[0; 32]);
    data.into()
}

#[cfg(test)]
mod tests {
    use alloy_primitives::address;

    use super::*;
    use crate::evm::call::{erc20_approve, erc20_transfer};

    const SPENDER: Address = address!("70997970c51812dc3a010c7d01b50e0d17dc79c8");

    #[test]
    fn only_the_amount_of_an_approval_changes() {
        let unlimited = erc20_approve(SPENDER, U256::MAX);
        let limited = limit_approval(&unlimited, U256::from(7));
        assert_eq!(limited, Some(erc20_approve(SPENDER, U256::from(7))));
    }

    #[test]
    fn the_amount_of_permit2_has_160_bits() {
        let mut data = vec![0x87, 0x51, 0x7c, 0x45];
        for word in [1u64, 2, 3, 4] {
            data.extend_from_slice(&U256::from(word).to_be_bytes::<32>());
        }
        let limited = limit_approval(&data, U256::from(9)).unwrap();
        assert_eq!(limited[4 + 64..4 + 96], U256::from(9).to_be_bytes::<32>());
        assert_eq!(limited[..4 + 64], data[..4 + 64]);
        assert_eq!(limited[4 + 96..], data[4 + 96..]);
        assert_eq!(limit_approval(&data, U256::from(1) << 160), None);
    }

    #[test]
    fn the_end_of_an_approval_is_read_as_one() {
        let data = end_approval_for_all(SPENDER);
        assert_eq!(data[..4], [0xa2, 0x2c, 0xb4, 0x65]);
        assert_eq!((data.len(), data[67]), (68, 0));
    }

    #[test]
    fn what_is_no_plain_approval_is_left_alone() {
        assert_eq!(limit_approval(&erc20_transfer(SPENDER, U256::ONE), U256::ONE), None);
        let mut longer = erc20_approve(SPENDER, U256::MAX).to_vec();
        longer.push(0);
        assert_eq!(limit_approval(&longer, U256::ONE), None);
        assert_eq!(limit_approval(&[1, 2, 3], U256::ONE), None);
    }
}
