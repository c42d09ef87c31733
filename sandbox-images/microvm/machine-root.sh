#!/bin/sh
# Lays the root file system of a monitor's container, an allow-list: machine-root.sh FOLDER
# QEMU's two programs (the small one knows KVM only), what they are linked with, and the firmware that a `microvm` machine starts by.
set -eu
root=$1
programs="/usr/bin/qemu-system-x86_64 /usr/bin/qemu-system-x86_64-microvm"
firmware="/usr/share/seabios/bios-microvm.bin /usr/share/qemu/linuxboot_dma.bin"

mkdir -p "$root/usr/lib" "$root/usr/lib64" "$root/etc" "$root/proc" "$root/sys" "$root/dev" "$root/machine" "$root/snapshot"
ln -s usr/lib "$root/lib"
ln -s usr/lib64 "$root/lib64"
{
	printf '%s\n' $programs $firmware
	# shellcheck disable=SC2086
	ldd $programs | sed -nE 's#^.*[ \t](/[^ ]+) \(0x.*$#\1#p'
} | sort -u | while IFS= read -r path; do
	# The system's folders are links into /usr; a library's own name may be one to its version.
	place=$(readlink -f "$(dirname "$path")")
	mkdir -p "$root$place"
	cp --dereference --preserve=mode "$path" "$root$place/"
done
printf 'root:x:0:0:root:/:/nonexistent\nmonitor:x:64000:64000:monitor:/:/nonexistent\n' >"$root/etc/passwd"
printf 'root:x:0:\nmonitor:x:64000:\n' >"$root/etc/group"
ldconfig -r "$root"
rm -rf "$root/var"
# Docker mounts its own over these.
for name in hostname hosts resolv.conf; do : >"$root/etc/$name"; done
# Written once, when the machine is saved; afterwards the root is read-only.
chown 64000:64000 "$root/snapshot"
