import { Errno, refuse } from "./errno.ts";
import { writeStat } from "./file-stat.ts";
import type { Node, Place } from "./memory-files.ts";
import type { Call, World } from "./world.ts";

/** The calls that take a path below an open folder (`path_*`). */

const LookupFlag = { followLink: 1 } as const;
const OpenFlag = { create: 1, folder: 2, exclusive: 4, truncate: 8 } as const;
const DescriptorFlag = { append: 1 } as const;
const Right = { read: 0x02n, write: 0x40n } as const;

export function pathCalls({ descriptors, files, memory }: World) {
	function find(fd: number, pointer: number, length: number, isFollowed: boolean): Place {
		return files.find(descriptors.folder(fd), memory().text(pointer, length), isFollowed);
	}

	function existing(fd: number, pointer: number, length: number, isFollowed: boolean): Node {
		const { node, isFolderMeant } = find(fd, pointer, length, isFollowed);
		if (node === undefined) refuse(Errno.noEntry);
		if (isFolderMeant && node.kind !== "folder") refuse(Errno.notDirectory);
		return node;
	}

	return {
		path_open(
			fd: number,
			lookup: number,
			pointer: number,
			length: number,
			how: number,
			rights: bigint,
			_inheriting: bigint,
			flags: number,
			result: number,
		) {
			const place = find(fd, pointer, length, (lookup & LookupFlag.followLink) !== 0);
			const isWritable = (rights & Right.write) !== 0n;
			if (place.node !== undefined && (how & OpenFlag.create) !== 0 && (how & OpenFlag.exclusive) !== 0) refuse(Errno.exists);
			if (place.node?.kind === "link") refuse(Errno.tooManyLinks);
			if (place.node?.kind === "folder") {
				if (isWritable && (how & OpenFlag.folder) === 0 && (how & (OpenFlag.create | OpenFlag.truncate)) !== 0) refuse(Errno.isDirectory);
				memory().setU32(result, descriptors.add({ kind: "folder", node: place.node }));
				return Errno.success;
			}
			if (place.node === undefined && (how & OpenFlag.create) === 0) refuse(Errno.noEntry);
			if (place.isFolderMeant || (how & OpenFlag.folder) !== 0) refuse(Errno.notDirectory);
			const node = place.node ?? files.createFile(place.folder, place.name);
			if ((how & OpenFlag.truncate) !== 0) files.resize(node, 0);
			const isAppending = (flags & DescriptorFlag.append) !== 0;
			const isReadable = (rights & Right.read) !== 0n;
			memory().setU32(result, descriptors.add({ kind: "file", node, offset: 0, isAppending, isReadable, isWritable }));
			return Errno.success;
		},
		path_filestat_get(fd: number, lookup: number, pointer: number, length: number, result: number) {
			writeStat(memory(), result, existing(fd, pointer, length, (lookup & LookupFlag.followLink) !== 0));
			return Errno.success;
		},
		path_filestat_set_times(fd: number, lookup: number, pointer: number, length: number, _accessed: bigint, modifiedNs: bigint) {
			existing(fd, pointer, length, (lookup & LookupFlag.followLink) !== 0).modifiedNs = modifiedNs;
			return Errno.success;
		},
		path_create_directory(fd: number, pointer: number, length: number) {
			const { folder, name, node } = find(fd, pointer, length, false);
			if (node !== undefined) refuse(Errno.exists);
			files.createFolder(folder, name);
			return Errno.success;
		},
		path_remove_directory(fd: number, pointer: number, length: number) {
			const { folder, name, node } = find(fd, pointer, length, false);
			if (node === undefined) refuse(Errno.noEntry);
			if (node.kind !== "folder") refuse(Errno.notDirectory);
			if (name === ".") refuse(Errno.invalid);
			files.remove(folder, name);
			return Errno.success;
		},
		path_unlink_file(fd: number, pointer: number, length: number) {
			const { folder, name, node, isFolderMeant } = find(fd, pointer, length, false);
			if (node === undefined) refuse(Errno.noEntry);
			if (node.kind === "folder") refuse(Errno.isDirectory);
			if (isFolderMeant) refuse(Errno.notDirectory);
			files.remove(folder, name);
			return Errno.success;
		},
		path_rename(fd: number, pointer: number, length: number, toFd: number, toPointer: number, toLength: number) {
			files.rename(find(fd, pointer, length, false), find(toFd, toPointer, toLength, false));
			return Errno.success;
		},
		path_symlink(targetPointer: number, targetLength: number, fd: number, pointer: number, length: number) {
			const { folder, name, node } = find(fd, pointer, length, false);
			if (node !== undefined) refuse(Errno.exists);
			files.createLink(folder, name, memory().text(targetPointer, targetLength));
			return Errno.success;
		},
		path_readlink(fd: number, pointer: number, length: number, into: number, intoLength: number, result: number) {
			const { node } = find(fd, pointer, length, false);
			if (node === undefined) refuse(Errno.noEntry);
			if (node.kind !== "link") refuse(Errno.invalid);
			const target = new TextEncoder().encode(node.target).subarray(0, intoLength >>> 0);
			memory().bytes(into, target.length).set(target);
			memory().setU32(result, target.length);
			return Errno.success;
		},
		// One name a file: what a module holds is counted by it.
		path_link: () => Errno.notSupported,
	} satisfies Record<string, Call>;
}
