import { Errno, refuse } from "./errno.ts";
import type { FileNode, FolderNode } from "./memory-files.ts";

/** What a module has open. Standard streams and the workspace are there from the start; all else it opened itself, beneath the workspace. */

const maxDescriptors = 256;

/** Of the host's process. */
export interface Stream {
	readonly isTerminal: boolean;
	/** Waits until there is something. 0 at the end. Absent: nothing to read here. */
	read?(into: Uint8Array): number;
	write?(from: Uint8Array): void;
}

export type Descriptor =
	| { readonly kind: "stream"; readonly stream: Stream }
	| {
			readonly kind: "file";
			readonly node: FileNode;
			offset: number;
			isAppending: boolean;
			readonly isReadable: boolean;
			readonly isWritable: boolean;
	  }
	| {
			readonly kind: "folder";
			readonly node: FolderNode;
			/** How the module's library calls a folder that was granted; absent for one that it opened. */
			readonly grantedAs?: string;
	  };

export class Descriptors {
	readonly #open = new Map<number, Descriptor>();

	constructor(first: readonly Descriptor[]) {
		for (const [number, descriptor] of first.entries()) this.#open.set(number, descriptor);
	}

	get(number: number): Descriptor {
		return this.#open.get(number) ?? refuse(Errno.badDescriptor);
	}

	has(number: number): boolean {
		return this.#open.has(number);
	}

	file(number: number): Extract<Descriptor, { kind: "file" }> {
		const descriptor = this.get(number);
		if (descriptor.kind === "stream") refuse(Errno.illegalSeek);
		if (descriptor.kind === "folder") refuse(Errno.isDirectory);
		return descriptor;
	}

	folder(number: number): FolderNode {
		const descriptor = this.get(number);
		return descriptor.kind === "folder" ? descriptor.node : refuse(Errno.notDirectory);
	}

	add(descriptor: Descriptor): number {
		for (let number = 0; number < maxDescriptors; number++) {
			if (this.#open.has(number)) continue;
			this.#open.set(number, descriptor);
			if (descriptor.kind === "file") descriptor.node.openCount++;
			return number;
		}
		return refuse(Errno.tooManyOpen);
	}

	/** @returns what was open. */
	close(number: number): Descriptor {
		const descriptor = this.get(number);
		this.#open.delete(number);
		if (descriptor.kind === "file") descriptor.node.openCount--;
		return descriptor;
	}

	/** `to` becomes what `from` was. @returns what `to` was. */
	move(from: number, to: number): Descriptor {
		const moved = this.get(from);
		const replaced = this.get(to);
		if (from === to) return replaced;
		this.#open.delete(from);
		if (replaced.kind === "file") replaced.node.openCount--;
		this.#open.set(to, moved);
		return replaced;
	}
}
