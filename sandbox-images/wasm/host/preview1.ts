import { descriptorCalls } from "./descriptor-calls.ts";
import { WasiError } from "./errno.ts";
import { pathCalls } from "./path-calls.ts";
import { processCalls } from "./process-calls.ts";
import type { Call, World } from "./world.ts";

/**
 * WASI preview 1 (`wasi_snapshot_preview1`) over what a module was granted: its arguments, three streams, one folder, clocks and randomness.
 * There is no environment, no network, no other process. A call that is not here does not exist, and a module that imports it does not start.
 */

export function preview1(world: World): WebAssembly.ModuleImports {
	const calls: Readonly<Record<string, Call>> = { ...descriptorCalls(world), ...pathCalls(world), ...processCalls(world) };
	return Object.fromEntries(Object.entries(calls).map(([name, call]) => [name, answering(call)]));
}

/** Expected failures become numbers; all else is a fault of this host, or the module's end, and flies on. */
function answering(call: Call): Call {
	return (...values) => {
		try {
			return call(...values);
		} catch (error) {
			if (error instanceof WasiError) return error.errno;
			throw error;
		}
	};
}
