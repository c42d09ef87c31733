import { z } from "zod";

/** Between the bench and the process that plays many readers, over the channel that Node opens to a child. One request at a time, each answered once. */

export const CrowdRequest = z.discriminatedUnion("type", [
	/** As many sessions as this, each with a program that waits for input. */
	z.strictObject({ type: z.literal("seat"), sessions: z.int().min(0).max(10_000) }),
	/** One of them presses so many keys, each as soon as the last one is seen. */
	z.strictObject({ type: z.literal("burst"), keys: z.int().min(1).max(10_000) }),
	/** So many of them type for a while. */
	z.strictObject({ type: z.literal("type"), typists: z.int().min(1).max(10_000), forMs: z.int().positive() }),
]);
export type CrowdRequest = z.infer<typeof CrowdRequest>;

export const CrowdAnswer = z.discriminatedUnion("type", [
	z.strictObject({
		type: z.literal("seated"),
		sessions: z.int().nonnegative(),
		/** Why it are no more; null: they are as many as wanted. */
		refusal: z.string().nullable(),
	}),
	/** Milliseconds from each key to its echo. */
	z.strictObject({ type: z.literal("typed"), echoesMs: z.array(z.number()) }),
	z.strictObject({ type: z.literal("failed"), message: z.string() }),
]);
export type CrowdAnswer = z.infer<typeof CrowdAnswer>;
