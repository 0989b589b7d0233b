#!/usr/bin/env bash
# Known answers of the ECDSA protocol, both ways: the model's by the Rust, the Rust's by the model. Then recovery files,
# committed and fresh, opened from docs/recovery.md alone.
# SYMBOLON_SEED=<number> repeats a run's inputs of the second half.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
export PYTHONDONTWRITEBYTECODE=1

if ! command -v python3 >/dev/null; then
    echo "tests/model: SKIPPED, python3 is missing; the Rust was not compared with the model" >&2
    exit 0
fi
export SYMBOLON_SEED="${SYMBOLON_SEED:-$RANDOM$RANDOM}"
answers="${CARGO_TARGET_DIR:-target}/tmp/model"

cargo test --quiet --locked -p symbolon-ecdsa --test model
cargo test --quiet --locked -p symbolon-wallet --test recovery
rm -rf "$answers"
cargo test --quiet --locked -p symbolon-ecdsa --test model -- --ignored --exact write_vectors
SYMBOLON_ANSWERS="$(realpath -m "$answers/../recovery")" \
    cargo test --quiet --locked -p symbolon-wallet --test recovery -- --ignored --exact write_vectors
echo "inputs of the second half: SYMBOLON_SEED=$SYMBOLON_SEED"
python3 tests/model/check.py crate/ecdsa/tests/vectors "$answers"
python3 tests/model/recovery.py crate/wallet/tests/vectors/recovery.json "$answers/../recovery/recovery.json"
python3 tests/model/atrest.py
