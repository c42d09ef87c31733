import { deflateSync, inflateSync, strFromU8, strToU8 } from "fflate";
import { fragmentKey, maxFragmentLength, SnippetDraft, type SnippetDraftInput } from "../../protocol/snippets.ts";

/**
 * Links that hold a whole program in their fragment, which no browser sends to a server: `#code=<deflated JSON of a SnippetDraft, base64url>`.
 * What comes in by one is as hostile as anything: the length is capped before it is inflated (deflate grows it 1,032 times at the most,
 * so to 13 MB), and the schema reads what came out.
 */

export type FragmentReading =
	| { readonly kind: "none" }
	| { readonly kind: "draft"; readonly draft: SnippetDraft }
	/** The sentence for whoever opened the link. */
	| { readonly kind: "broken"; readonly sentence: string };

/** "#code=…"; null: it is too long for a link. */
export function encodeFragment(draft: SnippetDraftInput): string | null {
	const bytes = deflateSync(strToU8(JSON.stringify(draft)), { level: 9 });
	const base64 = btoa(strFromU8(bytes, true)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
	const fragment = `#${fragmentKey}=${base64}`;
	return fragment.length > maxFragmentLength ? null : fragment;
}

/** `hash` as `location.hash` gives it. */
export function decodeFragment(hash: string): FragmentReading {
	const text = new RegExp(`[#&]${fragmentKey}=([^&]*)`).exec(hash)?.[1];
	if (text === undefined) return { kind: "none" };
	if (hash.length > maxFragmentLength) return { kind: "broken", sentence: "This link is longer than a link with code in it may be." };
	const parsed = SnippetDraft.safeParse(inflate(text));
	if (!parsed.success)
		return { kind: "broken", sentence: "The code in this link cannot be read. It may have been cut when it was copied." };
	return { kind: "draft", draft: parsed.data };
}

/** undefined, which no JSON text gives: it is none. */
function inflate(base64url: string): unknown {
	try {
		const base64 = base64url.replaceAll("-", "+").replaceAll("_", "/");
		return JSON.parse(strFromU8(inflateSync(strToU8(atob(base64), true))));
	} catch {
		return undefined;
	}
}
