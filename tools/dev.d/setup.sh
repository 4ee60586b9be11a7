# Installs what is missing and nothing else. When nothing is, it costs one dpkg-query.

. tools/dev.d/backports.sh
. tools/dev.d/prometheus.sh

# The entries of one list, comments removed. package_list NAME
package_list() {
  [ -f "tools/packages/$1.txt" ] || die "no package list '$1'; there are: $(package_list_names)" 2
  sed -E 's/[[:space:]]*#.*//; /^[[:space:]]*$/d' "tools/packages/$1.txt"
}

package_list_names() {
  local file
  for file in tools/packages/*.txt; do basename "$file" .txt; done | paste -sd' '
}

# Those of the named packages that are not installed. missing_packages PACKAGE…
missing_packages() {
  local installed
  # dpkg-query fails for a name it does not know; its list of the others is still right.
  installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null | sed -n 's/^installed //p' || true)
  printf '%s\n' "$@" | grep -vxF "${installed:-none}" || true
}

# Node.js 18 or newer with npm may come from anywhere; Debian's own packages only when there is none.
node_is_there() {
  command -v npm >/dev/null && command -v node >/dev/null &&
    node -e 'process.exit(parseInt(process.versions.node) >= 18 ? 0 : 1)' 2>/dev/null
}

apt_get() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=120 "$@" </dev/null >&2
}

# True when apt's lists offer every package named.
apt_offers() {
  apt-cache show --no-all-versions "$@" >/dev/null 2>&1
}

# CLARION_SETUP_ROOT is another root than / for the tests.
# A mirror without backports would break every later apt-get update: what was added is taken back then.
provide_backports() {
  local added
  added=$(ensure_backports "${CLARION_SETUP_ROOT:-}") ||
    die 'Boost 1.83 is in bookworm-backports, and no apt source serves bookworm main to derive it from'
  [ -n "$added" ] || return 0
  say "added $added, derived from this machine's own sources"
  apt_get update || {
    as_root rm -f "$added"
    die "apt-get update failed with $added, which is removed again; does the mirror have bookworm-backports?"
  }
}

# Debian starts the servers that it installs. The tests start their own, on ports of their own: one that came in
# with them must not take a port of the machine. stop_services PACKAGE…
stop_services() {
  local package
  for package in "$@"; do
    case $package in
      nginx | haproxy) ;;
      *) continue ;;
    esac
    if [ -d /run/systemd/system ]; then
      as_root systemctl disable --quiet --now "$package"
    else
      as_root service "$package" stop >/dev/null 2>&1 || true
    fi
  done
}

# install_packages PACKAGE…
install_packages() {
  local missing
  mapfile -t missing < <(missing_packages "$@")
  [ ${#missing[@]} -gt 0 ] || return 0
  if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; then
    die "not root and no sudo; ask your administrator to install: ${missing[*]}"
  fi
  heading "installing ${missing[*]}"
  [[ " ${missing[*]} " != *' libboost'* ]] || provide_backports
  apt_offers "${missing[@]}" || apt_get update || die 'apt-get update failed (see above)'
  # A list that is older than the archive names files that are gone: refresh it and try once more.
  apt_get install --no-install-recommends "${missing[@]}" ||
    { apt_get update && apt_get install --no-install-recommends "${missing[@]}"; } ||
    die "apt-get could not install: ${missing[*]}"
  stop_services "${missing[@]}"
}

# What the end-to-end tests use from npm; npm writes its own stamp into node_modules when it has finished.
install_npm_packages() {
  local folder=tests/e2e
  [ ! "$folder/node_modules/.package-lock.json" -nt "$folder/package-lock.json" ] || return 0
  heading "npm ci in $folder"
  npm ci --prefix "$folder" --no-audit --no-fund --loglevel=error </dev/null >&2 ||
    npm ci --prefix "$folder" --no-audit --no-fund --loglevel=error </dev/null >&2 ||
    die "npm ci failed in $folder"
  touch "$folder/node_modules/.package-lock.json"
}

# setup LIST…
setup() {
  local list packages=() more
  [ "${CLARION_SKIP_SETUP:-}" != 1 ] || return 0
  command -v dpkg-query >/dev/null ||
    die 'this is no Debian or Ubuntu; install what tools/packages/ lists and set CLARION_SKIP_SETUP=1'
  for list in "$@"; do
    more=$(package_list "$list")
    mapfile -t -O ${#packages[@]} packages <<<"$more"
  done
  if [[ " $* " == *' test '* ]] && ! node_is_there; then
    more=$(package_list node)
    mapfile -t -O ${#packages[@]} packages <<<"$more"
  fi
  install_packages "${packages[@]}"
  [[ " $* " != *' test '* ]] || {
    provide_prometheus
    install_npm_packages
  }
}
