#!/bin/sh
# Lays quick-link.c into /rootfs as the collect2 of `gcc -B/usr/lib/quick-link/`; needs gcc, libc6-dev and binutils-gold.
set -eu
folder=/rootfs/usr/lib/quick-link
mkdir -p "$folder"
gcc -std=gnu17 -O2 -Wall -Wextra -Werror -static -s \
	"-DQUICK_LINKER=\"$(readlink -f "$(command -v ld.gold)")\"" "-DCOLLECT2=\"$(gcc -print-prog-name=collect2)\"" \
	-o "$folder/collect2" "${0%/*}/quick-link.c"
# Gold alone is wanted of its package.
rm -f /rootfs/usr/bin/dwp /rootfs/usr/bin/*-dwp
