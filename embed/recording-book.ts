import type { Recording } from "../protocol/recordings.ts";
import { outcomeShape } from "./frame-messages.ts";
import { hasShape, isRecord } from "./shape.ts";

/** What the author's check recorded, from the page itself or from the author's own site; our server is not asked. */

export interface RecordingBook {
	/** Nothing to look into. Without a digest (a page without https) nothing can be found either. */
	isEmpty(): boolean;
	/** By cellKey. */
	find(key: string): Promise<Recording | undefined>;
}

const isEvent = (value: unknown): boolean =>
	Array.isArray(value) && value.length === 3 && value[0] >= 0 && hasShape(value.slice(1), [""]) && /^[io]$/.test(value[1]);

/** recording-book.test.ts holds it against the schema. */
export const isRecording = (value: unknown): value is Recording =>
	hasShape(value, {
		language: "",
		version: "",
		tier: "",
		recordedAt: /^\d{4}-/,
		outcome: outcomeShape,
		events: [isEvent],
	});

type Recordings = Readonly<Record<string, unknown>>;

function readBook(text: string): Recordings {
	const book: unknown = JSON.parse(text);
	if (isRecord(book) && book.format === "sandglass-recordings-1" && isRecord(book.recordings)) return book.recordings;
	throw new Error("these are no recordings of sandglass check");
}

export function createRecordingBook(url: string | undefined): RecordingBook {
	/** Asked once, and not before a block comes near. */
	let fetched: Promise<Recordings> | undefined;
	const inline = () => Array.from(document.querySelectorAll("script[data-sandglass-recordings]"), (it) => it.textContent ?? "");
	const readAsync = async (text: string | Promise<string>): Promise<Recordings> => {
		try {
			return readBook(await text);
		} catch (error) {
			console.warn("Sandglass: recordings cannot be used:", error);
			return {};
		}
	};
	const ask = async (from: string): Promise<string> => {
		const response = await fetch(from);
		if (!response.ok) throw new Error(`${from}: ${response.status}`);
		return response.text();
	};
	return {
		isEmpty: () => crypto.subtle === undefined || (url === undefined && inline().length === 0),
		async find(key) {
			const books = inline().map(readAsync);
			if (url !== undefined) {
				fetched ??= readAsync(ask(url));
				books.push(fetched);
			}
			for (const { [key]: found } of await Promise.all(books)) if (isRecording(found)) return found;
			return undefined;
		},
	};
}
