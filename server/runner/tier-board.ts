import type { Logger } from "pino";
import type { PostureReport } from "../../protocol/posture.ts";
import { type ServerTierId, serverTierIds, stillBeingSetUp, type TierStatus, tierTable } from "../../protocol/tiers.ts";
import type { Toolchain } from "../languages/catalogue.ts";
import { notTold } from "./posture/golden.ts";

/**
 * Which tiers are offered. A tier is offered while its last posture passed, and in no other case: one that was never assessed, that
 * failed, or whose assessment could not be made is not. An assessment comes with the tier's first image, then every `intervalMs`;
 * one that could not be made is made again, after a pause that grows. A tier that is offered outlives a few of those, for a machine
 * that is very busy must not end its readers' programs; it does not outlive one thing that was found to differ.
 *
 * The board owns the timers and runs at most `assessmentsAtOnce`; `changed` is called after every change of a state.
 */

export interface Assessment {
	readonly tier: ServerTierId;
	readonly toolchain: Toolchain;
	readonly image: string;
}

export interface TierBoardOptions {
	/** Those that the operator allows, in his order. */
	readonly enabled: readonly ServerTierId[];
	readonly intervalMs: number;
	readonly log: Logger;
	/** Never rejects for what a sandbox did; a rejection is a bug of ours and fails the tier. */
	assess(assessment: Assessment, signal: AbortSignal): Promise<PostureReport>;
	changed(tier: ServerTierId, isOffered: boolean): void;
	reported(report: PostureReport): void;
}

const assessmentsAtOnce = 2;
const firstRetryMs = 2_000;
const longestRetryMs = 300_000;
const toldDifferences = 3;
const loggedDifferences = 12;
const incompleteInARow = 3;

interface Entry {
	status: TierStatus;
	/** What it is assessed with; null until an image is there. */
	subject: Assessment | null;
	report: PostureReport | null;
	retryMs: number;
	/** Assessments in a row that could not be made. */
	incomplete: number;
	timer: NodeJS.Timeout | undefined;
	phase: "resting" | "waiting" | "running";
}

export class TierBoard {
	readonly #options: TierBoardOptions;
	readonly #entries: ReadonlyMap<ServerTierId, Entry>;
	readonly #waiting: ServerTierId[] = [];
	readonly #running = new Set<Promise<void>>();
	readonly #closing = new AbortController();

	constructor(options: TierBoardOptions) {
		this.#options = options;
		const isEnabled = (tier: ServerTierId): boolean => options.enabled.includes(tier);
		const order = [...options.enabled, ...serverTierIds.filter((tier) => !isEnabled(tier))];
		this.#entries = new Map(
			order.map((tier) => [
				tier,
				{
					status: {
						tier,
						state: isEnabled(tier) ? "missing" : "disabled",
						reason: isEnabled(tier) ? stillBeingSetUp : "The operator does not offer it.",
						checkedAtMs: null,
					},
					subject: null,
					report: null,
					retryMs: firstRetryMs,
					incomplete: 0,
					timer: undefined,
					phase: "resting",
				},
			]),
		);
	}

	/** In the operator's order. */
	get statuses(): TierStatus[] {
		return [...this.#entries.values()].map((entry) => entry.status);
	}

	get reports(): PostureReport[] {
		return [...this.#entries.values()].flatMap((entry) => entry.report ?? []);
	}

	isEnabled(tier: ServerTierId): boolean {
		return this.#entry(tier).status.state !== "disabled";
	}

	isOffered(tier: ServerTierId): boolean {
		return this.#entry(tier).status.state === "offered";
	}

	/** This machine cannot have it; a sentence says what is missing. */
	lacks(tier: ServerTierId, reason: string): void {
		const entry = this.#entry(tier);
		if (entry.status.state === "disabled") return;
		this.#options.log.warn({ tier, reason }, "a tier is missing");
		this.#set(entry, { state: "missing", reason });
	}

	/** The first image of a tier that can run the probe starts its first assessment; a later one replaces what the next is made with. */
	imageReady(subject: Assessment): void {
		const entry = this.#entry(subject.tier);
		if (entry.status.state === "disabled") return;
		// Prints what it compiled instead of running it.
		if (subject.toolchain.isForBrowsers) return;
		const isFirst = entry.subject === null;
		entry.subject = isFirst || entry.subject?.toolchain === subject.toolchain ? subject : entry.subject;
		if (isFirst) this.#enqueue(entry);
	}

	/** Ends the timers and what is under way. */
	async close(): Promise<void> {
		this.#closing.abort();
		this.#waiting.length = 0;
		for (const entry of this.#entries.values()) clearTimeout(entry.timer);
		await Promise.all(this.#running);
	}

	#entry(tier: ServerTierId): Entry {
		const entry = this.#entries.get(tier);
		if (entry === undefined) throw new Error(`no such tier: ${tier}`);
		return entry;
	}

	#set(entry: Entry, change: Partial<TierStatus>): void {
		const { tier } = entry.subject ?? entry.status;
		const wasOffered = entry.status.state === "offered";
		entry.status = { ...entry.status, ...change };
		const isOffered = entry.status.state === "offered";
		this.#options.changed(tier as ServerTierId, isOffered);
		if (wasOffered && !isOffered) this.#options.log.error({ tier, reason: entry.status.reason }, "a tier is withdrawn");
		else if (!wasOffered && isOffered) this.#options.log.info({ tier }, "a tier is offered");
	}

	#enqueue(entry: Entry): void {
		clearTimeout(entry.timer);
		if (this.#closing.signal.aborted || entry.phase !== "resting" || entry.subject === null) return;
		entry.phase = "waiting";
		if (entry.status.state === "missing") this.#set(entry, { state: "checking", reason: "Its walls are being tried." });
		this.#waiting.push(entry.subject.tier);
		this.#next();
	}

	#next(): void {
		while (this.#running.size < assessmentsAtOnce) {
			const tier = this.#waiting.shift();
			if (tier === undefined) return;
			const work = this.#assess(this.#entry(tier)).finally(() => {
				this.#running.delete(work);
				this.#next();
			});
			this.#running.add(work);
		}
	}

	/** Never rejects. */
	async #assess(entry: Entry): Promise<void> {
		const { subject } = entry;
		if (subject === null) return;
		entry.phase = "running";
		try {
			const report = await this.#options.assess(subject, this.#closing.signal);
			if (this.#closing.signal.aborted) return;
			entry.report = report;
			this.#options.reported(report);
			this.#judge(entry, report);
		} catch (error) {
			if (this.#closing.signal.aborted) return;
			this.#options.log.error({ tier: subject.tier, err: error }, "a posture could not be taken");
			this.#set(entry, { state: "failed", reason: "Its walls could not be tried." });
			this.#rest(entry, true);
		}
	}

	#judge(entry: Entry, report: PostureReport): void {
		const checkedAtMs = report.startedAtMs;
		entry.incomplete = isIncomplete(report) ? entry.incomplete + 1 : 0;
		if (entry.status.state === "offered" && entry.incomplete > 0 && entry.incomplete < incompleteInARow) {
			this.#options.log.warn(
				{ tier: report.subject, problem: report.problem },
				"a posture could not be taken; the tier is offered until the next try",
			);
		} else if (report.verdict === "passed") {
			this.#set(entry, { state: "offered", reason: null, checkedAtMs });
		} else {
			const { differences, problem, subject } = report;
			this.#options.log.error(
				{ tier: subject, problem, differences: differences.slice(0, loggedDifferences), differenceCount: differences.length },
				"a tier failed its posture",
			);
			this.#set(entry, { state: "failed", reason: reasonOf(report), checkedAtMs });
		}
		this.#rest(entry, report.problem !== null);
	}

	#rest(entry: Entry, isToBeRetried: boolean): void {
		entry.phase = "resting";
		const pauseMs = isToBeRetried ? Math.min(entry.retryMs, this.#options.intervalMs) : this.#options.intervalMs;
		entry.retryMs = isToBeRetried ? Math.min(entry.retryMs * 2, longestRetryMs) : firstRetryMs;
		entry.timer = setTimeout(() => this.#enqueue(entry), pauseMs);
	}
}

/** It was not taken to its end, and nothing that it did find differs. */
function isIncomplete({ problem, differences }: PostureReport): boolean {
	return problem !== null && differences.every(({ found }) => found.startsWith(notTold));
}

/** For readers: names of what differs, never what was found. */
function reasonOf({ subject, differences, problem }: PostureReport): string {
	const name = subject in tierTable ? tierTable[subject as ServerTierId].name : subject;
	if (problem !== null) return `The walls of ${name} could not be tried.`;
	const told = differences.slice(0, toldDifferences).map((it) => it.path);
	const more = differences.length > toldDifferences ? ` and ${differences.length - toldDifferences} more` : "";
	return `${name} differs from what it must be: ${told.join(", ")}${more}.`.slice(0, 400);
}
