#!/usr/bin/env bash
# The demo in a real browser, and the pictures that README shows: from a clone, `tests/browser/run.sh`.
#
# Needs cargo, node and npm. Chromium and fonts are Debian's, installed when they are missing and this is root; what npm
# brings goes into tests/browser/node_modules. The pictures go into docs/, or where PICTURES says.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

target=${CARGO_TARGET_DIR:-target}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

debian_packages() {
    local wanted=(chromium fonts-noto-color-emoji fonts-roboto-unhinted pngquant) missing=() package
    if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
        echo "not Debian: expecting Chromium where CHROMIUM says, and pngquant"
        return
    fi
    for package in "${wanted[@]}"; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
    done
    if [ "${#missing[@]}" -eq 0 ]; then
        return
    elif [ "$(id -u)" -ne 0 ]; then
        echo "missing, and only root can install them: ${missing[*]}" >&2
        return 1
    fi
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

debian_packages
npm ci --silent --no-audit --no-fund --prefix tests/browser
cargo build --locked --quiet --package bernard --bin bernard
# A copy: the next build must not change the program in the middle of a run.
cp "$target/debug/bernard" "$work/bernard"

mkdir "$work/pictures"
BERNARD=$work/bernard PICTURES=$work/pictures \
    node --test --test-reporter=spec --test-concurrency=1 --test-timeout=900000 tests/browser/

pictures=${PICTURES:-docs}
mkdir -p "$pictures"
for picture in demo-phone-confirm demo-phone-ring demo-phone-dm demo-phone-cloud-dark demo-desk; do
    # Fewer colours, a third of the size.
    pngquant --force --speed 1 --strip --output "$pictures/$picture.png" 128 "$work/pictures/$picture.png"
done
ls -l "$pictures"
