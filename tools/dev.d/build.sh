# Configure, build, run.

# Configures when the preset has not been, or was by an older CMakePresets.json; ninja looks after the rest.
configure() {
  local preset=$1
  if [ ! -f "build/$preset/build.ninja" ] || [ CMakePresets.json -nt "build/$preset/build.ninja" ]; then
    cmake --preset "$preset" >&2
  fi
}

# build_preset PRESET [TARGET…]
build_preset() {
  local preset=$1
  shift
  configure "$preset"
  cmake --build "build/$preset" --parallel "$(nproc)" ${1:+--target "$@"} >&2
}

verb_build() {
  local preset=${1:-release}
  [ $# -le 1 ] || die 'build takes one preset' 2
  case $preset in
    fuzz) setup build fuzz ;;
    tidy) setup build lint ;;
    *) setup build ;;
  esac
  build_preset "$preset"
}

# The address that the server is about to serve its page on, by the same order as its own: flag, environment, default.
page_address() {
  local listen=${CLARION_LISTEN:-127.0.0.1:8080} scheme=http previous='' argument
  [ -z "${CLARION_TLS_CERT:-}" ] || scheme=https
  for argument in "$@"; do
    [ "$previous" != --listen ] || listen=$argument
    case $argument in
      --listen=*) listen=${argument#*=} ;;
      --tls-cert | --tls-cert=*) scheme=https ;;
      --config | --config=*) return 0 ;; # the file may name another address
    esac
    previous=$argument
  done
  [[ $listen == *:0 ]] || printf '%s://%s/' "$scheme" "$listen"
}

verb_run() {
  local address
  setup build
  build_preset release
  address=$(page_address "$@")
  say "when the ready line appears, open ${address:-the address it names} (Ctrl-C stops the server)"
  exec build/release/bin/clarion serve "$@"
}

verb_bench() {
  local bench benches
  setup build test bench
  build_preset release
  for bench in first_event resume_time durable_rate idle_connections run_cost trace_echo model_tokens model_runs model_cancel; do
    heading "$bench"
    CLARION_BIN=$PWD/build/release/bin/clarion node "tests/bench/$bench.mjs"
  done
  mapfile -t benches < <(compgen -G 'build/release/bin/clarion_bench_*' | sort)
  for bench in "${benches[@]}"; do
    heading "$(basename "$bench")"
    "$bench" "$@"
  done
}
