#!/usr/bin/env bash
# The demo in a real browser, the pictures that README shows, and those of everything that people see (docs/faces/): from a
# clone, `tests/browser/run.sh`. Arguments go to node: `tests/browser/run.sh --test-name-pattern='French'` tells some stories
# only, and changes no pictures.
#
# Needs cargo, node and npm. Chromium and fonts are Debian's, installed when they are missing and this is root; what npm
# brings goes into tests/browser/node_modules. The pictures go into docs/, or where PICTURES says. With
# PAGE=crates/sim/src/web/page the browser gets the page from there, so that a change to it needs no build; with BERNARD=program
# nothing is built at all.
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
if [ -z "${BERNARD:-}" ]; then
    cargo build --locked --quiet --package bernard --bin bernard
    BERNARD=$target/debug/bernard
fi
# A copy: the next build must not change the program in the middle of a run.
cp "$BERNARD" "$work/bernard"

mkdir "$work/pictures"
BERNARD=$work/bernard PICTURES=$work/pictures \
    node --test --test-reporter=spec --test-concurrency=1 --test-timeout=900000 "$@" tests/browser/*.test.mjs
if [ "$#" -gt 0 ]; then
    exit
fi

pictures=${PICTURES:-docs}
mkdir -p "$pictures/faces"
# Fewer colours, a third of the size; texts on sheets need fewer still.
for picture in demo-phone-confirm demo-phone-ring demo-phone-dm demo-phone-cloud-dark demo-desk; do
    pngquant --force --speed 1 --strip --output "$pictures/$picture.png" 128 "$work/pictures/$picture.png"
done
# What is shown no more goes.
rm -f "$pictures"/faces/*.png
for sheet in "$work"/pictures/faces/*.png; do
    pngquant --force --speed 1 --strip --output "$pictures/faces/${sheet##*/}" 32 "$sheet"
done
cp "$work/pictures/faces/README.md" "$pictures/faces/"
du -sh "$pictures"
