# Prometheus and promtool, which the tests of /metrics ask. Unpacked below build/ from Debian's package and not
# installed: installing it would start a service on the machine, and pull in what only its own pages need.

prometheus_folder=build/tools/prometheus

prometheus_is_there() {
  { command -v prometheus && command -v promtool; } >/dev/null || [ -x "$prometheus_folder/promtool" ]
}

download_prometheus() {
  (cd "$1" && apt-get -q download prometheus </dev/null >&2)
}

provide_prometheus() {
  local fresh=$prometheus_folder.new
  ! prometheus_is_there || return 0
  heading 'unpacking prometheus (19 MB; it is not installed)'
  rm -rf "$fresh"
  mkdir -p "$fresh"
  download_prometheus "$fresh" || { apt_get update && download_prometheus "$fresh"; } ||
    die 'apt-get could not download prometheus'
  dpkg-deb --fsys-tarfile "$fresh"/prometheus_*.deb |
    tar -x -C "$fresh" --strip-components=3 ./usr/bin/prometheus ./usr/bin/promtool ||
    die 'the package prometheus could not be unpacked'
  rm -f "$fresh"/prometheus_*.deb
  rm -rf "$prometheus_folder"
  mv "$fresh" "$prometheus_folder"
}
