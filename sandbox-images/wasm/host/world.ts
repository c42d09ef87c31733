import type { Descriptors } from "./descriptors.ts";
import type { Errno } from "./errno.ts";
import type { GuestMemory } from "./guest-memory.ts";
import type { MemoryFiles } from "./memory-files.ts";

/** What a module is granted. */
export interface World {
	readonly arguments: readonly string[];
	readonly files: MemoryFiles;
	readonly descriptors: Descriptors;
	/** Only known once the module has been instantiated with these calls. */
	readonly memory: () => GuestMemory;
	readonly realTimeNs: () => bigint;
	readonly monotonicNs: () => bigint;
	readonly sleep: (ms: number) => void;
}

/** A call of a module: numbers in, an error number out. 64-bit values come as BigInt. */
export type Call = (...values: never[]) => Errno;
