# Faults, planted one at a time in a copy of the sources: are they found, by how many schedules, does the seed replay, and
# do the lints predict them? A patch of tests/sim/planted says in its first lines what it does (`Scenario: NAME…`, those
# that should find it; `Lint: SCENARIO RULE`, what a FIFO run must show).

planted_schedules_max=10000

# explore_planted TRACE SCENARIO POLICY: prints "SCHEDULES SEED" of the first that breaks a promise; nothing when none does.
# A run that ends in an assertion says its seed too.
explore_planted() {
  local report
  if report=$("$1" explore "$2" --runs "$planted_schedules_max" --policy "$3" 2>&1); then
    return 0
  fi
  sed -nE 's/^(clarion: in )?scenario [^,]*, seed ([0-9]+).*, schedule ([0-9]+).*/\3 \2/p;
           s/^clarion: in scenario [^,]*, seed ([0-9]+)$/? \1/p' <<<"$report" | head -n 1
}

# look_for TRACE PATCH: a row of the table for each policy; false when nothing found it, or what was found does not hold.
look_for() {
  local trace=$1 patch=$2 name scenario policy found after seed replays is_found=1
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
    read -r after seed <<<"$found"
    replays=yes
    if "$trace" replay "$scenario" "$seed" --out /dev/null >/dev/null 2>&1; then
      replays=no
    else
      is_found=0
    fi
    printf '| %s | %s | %s | %s | %s, replays: %s |\n' "$name" "$policy" "$scenario" "$after" "$seed" "$replays"
  done
  look_for_lint "$trace" "$patch" && return "$is_found"
}

# look_for_lint TRACE PATCH: true when a FIFO run shows what the patch says it must.
look_for_lint() {
  local -a lint
  read -r -a lint < <(sed -n 's/^Lint: //p' "$2") || return 0
  if "$1" replay "${lint[0]}" 0 2>&1 | grep "lint ${lint[1]} at" >/dev/null; then
    printf '| %s | fifo | %s | lint %s | 0 |\n' "$(basename "$2" .patch)" "${lint[0]}" "${lint[1]}"
  else
    printf '| %s | fifo | %s | lint %s is silent | 0 |\n' "$(basename "$2" .patch)" "${lint[0]}" "${lint[1]}"
    return 1
  fi
}

verb_planted() {
  local copy=build/planted/source patch patches=("$@") failed=0 root=$PWD
  setup build
  [ ${#patches[@]} -gt 0 ] || patches=(tests/sim/planted/*.patch)
  rm -rf "$copy"
  mkdir -p "$copy"
  git ls-files -z | xargs -0 cp --parents -t "$copy"
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
