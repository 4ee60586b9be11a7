# Checks a running server from outside, with a WebSocket client that is not ours.

# What the check needs, and no compiler: Node.js and the client from npm.
setup_golden() {
  local packages
  [ "${CLARION_SKIP_SETUP:-}" != 1 ] || return 0
  if ! node_is_there; then
    mapfile -t packages < <(package_list node)
    install_packages "${packages[@]}"
  fi
  install_npm_packages
}

verb_golden() {
  setup_golden
  exec node tests/e2e/golden/main.mjs "$@"
}
