#!/usr/bin/env bash
# Brings etcd clients that others wrote, for the tests that run them: Python's etcd3 from Debian, as unpacked packages,
# and Node's etcd3 from npm's registry. Touches no package sources.
#
# Usage: eng/get-clients.sh DIR
# Afterwards DIR/python and DIR/node are what PYTHONPATH and NODE_PATH must name, DIR/lib what the former's libraries
# need in LD_LIBRARY_PATH. Idempotent, and safe when several run at once.
#
# Python, npm and curl themselves are the machine's: where one is missing, root gets it installed and others are told.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/debian.sh"
directory=$(realpath -m "${1:?usage: eng/get-clients.sh DIR}")
node_client=etcd3@1.1.2

mkdir -p "$directory"
debian_lock "$directory"

missing=()
[[ -x /usr/bin/python3 ]] || missing+=(python3)
command -v npm >/dev/null || missing+=(npm)
command -v curl >/dev/null || missing+=(curl)
if ((${#missing[@]})); then
  [[ $(id -u) == 0 ]] || {
    echo "get-clients: the clients need ${missing[*]}: sudo apt-get install -y ${missing[*]}" >&2
    exit 1
  }
  apt-get -qq update >&2
  apt-get -qq install -y --no-install-recommends "${missing[@]}" >&2
fi

[[ ! -e $directory/.complete ]] || exit 0

# Of the machine's own release, as its own Python loads it; no more than what the machine lacks.
debian_begin "$directory" "$(. /etc/os-release && echo "$VERSION_CODENAME")"
debian_unpack $(debian_apt install --simulate --no-install-recommends python3-etcd3 | awk '/^Inst/ { print $2 }')
ln -sfn "$debian_root/usr/lib/python3/dist-packages" "$directory/python"
ln -sfn "$debian_root/usr/lib/$(uname -m)-linux-gnu" "$directory/lib"

npm install --prefix "$directory/npm" --no-audit --no-fund --ignore-scripts --loglevel=error "$node_client" >&2
ln -sfn "$directory/npm/node_modules" "$directory/node"
touch "$directory/.complete"
