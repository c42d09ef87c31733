import { deflateSync, Inflate, strFromU8, strToU8 } from "fflate";
import { maxControlBytes } from "../../protocol/messages.ts";
import { fragmentKey, maxFragmentLength, SnippetDraft, type SnippetDraftInput } from "../../protocol/snippets.ts";

/**
 * Links that hold a whole program in their fragment, which no browser sends to a server: `#code=<deflated JSON of a SnippetDraft, base64url>`.
 * What comes in by one is as hostile as anything: its length is capped before it is decoded, what it inflates to is counted while it
 * inflates, and the schema reads what came out. Recordings stay out: a link would have anybody say what a program printed.
 */

export type FragmentReading =
	| { readonly kind: "none" }
	| { readonly kind: "draft"; readonly draft: SnippetDraft }
	/** The sentence for whoever opened the link. */
	| { readonly kind: "broken"; readonly sentence: string };

/** Deflate grows what it is given 1,032 times at the most, so one step by 258 KiB; the cap is looked at after each. */
const inflateStepBytes = 256;

/** "#code=…"; null: it is too long for a link. */
export function encodeFragment(draft: SnippetDraftInput): string | null {
	const { recording: _, ...kept } = draft;
	const bytes = deflateSync(strToU8(JSON.stringify(kept)), { level: 9 });
	const base64 = btoa(strFromU8(bytes, true)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
	const fragment = `#${fragmentKey}=${base64}`;
	return fragment.length > maxFragmentLength ? null : fragment;
}

/** `hash` as `location.hash` gives it. */
export function decodeFragment(hash: string): FragmentReading {
	const text = new RegExp(`[#&]${fragmentKey}=([^&]*)`).exec(hash)?.[1];
	if (text === undefined) return { kind: "none" };
	if (hash.length > maxFragmentLength) return { kind: "broken", sentence: "This link is longer than a link with code in it may be." };
	const parsed = SnippetDraft.safeParse(readJson(text));
	if (!parsed.success)
		return { kind: "broken", sentence: "The code in this link cannot be read. It may have been cut when it was copied." };
	const { recording: _, ...draft } = parsed.data;
	return { kind: "draft", draft };
}

/** undefined, which no JSON text gives: it is none. */
function readJson(base64url: string): unknown {
	try {
		const base64 = base64url.replaceAll("-", "+").replaceAll("_", "/");
		return JSON.parse(inflateText(strToU8(atob(base64), true)));
	} catch {
		return undefined;
	}
}

/** Throws when it is broken, ends too early, is more than a program may be, or is no UTF-8. */
function inflateText(bytes: Uint8Array): string {
	const decoder = new TextDecoder("utf-8", { fatal: true });
	let text = "";
	let inflatedBytes = 0;
	let hasEnded = false;
	const stream = new Inflate((part, isLast) => {
		inflatedBytes += part.length;
		if (inflatedBytes > maxControlBytes) throw new RangeError("It is more than a program may be.");
		text += decoder.decode(part, { stream: !isLast });
		hasEnded ||= isLast;
	});
	for (let at = 0; at < bytes.length; at += inflateStepBytes) {
		stream.push(bytes.subarray(at, at + inflateStepBytes), at + inflateStepBytes >= bytes.length);
	}
	if (!hasEnded) throw new RangeError("It ends too early.");
	return text;
}
