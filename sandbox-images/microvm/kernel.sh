#!/bin/sh
# Unpacks Debian's cloud kernel without installing it, which would make an initramfs that nobody needs: kernel.sh FOLDER
set -eu
apt-get update -q
package=$(apt-cache depends linux-image-cloud-amd64 | sed -n 's/^ *Depends: \(linux-image-[0-9].*\)$/\1/p')
work=$(mktemp -d)
# The user that apt downloads as may not write here.
cd "$work" && apt-get download -q -o APT::Sandbox::User=root "$package"
mkdir -p "$1"
dpkg-deb --fsys-tarfile "$work/$package"_*.deb | tar --extract --directory="$1"
rm -rf "$work" /var/lib/apt/lists/*
