import { deflateSync, Inflate } from "fflate";
import { maxControlBytes } from "../../protocol/messages.ts";
import { fragmentKey, maxFragmentLength, SnippetDraft } from "../../protocol/snippets.ts";

/**
 * A program inside a link: `#code=<JSON of a draft, deflated, base64url>`. No server sees a fragment. Whoever wrote the link is a stranger: its
 * length is looked at before anything is decoded, what it inflates to is counted while it inflates, and a schema reads what comes of it.
 */

/** Inflates at most 1,032 times its size at once: the cap is looked at between steps. */
const inflateStepBytes = 256;

/** null: the program is too large for a link. The recording stays behind. */
export function encodeFragment(draft: SnippetDraft): string | null {
	const { recording: _, ...kept } = draft;
	const deflated = deflateSync(new TextEncoder().encode(JSON.stringify(kept)), { level: 9 });
	let binary = "";
	for (const byte of deflated) binary += String.fromCharCode(byte);
	const encoded = btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
	const fragment = `#${fragmentKey}=${encoded}`;
	return fragment.length > maxFragmentLength ? null : fragment;
}

/** True when the fragment means to be one of these. */
export function isCodeFragment(hash: string): boolean {
	return hash.startsWith(`#${fragmentKey}=`);
}

function inflate(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
	const parts: Uint8Array[] = [];
	let length = 0;
	let isDone = false;
	const stream = new Inflate((part, isLast) => {
		length += part.length;
		if (length > maxControlBytes) throw new RangeError("It inflates to more than a program may be.");
		parts.push(part);
		isDone ||= isLast;
	});
	for (let at = 0; at < bytes.length; at += inflateStepBytes) {
		stream.push(bytes.subarray(at, at + inflateStepBytes), at + inflateStepBytes >= bytes.length);
	}
	if (!isDone) throw new RangeError("It ends too early.");
	const whole = new Uint8Array(length);
	let at = 0;
	for (const part of parts) {
		whole.set(part, at);
		at += part.length;
	}
	return whole;
}

/** The draft, or the sentence for a reader whose link cannot be read. */
export function decodeFragment(hash: string): { readonly draft: SnippetDraft } | { readonly problem: string } {
	if (hash.length > maxFragmentLength) return { problem: "This link is longer than a link with a program in it may be." };
	const encoded = hash.slice(`#${fragmentKey}=`.length);
	const broken = { problem: "The program in this link cannot be read. It may have been cut off when it was copied." };
	if (!isCodeFragment(hash) || !/^[A-Za-z0-9_-]+$/.test(encoded)) return broken;
	try {
		const binary = atob(encoded.replaceAll("-", "+").replaceAll("_", "/"));
		const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
		const text = new TextDecoder("utf-8", { fatal: true }).decode(inflate(bytes));
		const read = SnippetDraft.omit({ recording: true }).safeParse(JSON.parse(text));
		return read.success ? { draft: read.data } : broken;
	} catch (error) {
		console.info("The fragment could not be read.", error);
		return broken;
	}
}
