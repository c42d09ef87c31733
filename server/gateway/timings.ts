/** Times that PROTOCOL.md and good manners fix; passed in so that a test need not wait for them. */
export interface Timings {
	/** P2: until `hello`. */
	readonly helloMs: number;
	/** P12: between two pings, and until a silent connection is dropped. */
	readonly pingEveryMs: number;
	readonly silenceMs: number;
	/** A page that answers pings but acknowledges nothing for this long, while its program waits for it, is dropped. */
	readonly stallMs: number;
	/** Request headers, and a whole request, must arrive within these. */
	readonly headersMs: number;
	readonly requestMs: number;
	/** How long a sandbox kept between two runs is safe from others who wait, and how long it may serve one session while they do. */
	readonly idleLeaseGraceMs: number;
	readonly turnMs: number;
	/** How often those who wait are told anew how long it may take, and who has waited too long is turned away. */
	readonly queueReviewMs: number;
	/** For the answer to our close frame. */
	readonly closeMs: number;
}

export const defaultTimings: Timings = {
	helloMs: 10_000,
	pingEveryMs: 15_000,
	silenceMs: 45_000,
	stallMs: 60_000,
	headersMs: 10_000,
	requestMs: 30_000,
	idleLeaseGraceMs: 1_000,
	turnMs: 30_000,
	queueReviewMs: 1_000,
	closeMs: 2_000,
};
