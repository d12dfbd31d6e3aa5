#!/usr/bin/env bash
# The system packages that the tests and the factory need (Debian, Ubuntu): GL libraries for
# skia-python, make and git, Chromium to look at pages. The product itself needs none of them.
set -euo pipefail
wanted=(libegl1 libgl1 make git python3-venv chromium)
missing=()
for package in "${wanted[@]}"; do
  dpkg -s "$package" >/dev/null 2>&1 || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0
root=()
[ "$(id -u)" -eq 0 ] || root=(sudo)
"${root[@]}" apt-get update -q
"${root[@]}" apt-get install -y -q --no-install-recommends "${missing[@]}"
