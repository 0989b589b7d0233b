//! Functions whose arguments are shown by name: a small table, no guessing.

use alloy_primitives::keccak256;

use super::abi;
use super::kind::Kind;
use crate::intent::Function;

/// Decodes call data whose function is in the table; `None` if it is not, or the data does not fit exactly.
pub(crate) fn decode(selector: [u8; 4], arguments: &[u8]) -> Option<Function> {
    TABLE.iter().find_map(|declaration| {
        let (signature, parameters) = parse(declaration)?;
        if selector_of(&signature) != selector {
            return None;
        }
        let arguments = abi::decode(&parameters, arguments)?;
        Some(Function { signature, arguments })
    })
}

/// First four bytes of the Keccak-256 of a signature (Solidity ABI specification, "Function Selector").
pub(crate) fn selector_of(signature: &str) -> [u8; 4] {
    let hash = keccak256(signature);
    let [a, b, c, d, ..] = hash.0;
    [a, b, c, d]
}

/// Splits `name(type name,…)` into the signature and the parameters.
fn parse(declaration: &'static str) -> Option<(String, Vec<(Kind, &'static str)>)> {
    let (name, rest) = declaration.split_once('(')?;
    let list = rest.strip_suffix(')')?;
    let mut signature = format!("{name}(");
    let mut parameters = Vec::new();
    for parameter in list.split(',').filter(|parameter| !parameter.is_empty()) {
        let (kind, name) = parameter.split_once(' ')?;
        if !parameters.is_empty() {
            signature.push(',');
        }
        signature.push_str(kind);
        parameters.push((Kind::parse(kind, |_| false)?, name));
    }
    signature.push(')');
    Some((signature, parameters))
}

/// Wrapped ether, common vaults and routers, token minting and burning, multicalls, name records.
const TABLE: [&str; 46] = [
    "addLiquidityETH(address token,uint256 amountTokenDesired,uint256 amountTokenMin,uint256 amountETHMin,address to,uint256 deadline)",
    "borrow(address asset,uint256 amount,uint256 interestRateMode,uint16 referralCode,address onBehalfOf)",
    "burn(address account,uint256 amount)",
    "burn(uint256 amount)",
    "cancelTransaction(uint256 id)",
    "claim()",
    "claim(address account)",
    "confirmTransaction(uint256 id)",
    "delegate(address delegatee)",
    "deposit()",
    "deposit(address asset,uint256 amount,address onBehalfOf,uint16 referralCode)",
    "deposit(uint256 amount)",
    "deposit(uint256 assets,address receiver)",
    "execute(bytes commands,bytes[] inputs)",
    "execute(bytes commands,bytes[] inputs,uint256 deadline)",
    "executeTransaction(uint256 id)",
    "exit()",
    "mint(address to)",
    "mint(address to,uint256 amount)",
    "mint(uint256 amount)",
    "mint(uint256 shares,address receiver)",
    "mintNFTs(uint256 count)",
    "multicall(bytes[] data)",
    "multicall(uint256 deadline,bytes[] data)",
    "permit(address owner,address spender,uint256 value,uint256 deadline,uint8 v,bytes32 r,bytes32 s)",
    "pause()",
    "redeem(uint256 amount)",
    "redeem(uint256 shares,address receiver,address owner)",
    "removeLiquidity(address tokenA,address tokenB,uint256 liquidity,uint256 amountAMin,uint256 amountBMin,address to,uint256 deadline)",
    "renounceOwnership()",
    "repay(address asset,uint256 amount,uint256 interestRateMode,address onBehalfOf)",
    "setApproved(address operator,bool approved)",
    "stake(uint256 amount)",
    "submit(address referral)",
    "supply(address asset,uint256 amount,address onBehalfOf,uint16 referralCode)",
    "swapExactETHForTokens(uint256 amountOutMin,address[] path,address to,uint256 deadline)",
    "swapExactTokensForETH(uint256 amountIn,uint256 amountOutMin,address[] path,address to,uint256 deadline)",
    "swapExactTokensForTokens(uint256 amountIn,uint256 amountOutMin,address[] path,address to,uint256 deadline)",
    "swapTokensForExactTokens(uint256 amountOut,uint256 amountInMax,address[] path,address to,uint256 deadline)",
    "transferOwnership(address newOwner)",
    "unstake(uint256 amount)",
    "upgradeTo(address newImplementation)",
    "vote(uint256 proposal,bool support)",
    "withdraw(uint256 amount)",
    "withdraw(uint256 assets,address receiver,address owner)",
    "withdraw(address asset,uint256 amount,address to)",
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use alloy_dyn_abi::DynSolValue;
    use alloy_primitives::{U256, hex};
    use proptest::prelude::*;

    use super::*;
    use crate::intent::Value;

    #[test]
    fn every_function_of_the_table_parses_and_no_two_share_a_selector() {
        let mut selectors = BTreeSet::new();
        for declaration in TABLE {
            let (signature, _) = parse(declaration).unwrap();
            assert!(selectors.insert(selector_of(&signature)), "{signature}");
        }
    }

    /// Solidity ABI specification, "Examples": selectors of the specification and of well-known contracts.
    #[test]
    fn selectors_are_those_of_the_chain() {
        assert_eq!(selector_of("baz(uint32,bool)"), hex!("cdcd77c0"));
        assert_eq!(selector_of("transfer(address,uint256)"), hex!("a9059cbb"));
        assert_eq!(selector_of("withdraw(uint256)"), hex!("2e1a7d4d"));
        assert_eq!(selector_of("deposit()"), hex!("d0e30db0"));
    }

    #[test]
    fn lists_and_bytes_are_decoded_with_their_names() {
        let data = hex!(
            "0000000000000000000000000000000000000000000000000000000000000040"
            "0000000000000000000000000000000000000000000000000000000000000080"
            "0000000000000000000000000000000000000000000000000000000000000001"
            "0b00000000000000000000000000000000000000000000000000000000000000"
            "0000000000000000000000000000000000000000000000000000000000000001"
            "0000000000000000000000000000000000000000000000000000000000000020"
            "0000000000000000000000000000000000000000000000000000000000000002"
            "abcd000000000000000000000000000000000000000000000000000000000000"
        );
        let function = decode(selector_of("execute(bytes,bytes[])"), &data).unwrap();
        assert_eq!(function.signature, "execute(bytes,bytes[])");
        assert_eq!(function.arguments[0].value, Value::Bytes(hex!("0b").into()));
        let Value::Rows(inputs) = &function.arguments[1].value else { panic!("a list") };
        assert_eq!(inputs[0].value, Value::Bytes(hex!("abcd").into()));
    }

    #[test]
    fn an_offset_that_points_elsewhere_is_refused() {
        // both lists of a call may point to the same bytes; an encoder never does that
        let data = [0x40u64, 0x40, 0, 0].map(|word| U256::from(word).to_be_bytes::<32>()).concat();
        assert!(decode(selector_of("execute(bytes,bytes[])"), &data).is_none());
        let honest = [0x40u64, 0x60, 0, 0].map(|word| U256::from(word).to_be_bytes::<32>()).concat();
        assert!(decode(selector_of("execute(bytes,bytes[])"), &honest).is_some());
    }

    proptest! {
        #[test]
        fn arguments_are_those_that_alloy_encodes(commands: Vec<u8>, inputs: Vec<Vec<u8>>, deadline: u64) {
            let list = inputs.iter().cloned().map(DynSolValue::Bytes).collect();
            let deadline = U256::from(deadline);
            let data = DynSolValue::Tuple(vec![
                DynSolValue::Bytes(commands.clone()),
                DynSolValue::Array(list),
                DynSolValue::Uint(deadline, 256),
            ])
            .abi_encode_params();
            let function = decode(selector_of("execute(bytes,bytes[],uint256)"), &data).unwrap();
            let values: Vec<Value> = function.arguments.into_iter().map(|row| row.value).collect();
            let [Value::Bytes(first), Value::Rows(second), Value::Unsigned(third)] = values.as_slice() else {
                panic!("three arguments")
            };
            prop_assert_eq!(first.as_ref(), commands);
            let second: Vec<Value> = second.iter().map(|row| row.value.clone()).collect();
            let expected: Vec<Value> = inputs.into_iter().map(|bytes| Value::Bytes(bytes.into())).collect();
            prop_assert_eq!(second, expected);
            prop_assert_eq!(*third, deadline);
        }
    }

    #[test]
    fn data_that_does_not_fit_exactly_is_not_decoded() {
        let selector = selector_of("withdraw(uint256)");
        let word = U256::from(7).to_be_bytes::<32>();
        assert!(decode(selector, &word).is_some());
        assert!(decode(selector, &word[..31]).is_none());
        assert!(decode(selector, &[word.as_slice(), &[0]].concat()).is_none());
        let dirty = [0xff; 32];
        assert!(decode(selector_of("delegate(address)"), &dirty).is_none());
    }
}
