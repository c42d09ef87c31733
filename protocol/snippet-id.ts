import type { SnippetContent } from "./snippets.ts";

/**
 * A snippet's name, made from its content: what is the same has the same link on every server, and nobody can put something else
 * under a link. 128 bits of SHA-256: to find a second content for an id that is there takes about 2^128 tries.
 */

/** JSON in one form only: keys sorted by code unit, no white space, what is undefined left out; lone surrogates escaped, as JSON.stringify does. */
export function canonicalJson(value: unknown): string {
	if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(",")}]`;
	if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
	const members = Object.entries(value)
		.filter(([, member]) => member !== undefined)
		.sort(([a], [b]) => (a < b ? -1 : 1))
		.map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
	return `{${members.join(",")}}`;
}

/** The first 16 bytes of the SHA-256, in base64url. The word before the content is for a form that may come after this one. */
export async function snippetIdOf(content: SnippetContent): Promise<string> {
	const bytes = new TextEncoder().encode(`sandglass-snippet-1\n${canonicalJson(content)}`);
	const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).subarray(0, 16);
	return btoa(String.fromCharCode(...digest))
		.replaceAll("+", "-")
		.replaceAll("/", "_")
		.replaceAll("=", "");
}
