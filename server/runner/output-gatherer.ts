/**
 * Output on its way to a reader, gathered by time and size: few large writes for a flood, and no wait for an echo.
 *
 * Time is cut into windows of `windowMs`, the first of which begins with the first bytes after quiet. In a window what comes goes out at the
 * end of the event loop's turn, until `promptBytes` or `promptWrites` have; what comes after that waits for the window's end, or until
 * `fullBytes` are there. Somebody who types never gets that far, whatever the round trip, and a flood always does.
 *
 * Pieces are passed on as the views that they are. Only crumbs are copied: keeping a view of one is dearer than its copy, in time and in
 * memory, and a program that was taken over could make many.
 */

export type OutputStream = "stdout" | "stderr";

const windowMs = 8;
const promptBytes = 1_024;
const promptWrites = 32;
/** Also the most that one write carries: a piece is never longer. */
export const fullBytes = 32_768;
/** Pieces below this are crumbs. */
const crumbBytes = 1_024;

/** A microtask without the asynchronous resource that `queueMicrotask` makes for each: an echo would pay for it. */
const endOfTurn = Promise.resolve();

export class OutputGatherer {
	readonly #write: (stream: OutputStream, parts: readonly Buffer[], bytes: number) => void;
	readonly #now: () => number;
	#stream: OutputStream = "stdout";
	#parts: Buffer[] = [];
	#bytes = 0;
	/** Where crumbs are copied; what lies before `#crumbsEnd` has been handed out or is the end of the last part. */
	#crumbs: Buffer | null = null;
	#crumbsStart = 0;
	#crumbsEnd = 0;
	#windowEndsMs = Number.NEGATIVE_INFINITY;
	#windowBytes = 0;
	#windowWrites = 0;
	#timer: NodeJS.Timeout | undefined;
	#isFlushPlanned = false;
	readonly #flushPlanned = (): void => {
		this.#isFlushPlanned = false;
		this.flush();
	};

	/** `write` is given 1 to `fullBytes` bytes in all. */
	constructor(write: (stream: OutputStream, parts: readonly Buffer[], bytes: number) => void, now: () => number = () => performance.now()) {
		this.#write = write;
		this.#now = now;
	}

	/** At most `fullBytes`; nobody may write to them again. */
	add(stream: OutputStream, bytes: Buffer): void {
		if (stream !== this.#stream || this.#bytes + bytes.length > fullBytes) this.flush();
		this.#stream = stream;
		this.#bytes += bytes.length;
		if (bytes.length < crumbBytes) this.#addCrumb(bytes);
		else {
			this.#closeCrumbs();
			this.#parts.push(bytes);
		}
		if (this.#bytes === fullBytes) this.flush();
		else if (this.#timer === undefined && !this.#isFlushPlanned) this.#plan();
	}

	/** To be called before anything is said that must not come before the output. */
	flush(): void {
		clearTimeout(this.#timer);
		this.#timer = undefined;
		if (this.#bytes === 0) return;
		this.#closeCrumbs();
		const parts = this.#parts;
		const bytes = this.#bytes;
		this.#parts = [];
		this.#bytes = 0;
		this.#windowBytes += bytes;
		this.#windowWrites++;
		this.#write(this.#stream, parts, bytes);
	}

	/** Nothing is written any more. */
	close(): void {
		clearTimeout(this.#timer);
		this.#parts = [];
		this.#bytes = 0;
		this.#crumbs = null;
		this.#crumbsStart = this.#crumbsEnd = 0;
	}

	#plan(): void {
		const nowMs = this.#now();
		if (nowMs >= this.#windowEndsMs) {
			this.#windowEndsMs = nowMs + windowMs;
			this.#windowBytes = 0;
			this.#windowWrites = 0;
		}
		if (this.#windowBytes < promptBytes && this.#windowWrites < promptWrites) {
			this.#isFlushPlanned = true;
			void endOfTurn.then(this.#flushPlanned);
		} else this.#timer = setTimeout(() => this.flush(), this.#windowEndsMs - nowMs);
	}

	#addCrumb(bytes: Buffer): void {
		if (this.#crumbs === null || this.#crumbsEnd + bytes.length > this.#crumbs.length) {
			this.#closeCrumbs();
			this.#crumbs = Buffer.allocUnsafeSlow(crumbBytes * 4);
			this.#crumbsStart = this.#crumbsEnd = 0;
		}
		this.#crumbsEnd += bytes.copy(this.#crumbs, this.#crumbsEnd);
	}

	/** Makes a part of the crumbs since the last; what follows goes behind them. */
	#closeCrumbs(): void {
		if (this.#crumbs === null || this.#crumbsEnd === this.#crumbsStart) return;
		this.#parts.push(this.#crumbs.subarray(this.#crumbsStart, this.#crumbsEnd));
		this.#crumbsStart = this.#crumbsEnd;
	}
}
