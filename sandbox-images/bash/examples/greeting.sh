#!/usr/bin/env bash
# Ask for a name, then greet.
set -u

printf 'What is your name? '
IFS= read -r name || true

printf 'Hello, %s!\n' "${name:-stranger}"
printf 'Your name has %d characters; in capitals it is %s.\n' "${#name}" "${name^^}"
