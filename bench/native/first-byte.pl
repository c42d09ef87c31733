#!/usr/bin/perl
# The native side: how long a program takes from spawn to its first byte of output, without any of our server, in the root file system of its image.
#
#   unshare --mount --propagation private perl first-byte.pl clock ROOT LOWER WORKSPACE_OPTIONS NAME=VALUE...
#
# Perl, because every Debian has it, because it is small (a fork of it costs a fraction of a fork of Node, and what it costs is no time of the
# program's), and because it can go into the root file system by itself: no `chroot` program stands between the clock and the program.
# It lives in a mount namespace of its own, so every mount made here is gone when it ends, however it ends.
#
# With the path of a program instead of `clock` it becomes that program once the root is entered: so the agent is started without an engine.
#
# LOWER is an overlay's layers, or empty when ROOT already holds the file system. Requests come as lines, each answered by one:
#   file NAME HEX                            keep this file; "ok"
#   run pty|pipes ARGV [ARGV ...]            empty the workspace, write the files, then run: all but the last to their end; "ok NANOSECONDS",
#                                            from just before the first fork until the last one's first byte; or "error WORDS"
# Fields are separated by tabs, the words of an ARGV by 0x1f.
use strict;
use warnings;
use Fcntl qw(O_RDWR O_NOCTTY);
use POSIX ();
use Time::HiRes qw(clock_gettime CLOCK_MONOTONIC);

my ($role, $root, $lower, $workspace_options, @environment) = @ARGV;
my (%files, $empty, $sink);
my ($PLAYER, $TIOCSPTLCK, $TIOCGPTN, $TIOCSCTTY) = (1000, 0x40045431, 0x80045430, 0x540E);

sub must { my ($ok, $what) = @_; return $ok if $ok; die "$what: $!\n" }

sub mount { system("mount", @_) == 0 or die "mount @_ failed\n" }

sub enter_root {
	mount("-t", "overlay", "-o", "ro,lowerdir=$lower", "overlay", $root) if $lower ne "";
	mount("-t", "tmpfs", "-o", $workspace_options, "tmpfs", "$root/workspace");
	mount("-t", "tmpfs", "-o", $workspace_options, "tmpfs", "$root/tmp");
	mount("-t", "proc", "proc", "$root/proc");
	mount("--rbind", "/dev", "$root/dev");
	# The agent empties what its programs could write to, and the machine's own must not be among it: other people's files are there.
	for my $folder (grep { -d } "$root/dev/shm", "$root/dev/mqueue") { mount("-t", "tmpfs", "-o", $workspace_options, "tmpfs", $folder) }
	must(chroot($root), "chroot");
	must(chdir("/workspace"), "workspace");
	%ENV = map { split /=/, $_, 2 } @environment;
}

sub empty_folder {
	my ($folder) = @_;
	opendir(my $handle, $folder) or die "$folder: $!\n";
	for my $name (readdir $handle) {
		next if $name eq "." || $name eq "..";
		my $path = "$folder/$name";
		if (-d $path && !-l $path) { empty_folder($path); must(rmdir($path), $path) }
		else { must(unlink($path), $path) }
	}
}

sub write_files {
	for my $name (keys %files) {
		open(my $handle, ">:raw", "/workspace/$name") or die "$name: $!\n";
		print $handle $files{$name};
		close($handle) or die "$name: $!\n";
		must(chown($PLAYER, $PLAYER, "/workspace/$name"), $name);
	}
}

sub open_pty {
	sysopen(my $master, "/dev/ptmx", O_RDWR | O_NOCTTY) or die "ptmx: $!\n";
	my $number = pack("i", 0);
	must(ioctl($master, $TIOCSPTLCK, $number), "unlock the terminal");
	must(ioctl($master, $TIOCGPTN, $number), "number the terminal");
	sysopen(my $slave, "/dev/pts/" . unpack("i", $number), O_RDWR | O_NOCTTY) or die "pts: $!\n";
	return ($master, $slave);
}

# Starts a program; returns its pid and the end to read its output from.
sub start {
	my ($mode, @argv) = @_;
	my ($reader, $writer, $slave);
	if ($mode eq "pty") { ($reader, $slave) = open_pty() }
	else { pipe($reader, $writer) or die "pipe: $!\n" }
	my $pid = fork();
	die "fork: $!\n" unless defined $pid;
	if ($pid == 0) {
		POSIX::setsid();
		if ($mode eq "pty") {
			ioctl($slave, $TIOCSCTTY, 0);
			POSIX::dup2(fileno($slave), $_) for 0 .. 2;
		} else {
			POSIX::dup2(fileno($sink), 2);
			POSIX::dup2(fileno($writer), 1);
			POSIX::dup2(fileno($empty), 0);
		}
		$) = "$PLAYER $PLAYER";
		POSIX::setgid($PLAYER);
		POSIX::setuid($PLAYER);
		exec { $argv[0] } @argv or POSIX::_exit(127);
	}
	return ($pid, $reader);
}

# Reads to the end of the output; returns when the first byte came. A terminal whose program is gone answers EIO, which is its end.
sub drain {
	my ($reader) = @_;
	my $first;
	while (sysread($reader, my $bytes, 65536)) { $first //= clock_gettime(CLOCK_MONOTONIC) }
	return $first;
}

sub run {
	my ($mode, @steps) = @_;
	empty_folder("/workspace");
	empty_folder("/tmp");
	write_files();
	my $started = clock_gettime(CLOCK_MONOTONIC);
	while (my $step = shift @steps) {
		my ($pid, $reader) = start($mode, split(/\x1f/, $step));
		my $first = drain($reader);
		waitpid($pid, 0);
		die "a step ended with status $?\n" if $? != 0;
		next if @steps;
		die "the program wrote nothing\n" unless defined $first;
		return sprintf("%d", ($first - $started) * 1e9);
	}
	die "there is no step\n";
}

enter_root();
if ($role ne "clock") { exec { $role } $role or die "$role: $!\n" }
open($empty, "<", "/dev/null") or die "null: $!\n";
open($sink, ">", "/dev/null") or die "null: $!\n";
$| = 1;
print "ok\n";
while (my $line = <STDIN>) {
	chomp $line;
	my ($word, @fields) = split(/\t/, $line);
	my $answer = eval {
		if ($word eq "file") { $files{$fields[0]} = pack("H*", $fields[1]); return "ok" }
		return "ok " . run(@fields) if $word eq "run";
		die "unknown request\n";
	} // "error $@";
	$answer =~ s/\s+$//;
	print "$answer\n";
}
