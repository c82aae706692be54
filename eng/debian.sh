# Debian packages without installing them and without touching the system's package sources. To be sourced.

# debian_lock DIR: keeps other runs out of DIR until the shell ends.
debian_lock() {
  exec 9>"$1/.lock"
  flock 9
}

# debian_begin DIR SUITE: prepares DIR/SUITE for debian_apt and debian_unpack.
debian_begin() {
  local directory=$1 suite=$2 mirror keyring
  command -v apt-get >/dev/null || {
    echo "needs Debian's package tool (apt-get)" >&2
    return 1
  }
  mirror=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null |
    grep -oE 'https?://[^ ]+/debian/?( |$)' | head -1 | tr -d ' ' || true)
  [[ -n $mirror ]] || {
    echo "no Debian mirror in this machine's package sources" >&2
    return 1
  }
  keyring=$(ls /usr/share/keyrings/debian-archive-keyring.* | head -1)
  debian_root=$directory/$suite
  debian_scratch=$directory/apt-$suite
  mkdir -p "$debian_scratch/lists/partial" "$debian_scratch/cache/partial" "$debian_root"
  echo "deb [signed-by=$keyring] $mirror $suite main" >"$debian_scratch/sources.list"
  debian_apt -qq update >&2
}

# debian_apt ARGUMENTS: apt-get on the suite alone.
debian_apt() {
  apt-get -o "Dir::Etc::sourcelist=$debian_scratch/sources.list" -o Dir::Etc::sourceparts=- \
    -o "Dir::State::lists=$debian_scratch/lists" -o "Dir::Cache::archives=$debian_scratch/cache" \
    -o APT::Sandbox::User=root -o Acquire::Languages=none "$@"
}

# debian_unpack PACKAGE...: downloads packages and unpacks them into $debian_root.
debian_unpack() {
  local package
  cd "$debian_scratch/cache"
  debian_apt -qq download "$@" >&2
  for package in "$@"; do
    dpkg-deb -x "$(ls -t "${package}"_*.deb | head -1)" "$debian_root"
  done
  cd - >/dev/null
}
