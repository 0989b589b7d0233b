#!/usr/bin/env bash
# Builds, runs, tests and packs everything. `./build.sh help` says how.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

WASM_BINDGEN=0.2.130
CARGO_DENY=0.20.2
CARGO_FUZZ=0.13.2
CARGO_MUTANTS=27.1.0
TOOLS="${XDG_CACHE_HOME:-$HOME/.cache}/symbolon"
TARGET="${CARGO_TARGET_DIR:-$PWD/target}"
export CARGO_TARGET_DIR="$TARGET" PATH="$TOOLS/bin:$PATH"
WASM_TARGET=wasm32-unknown-unknown
WASM_OUT="$TARGET/$WASM_TARGET/wasm"

help() {
    cat <<'TEXT'
./build.sh <command>

  run [--headless]  Build everything, start relay, chain and demo page, and open Chromium with the extension.
                    Without a display, or with --headless, drive the whole story through the real screens instead;
                    with --headless --story recovery, lose the phone and then the browser, and recover each.
  test [part ...]   Run the tests: rust, model, wasm, browser. Without a part: all of them, in this order.
                    `browser/<name>` runs tests/browser/<name>.test.mjs alone.
  check             Formatting, lints, floors, licences and sources of dependencies, types, sizes.
  bench             Measure ceremonies (native, wasm, beside other cores), sizes, cold start, tap to signature.
  fuzz [target] [seconds]
                    Feed altered bytes to one entry point of tests/robust for 60 seconds or so many; without a target,
                    list them; `all` runs each. What it finds is kept in tests/fuzz/artifacts. A smoke is in `test`.
  differential [inputs]
                    Compare what the wallet reads in calls, transactions, messages and typed data with alloy and with
                    ethers, on a million inputs of each or so many. A smoke is in `test`.
  mutants [crate ...]
                    Break what checks a peer's words in mpc, ecdsa and frost, one place at a time, and see that a test
                    fails: hours. docs/mutants.md has the figures.
  timing [samples]  Measure whether secrets can be read off a clock (100000 samples; on a quiet machine).
  dist [--verify]   Pack the extension and the phone's app into dist/, byte for byte the same every time.
                    With --verify, build twice and compare.
  help              This text.

What is missing is set up: the wasm target, wasm-bindgen and cargo-deny (kept in ~/.cache/symbolon), npm packages,
Chromium, and a font for the symbols that devices compare (the last two through apt-get if you are root; otherwise the
command to run is printed).
TEXT
}

# --- saying what goes on -------------------------------------------------------------------------------------------

STARTED=$SECONDS
say() { printf '\033[1m[%3d s] %s\033[0m\n' "$((SECONDS - STARTED))" "$*" >&2; }
fail() {
    printf 'build.sh: %s\n' "$*" >&2
    exit 1
}
# Runs a command for at most so long: a step that hangs fails by itself, and by its name.
within() {
    local limit=$1 name=$2 status=0
    shift 2
    say "$name"
    timeout --kill-after=10 "$limit" "$@" || status=$?
    [ "$status" -ne 124 ] || fail "$name: not done within $limit"
    [ "$status" -eq 0 ] || fail "$name: failed with $status"
}

# --- tools ---------------------------------------------------------------------------------------------------------

need_rust() {
    command -v cargo >/dev/null || fail "Rust is missing: https://rustup.rs"
    if command -v rustup >/dev/null && ! rustup target list --installed | grep -qx "$WASM_TARGET"; then
        within 10m "adding the target $WASM_TARGET" rustup target add "$WASM_TARGET"
    fi
}

need_cargo_tool() { # crate, what tells its version, version
    # shellcheck disable=SC2086 # a command of several words
    if [ "$($2 --version 2>/dev/null | awk '{print $2}')" != "$3" ]; then
        # In a directory of its own: what it builds is of no use to this workspace.
        CARGO_TARGET_DIR="$TOOLS/target" within 30m "building $1 $3 (once)" \
            cargo install --quiet --root "$TOOLS" --version "$3" "$1"
    fi
}

need_npm() {
    command -v npm >/dev/null || fail "Node.js 20 or newer with npm is missing"
    if [ ! node_modules/.package-lock.json -nt package-lock.json ]; then
        within 10m "installing npm packages" npm ci --no-progress
        touch node_modules/.package-lock.json
    fi
}

need_debian() { # package, and the command that succeeds where it is there
    "${@:2}" && return
    if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
        say "installing $1"
        timeout 5m apt-get update -qq && timeout 15m apt-get install -y -qq --no-install-recommends "$1" >&2
    fi
    "${@:2}" || fail "$1 is missing. Run: sudo apt-get install $1"
}
need_chromium() {
    need_symbols
    [ -n "${CHROMIUM:-}" ] && [ -x "$CHROMIUM" ] && return
    need_debian chromium test -x /usr/bin/chromium
}
# The six symbols of a pairing are empty boxes where no font has them. Any font will do.
need_symbols() {
    if command -v apt-get >/dev/null; then need_debian fonts-noto-color-emoji has_symbols; fi
}
has_symbols() {
    if command -v fc-list >/dev/null; then
        [ -n "$(fc-list ":charset=$A_SYMBOL" family)" ]
    else
        [ -e /usr/share/fonts/truetype/noto/NotoColorEmoji.ttf ]
    fi
}
A_SYMBOL=1f419 # an octopus

# --- building ------------------------------------------------------------------------------------------------------

# Paths of this machine have no place in a module, and would make it differ from one built elsewhere.
wasm_flags() {
    local cargo_home="${CARGO_HOME:-$HOME/.cargo}"
    printf '%s' "--remap-path-prefix=$cargo_home/registry/src=/crates --remap-path-prefix=$PWD=/symbolon"
    # The screens are a fifth smaller where Leptos erases the types of its views.
    printf '%s' " --remap-path-prefix=$(rustc --print sysroot)=/rust --cfg erase_components"
    # Vectors of 128 bits: docs/status.md says what they save. Every browser that can run the extension has them.
    printf '%s' " -C target-feature=+simd128"
}

cargo_wasm() {
    CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS="$(wasm_flags)" \
        within 25m "building $1.wasm" cargo build --quiet --locked --target "$WASM_TARGET" --profile wasm "${@:2}"
}

glue() { # crate's file, name, further flags
    wasm-bindgen --target web --remove-producers-section --out-dir target/glue --out-name "$2" "${@:3}" "$WASM_OUT/$1.wasm"
}

build_wasm() {
    need_rust
    need_cargo_tool wasm-bindgen-cli wasm-bindgen "$WASM_BINDGEN"
    # The same crate twice: a small module that is thrown away after use, then the core. Both end in the same file.
    cargo_wasm kdf -p symbolon-wasm --no-default-features --features kdf
    glue symbolon_wasm kdf --experimental-reset-state-function
    cargo_wasm "core and ui" -p symbolon-wasm -p symbolon-ui
    glue symbolon_wasm core --experimental-reset-state-function
    glue symbolon_ui ui
}

# Smaller by an eighth; slow, so for releases only. No feature flags: with all of them on, Chromium refuses the result.
shrink_wasm() {
    local module level
    for module in core:-O3 kdf:-O3 ui:-Oz; do
        level=${module#*:} module=${module%:*}
        within 20m "shrinking $module.wasm" \
            node_modules/.bin/wasm-opt "$level" "target/glue/${module}_bg.wasm" -o "target/glue/${module}_bg.wasm"
    done
}

bundle() {
    need_npm
    say "bundling the extension and the phone's app"
    node crate/wasm/js/bundle.mjs "$@"
}

build_hosts() {
    need_rust
    within 25m "building relay and cosigner" \
        cargo build --quiet --locked -p symbolon-relay -p symbolon-cosigner --bins
}

# --- commands ------------------------------------------------------------------------------------------------------

run() {
    local headless="" story=story
    while [ $# -gt 0 ]; do
        case $1 in
        --headless) headless=1 ;;
        --story)
            story="story-${2:-}"
            [ -f "tests/browser/$story.mjs" ] || fail "there is no story called ${2:-}; there is: recovery"
            shift
            ;;
        *) fail "run takes --headless and --story NAME, not $1" ;;
        esac
        shift
    done
    build_wasm
    bundle
    build_hosts
    need_chromium
    if [ -n "$headless" ] || [ "$story" != story ] || { [ -z "${DISPLAY:-}" ] && [ -z "${WAYLAND_DISPLAY:-}" ]; }; then
        within 10m "telling the $story, headless" node "tests/browser/$story.mjs"
    else
        say "starting everything; end with Ctrl-C"
        node tests/browser/run.mjs
    fi
}

run_tests() {
    [ $# -gt 0 ] || set -- rust model wasm browser
    local part
    for part in "$@"; do
        case $part in
        rust) test_rust ;;
        model) within 15m "the ECDSA protocol against its model in Python" tests/model/run.sh ;;
        wasm) test_wasm ;;
        browser) test_browser tests/browser/*.test.mjs ;;
        browser/*) test_browser "tests/$part.test.mjs" ;;
        *) fail "no tests called $part" ;;
        esac
    done
    say "all tests passed"
}

# The screens go by themselves: what they turn on in shared crates, an oracle of chain's tests does not build with.
RUST_TESTS=(--workspace --exclude symbolon-wasm --exclude symbolon-ui)

test_rust() {
    need_rust
    within 30m "tests in Rust" cargo test --quiet --locked "${RUST_TESTS[@]}"
    within 15m "tests of the screens" cargo test --quiet --locked -p symbolon-ui
    need_npm
    # Built with the tests, as every example is.
    within 10m "what the wallet reads, and what ethers reads" \
        node tests/differential/ethers.mjs "$TARGET/debug/examples/answers" 2000
}

test_wasm() {
    need_rust
    need_cargo_tool wasm-bindgen-cli wasm-bindgen "$WASM_BINDGEN"
    cargo_wasm conformance -p symbolon-conformance --lib
    glue symbolon_conformance conformance
    within 20m "the conformance suite, native" \
        cargo run --quiet --locked -p symbolon-conformance >target/conformance-native.json
    CONFORMANCE_NATIVE=target/conformance-native.json within 10m "the conformance suite, as wasm: the same bytes" \
        node --test --test-reporter=spec tests/browser/conformance.mjs
    need_chromium
    need_debian chromium-driver test -x /usr/bin/chromedriver
    CHROMEDRIVER=/usr/bin/chromedriver WASM_BINDGEN_TEST_TIMEOUT=120 \
        CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER=wasm-bindgen-test-runner \
        CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS="$(wasm_flags)" \
        within 20m "tests of the browser's store, in Chromium" \
        cargo test --locked --target "$WASM_TARGET" --profile wasm -p symbolon-wasm
}

test_browser() {
    build_wasm
    bundle
    build_hosts
    # Has an option to speak another version than it does; not part of what ships.
    within 10m "building the cosigner of tests" cargo build --quiet --locked \
        -p symbolon-cosigner --features testing --bin symbolon-cosigner-testing
    need_chromium
    # Browsers wait more than they work: two files at a time, each with devices, relay and chain of its own.
    within 40m "tests in Chromium" node --test --test-concurrency=2 --test-reporter=spec "$@"
}

check() {
    need_rust
    need_npm
    within 2m "formatting" cargo fmt --all --check
    within 25m "lints" cargo clippy --quiet --locked --workspace --exclude symbolon-ui --all-targets -- -D warnings
    within 15m "lints of the screens" cargo clippy --quiet --locked -p symbolon-ui --all-targets -- -D warnings
    within 15m "lints, as the browser compiles it" \
        cargo clippy --quiet --locked --target "$WASM_TARGET" -p symbolon-wasm -p symbolon-ui -- -D warnings
    # Built as `test` builds it, so that nothing is built twice.
    within 25m "floors" cargo test --quiet --locked "${RUST_TESTS[@]}" --test floors
    need_cargo_tool cargo-deny cargo-deny "$CARGO_DENY"
    within 5m "licences, bans and sources of dependencies" cargo deny --log-level error check licenses bans sources
    if timeout 60 cargo deny --log-level off fetch db 2>/dev/null; then
        within 5m "advisories" cargo deny --log-level error check advisories
    else
        say "advisories: not checked, their database cannot be reached"
    fi
    say "npm: no addresses in the lock file"
    ! grep -n '"resolved"' package-lock.json || fail "package-lock.json names a registry's address"
    build_wasm
    within 5m "types" node_modules/.bin/tsc -p .
    within 2m "formatting of scripts and pages" node_modules/.bin/prettier --check --log-level warn \
        extension web crate/wasm/js tests/browser tests/differential crate/chain/vectors/sig-util.mjs
    bundle
    sizes
}

sizes() {
    say "sizes in bytes"
    printf '%-34s %10s %10s\n' file raw gzip
    local file
    for file in target/extension/*_bg.wasm target/extension/*.js target/extension/*.css target/web/*.js target/web/*.css; do
        printf '%-34s %10d %10d\n' "$file" "$(wc -c <"$file")" "$(gzip -9nc "$file" | wc -c)"
    done
}

bench() {
    build_wasm
    shrink_wasm
    bundle --release
    build_hosts
    need_chromium
    say "sizes as shipped"
    sizes
    cargo_wasm bench -p symbolon-bench --lib
    glue symbolon_bench bench
    say "ceremonies, native"
    timeout 20m cargo run --quiet --locked --release -p symbolon-bench >target/bench-native.json
    within 20m "ceremonies: native, node, Chromium" node tests/browser/bench-ceremonies.mjs target/bench-native.json
    # A workspace and a lock file of their own: one of them brings another generation of curves.
    cargo_wasm peers --manifest-path tests/peers/Cargo.toml --lib
    glue symbolon_peers peers
    within 20m "ours and others'" node tests/browser/bench-peers.mjs
    within 20m "what the owner waits for" node tests/browser/bench.mjs
}

# libFuzzer needs a compiler for C++ and no nightly Rust: there is no unsafe code of ours for sanitizers to watch.
fuzz() {
    need_rust
    command -v c++ >/dev/null || fail "a compiler for C++ is missing. Run: sudo apt-get install g++"
    need_cargo_tool cargo-fuzz cargo-fuzz "$CARGO_FUZZ"
    local target=${1:-} seconds=${2:-60}
    case $target in
    '') cargo fuzz list --fuzz-dir tests/fuzz ;;
    all) for target in $(cargo fuzz list --fuzz-dir tests/fuzz); do
        fuzz_one "$target" "$seconds"
    done ;;
    *) fuzz_one "$target" "$seconds" ;;
    esac
}

fuzz_one() { # target, seconds
    local corpus="tests/fuzz/corpus/$1"
    say "fuzzing $1 for $2 seconds"
    mkdir -p "$corpus"
    # `cfg(fuzzing)` would turn off what ships.
    SEEDS="$corpus" cargo fuzz run --fuzz-dir tests/fuzz --target-dir "$TARGET/fuzz" --sanitizer none --no-cfg-fuzzing \
        "$1" "$corpus" -- "-max_total_time=$2" -max_len=8192 -print_final_stats=1
}

differential() { # inputs of each kind
    need_rust
    need_npm
    within 6h "against alloy" env INPUTS="${1:-1000000}" cargo test --quiet --locked --release -p symbolon-chain \
        --test against_alloy -- --ignored --nocapture
    within 25m "building what answers ethers" \
        cargo build --quiet --locked --release -p symbolon-chain --example answers
    within 12h "against ethers" \
        node tests/differential/ethers.mjs "$TARGET/release/examples/answers" "${1:-1000000}"
}

# What is altered and which tests must notice stands in tests/mutants. In a copy of the tree.
mutants() {
    need_rust
    need_cargo_tool cargo-mutants "cargo-mutants mutants" "$CARGO_MUTANTS"
    [ $# -gt 0 ] || set -- mpc sign ecdsa frost
    local crate
    for crate in "$@"; do
        [ -e "tests/mutants/$crate.toml" ] || fail "nothing is altered in $crate"
        CARGO_TARGET_DIR="$TARGET/mutants" within 12h "altering $crate" \
            cargo mutants --package "symbolon-${crate/sign/mpc}" --config "tests/mutants/$crate.toml" \
            --output "$TARGET/mutants-$crate" --cargo-arg=--locked
    done
}

timing() {
    need_rust
    within 25m "building the measurement" cargo build --quiet --locked --release -p symbolon-timing
    within 2h "timing, on two classes of secrets" "$TARGET/release/symbolon-timing" "$@"
}

dist() {
    rm -rf dist
    pack dist
    if [ "${1:-}" = --verify ]; then
        say "building everything once more, from clean"
        rm -rf "$WASM_OUT"
        pack target/dist-again
        diff -r dist target/dist-again || fail "two builds differ"
        say "two builds, the same bytes"
    fi
    cat dist/SHA256SUMS
}

pack() {
    need_npm
    build_wasm
    shrink_wasm
    bundle --release
    node crate/wasm/js/pack.mjs "$1"
}

case "${1:-help}" in
run | check | bench | differential | fuzz | mutants | timing | dist) "$@" ;;
test) run_tests "${@:2}" ;;
help | -h | --help) help ;;
*)
    help >&2
    exit 2
    ;;
esac
