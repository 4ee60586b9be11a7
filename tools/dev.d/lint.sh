# Formatting and clang-tidy. Both are pinned to one major version: another one formats and warns differently.

# The C++ sources of the working tree, tracked or about to be, one a line. cpp_sources [PATTERN…]
cpp_sources() {
  local patterns=("${@:-.}")
  git ls-files --cached --others --exclude-standard -- {app,core,net,tests,tools}/'*.'{cpp,hpp} |
    while read -r file; do [ ! -f "$file" ] || printf '%s\n' "$file"; done |
    grep -E "$(IFS='|' && printf '%s' "${patterns[*]}")" || true
}

verb_fmt() {
  local sources mode=(-i)
  case ${1:-} in
    '') ;;
    --check) mode=(--dry-run -Werror --ferror-limit=1) ;;
    *) die "fmt takes --check or nothing, not '$1'" 2 ;;
  esac
  setup format
  mapfile -t sources < <(cpp_sources)
  [ ${#sources[@]} -gt 0 ] || die 'no C++ source found; is this a git checkout?'
  printf '%s\0' "${sources[@]}" | xargs -0 clang-format-19 --style=file "${mode[@]}" ||
    die 'some files are not formatted; tools/dev fmt formats them'
}

verb_tidy() {
  local sources
  setup build lint
  configure tidy
  mapfile -t sources < <(cpp_sources "$@" | grep '\.cpp$')
  [ ${#sources[@]} -gt 0 ] || die "no source matches: $*"
  # A pattern per file, anchored: run-clang-tidy takes regular expressions over the absolute paths it knows.
  run-clang-tidy-19 -quiet -j "$(nproc)" -p build/tidy "${sources[@]/%/\$}" ||
    die 'clang-tidy found something (see above)'
}
