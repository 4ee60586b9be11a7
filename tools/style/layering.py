"""L1: app -> net -> core. Who may include whom, and what each layer may take from outside."""
import re

_INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
_TOPS = ("core/", "net/", "app/", "tests/", "tools/")

# layer -> headers of ours that it must not include.
_FORBIDDEN = {
    "core": ("net/", "app/", "tests/", "tools/"),
    "net": ("app/", "core/agents/", "core/engine/", "tests/", "tools/"),
    "app": ("tests/", "tools/"),
    "tools": ("tests/",),
}

# core knows no socket, no HTTP and no file of configuration; net reads no configuration either.
_SOCKETS = (
    "boost/asio.hpp",
    "boost/asio/ip/",
    "boost/asio/ssl",
    "boost/asio/local/",
    "boost/asio/generic/",
    "boost/asio/basic_stream_socket.hpp",
    "boost/asio/basic_socket",
    "boost/beast",
    "openssl/ssl.h",
    "sys/socket.h",
    "netinet/",
    "arpa/inet.h",
)
_CONFIGURATION = ("toml++/", "CLI/")
# Counters are plain integers; only app/admin shows them as Prometheus metrics.
_METRICS = ("prometheus/",)
_FORBIDDEN_OUTSIDE = {"core": _SOCKETS + _CONFIGURATION + _METRICS, "net": _CONFIGURATION + _METRICS}


def _may_use_sim(path):
    return path.startswith(("core/sim/", "tests/", "tools/"))


def _refusal(file, quoted, header):
    if quoted:
        if not header.startswith(_TOPS):
            return f'"{header}" is not named from the project\'s root'
        if header.startswith(_FORBIDDEN.get(file.top, ())):
            return f"{file.top} must not include {header}"
        if header.startswith("core/sim/") and not _may_use_sim(file.path):
            return f"{header} is for tests and tools only"
    elif header.startswith(_FORBIDDEN_OUTSIDE.get(file.top, ())):
        return f"{file.top} must not know <{header}>"
    return None


def check(tree):
    for file in tree.cpp:
        for number, line in enumerate(file.lines, 1):
            match = _INCLUDE.match(line)
            refusal = match and _refusal(file, match.group(1) == '"', match.group(2))
            if refusal:
                yield file.found(number, "L1", refusal)
