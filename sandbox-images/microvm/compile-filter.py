"""Compiles a seccomp profile of Docker's form into the kernel's own, as runc does it: compile-filter.py profile.json > filter

The profile stays the single source: in a container the engine compiles it, in a guest guest-init installs what came of this.
"""

import errno
import json
import struct
import sys
import tempfile

import seccomp

ARCHITECTURES = {"x86_64": ("SCMP_ARCH_X86_64", 0xC000003E), "aarch64": ("SCMP_ARCH_AARCH64", 0xC00000B7)}
OPERATORS = {"SCMP_CMP_EQ": seccomp.EQ, "SCMP_CMP_MASKED_EQ": seccomp.MASKED_EQ}
X32_BIT = 0x40000000


def action(rule, default_errno):
    if rule["action"] == "SCMP_ACT_ALLOW":
        return seccomp.ALLOW
    if rule["action"] == "SCMP_ACT_ERRNO":
        return seccomp.ERRNO(rule.get("errnoRet", default_errno))
    raise ValueError(rule["action"])


def condition(argument):
    if argument["op"] == "SCMP_CMP_MASKED_EQ":
        return seccomp.Arg(argument["index"], seccomp.MASKED_EQ, argument["value"], argument["valueTwo"])
    return seccomp.Arg(argument["index"], OPERATORS[argument["op"]], argument["value"])


def number(name):
    """Negative: this machine has no such system call."""
    try:
        return seccomp.resolve_syscall(seccomp.Arch(), name)
    except ValueError:
        return -1


def compiled(profile):
    default_errno = profile["defaultErrnoRet"]
    filter_ = seccomp.SyscallFilter(seccomp.ERRNO(default_errno))
    numbers = []
    for rule in profile["syscalls"]:
        for name in rule["names"]:
            if number(name) < 0:
                continue
            numbers.append(number(name))
            result = action(rule, default_errno)
            if rule["action"] == profile["defaultAction"] and rule.get("errnoRet", default_errno) == default_errno:
                continue
            filter_.add_rule_exactly(result, number(name), *[condition(it) for it in rule.get("args", [])])
    with tempfile.TemporaryFile() as file:
        filter_.export_bpf(file)
        file.seek(0)
        return file.read(), max(numbers)


def newer_calls_are_absent(audit_architecture, highest):
    """ENOSYS for what is newer than the profile, so that a libc falls back where EPERM would make it give up."""
    instruction = struct.Struct("=HBBI").pack
    load, equal, greater, returns = 0x20, 0x15, 0x25, 0x06
    return b"".join(
        [
            instruction(load, 0, 0, 4),
            instruction(equal, 0, 4, audit_architecture),
            instruction(load, 0, 0, 0),
            instruction(greater, 2, 0, X32_BIT - 1),
            instruction(greater, 0, 1, highest),
            instruction(returns, 0, 0, 0x00050000 | errno.ENOSYS),
        ]
    )


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        profile = json.load(file)
    name, audit_architecture = ARCHITECTURES[sys.argv[2]]
    if name not in [it["architecture"] for it in profile["archMap"]]:
        raise ValueError(f"the profile has no {name}")
    body, highest = compiled(profile)
    sys.stdout.buffer.write(newer_calls_are_absent(audit_architecture, highest) + body)


main()
