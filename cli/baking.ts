import { randomBytes } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import type { ApiRunResult } from "../protocol/api.ts";
import { type Recording, RecordingBook } from "../protocol/recordings.ts";

/** `--bake`: what every block printed, in the file that embed.js reads. A run that was as before keeps its old date, so that the file changes only with the documents. */

export function recordingOf(result: ApiRunResult, printed: string, recordedAt: Date): Recording {
	const { language, version, tier, outcome, program, compile } = result;
	const seconds = Math.round((program ?? compile)?.wallMs ?? 0) / 1_000;
	return {
		language,
		version,
		tier,
		recordedAt: recordedAt.toISOString(),
		outcome,
		columns: 80,
		rows: 24,
		// A terminal's line ends.
		events: printed === "" ? [] : [[seconds, "o", printed.replace(/\r?\n/g, "\r\n")]],
	};
}

export type BakeResult = { readonly isDone: true; readonly recordings: number } | { readonly isDone: false; readonly problem: string };

export async function bakeRecordings(path: string, recordings: ReadonlyMap<string, Recording>): Promise<BakeResult> {
	const old = await readBook(path);
	if (old === "foreign") return { isDone: false, problem: `${path} is there and holds no recordings; it is left alone.` };
	const kept = [...recordings]
		.sort(([a], [b]) => (a < b ? -1 : 1))
		.map(([key, recording]) => {
			const before = old?.recordings[key];
			return [key, before !== undefined && isSameRun(before, recording) ? before : recording] as const;
		});
	const book: z.input<typeof RecordingBook> = { format: "sandglass-recordings-1", recordings: Object.fromEntries(kept) };
	await mkdir(dirname(path), { recursive: true });
	const temporary = join(dirname(path), `.sandglass-${randomBytes(6).toString("hex")}`);
	try {
		await writeFile(temporary, `${JSON.stringify(book, null, "\t")}\n`, { flag: "wx" });
		await rename(temporary, path);
	} catch (error) {
		await rm(temporary, { force: true });
		throw error;
	}
	return { isDone: true, recordings: kept.length };
}

/** How a program's output was cut into events is chance, as the times are. */
const withoutTimes = ({ recordedAt: _, events, ...rest }: Recording): string => {
	const texts: [kind: string, text: string][] = [];
	for (const [, kind, text] of events) {
		const last = texts.at(-1);
		if (last?.[0] === kind) last[1] += text;
		else texts.push([kind, text]);
	}
	return JSON.stringify([rest, texts]);
};

const isSameRun = (a: Recording, b: Recording): boolean => withoutTimes(a) === withoutTimes(b);

/** Null: there is no such file. */
async function readBook(path: string): Promise<RecordingBook | "foreign" | null> {
	let text: string;
	try {
		text = await readFile(path, "utf8");
	} catch (error) {
		if (z.object({ code: z.literal("ENOENT") }).safeParse(error).success) return null;
		throw error;
	}
	try {
		return RecordingBook.parse(JSON.parse(text));
	} catch {
		return "foreign";
	}
}
