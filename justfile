# The everyday verbs. `just` lists them; `pip install rust-just` brings it within seconds.

_list:
    @just --list --unsorted

# Does it compile?
check:
    cargo check --workspace --all-targets

# All tests, or those whose names hold a word: `just test reboot`.
test *words:
    cargo test --workspace -- {{ words }}

# Put the code into its form.
fmt:
    cargo fmt --all

# What clippy says; nothing may be left.
lint:
    cargo clippy --workspace --all-targets -- -D warnings

# The documentation, as a page.
doc:
    cargo doc --workspace --no-deps --open

# The bot between both simulators, and a page to see it with: prints its URL.
demo *flags:
    cargo run -- demo {{ flags }}

# The demo in a real browser; writes README's pictures into docs/.
browser:
    tests/browser/run.sh

# Both simulators on loopback, for clients of your own; says where they listen.
sim:
    cargo run --package sim --bin sim

# Clients that are not ours against the simulators.
outsiders:
    crates/sim/outsiders/run.sh

# Looks for credentials and machine names in the files.
secrets:
    .ci/secrets

# Everything that must hold before a change lands.
ci:
    bash .ci/run
