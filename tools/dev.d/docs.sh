# Writes the generated parts of docs/ (tests/docs says what they are; ctest checks that they are up to date).
verb_docs() {
  [ $# -eq 0 ] || die 'docs takes no arguments' 2
  setup build
  build_preset dev protocol_tables clarion_failure_rows
  build/dev/bin/protocol_tables --write docs/protocol.md
  python3 tools/docs/failures.py build/dev/bin/clarion_failure_rows
}
