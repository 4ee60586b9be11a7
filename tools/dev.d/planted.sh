# Faults, planted one at a time in a copy of the sources: are they found, by how many schedules, does the seed replay, and
# do the lints predict them? A patch of tests/sim/planted says in its first lines what it does (`Scenario: NAME…`, those
# that should find it; `Lint: SCENARIO RULE`, what a FIFO run must show).

planted_schedules_max=10000

# explore_planted TRACE SCENARIO POLICY: prints "SCHEDULES SEED POLICY" of the first that breaks a promise; nothing when none
# does. FIFO is played before all others, so the third may be `fifo`. A run that ends in an assertion says its seed too.
explore_planted() {
  local report
  if report=$("$1" explore "$2" --runs "$planted_schedules_max" --policy "$3" 2>&1); then
    return 0
  fi
  sed -nE 's/^scenario [^,]*, seed ([0-9]+) \(([a-z]+)\), schedule ([0-9]+).*/\3 \1 \2/p;
           s/.*in scenario [^,]*, seed ([0-9]+)$/assertion \1 '"$3"'/p' <<<"$report" | head -n 1
}

# replays TRACE SCENARIO SEED: whether playing the seed anew shows it anew.
replays() {
  local report
  report=$("$1" replay "$2" "$3" 2>&1 || true)
  grep -qE "^scenario $2, seed $3 |in scenario $2, seed $3\$" <<<"$report"
}

# look_for TRACE PATCH: a row of the table for each policy; false when none found it, a seed did not replay, or the lint
# was silent.
look_for() {
  local trace=$1 patch=$2 name scenario policy found after seed by is_found=1
  local -a scenarios
  name=$(basename "$patch" .patch)
  read -r -a scenarios < <(sed -n 's/^Scenario: //p' "$patch")
  for policy in random pct; do
    found=''
    for scenario in "${scenarios[@]}"; do
      found=$(explore_planted "$trace" "$scenario" "$policy")
      [ -z "$found" ] || break
    done
    if [ -z "$found" ]; then
      printf '| %s | %s | | not found | |\n' "$name" "$policy"
      continue
    fi
    read -r after seed by <<<"$found"
    printf '| %s | %s | %s | %s | %s |\n' "$name" "$by" "$scenario" "$after" "$seed"
    if ! replays "$trace" "$scenario" "$seed"; then
      printf '%s: seed %s of %s does not replay\n' "$name" "$seed" "$scenario" >&2
      return 1
    fi
    is_found=0
    [ "$by" != fifo ] || break
  done
  look_for_lint "$trace" "$patch" && return "$is_found"
}

# look_for_lint TRACE PATCH: true when a FIFO run shows what the patch says it must.
look_for_lint() {
  local -a lint
  local report
  read -r -a lint < <(sed -n 's/^Lint: //p' "$2") || return 0
  report=$("$1" replay "${lint[0]}" 0 2>&1 || true)
  if grep -q "lint ${lint[1]} at" <<<"$report"; then
    printf '| %s | fifo | %s | lint %s | 0 |\n' "$(basename "$2" .patch)" "${lint[0]}" "${lint[1]}"
  else
    printf '| %s | fifo | %s | lint %s is silent | 0 |\n' "$(basename "$2" .patch)" "${lint[0]}" "${lint[1]}"
    return 1
  fi
}

verb_planted() {
  local copy=build/planted/source file patch patches=("$@") failed=0 root=$PWD
  setup build
  [ ${#patches[@]} -gt 0 ] || patches=(tests/sim/planted/*.patch)
  mkdir -p "$copy"
  # What has changed alone, and what an interrupted run left behind: the rest is compiled already.
  while IFS= read -r -d '' file; do
    cmp --silent "$file" "$copy/$file" || cp --parents "$file" "$copy"
  done < <(git ls-files -z)
  cmake -S "$copy" -B build/planted/release -G Ninja -DCMAKE_BUILD_TYPE=Release "-DCMAKE_CXX_FLAGS_RELEASE=-O2 -g1" \
    -DCLARION_TESTS=none >&2
  printf '| fault | policy | scenario | schedules to find it | seed |\n|---|---|---|---|---|\n'
  for patch in "${patches[@]}"; do
    # Not as a repository of its own: git would look for one above, and leave out what lies outside of it.
    GIT_DIR=/dev/null git -C "$copy" apply "$root/$patch"
    cmake --build build/planted/release --parallel "$(nproc)" --target clarion-trace >&2
    look_for build/planted/release/bin/clarion-trace "$patch" || failed=1
    GIT_DIR=/dev/null git -C "$copy" apply -R "$root/$patch"
  done
  [ "$failed" = 0 ] || die 'a planted fault was not found, its seed did not replay, or its lint was silent'
}
