# Sourced: what set-up asks of Debian's packages. Everything goes through apt, which checks Debian's signatures.
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

say() { echo "$*" >&2; }

packages() { # packages NAME...: installs those that are missing
  local missing=() package
  for package in "$@"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} != 0 ] || return 0
  apt-get update -qq || say "apt-get update failed; going on with the package lists that are there"
  # In a session of its own: whoever ends this script must not end dpkg halfway.
  setsid --wait bash -euc "$(declare -f install_all); install_all \"\$@\"" packages "${missing[@]}" </dev/null ||
    { say "Debian's packages ${missing[*]} could not be installed"; return 1; }
}

install_all() { # install_all NAME...: without systemd a package would start its service in its own way, before ours can
  local guard=/usr/sbin/policy-rc.d
  if [ ! -d /run/systemd/system ] && [ ! -e "$guard" ]; then
    install -m 755 /dev/stdin "$guard" <<<$'#!/bin/sh\nexit 101'
    trap "rm -f '$guard'" EXIT
  fi
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=300 "$@" >/dev/null
}

mirror() { # mirror: the address of Debian's archive that this machine uses
  local find=(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Label: Debian') found
  # Labels are known from the lists only, which a fresh machine has yet to fetch.
  [ -n "$("${find[@]}")" ] || apt-get update -qq
  found=$("${find[@]}" | grep -v security | head -n 1) || true
  [ -n "$found" ] || { say "this machine has no Debian package source"; return 1; }
  echo "$found"
}

from_suite() { # from_suite SUITE FOLDER PACKAGE...: unpacks packages of a named suite into FOLDER; nothing is installed
  local suite=$1 folder=$2 lists deb archive
  shift 2
  archive=$(mirror)
  lists=$(mktemp -d)
  mkdir -p "$folder" "$lists"/{lists/partial,cache/archives/partial,parts,debs}
  echo "deb $archive $suite main" >"$lists/sources.list"
  : >"$lists/status"
  # Lists, sources and preferences of this call alone: neither this machine's other sources nor what it has installed count.
  # The signature counts, not its age: a mirror may be a snapshot.
  local options=(-o "Dir::Etc::SourceList=$lists/sources.list" -o "Dir::Etc::SourceParts=$lists/parts"
    -o "Dir::Etc::PreferencesParts=$lists/parts" -o "Dir::State::Lists=$lists/lists" -o "Dir::State::status=$lists/status"
    -o "Dir::Cache=$lists/cache" -o "Acquire::Languages=none" -o "Acquire::Check-Valid-Until=false"
    -o "APT::Sandbox::User=root")
  apt-get update -qq "${options[@]}" && (cd "$lists/debs" && apt-get download -qq "${options[@]}" "$@" >/dev/null) ||
    { rm -rf "$lists"; say "$* could not be had from Debian $suite"; return 1; }
  for deb in "$lists"/debs/*.deb; do dpkg -x "$deb" "$folder"; done
  rm -rf "$lists"
}
