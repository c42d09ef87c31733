#!/bin/sh
# Makes a language's root disk, and the initramfs that knows its warm-up: disk.sh ROOT INITRAMFS WARM-UP FOLDER
set -eu
root=$1
initramfs=$2
warm_up=$3
folder=$4
mkdir -p "$folder"
# What a container engine would mount over the image's empty files.
echo sandbox >"$root/etc/hostname"
printf '127.0.0.1\tlocalhost\n::1\tlocalhost\n127.0.1.1\tsandbox\n' >"$root/etc/hosts"
mkfs.erofs --quiet -T0 --all-root "$folder/root.erofs" "$root"
# The kernel unpacks one archive after the other.
cp "$initramfs" "$folder/initramfs"
(cd "$(dirname "$warm_up")" && find "$(basename "$warm_up")" | sort | cpio --create --format=newc --quiet --reproducible) >>"$folder/initramfs"
chmod 644 "$folder/root.erofs" "$folder/initramfs"
