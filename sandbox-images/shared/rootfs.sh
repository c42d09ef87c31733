#!/bin/sh
# Lays the root file system of a sandbox in /rootfs: an allow-list, so that what nobody named is not there.
#   rootfs.sh PACKAGE...
#
# It holds the files of the named packages and of what they depend on, less the packages in `never`, whose programs no
# sandbox needs: package manager, shells, account and network tools. A package that is named is taken even if it is in `never`.
# Maintainer scripts have already run in the build stage; what they made and a program needs (alternatives, the linker's cache)
# is made anew here.
set -eu

never=" adduser apt bash base-passwd bsdutils ca-certificates ca-certificates-java coreutils dash debconf debianutils diffutils dpkg
 dpkg-dev e2fsprogs findutils gpgv grep gzip hostname init-system-helpers iproute2 iputils-ping libc-bin login mount ncurses-bin
 netcat-openbsd openssl passwd perl perl-base perl-modules sed sensible-utils tar ucf util-linux wget curl "

root=/rootfs
work=$(mktemp -d)
mkdir -p "$root/usr"

# --- the packages -----------------------------------------------------------------------------------------------------
dpkg-query -W -f='${db:Status-Abbrev}|${Package}|${Provides}|${Pre-Depends},${Depends}\n' >"$work/installed"
awk -F'|' -v roots="$*" -v never="$(echo $never)" '
	function name(text) { sub(/^ +/, "", text); sub(/[ (:\[].*/, "", text); return text }
	BEGIN { OFS = "|" }
	$1 ~ /^ii/ {
		provider[$2] = $2
		count = split($3, list, ",")
		for (i = 1; i <= count; i++) if (!(name(list[i]) in provider)) provider[name(list[i])] = $2
		dependencies[$2] = $4
		for (i = 5; i <= NF; i++) dependencies[$2] = dependencies[$2] "," $i
	}
	END {
		count = split(never, list, " ")
		for (i = 1; i <= count; i++) refused[list[i]] = 1
		waiting = split(roots, queue, " ")
		for (i = 1; i <= waiting; i++) {
			if (!(queue[i] in dependencies)) { print "rootfs.sh: " queue[i] " is not installed" > "/dev/stderr"; exit 1 }
			taken[queue[i]] = 1
		}
		for (at = 1; at <= waiting; at++) {
			print queue[at]
			count = split(dependencies[queue[at]], list, ",")
			for (i = 1; i <= count; i++) {
				wanted = name(list[i])
				if (!(wanted in provider)) continue
				wanted = provider[wanted]
				if ((wanted in taken) || (wanted in refused)) continue
				taken[wanted] = 1
				queue[++waiting] = wanted
			}
		}
	}' "$work/installed" >"$work/packages"

# --- their files ------------------------------------------------------------------------------------------------------
for path in bin sbin lib lib32 lib64 libx32; do
	if [ -L "/$path" ]; then cp -P "/$path" "$root/$path" && mkdir -p "$root/usr/$path"; fi
done
xargs dpkg-query -L <"$work/packages" |
	sed -E 's#^/(bin|sbin|lib|lib32|lib64|libx32)/#/usr/\1/#' |
	grep -E '^/(usr|etc|opt)/.' |
	grep -vE '^/usr/share/(doc|doc-base|man|info|locale|lintian|bug|menu|applications|icons|pixmaps|bash-completion|zsh|gdb|apport)(/|$)' |
	grep -vE '^/usr/sbin/.|^/usr/bin/(py3?clean|py3?compile|pydoc|pygettext|gem|bundler?|rake|rpcgen)([0-9.]*)$|^/usr/(lib/systemd|lib/init|share/initramfs-tools)(/|$)' |
	grep -vE '^/etc/(init\.d|cron\.[a-z]+|pam\.d|security|default|logrotate\.d|apt|dpkg|systemd|profile\.d|skel|update-motd\.d)(/|$)' |
	grep -vE '/__pycache__(/|$)' |
	sort -u |
	while IFS= read -r path; do if [ -e "$path" ] || [ -L "$path" ]; then printf '%s\n' "$path"; fi; done >"$work/files"
# C.UTF-8 is libc-bin's, whose programs are not wanted.
find /usr/lib/locale/C.* /usr/lib/os-release /etc/os-release >>"$work/files"
sed 's#^/##' "$work/files" >"$work/relative"
tar --create --directory=/ --no-recursion --files-from="$work/relative" | tar --extract --directory="$root" --keep-directory-symlink

# --- what maintainer scripts would have made --------------------------------------------------------------------------
# Debian's alternatives (`cc`, `java`, `awk`) become plain links, where their target came along.
find /usr/bin -lname '/etc/alternatives/*' | while IFS= read -r link; do
	target=$(readlink -f "$link") || continue
	if [ -e "$root$target" ]; then ln -sf "$target" "$root$link"; fi
done
mkdir -p "$root/etc"
if [ -d /etc/ld.so.conf.d ]; then cp -r /etc/ld.so.conf /etc/ld.so.conf.d "$root/etc/"; fi
ldconfig -r "$root"
rm -rf "$root/etc/ld.so.conf.d" "$root/var"

# --- accounts and mount points ----------------------------------------------------------------------------------------
for folder in workspace tmp dev/shm dev/pts proc sys run usr/local/bin root etc; do mkdir -p "$root/$folder"; done
chmod 1777 "$root/tmp"
chmod 700 "$root/root"
chown 1000:1000 "$root/workspace"
cat >"$root/etc/passwd" <<-'END'
	root:x:0:0:root:/root:/nonexistent
	player:x:1000:1000:player:/workspace:/nonexistent
END
cat >"$root/etc/group" <<-'END'
	root:x:0:
	tty:x:5:
	player:x:1000:
END
cat >"$root/etc/nsswitch.conf" <<-'END'
	passwd: files
	group: files
	hosts: files
END
# Docker mounts its own hostname, hosts and resolv.conf over these.
for name in hostname hosts resolv.conf; do : >"$root/etc/$name"; done

# --- nothing that lends rights ----------------------------------------------------------------------------------------
find "$root" -xdev -type f -perm /6000 -exec chmod ug-s {} +
find "$root" -xdev ! -type l -perm /022 ! -path "$root/tmp" -exec chmod go-w {} +
rm -rf "$work"
