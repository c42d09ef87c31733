#!/bin/sh
# Lays quick-gcc.c into /rootfs for `gcc -B/usr/lib/quick-gcc/`; needs gcc, libc6-dev and binutils-gold.
#   quick-gcc.sh [FOLDER]    of precompiled headers, for g++
set -eu
folder=/rootfs/usr/lib/quick-gcc
mkdir -p "$folder"

# lay NAME QUICK EXTRA
lay() {
	gcc -std=gnu17 -O2 -Wall -Wextra -Werror -static -s "-DQUICK=\"$2\"" "-DPLAIN=\"$(gcc -print-prog-name="$1")\"" "-DEXTRA=$3" \
		-o "$folder/$1" "${0%/*}/quick-gcc.c"
}

# Of code on the stack gold speaks only when asked, GNU ld always.
lay collect2 "$(readlink -f "$(command -v ld.gold)")" '"--warn-execstack"'
if [ $# -gt 0 ]; then lay cc1plus "$(gcc -print-prog-name=cc1plus)" "\"-isystem\", \"$1\""; fi
# Gold alone is wanted of its package.
rm -f /rootfs/usr/bin/dwp /rootfs/usr/bin/*-dwp
