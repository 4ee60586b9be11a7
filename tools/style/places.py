"""What is true of one machine only: its paths, and the hosts of the package mirrors that it uses."""
import glob
import pathlib
import re

_TEXT_BYTES_MAX = 1 << 20
_PATHS = re.compile(r"(?<![\w.$}/-])/(?:work|root|home/[a-z_][\w-]*|Users/\w+)/")
_RESOLVED = re.compile(r'"resolved"\s*:')

_APT = ("/etc/apt/sources.list", "/etc/apt/sources.list.d/*.list", "/etc/apt/sources.list.d/*.sources")
_NPM = ("/etc/npmrc", "~/.npmrc")


def mirror_hosts(root="/"):
    """Hosts that this machine's apt and npm are set up to ask."""
    hosts = set()
    for pattern in _APT + _NPM:
        expanded = str(pathlib.Path(pattern).expanduser()).lstrip("/")
        for path in glob.glob(str(pathlib.Path(root) / expanded)):
            try:
                text = pathlib.Path(path).read_text(errors="replace")
            except OSError:
                continue
            hosts.update(re.findall(r"(?:https?|ftp)://(?:[^/@\s]*@)?([\w.-]+)", re.sub(r"(?m)^\s*[#;].*", "", text)))
    # A cache on this machine, or a name without a dot, is a word that texts use for other things.
    return {host for host in hosts if "." in host and not host.startswith("127.")}


def check(tree):
    hosts = mirror_hosts()
    mirrors = re.compile(r"(?<![\w.-])(?:" + "|".join(map(re.escape, sorted(hosts))) + r")(?![\w-])") if hosts else None
    checkout = str(tree.root) + "/"
    for file in tree.files:
        if file.text is None or len(file.text) > _TEXT_BYTES_MAX:
            continue
        for number, line in enumerate(file.lines, 1):
            if _PATHS.search(line) or checkout in line:
                yield file.found(number, "P1", "a path of one machine")
            if mirrors and mirrors.search(line):
                yield file.found(number, "P1", "the host of a package mirror of this machine")
            if file.path.endswith("package-lock.json") and _RESOLVED.search(line):
                yield file.found(number, "P1", "the lock file names a registry (see .npmrc beside it)")
