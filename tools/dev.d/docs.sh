# Documents that are generated from the sources.

verb_docs() {
  [ $# -eq 0 ] || die 'docs takes no arguments' 2
  setup build
  build_preset release clarion_failure_rows
  python3 tools/docs/failures.py build/release/bin/clarion_failure_rows
}
