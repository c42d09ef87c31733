import { existsSync, statSync } from "node:fs";
import { createInterface } from "node:readline";
import { snippetIdOf } from "../protocol/snippet-id.ts";
import { Snippet, SnippetId } from "../protocol/snippets.ts";
import { readConfig } from "../server/config.ts";
import { openStore, type StorePlace } from "../server/store/open-store.ts";
import type { SnippetStore } from "../server/store/snippet-store.ts";
import { StoreError } from "../server/store/store-error.ts";
import { prepareStoreFolder, storeFolder, storePlaceOf } from "../server/store/store-folder.ts";

/**
 * `npm run snippets -- count | export | import | delete <id> | allow <id>`: what an operator does with the links that readers made, while the
 * server runs or not. What `export` prints is one snippet a line, as JSON, oldest first; `import` reads that.
 */

const usage = `npm run snippets -- count            how many there are, and what they take
npm run --silent snippets -- export > snippets.jsonl
npm run snippets -- import < snippets.jsonl
npm run snippets -- delete <id> …    the content cannot be shared again here
npm run snippets -- allow <id> …     takes a deletion back: the content may be shared again
`;

class CommandError extends Error {}

/** As root this becomes the folder's owner first: a hostile gateway may have written the file that is about to be read. */
function becomeOwner(place: StorePlace, stateDir: string): void {
	if (place.kind !== "sqlite") return;
	if (!existsSync(storeFolder(stateDir))) prepareStoreFolder(stateDir, null);
	const { uid, gid } = statSync(storeFolder(stateDir));
	if (process.getuid?.() !== 0 || uid === 0) return;
	process.setgroups?.([]);
	process.setgid?.(gid);
	process.setuid?.(uid);
}

async function write(text: string): Promise<void> {
	if (!process.stdout.write(text)) await new Promise((resolve) => process.stdout.once("drain", resolve));
}

function readIds(words: readonly string[]): string[] {
	if (words.length === 0) throw new CommandError("Which one? Give the id that the link ends in.");
	return words.map((word) => {
		const id = SnippetId.safeParse(/([^/]*)\/?$/.exec(word)?.[1]);
		if (!id.success) throw new CommandError(`${JSON.stringify(word)} is neither an id of 22 letters nor a link that ends in one.`);
		return id.data;
	});
}

async function readSnippet(line: string, place: string): Promise<Snippet> {
	let json: unknown;
	try {
		json = JSON.parse(line);
	} catch (cause) {
		throw new CommandError(`${place} is not JSON. Was it exported with --silent?`, { cause });
	}
	const parsed = Snippet.safeParse(json);
	if (!parsed.success) throw new CommandError(`${place} is no snippet: ${parsed.error.issues[0]?.message ?? ""}`);
	const { id, parent: _, createdAt: __, ...content } = parsed.data;
	if ((await snippetIdOf(content)) !== id) throw new CommandError(`${place}: the content does not belong to the id ${id}.`);
	return parsed.data;
}

async function importAll(store: SnippetStore): Promise<void> {
	let [line, stored, known, refused] = [0, 0, 0, 0];
	for await (const text of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
		line++;
		if (text === "") continue;
		const snippet = await readSnippet(text, `Line ${line}`);
		try {
			if ((await store.put(snippet)).isNew) stored++;
			else known++;
		} catch (error) {
			if (!(error instanceof StoreError && error.code === "snippetRemoved")) throw error;
			refused++;
		}
	}
	await write(`${stored} stored, ${known} were there, ${refused} left out because they were deleted here.\n`);
}

const commands: Readonly<Record<string, (store: SnippetStore, words: readonly string[]) => Promise<void>>> = {
	async count(store) {
		const { snippets, bytes } = await store.totals();
		await write(`${snippets} snippets, ${bytes} bytes of ${config.storeBytes}.\n`);
	},
	async export(store) {
		for await (const snippet of store.all()) await write(`${JSON.stringify(snippet)}\n`);
	},
	import: importAll,
	async delete(store, words) {
		for (const id of readIds(words))
			await write((await store.remove(id)) ? `${id}: deleted.\n` : `${id}: was not there; it is refused from now on.\n`);
	},
	async allow(store, words) {
		for (const id of readIds(words))
			await write((await store.allow(id)) ? `${id}: may be shared again.\n` : `${id}: was not deleted here.\n`);
	},
};

async function run(words: readonly string[]): Promise<void> {
	const [name = "", ...rest] = words;
	const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
	if (command === undefined) throw new CommandError(`There is no command ${JSON.stringify(name)}.\n\n${usage}`);
	const place = storePlaceOf(config);
	becomeOwner(place, config.stateDir);
	const store = openStore({ place, maxBytes: config.storeBytes, onFailure: () => undefined });
	try {
		await command(store, rest);
	} finally {
		await store.close();
	}
}

const config = readConfig(process.env, process.cwd());
try {
	// After "node setup/bootstrap.mjs snippets".
	await run(process.argv.slice(3));
} catch (error) {
	if (!(error instanceof CommandError || error instanceof StoreError)) throw error;
	process.stderr.write(`${error.message}\n`);
	process.exitCode = 1;
}
