import { snippetIdOf } from "../../../protocol/snippet-id.ts";
import { type Snippet, SnippetContent } from "../../../protocol/snippets.ts";

/** A snippet as the gateway stores it; `part` replaces what it says of the content. */
export async function makeSnippet(
	part: object = {},
	{ parent = null, createdAt = "2026-01-02T03:04:05.678Z" }: { parent?: string | null; createdAt?: string } = {},
): Promise<Snippet> {
	const content = SnippetContent.parse({
		title: "A snippet",
		language: "python",
		version: "3.13",
		tier: "container",
		imageDigest: "0123456789ab",
		files: [{ name: "main.py", content: "print('hello')\n" }],
		...part,
	});
	return { ...content, id: await snippetIdOf(content), parent, createdAt };
}

/** About that many bytes that no database can make smaller. */
export function incompressible(bytes: number, seed: number): string {
	let state = seed + 1;
	const letters: string[] = [];
	for (let index = 0; index < bytes; index++) {
		state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
		letters.push(String.fromCharCode(33 + ((state >>> 16) % 90)));
	}
	return letters.join("");
}
