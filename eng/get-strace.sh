#!/usr/bin/env bash
# Brings Debian's strace into a folder, for the tests that watch system calls, without installing it and without
# touching the system's package lists. Where the system has strace, nothing is brought.
#
# Usage: eng/get-strace.sh DIR
# Prints the folder that holds the program. Idempotent, and safe when several run at once.
set -euo pipefail
directory=$(realpath -m "${1:?usage: eng/get-strace.sh DIR}")
if own=$(command -v strace); then
  dirname "$own"
  exit 0
fi

mkdir -p "$directory"
exec 9>"$directory/.lock"
flock 9
if [[ -x $directory/strace ]]; then
  echo "$directory"
  exit 0
fi

for tool in apt-get apt-cache dpkg-query dpkg-deb; do
  command -v "$tool" >/dev/null || {
    echo "get-strace: needs Debian's package tools ($tool is missing); install strace by hand instead" >&2
    exit 1
  }
done
mkdir -p "$directory/lists/partial" "$directory/cache/partial" "$directory/root"
options=(
  -o "Dir::State::lists=$directory/lists" -o "Dir::Cache::archives=$directory/cache"
  -o APT::Sandbox::User=root -o Acquire::Languages=none
)
apt-get "${options[@]}" -qq update >&2

# strace and those libraries that it needs and the system lacks.
packages=(strace)
while read -r name; do
  [[ $(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null || true) == installed ]] || packages+=("$name")
done < <(apt-cache "${options[@]}" depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks \
  --no-replaces --no-enhances strace | grep -E '^[a-z0-9]' | grep -vx strace)
cd "$directory/cache"
apt-get "${options[@]}" -qq download "${packages[@]}" >&2
for package in *.deb; do
  dpkg-deb -x "$package" "$directory/root"
done

libraries=$(find "$directory/root" -name '*.so.*' -printf '%h\n' | sort -u | paste -sd:)
printf '#!/bin/sh\nLD_LIBRARY_PATH="%s" exec "%s/root/usr/bin/strace" "$@"\n' "$libraries" "$directory" \
  >"$directory/new"
chmod +x "$directory/new"
"$directory/new" --version >&2
mv "$directory/new" "$directory/strace"
echo "$directory"
