import { z } from "zod";
import { errorCodes } from "../../protocol/errors.ts";
import { ProgramFile } from "../../protocol/files.ts";
import { EffectiveLimits, RequestedLimits } from "../../protocol/messages.ts";
import { Outcome, StepName, StepReport } from "../../protocol/outcome.ts";
import { PostureReport } from "../../protocol/posture.ts";
import { SandboxTiming } from "../../protocol/run-timing.ts";
import { ServerTierId, TierStatus } from "../../protocol/tiers.ts";
import { ProcessFigures } from "../process-figures.ts";

/**
 * The runner's door: a unix socket on which one connection is one lease on one sandbox. It offers claim, run, bytes and end;
 * there is no word for an image, a mount, a flag or a host. When the connection closes, the sandbox dies.
 *
 * Frame: u8 type, u32 big-endian payload length, payload.
 *   type 1 control: JSON, one of the messages below (at most maxDoorControlBytes)
 *   type 2 stdin (gateway to runner), 3 stdout, 4 stderr (runner to gateway): bytes, 1..32,768
 *
 * Order: `claim` comes first and is answered by `claimed` or `refused` (then the runner closes). After that `run` at most one at
 * a time, each answered by exactly one `exit`; a `run` sent while the sandbox is still being emptied simply starts when it is.
 * If the sandbox is lost between runs the runner sends `lost` and closes. Or the first message is `watch`: the runner answers with `status`
 * at once and at every change (at most every 250 ms), with a `posture` for each subject measured so far and each that is measured later, and `figures` every 2 s, and that connection is no lease.
 * A breach of these rules closes the connection. Credit for stdin is as in the agent's PROTOCOL.md A6, end to end.
 */

export const maxDoorControlBytes = 2_097_152;
export const maxDoorDataBytes = 32_768;

export const doorFrame = { control: 1, stdin: 2, stdout: 3, stderr: 4 } as const;

const Name = z.string().min(1).max(40);

export const DoorRequest = z.discriminatedUnion("type", [
	/** The catalogue's own id and version, already resolved from aliases by the gateway. */
	z.strictObject({ type: z.literal("claim"), language: Name, version: Name, tier: ServerTierId }),
	z.strictObject({
		type: z.literal("run"),
		files: z.array(ProgramFile).max(64),
		entry: z.string().max(1_000),
		arguments: z.array(z.string().max(4_096)).max(64),
		mode: z.enum(["pty", "pipes"]),
		columns: z.int().min(2).max(1_000),
		rows: z.int().min(1).max(1_000),
		/** Clamped to the operator's maximum by the runner, whatever the gateway says. */
		limits: RequestedLimits,
	}),
	z.strictObject({ type: z.literal("stop") }),
	z.strictObject({ type: z.literal("eof") }),
	z.strictObject({ type: z.literal("resize"), columns: z.int().min(2).max(1_000), rows: z.int().min(1).max(1_000) }),
	z.strictObject({ type: z.literal("signal"), signal: z.int().min(1).max(31) }),
	z.strictObject({ type: z.literal("watch") }),
]);
export type DoorRequest = z.infer<typeof DoorRequest>;

export const Bottleneck = z.enum(["ceiling", "memory", "cpu", "processes"]);
export type Bottleneck = z.infer<typeof Bottleneck>;

export const RunnerStatus = z.strictObject({
	engine: z.enum(["starting", "up", "down"]),
	/** Every tier that a server can run, the operator's order first, disabled ones last. */
	tiers: z.array(TierStatus),
	/** Leases in use, of `maxLeases`. */
	leases: z.int().nonnegative(),
	maxLeases: z.int().positive(),
	/** Leases that the machine has room for now, those in use included; never above `maxLeases`. */
	capacity: z.int().positive(),
	/** What keeps it from being more. */
	bottleneck: Bottleneck,
	languages: z.array(
		z.strictObject({
			language: z.string(),
			version: z.string(),
			tier: ServerTierId,
			/** Its image is there; whether the tier is offered, `tiers` say. */
			isReady: z.boolean(),
			/** Over all that went into its image. Absent: no image, or one that was not built here. */
			imageDigest: z.string().max(64).optional(),
			idle: z.int().nonnegative(),
			starting: z.int().nonnegative(),
		}),
	),
});
export type RunnerStatus = z.infer<typeof RunnerStatus>;

export const DoorReply = z.discriminatedUnion("type", [
	z.strictObject({ type: z.literal("claimed"), tier: ServerTierId, limits: EffectiveLimits, isWarm: z.boolean() }),
	z.strictObject({ type: z.literal("refused"), code: z.enum(errorCodes) }),
	z.strictObject({ type: z.literal("started"), step: StepName, limits: EffectiveLimits }),
	z.strictObject({ type: z.literal("stats"), wallMs: z.number(), cpuMs: z.number(), memoryBytes: z.number() }),
	z.strictObject({ type: z.literal("stdinAck"), bytes: z.int().positive() }),
	z.strictObject({ type: z.literal("step"), step: StepName, report: StepReport }),
	z.strictObject({
		type: z.literal("exit"),
		outcome: Outcome,
		compile: z.nullable(StepReport),
		program: z.nullable(StepReport),
		/** null: it ended before its sandbox was there. */
		timing: z.nullable(SandboxTiming),
	}),
	z.strictObject({ type: z.literal("lost"), code: z.enum(errorCodes) }),
	z.strictObject({ type: z.literal("status"), status: RunnerStatus }),
	z.strictObject({ type: z.literal("posture"), report: PostureReport }),
	/** How the runner's own process fares, for the operator's metrics. */
	z.strictObject({ type: z.literal("figures"), figures: ProcessFigures }),
]);
export type DoorReply = z.infer<typeof DoorReply>;
