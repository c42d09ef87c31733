import { z } from "zod";
import { TierId, TierStatus } from "./tiers.ts";

/**
 * What a tier was measured to withstand, on this machine: facts that a probe inside reported, and attacks that were really tried.
 * A report is compared with the tier's golden file (sandbox-images/posture/<tier>.json); what differs fails the tier.
 */

/** A fact: a JSON value under a dotted path, e.g. "identity.uid" → 1000, "syscalls.reachable" → ["read", …]. */
export const Fact = z.union([
	z.string().max(2_000),
	z.number(),
	z.boolean(),
	z.null(),
	z.array(z.union([z.string().max(300), z.number()])).max(1_000),
]);
export type Fact = z.infer<typeof Fact>;

export const AttackOutcome = z.enum([
	/** It was tried and denied. */
	"held",
	/** It was tried and worked: something outside the sandbox's rights was read, changed or reached. */
	"broke",
	/** This tier cannot express the attempt (no raw system calls in an isolate); `happened` says why. */
	"inexpressible",
]);
export type AttackOutcome = z.infer<typeof AttackOutcome>;

export const AttackResult = z.strictObject({
	/** Row of the table of attacks (e2e/attacks/README.md). */
	row: z.int().min(1).max(99),
	/** Unique within a report: "20-userns". */
	id: z.string().regex(/^[0-9]{2}-[a-z0-9-]{1,40}$/),
	title: z.string().min(1).max(120),
	outcome: AttackOutcome,
	/** What was tried, in a sentence or two. */
	tried: z.string().max(600),
	/** What happened: the error, the value seen. Text out of a sandbox: shown as text only. */
	happened: z.string().max(600),
	/** Why that is so, and what would follow if it were not. */
	why: z.string().max(600),
});
export type AttackResult = z.infer<typeof AttackResult>;

export const PostureDifference = z.strictObject({
	/** A fact's path, or "attacks.<id>". */
	path: z.string().max(120),
	expected: z.string().max(400),
	found: z.string().max(400),
});
export type PostureDifference = z.infer<typeof PostureDifference>;

export const PostureFigures = z.strictObject({
	/** From the driver's `create` to READY, ms. */
	startMs: z.number().nonnegative().nullable(),
	/** From a warm sandbox's STEP to its first byte of output, ms. */
	warmMs: z.number().nonnegative().nullable(),
	/** Memory of an idle warm sandbox as the machine counts it (its cgroup), bytes. */
	idleMemoryBytes: z.number().nonnegative().nullable(),
});
export type PostureFigures = z.infer<typeof PostureFigures>;

export const PostureReport = z.strictObject({
	/** A tier, or the name of one of the lab's baselines. */
	subject: z.union([TierId, z.string().regex(/^baseline-[a-z-]{1,30}$/)]),
	/** Unix time, ms. */
	startedAtMs: z.int().nonnegative(),
	tookMs: z.number().nonnegative(),
	/** `failed` when `differences` is not empty or the posture could not be taken. Baselines are never judged. */
	verdict: z.enum(["passed", "failed", "unjudged"]),
	/** Why it could not be taken; null when it was. */
	problem: z.string().max(400).nullable(),
	/** `<language>@<version>` of the image it was taken in; null where none was. */
	image: z.string().max(80).nullable(),
	facts: z.record(z.string().max(120), Fact),
	attacks: z.array(AttackResult).max(200),
	differences: z.array(PostureDifference).max(200),
	figures: PostureFigures,
});
export type PostureReport = z.infer<typeof PostureReport>;

/** `GET /api/v1/posture`. */
export const PostureDocument = z.strictObject({
	build: z.string(),
	tiers: z.array(TierStatus),
	/** One a tier that was ever assessed, the newest each; then the baselines. */
	reports: z.array(PostureReport),
});
export type PostureDocument = z.infer<typeof PostureDocument>;

export const posturePath = "/api/v1/posture";
