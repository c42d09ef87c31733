import * as z from "zod/mini";
import { count, text } from "./schema.ts";

/**
 * The kinds of isolation, by the names that requests, settings and pages use. What each one is made of is the runner's business;
 * whether one is offered is decided by its posture (posture.ts), never by this list.
 */

export const tierIds = ["container", "gvisor", "microvm", "kata", "deno", "isolate", "wasm", "browser"] as const;
export const TierId = z.enum(tierIds);
export type TierId = z.infer<typeof TierId>;

interface TierDescription {
	readonly name: string;
	/** What stands between a program and the machine, for a reader who never heard of it. */
	readonly sentence: string;
	/** The tier whose container it runs in; null: it is a wall of its own. */
	readonly within: TierId | null;
}

export const tierTable = {
	container: {
		name: "Container",
		sentence: "A hardened Linux container: own namespaces, no network, an allow-list of system calls. The kernel is the machine's.",
		within: null,
	},
	gvisor: {
		name: "gVisor",
		sentence: "A kernel written in Go answers the program's system calls; the machine's kernel never sees them.",
		within: null,
	},
	microvm: { name: "MicroVM", sentence: "A virtual machine of its own, with its own Linux kernel, started from a snapshot.", within: null },
	kata: { name: "Kata", sentence: "A virtual machine behind the engine's own interface, where the operator installed one.", within: null },
	deno: {
		name: "Deno",
		sentence: "Deno with no permission granted, inside the container.",
		within: "container",
	},
	isolate: {
		name: "V8 isolate",
		sentence: "An isolate of workerd, as on Cloudflare Workers, inside the container.",
		within: "container",
	},
	wasm: {
		name: "WebAssembly",
		sentence: "A WASI module that is lent its workspace and nothing else, inside the container.",
		within: "container",
	},
	browser: {
		name: "This browser",
		sentence: "No server: the program runs in a worker of your own browser.",
		within: null,
	},
} as const satisfies Record<TierId, TierDescription>;

/** Strongest first; what a reader who does not choose gets is the first of these that is offered and runs the language. */
export const defaultTierOrder = [
	"gvisor",
	"kata",
	"microvm",
	"container",
	"deno",
	"isolate",
	"wasm",
	"browser",
] as const satisfies TierId[];

/** Tiers that a server runs; `browser` needs none. */
export type ServerTierId = Exclude<TierId, "browser">;
export const serverTierIds = tierIds.filter((tier): tier is ServerTierId => tier !== "browser");
export const ServerTierId = z.enum(serverTierIds);

/** The reason of one that is missing only until its image is there. */
export const stillBeingSetUp = "It is still being set up.";

export const TierState = z.enum([
	/** Not on the operator's list. */
	"disabled",
	/** The machine lacks what it needs (a runtime, an image that is still being built); `reason` says what. */
	"missing",
	/** Its posture is being taken for the first time. */
	"checking",
	"offered",
	/** Its posture differs from the golden one, or could not be taken. */
	"failed",
]);
export type TierState = z.infer<typeof TierState>;

/** One tier as the runner sees it now. */
export const TierStatus = z.strictObject({
	tier: TierId,
	state: TierState,
	/** A sentence, where the state is not `offered`. Never a path or an engine's message. */
	reason: z.nullable(text(400)),
	/** Unix time in ms of the last finished posture; null: none yet. */
	checkedAtMs: z.nullable(count()),
});
export type TierStatus = z.infer<typeof TierStatus>;
