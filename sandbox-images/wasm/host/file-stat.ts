import type { GuestMemory } from "./guest-memory.ts";
import type { Node } from "./memory-files.ts";

/** `filestat` and `filetype` of preview 1. */

export function fileTypeOf(node: Node): number {
	return { folder: 3, file: 4, link: 7 }[node.kind];
}

export function sizeOf(node: Node): number {
	switch (node.kind) {
		case "file":
			return node.size;
		case "folder":
			return 0;
		case "link":
			return new TextEncoder().encode(node.target).length;
	}
}

export function writeStat(memory: GuestMemory, pointer: number, node: Node): void {
	const view = memory.view(pointer, 64);
	view.setBigUint64(0, 1n, true);
	view.setBigUint64(8, node.inode, true);
	view.setBigUint64(16, BigInt(fileTypeOf(node)), true);
	view.setBigUint64(24, 1n, true);
	view.setBigUint64(32, BigInt(sizeOf(node)), true);
	for (const at of [40, 48, 56]) view.setBigUint64(at, node.modifiedNs, true);
}
