#!/bin/sh
# Makes what the guest boots from: initramfs.sh KERNEL-TREE GUEST-INIT FILTER FOLDER
set -eu
kernel=$1
init=$2
filter=$3
folder=$4
tree=$(mktemp -d)
mkdir -p "$tree/proc" "$tree/sys" "$tree/dev" "$tree/modules" "$tree/root-disk"
cp "$init" "$tree/init"
cp "$filter" "$tree/filter"
for module in virtio_mmio virtio_blk libcrc32c erofs; do
	xz --decompress --stdout "$(find "$kernel/" -name "$module.ko.xz")" >"$tree/modules/$module.ko"
done
cp "$kernel"/boot/vmlinuz-* "$folder/vmlinuz"
(cd "$tree" && find . | sort | cpio --create --format=newc --quiet --reproducible) >"$folder/initramfs"
chmod 644 "$folder/vmlinuz" "$folder/initramfs"
rm -rf "$tree"
