import { Errno, refuse } from "./errno.ts";
import type { Call, World } from "./world.ts";

/** Arguments, time, randomness and the end; and what a module may ask for and never gets. */

const Clock = { realTime: 0, monotonic: 1, processTime: 2, threadTime: 3 } as const;
const Event = { clock: 0, read: 1, write: 2 } as const;
const isAbsoluteTime = 1;
const subscriptionBytes = 48;
const eventBytes = 32;
const maxSubscriptions = 256;
/** What the Web Crypto API gives at most in one call. */
const maxRandomBytes = 65_536;

/** The module's own wish to end: it unwinds the module's stack. */
export class ModuleExit {
	readonly code: number;

	constructor(code: number) {
		this.code = code;
	}
}

export function processCalls({ arguments: words, descriptors, memory, realTimeNs, monotonicNs, sleep }: World) {
	const encoder = new TextEncoder();
	const strings = words.map((word) => encoder.encode(`${word}\0`));

	function now(clock: number): bigint {
		return clock === Clock.realTime ? realTimeNs() : clock <= Clock.threadTime ? monotonicNs() : refuse(Errno.invalid);
	}

	return {
		args_sizes_get(count: number, bytes: number) {
			memory().setU32(count, strings.length);
			memory().setU32(
				bytes,
				strings.reduce((sum, it) => sum + it.length, 0),
			);
			return Errno.success;
		},
		args_get(pointers: number, buffer: number) {
			let at = buffer >>> 0;
			for (const [index, string] of strings.entries()) {
				memory().setU32((pointers >>> 0) + 4 * index, at);
				memory().bytes(at, string.length).set(string);
				at += string.length;
			}
			return Errno.success;
		},
		environ_sizes_get(count: number, bytes: number) {
			memory().setU32(count, 0);
			memory().setU32(bytes, 0);
			return Errno.success;
		},
		environ_get: () => Errno.success,

		clock_res_get(clock: number, result: number) {
			now(clock);
			memory().setU64(result, 1_000n);
			return Errno.success;
		},
		clock_time_get(clock: number, _precision: bigint, result: number) {
			memory().setU64(result, now(clock));
			return Errno.success;
		},
		random_get(pointer: number, length: number) {
			const into = memory().bytes(pointer, length);
			for (let at = 0; at < into.length; at += maxRandomBytes) crypto.getRandomValues(into.subarray(at, at + maxRandomBytes));
			return Errno.success;
		},
		sched_yield: () => Errno.success,
		proc_exit(code: number): never {
			throw new ModuleExit(code >>> 0);
		},

		/** A stream is always said to be ready: whoever then reads waits there. Without one the nearest time is waited for. */
		poll_oneoff(from: number, to: number, count: number, result: number) {
			if (count <= 0 || count > maxSubscriptions) refuse(Errno.invalid);
			const asked = memory().view(from, subscriptionBytes * count);
			const events: { readonly userData: bigint; readonly error: Errno; readonly type: number }[] = [];
			let nearest: { readonly waitNs: bigint; readonly userData: bigint } | undefined;
			for (let at = 0; at < subscriptionBytes * count; at += subscriptionBytes) {
				const userData = asked.getBigUint64(at, true);
				const type = asked.getUint8(at + 8);
				if (type === Event.clock) {
					const timeoutNs = asked.getBigUint64(at + 24, true);
					const isAbsolute = (asked.getUint16(at + 40, true) & isAbsoluteTime) !== 0;
					const waitNs = isAbsolute ? timeoutNs - now(asked.getUint32(at + 16, true)) : timeoutNs;
					if (nearest === undefined || waitNs < nearest.waitNs) nearest = { waitNs, userData };
				} else {
					descriptors.get(asked.getUint32(at + 16, true));
					events.push({ userData, error: Errno.success, type });
				}
			}
			if (events.length === 0 && nearest !== undefined) {
				if (nearest.waitNs > 0n) sleep(Number(nearest.waitNs) / 1e6);
				events.push({ userData: nearest.userData, error: Errno.success, type: Event.clock });
			}
			const told = memory()
				.bytes(to, eventBytes * events.length)
				.fill(0);
			const view = new DataView(told.buffer, told.byteOffset, told.byteLength);
			for (const [index, event] of events.entries()) {
				view.setBigUint64(eventBytes * index, event.userData, true);
				view.setUint16(eventBytes * index + 8, event.error, true);
				view.setUint8(eventBytes * index + 10, event.type);
				// How much can be read is not known before it is.
				if (event.type === Event.read) view.setBigUint64(eventBytes * index + 16, 1n, true);
			}
			memory().setU32(result, events.length);
			return Errno.success;
		},

		proc_raise: () => Errno.notSupported,
		sock_accept: () => Errno.notSupported,
		sock_recv: () => Errno.notSupported,
		sock_send: () => Errno.notSupported,
		sock_shutdown: () => Errno.notSupported,
	} satisfies Record<string, Call>;
}
