# The test command and the parts of it that are verbs of their own.
#
# One closing line counts for everything: ctest reads a file in build/all that names the test folders of several build
# trees (release whole, asan and tsan those that belong under a sanitizer) and runs them as one list. Registering the
# sanitized suites as tests of the release build would hide a whole suite, with its count and its output, behind one
# test, and would nest a ctest in a ctest. Before that list, the tests labelled mission-critical run alone on release
# and end the command when one fails: what matters most answers first, before the slower builds start. They run again in
# the whole list, which stays complete for it.

# Which folders of a build tree belong under each sanitizer. End to end runs on what is shipped: release.
sanitized_folders() {
  case $1 in
    asan) printf '%s\n' unit flow sim fuzz ;;
    tsan) printf '%s\n' unit flow ;;
  esac
}

sanitizer_options() {
  export ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1:${ASAN_OPTIONS:-}
  export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1:${UBSAN_OPTIONS:-}
  export TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1:${TSAN_OPTIONS:-}
}

# g++ 12's ThreadSanitizer cannot map its shadow where the kernel randomises more than 28 bits of an address.
without_wide_randomisation() {
  local bits
  bits=$(cat /proc/sys/vm/mmap_rnd_bits 2>/dev/null || echo 28)
  if [ "$bits" -gt 28 ] && setarch -R true 2>/dev/null; then
    setarch -R "$@"
  else
    "$@"
  fi
}

# run_ctest FOLDER CTEST-ARGUMENT…
run_ctest() {
  local folder=$1
  shift
  sanitizer_options
  without_wide_randomisation ctest --test-dir "$folder" --output-on-failure --no-tests=error \
    --parallel "$(nproc)" "$@"
}

# Prints the folders of a built tree whose tests belong under its sanitizer. sanitized_tests PRESET
sanitized_tests() {
  local folder
  for folder in $(sanitized_folders "$1"); do
    [ ! -f "build/$1/tests/$folder/CTestTestfile.cmake" ] || printf '%s\n' "$PWD/build/$1/tests/$folder"
  done
}

# test_list FOLDER: makes a test folder of ctest's own kind that is the sum of those named on stdin.
test_list() {
  mkdir -p "$1"
  sed 's/.*/subdirs("&")/' >"$1/CTestTestfile.cmake"
}

verb_sanitizer() {
  local preset=$1 folders
  shift
  setup build
  heading "build: $preset"
  build_preset "$preset"
  folders=$(sanitized_tests "$preset")
  test_list "build/$preset-tests" <<<"$folders"
  heading "tests under $preset"
  run_ctest "build/$preset-tests" "$@"
}

verb_asan() { verb_sanitizer asan "$@"; }
verb_tsan() { verb_sanitizer tsan "$@"; }

verb_unit() {
  setup build
  build_preset dev
  run_ctest build/dev -L '^unit$' "$@"
}

verb_test() {
  local folders preset
  [ $# -eq 0 ] || die 'test takes no arguments; ctest --preset release does' 2
  setup build test format
  heading 'build: release'
  build_preset release
  heading 'mission-critical tests first'
  run_ctest build/release -L '^mission-critical$'
  folders=$PWD/build/release
  for preset in asan tsan; do
    heading "build: $preset"
    build_preset "$preset"
    folders+=$'\n'$(sanitized_tests "$preset")
  done
  test_list build/all <<<"$folders"
  heading 'all tests: release, asan+ubsan, tsan'
  run_ctest build/all
}

# Explores every scenario, a share of the seeds on each core; a broken promise ends it, with its report.
# soak_schedules SCHEDULES
soak_schedules() {
  local cores scenarios share core pids=() failed=0
  cores=$(nproc)
  mapfile -t scenarios < <(build/release/bin/clarion-trace scenarios | cut -d' ' -f1)
  share=$((($1 + cores * ${#scenarios[@]} - 1) / (cores * ${#scenarios[@]})))
  for ((core = 0; core < cores; core++)); do
    explore_share "$share" $((1 + core * share)) "${scenarios[@]}" &
    pids+=($!)
  done
  for core in "${pids[@]}"; do
    wait "$core" || failed=1
  done
  [ "$failed" = 0 ] || die 'a promise was broken'
  say "$((share * cores * ${#scenarios[@]})) schedules, 0 violations"
}

# explore_share SCHEDULES FIRST-SEED SCENARIO…
explore_share() {
  local share=$1 first=$2 scenario
  shift 2
  for scenario in "$@"; do
    build/release/bin/clarion-trace explore "$scenario" --runs "$share" --first-seed "$first" || return 1
  done
}

# soak [MINUTES] [PART…]: a number is for the faults. They come last, for their figures to stand at the end.
verb_soak() {
  local argument minutes='' parts=()
  for argument in "$@"; do
    case $argument in
      fuzz | e2e | schedules | faults) parts+=("$argument") ;;
      *[!0-9]* | '') die "soak takes MINUTES and the parts fuzz, e2e, schedules and faults, not '$argument'" 2 ;;
      *) minutes=$argument ;;
    esac
  done
  [ ${#parts[@]} -gt 0 ] || parts=(fuzz e2e schedules faults)
  setup build test
  if [[ " ${parts[*]} " == *' fuzz '* ]]; then
    . tools/dev.d/fuzz.sh
    fuzz_all '' -max_total_time=600
  fi
  [ "${parts[*]}" = fuzz ] || build_preset release
  if [[ " ${parts[*]} " == *' e2e '* ]]; then
    heading 'end to end, 20 times'
    run_ctest build/release -L '^e2e$' --repeat until-fail:20
  fi
  if [[ " ${parts[*]} " == *' schedules '* ]]; then
    heading 'schedules'
    soak_schedules "${CLARION_SOAK_SCHEDULES:-10000000}"
  fi
  if [[ " ${parts[*]} " == *' faults '* ]]; then
    heading "faults${minutes:+, $minutes minutes}"
    CLARION_BIN=$PWD/build/release/bin/clarion node tests/e2e/faults/soak.mjs ${minutes:+"$minutes"}
  fi
}
