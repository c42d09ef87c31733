import type { Descriptor } from "./descriptors.ts";
import { Errno, refuse } from "./errno.ts";
import { fileTypeOf, writeStat } from "./file-stat.ts";
import type { Call, World } from "./world.ts";

/** The calls that take an open descriptor (`fd_*`). */

const FileType = { unknown: 0, characterDevice: 2, folder: 3, file: 4 } as const;
const DescriptorFlag = { append: 1 } as const;
const Whence = { set: 0, current: 1, end: 2 } as const;

/** Rights are a part of preview 1 that hosts have given up; a library reads them to tell a terminal: one cannot seek there (isatty(3)). */
const seekAndTell = 0x24n;
const allRights = 0x1fff_ffffn;

const direntBytes = 24;
const encoder = new TextEncoder();

export function descriptorCalls({ descriptors, files, memory }: World) {
	function read(descriptor: Descriptor, into: Uint8Array, offset: number | null): number {
		switch (descriptor.kind) {
			case "stream":
				if (offset !== null) refuse(Errno.illegalSeek);
				return descriptor.stream.read?.(into) ?? refuse(Errno.badDescriptor);
			case "file": {
				if (!descriptor.isReadable) refuse(Errno.badDescriptor);
				const count = files.read(descriptor.node, offset ?? descriptor.offset, into);
				if (offset === null) descriptor.offset += count;
				return count;
			}
			case "folder":
				return refuse(Errno.isDirectory);
		}
	}

	function write(descriptor: Descriptor, from: Uint8Array, offset: number | null): void {
		switch (descriptor.kind) {
			case "stream":
				if (offset !== null) refuse(Errno.illegalSeek);
				if (descriptor.stream.write === undefined) refuse(Errno.badDescriptor);
				descriptor.stream.write(from);
				return;
			case "file": {
				if (!descriptor.isWritable) refuse(Errno.badDescriptor);
				const at = descriptor.isAppending ? descriptor.node.size : (offset ?? descriptor.offset);
				files.write(descriptor.node, at, from);
				if (offset === null) descriptor.offset = at + from.length;
				return;
			}
			case "folder":
				refuse(Errno.badDescriptor);
		}
	}

	function readAll(fd: number, vectors: number, count: number, offset: number | null, result: number): Errno {
		const descriptor = descriptors.get(fd);
		let total = 0;
		for (const into of memory().vectors(vectors, count)) {
			if (into.length === 0) continue;
			const had = read(descriptor, into, offset === null ? null : offset + total);
			total += had;
			if (had < into.length) break;
		}
		memory().setU32(result, total);
		return Errno.success;
	}

	function writeAll(fd: number, vectors: number, count: number, offset: number | null, result: number): Errno {
		const descriptor = descriptors.get(fd);
		// One write for what the program wrote at once: a terminal shows it whole.
		const from = joined(memory().vectors(vectors, count));
		if (from.length > 0) write(descriptor, from, offset);
		memory().setU32(result, from.length);
		return Errno.success;
	}

	return {
		fd_read: (fd: number, vectors: number, count: number, result: number) => readAll(fd, vectors, count, null, result),
		fd_write: (fd: number, vectors: number, count: number, result: number) => writeAll(fd, vectors, count, null, result),
		fd_pread: (fd: number, vectors: number, count: number, offset: bigint, result: number) =>
			readAll(fd, vectors, count, offsetOf(offset), result),
		fd_pwrite: (fd: number, vectors: number, count: number, offset: bigint, result: number) =>
			writeAll(fd, vectors, count, offsetOf(offset), result),

		fd_close(fd: number) {
			const closed = descriptors.close(fd);
			if (closed.kind === "file") files.release(closed.node);
			return Errno.success;
		},
		fd_renumber(from: number, to: number) {
			const replaced = descriptors.move(from, to);
			if (replaced.kind === "file") files.release(replaced.node);
			return Errno.success;
		},
		fd_seek(fd: number, by: bigint, whence: number, result: number) {
			const file = descriptors.file(fd);
			const from =
				whence === Whence.set
					? 0
					: whence === Whence.current
						? file.offset
						: whence === Whence.end
							? file.node.size
							: refuse(Errno.invalid);
			file.offset = offsetOf(BigInt(from) + by);
			memory().setU64(result, BigInt(file.offset));
			return Errno.success;
		},
		fd_tell(fd: number, result: number) {
			memory().setU64(result, BigInt(descriptors.file(fd).offset));
			return Errno.success;
		},

		fd_fdstat_get(fd: number, result: number) {
			const descriptor = descriptors.get(fd);
			const isStream = descriptor.kind === "stream";
			const view = memory().view(result, 24);
			view.setUint8(0, isStream ? (descriptor.stream.isTerminal ? FileType.characterDevice : FileType.unknown) : FileType[descriptor.kind]);
			view.setUint16(2, descriptor.kind === "file" && descriptor.isAppending ? DescriptorFlag.append : 0, true);
			view.setBigUint64(8, isStream ? allRights & ~seekAndTell : allRights, true);
			view.setBigUint64(16, allRights, true);
			return Errno.success;
		},
		fd_fdstat_set_flags(fd: number, flags: number) {
			const descriptor = descriptors.get(fd);
			// A stream has nothing that a flag could change: it always waits.
			if (descriptor.kind === "file") descriptor.isAppending = (flags & DescriptorFlag.append) !== 0;
			return Errno.success;
		},
		fd_fdstat_set_rights: (fd: number) => {
			descriptors.get(fd);
			return Errno.success;
		},
		fd_filestat_get(fd: number, result: number) {
			const descriptor = descriptors.get(fd);
			if (descriptor.kind === "stream") {
				const view = memory().view(result, 64);
				for (let at = 0; at < 64; at += 8) view.setBigUint64(at, 0n, true);
				view.setUint8(16, descriptor.stream.isTerminal ? FileType.characterDevice : FileType.unknown);
			} else {
				writeStat(memory(), result, descriptor.node);
			}
			return Errno.success;
		},
		fd_filestat_set_size(fd: number, size: bigint) {
			const file = descriptors.file(fd);
			if (!file.isWritable) refuse(Errno.badDescriptor);
			files.resize(file.node, offsetOf(size));
			return Errno.success;
		},
		fd_filestat_set_times(fd: number, _accessed: bigint, modifiedNs: bigint) {
			descriptors.file(fd).node.modifiedNs = modifiedNs;
			return Errno.success;
		},
		fd_allocate(fd: number, offset: bigint, length: bigint) {
			const file = descriptors.file(fd);
			files.resize(file.node, Math.max(file.node.size, offsetOf(offset + length)));
			return Errno.success;
		},
		fd_advise: (fd: number) => present(fd),
		fd_datasync: (fd: number) => present(fd),
		fd_sync: (fd: number) => present(fd),

		fd_prestat_get(fd: number, result: number) {
			const view = memory().view(result, 8);
			view.setUint32(0, 0, true);
			view.setUint32(4, encoder.encode(grantedAs(fd)).length, true);
			return Errno.success;
		},
		fd_prestat_dir_name(fd: number, pointer: number, length: number) {
			const name = encoder.encode(grantedAs(fd));
			if (name.length > length) refuse(Errno.nameTooLong);
			memory().bytes(pointer, name.length).set(name);
			return Errno.success;
		},
		fd_readdir(fd: number, pointer: number, length: number, cookie: bigint, result: number) {
			const into = memory().bytes(pointer, length);
			let used = 0;
			const entries = [...descriptors.folder(fd).entries];
			for (const [at, [name, node]] of entries.entries()) {
				if (BigInt(at) < cookie) continue;
				const nameBytes = encoder.encode(name);
				const entry = new Uint8Array(direntBytes + nameBytes.length);
				const view = new DataView(entry.buffer);
				view.setBigUint64(0, BigInt(at + 1), true);
				view.setBigUint64(8, node.inode, true);
				view.setUint32(16, nameBytes.length, true);
				view.setUint8(20, fileTypeOf(node));
				entry.set(nameBytes, direntBytes);
				// An entry that is cut off tells that there is more: the buffer is full then.
				const part = entry.subarray(0, into.length - used);
				into.set(part, used);
				used += part.length;
				if (used === into.length) break;
			}
			memory().setU32(result, used);
			return Errno.success;
		},
	} satisfies Record<string, Call>;

	function present(fd: number): Errno {
		descriptors.get(fd);
		return Errno.success;
	}

	function grantedAs(fd: number): string {
		const descriptor = descriptors.get(fd);
		return (descriptor.kind === "folder" ? descriptor.grantedAs : undefined) ?? refuse(Errno.badDescriptor);
	}
}

/** Beyond 2⁵³ there is no file; a negative one is the module's mistake. */
function offsetOf(value: bigint): number {
	return value >= 0n && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : refuse(Errno.invalid);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
	const [only] = parts;
	if (parts.length === 1 && only !== undefined) return only;
	const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
	let at = 0;
	for (const part of parts) {
		whole.set(part, at);
		at += part.length;
	}
	return whole;
}
