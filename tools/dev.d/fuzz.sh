# Fuzzing with libFuzzer. What a run finds is kept in build/fuzz; the corpus in tests/fuzz/corpus grows by hand only.

# fuzz_one TARGET LIBFUZZER-ARGUMENT…
fuzz_one() {
  local target=$1 noun seeds dictionary arguments
  shift
  noun=${target#clarion_fuzz_}
  seeds=tests/fuzz/corpus/$noun
  dictionary=tests/fuzz/$noun.dict
  mkdir -p "build/fuzz/corpus/$noun" build/fuzz/findings
  # libFuzzer writes what it discovers into the first corpus folder and only reads the others.
  arguments=("build/fuzz/corpus/$noun")
  [ ! -d "$seeds" ] || arguments+=("$seeds")
  [ ! -f "$dictionary" ] || arguments=("-dict=$dictionary" "${arguments[@]}")
  heading "$target $*"
  "build/fuzz/bin/$target" -print_final_stats=1 "-artifact_prefix=build/fuzz/findings/$noun-" "$@" "${arguments[@]}" ||
    die "$target failed; the input is in build/fuzz/findings/$noun-*"
}

# fuzz_targets [NAME]
fuzz_targets() {
  compgen -G "build/fuzz/bin/clarion_fuzz_${1:-*}" | xargs -rn1 basename | sort
}

# What a run printed, without the line for each discovery. fuzz_report FILE
fuzz_report() {
  sed -e '/^#[0-9]*\t/{/INITED\|DONE/!d}' -e '/^\tNEW_FUNC/d' -e '/^###### Rec/,/^###### End/d' "$1"
}

# As many targets at a time as there are processors; each one's output in one piece when it has ended.
# fuzz_side_by_side TARGET… -- LIBFUZZER-ARGUMENT…
fuzz_side_by_side() {
  local targets=() running=() target failed=0
  while [ "$1" != -- ]; do
    targets+=("$1")
    shift
  done
  shift
  mkdir -p build/fuzz/log
  for target in "${targets[@]}"; do
    [ "$(jobs -rp | wc -l)" -lt "$(nproc)" ] || wait -n || true
    fuzz_one "$target" "$@" >"build/fuzz/log/$target" 2>&1 &
    running+=("$!:$target")
  done
  for target in "${running[@]}"; do
    wait "${target%%:*}" || failed=1
    fuzz_report "build/fuzz/log/${target#*:}"
  done
  [ "$failed" = 0 ] || die 'a fuzz target failed (see above)'
}

# fuzz_all NAME LIBFUZZER-ARGUMENT…   (an empty NAME is every target)
fuzz_all() {
  local name=$1 targets target
  shift
  setup build fuzz
  build_preset fuzz
  mapfile -t targets < <(fuzz_targets "$name")
  [ ${#targets[@]} -gt 0 ] || die "no such fuzz target; there are: $(fuzz_targets | sed 's/^clarion_fuzz_//' | paste -sd' ')" 2
  fuzz_side_by_side "${targets[@]}" -- "$@"
}

# fuzz [TARGET] [RUNS], in either order of what is given: a number is RUNS.
verb_fuzz() {
  local name='' runs=1000000 argument
  for argument in "$@"; do
    if [[ $argument =~ ^[0-9]+$ ]]; then runs=$argument; else name=${argument#clarion_fuzz_}; fi
  done
  fuzz_all "$name" "-runs=$runs"
}
