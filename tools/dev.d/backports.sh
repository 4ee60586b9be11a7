# Boost 1.83 on Debian 12 comes from the release's own backports suite. Its apt entry is derived from the entry that
# already serves the release (same mirror, same key, other suite), so that no host name is written down here.
# Every function takes the root of the file system to look at: tests give a folder of fixtures.

# Prints "ID CODENAME" of the distribution, such as "debian bookworm".
distribution() {
  local root=$1
  sed -nE 's/^(ID|VERSION_CODENAME)="?([a-z0-9._-]+)"?$/\1 \2/p' "$root/etc/os-release" 2>/dev/null |
    sort | cut -d' ' -f2 | paste -sd' '
}

# True on a release whose own suites lack libboost1.83-dev while its backports have it.
boost_is_in_backports() {
  [ "$(distribution "$1")" = 'debian bookworm' ]
}

# Lists the files that apt reads, and no disabled or saved ones.
apt_source_files() {
  local file
  for file in "$1"/etc/apt/sources.list "$1"/etc/apt/sources.list.d/*.list "$1"/etc/apt/sources.list.d/*.sources; do
    [ ! -f "$file" ] || printf '%s\n' "$file"
  done
}

# Prints the enabled entries that serve main of SUITE, rewritten to serve TARGET: "RANK KIND" lines, each followed by its
# entry and an empty line. RANK 0 is the distribution's own archive, 1 another archive with the same suite name.
# rewritten_entries ROOT SUITE TARGET
rewritten_entries() {
  local files
  mapfile -t files < <(apt_source_files "$1")
  [ ${#files[@]} -gt 0 ] || return 0
  awk -v suite="$2" -v target="$3" -f tools/dev.d/apt_entries.awk "${files[@]}"
}

# True when an enabled entry provides SUITE. serves_suite ROOT SUITE
serves_suite() {
  [ -n "$(rewritten_entries "$1" "$2" "$2")" ]
}

# Writes the backports entry when it is needed and absent, and prints the file it made. Returns 1 when no entry serves
# the release.
# ensure_backports ROOT [COMMAND that runs its arguments as root]
ensure_backports() {
  local root=$1 runner=${2:-as_root} codename entries kind file
  boost_is_in_backports "$root" || return 0
  codename=$(distribution "$root" | cut -d' ' -f2)
  ! serves_suite "$root" "$codename-backports" || return 0
  entries=$(rewritten_entries "$root" "$codename" "$codename-backports")
  # The distribution's own archive before any other, then the order of the files.
  kind=$(grep -m1 '^0 ' <<<"$entries" || grep -m1 '^1 ' <<<"$entries" || true)
  [ -n "$kind" ] || return 1
  file=$root/etc/apt/sources.list.d/clarion-backports.${kind#* }
  {
    printf '# Written by tools/dev setup: Boost 1.83 for Clarion, from the mirror that this machine already uses.\n'
    awk -v kind="$kind" 'found && /^$/ { exit } found { print } $0 == kind { found = 1 }' <<<"$entries"
  } | "$runner" tee "$file" >/dev/null
  printf '%s\n' "$file"
}
