import { Errno, refuse } from "./errno.ts";

/**
 * The workspace as a module sees it: a tree in memory. No path of a module ever becomes a path of the operating system, so there is nothing to escape into;
 * what leads above the root is refused all the same, with the number that says so.
 */

const maxBytes = 64 * 1_048_576;
const maxNodes = 4_096;
const maxNameBytes = 255;
/** As Linux (path_resolution(7)). */
const maxLinksFollowed = 40;

const encoder = new TextEncoder();

export interface FileNode {
	readonly kind: "file";
	readonly inode: bigint;
	/** Its first `size` bytes are the content. */
	bytes: Uint8Array;
	size: number;
	modifiedNs: bigint;
	openCount: number;
	isRemoved: boolean;
}
export interface FolderNode {
	readonly kind: "folder";
	readonly inode: bigint;
	readonly entries: Map<string, Node>;
	readonly parent: FolderNode | null;
	modifiedNs: bigint;
}
export interface LinkNode {
	readonly kind: "link";
	readonly inode: bigint;
	readonly target: string;
	modifiedNs: bigint;
}
export type Node = FileNode | FolderNode | LinkNode;

/** Where a path leads: the folder that holds its last name, and what is there under that name, if anything. */
export interface Place {
	readonly folder: FolderNode;
	readonly name: string;
	readonly node: Node | undefined;
	/** The path says that it means a folder: it ends in a slash or in "." or "..". */
	readonly isFolderMeant: boolean;
}

export class MemoryFiles {
	readonly root: FolderNode;
	readonly #nowNs: () => bigint;
	#usedBytes = 0;
	#nodeCount = 0;
	#lastInode = 0n;

	constructor(nowNs: () => bigint) {
		this.#nowNs = nowNs;
		this.root = this.#newFolder(null);
	}

	/** Puts a file of the program in place, with the folders on its way. */
	load(path: string, content: Uint8Array): void {
		const names = path.split("/");
		const last = names.pop() ?? refuse(Errno.invalid);
		let folder = this.root;
		for (const name of names) {
			const there = folder.entries.get(name);
			if (there !== undefined && there.kind !== "folder") refuse(Errno.notDirectory);
			folder = there ?? this.#enter(folder, name, this.#newFolder(folder));
		}
		this.write(this.createFile(folder, last), 0, content);
	}

	/** @throws WasiError notCapable when the path, or a link on its way, leaves the root. */
	find(from: FolderNode, path: string, isLastFollowed: boolean): Place {
		return this.#find(from, path, isLastFollowed, { left: maxLinksFollowed });
	}

	#find(from: FolderNode, path: string, isLastFollowed: boolean, links: { left: number }): Place {
		if (path === "") refuse(Errno.noEntry);
		if (path.startsWith("/")) refuse(Errno.notCapable);
		if (path.includes("\0")) refuse(Errno.illegalSequence);
		const names = path.split("/").filter((name) => name !== "" && name !== ".");
		const isFolderMeant = /(^|\/)\.{0,2}$/.test(path);
		let place: Place = { folder: from, name: ".", node: from, isFolderMeant };
		for (const [at, name] of names.entries()) {
			const folder = place.node;
			if (folder === undefined) refuse(Errno.noEntry);
			if (folder.kind !== "folder") refuse(Errno.notDirectory);
			if (name === "..") {
				const above = folder.parent ?? refuse(Errno.notCapable);
				place = { folder: above, name: ".", node: above, isFolderMeant };
				continue;
			}
			if (encoder.encode(name).length > maxNameBytes) refuse(Errno.nameTooLong);
			place = { folder, name, node: folder.entries.get(name), isFolderMeant };
			const isLast = at === names.length - 1;
			if (place.node?.kind === "link" && (!isLast || isLastFollowed || isFolderMeant)) {
				if (links.left-- <= 0) refuse(Errno.tooManyLinks);
				place = { ...this.#find(folder, place.node.target, true, links), isFolderMeant };
			}
		}
		return place;
	}

	createFile(folder: FolderNode, name: string): FileNode {
		const file: FileNode = {
			kind: "file",
			inode: ++this.#lastInode,
			bytes: new Uint8Array(0),
			size: 0,
			modifiedNs: this.#nowNs(),
			openCount: 0,
			isRemoved: false,
		};
		return this.#enter(folder, name, file);
	}

	createFolder(folder: FolderNode, name: string): FolderNode {
		return this.#enter(folder, name, this.#newFolder(folder));
	}

	createLink(folder: FolderNode, name: string, target: string): LinkNode {
		if (target === "") refuse(Errno.noEntry);
		// It could never be followed; refused when it is planted, it does not wait for somebody who would.
		if (target.startsWith("/")) refuse(Errno.notCapable);
		return this.#enter(folder, name, { kind: "link", inode: ++this.#lastInode, target, modifiedNs: this.#nowNs() });
	}

	/** @returns bytes read, 0 at the end. */
	read(file: FileNode, offset: number, into: Uint8Array): number {
		const part = file.bytes.subarray(Math.min(offset, file.size), Math.min(offset + into.length, file.size));
		into.set(part);
		return part.length;
	}

	write(file: FileNode, offset: number, from: Uint8Array): void {
		this.#grow(file, Math.max(file.size, offset + from.length));
		file.bytes.set(from, offset);
		file.modifiedNs = this.#nowNs();
	}

	resize(file: FileNode, size: number): void {
		if (size > file.size) {
			this.#grow(file, size);
		} else {
			file.bytes.fill(0, size, file.size);
			this.#usedBytes -= file.size - size;
			file.size = size;
		}
		file.modifiedNs = this.#nowNs();
	}

	remove(folder: FolderNode, name: string): void {
		const node = folder.entries.get(name) ?? refuse(Errno.noEntry);
		if (node.kind === "folder" && node.entries.size > 0) refuse(Errno.notEmpty);
		folder.entries.delete(name);
		folder.modifiedNs = this.#nowNs();
		this.#nodeCount--;
		if (node.kind === "file") {
			node.isRemoved = true;
			this.release(node);
		}
	}

	/** What it holds counts until nobody has it open and it has no name. */
	release(file: FileNode): void {
		if (!file.isRemoved || file.openCount > 0) return;
		this.#usedBytes -= file.size;
		file.size = 0;
		file.bytes = new Uint8Array(0);
	}

	rename(from: Place, to: Place): void {
		const node = from.node ?? refuse(Errno.noEntry);
		if (from.name === "." || to.name === ".") refuse(Errno.invalid);
		if (node === to.node) return;
		if (node.kind === "folder") {
			// A folder knows its parent, by which ".." finds its way: it is not moved, and never into itself.
			if (from.folder !== to.folder) refuse(Errno.notSupported);
			if (to.node !== undefined && to.node.kind !== "folder") refuse(Errno.notDirectory);
		} else if (to.node?.kind === "folder") {
			refuse(Errno.isDirectory);
		}
		if (to.node !== undefined) this.remove(to.folder, to.name);
		from.folder.entries.delete(from.name);
		to.folder.entries.set(to.name, node);
		from.folder.modifiedNs = to.folder.modifiedNs = this.#nowNs();
	}

	#newFolder(parent: FolderNode | null): FolderNode {
		return { kind: "folder", inode: ++this.#lastInode, entries: new Map(), parent, modifiedNs: this.#nowNs() };
	}

	#enter<Made extends Node>(folder: FolderNode, name: string, node: Made): Made {
		if (name === "." || folder.entries.has(name)) refuse(Errno.exists);
		if (this.#nodeCount >= maxNodes) refuse(Errno.noSpace);
		this.#nodeCount++;
		folder.entries.set(name, node);
		folder.modifiedNs = this.#nowNs();
		return node;
	}

	#grow(file: FileNode, size: number): void {
		if (size <= file.size) return;
		if (this.#usedBytes + size - file.size > maxBytes) refuse(Errno.noSpace);
		if (size > file.bytes.length) {
			const larger = new Uint8Array(Math.min(Math.max(size, 2 * file.bytes.length), maxBytes));
			larger.set(file.bytes.subarray(0, file.size));
			file.bytes = larger;
		}
		this.#usedBytes += size - file.size;
		file.size = size;
	}
}
