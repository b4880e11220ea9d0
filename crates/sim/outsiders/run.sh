#!/bin/sh
# Runs clients that are not ours against both simulators. Exits non-zero if any disagrees.
#
#     crates/sim/outsiders/run.sh            # from the repository; needs python3, node and npm
#
# What the clients need is installed into $OUTSIDERS (default: a temporary folder that is removed afterwards). With SIM=program nothing
# is built.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
work=${OUTSIDERS:-$(mktemp -d)}
mkdir -p "$work"
sim_pid=
leave() {
    if [ -n "$sim_pid" ]; then kill "$sim_pid" 2>/dev/null || true; fi
    if [ -z "${OUTSIDERS:-}" ]; then rm -rf "$work"; fi
}
trap leave EXIT

[ -x "$work/py/bin/python" ] || python3 -m venv "$work/py"
"$work/py/bin/pip" install --quiet --disable-pip-version-check "discord.py==2.7.*" ovh
[ -d "$work/node_modules/discord.js" ] || npm install --silent --no-audit --no-fund --prefix "$work" "discord.js@14"
cp "$here"/*.mjs "$work"

if [ -z "${SIM:-}" ]; then
    cargo build --quiet --package sim --bin sim --manifest-path "$here/../Cargo.toml"
    SIM=${CARGO_TARGET_DIR:-$here/../../../target}/debug/sim
fi
"$SIM" --ovh 127.0.0.1:0 --discord 127.0.0.1:0 --pace hurried >"$work/said" &
sim_pid=$!
until grep -q '^discord-public-key ' "$work/said"; do
    kill -0 "$sim_pid"
    sleep 0.1
done
said() { sed -n "s/^$1 //p" "$work/said"; }

# shellcheck disable=SC2046 # several words are meant
"$work/py/bin/python" "$here/ovh_client.py" "$(said ovh)" "$(said ovh-token)" $(said ovh-keys) $(said ovh-oauth2)
"$work/py/bin/python" "$here/discord_py.py" "$(said discord)" "$(said discord-token)"
node "$work/discord_js.mjs" "$(said discord)" "$(said discord-token)"
