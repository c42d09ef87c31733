#!/bin/sh
# Installs Debian packages in a build stage: what was asked for and what it cannot do without.
#   install.sh PACKAGE...
set -eu
export DEBIAN_FRONTEND=noninteractive
apt-get update -q
# Some packages' alternatives link a manual page and fail without its folder.
mkdir -p /usr/share/man/man1
# The build stage is thrown away when it fails, so waiting for the disk at each file buys nothing.
apt-get install -q -y --no-install-recommends \
	-o Dpkg::Options::=--force-unsafe-io \
	-o Dpkg::Options::=--path-exclude=/usr/share/doc/* \
	-o Dpkg::Options::=--path-exclude=/usr/share/man/* \
	-o Dpkg::Options::=--path-exclude=/usr/share/locale/* \
	"$@"
apt-get clean
rm -rf /var/lib/apt/lists/*
