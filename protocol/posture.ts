import * as z from "zod/mini";
import { amount, count, integer, list, matching, text } from "./schema.ts";
import { TierId, TierStatus } from "./tiers.ts";

/**
 * What a tier was measured to withstand, on this machine: facts that a probe inside reported, and attacks that were really tried.
 * A report is compared with the tier's golden file (sandbox-images/posture/<tier>.json); what differs fails the tier.
 */

/** A fact: a JSON value under a dotted path, e.g. "identity.uid" → 1000, "syscalls.reachable" → ["read", …]. */
export const Fact = z.union([text(2_000), z.number(), z.boolean(), z.null(), list(z.union([text(300), z.number()]), 1_000)]);
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
	row: integer(1, 99),
	/** Unique within a report: "20-userns". */
	id: matching(/^[0-9]{2}-[a-z0-9-]{1,40}$/),
	title: text(120, 1),
	outcome: AttackOutcome,
	/** What was tried, in a sentence or two. */
	tried: text(600),
	/** What happened: the error, the value seen. Text out of a sandbox: shown as text only. */
	happened: text(600),
	/** Why that is so, and what would follow if it were not. */
	why: text(600),
});
export type AttackResult = z.infer<typeof AttackResult>;

export const PostureDifference = z.strictObject({
	/** A fact's path, or "attacks.<id>". */
	path: text(120),
	expected: text(400),
	found: text(400),
});
export type PostureDifference = z.infer<typeof PostureDifference>;

export const PostureFigures = z.strictObject({
	/** From the driver's `create` to READY, ms. */
	startMs: z.nullable(amount()),
	/** From a warm sandbox's STEP to its first byte of output, ms. */
	warmMs: z.nullable(amount()),
	/** Memory of an idle warm sandbox as the machine counts it (its cgroup), bytes. */
	idleMemoryBytes: z.nullable(amount()),
});
export type PostureFigures = z.infer<typeof PostureFigures>;

export const PostureReport = z.strictObject({
	/** A tier, or the name of one of the lab's baselines. */
	subject: z.union([TierId, matching(/^baseline-[a-z-]{1,30}$/)]),
	/** Unix time, ms. */
	startedAtMs: count(),
	tookMs: amount(),
	/** `failed` when `differences` is not empty or the posture could not be taken. Baselines are never judged. */
	verdict: z.enum(["passed", "failed", "unjudged"]),
	/** Why it could not be taken; null when it was. */
	problem: z.nullable(text(400)),
	/** `<language>@<version>` of the image it was taken in; null where none was. */
	image: z.nullable(text(80)),
	facts: z.record(text(120), Fact),
	attacks: list(AttackResult, 200),
	differences: list(PostureDifference, 200),
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
