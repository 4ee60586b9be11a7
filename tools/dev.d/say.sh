# How the script speaks: headings and errors, one line each, on stderr.

heading() {
  printf '\n==== %s ====\n' "$*" >&2
}

say() {
  printf 'dev: %s\n' "$*" >&2
}

# die MESSAGE [STATUS]
die() {
  say "error: $1"
  exit "${2:-1}"
}

# The caller's command as root: itself when it is root already, through sudo otherwise.
as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  else
    sudo -- "$@"
  fi
}
