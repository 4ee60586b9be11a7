#!/usr/bin/env python3
"""Runs the conformance cases against an echo server.

    tests/e2e/conformance/run.py URL [--ca FILE] [CASE…]

CASE is a prefix such as 6.4; without one, all cases run. Exit status 1 when one fails.
"""
import argparse
import sys

import cases
import rules
import utf8_cases

SECTIONS = (
    cases.framing,
    cases.pings,
    cases.reserved_bits,
    cases.reserved_opcodes,
    cases.fragmentation,
    utf8_cases.fragmented,
    utf8_cases.fail_fast,
    utf8_cases.sequences,
    cases.closing,
    cases.close_codes,
    cases.volume,
    cases.round_trips,
    cases.automatic_fragments,
)


def is_chosen(name, prefixes):
    return not prefixes or any(name == prefix or name.startswith(prefix + ".") for prefix in prefixes)


def main():
    parser = argparse.ArgumentParser(description="RFC 6455 conformance of an echo server")
    parser.add_argument("url")
    parser.add_argument("--ca", help="PEM file of the authority of a wss:// server")
    parser.add_argument("cases", nargs="*", metavar="CASE")
    options = parser.parse_intermixed_args()
    passed = failed = 0
    for section in SECTIONS:
        for case in section():
            if not is_chosen(case.name, options.cases):
                continue
            problem = rules.verdict(case, options.url, options.ca)
            passed += problem is None
            failed += problem is not None
            if problem:
                print(f"FAILED {case.name}: {problem}", flush=True)
    if failed or not passed:
        print(f"{passed} cases passed, {failed} failed")
        return 1
    print(f"{passed} cases passed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
