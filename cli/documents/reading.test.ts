import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { type TestContext, test } from "node:test";
import { findDocuments, NoDocuments, readDocument } from "./reading.ts";

async function makeDocs(context: TestContext): Promise<string> {
	const dir = await mkdtemp(join(tmpdir(), "reading-"));
	context.after(() => rm(dir, { recursive: true }));
	await mkdir(join(dir, "docs/deep"), { recursive: true });
	await mkdir(join(dir, "docs/node_modules"), { recursive: true });
	for (const name of ["docs/a.md", "docs/deep/b.mdx", "docs/deep/[id].md", "docs/c.html", "docs/d.txt", "docs/node_modules/e.md"])
		await writeFile(join(dir, name), "");
	return dir;
}

test("patterns, folders and names that a shell expanded find documents, each once and in order", async (context) => {
	const dir = await makeDocs(context);
	const find = async (...patterns: string[]) => (await findDocuments(patterns, dir)).map((path) => relative(dir, path));
	assert.deepEqual(await find("docs/**/*.md"), ["docs/a.md", "docs/deep/[id].md"]);
	assert.deepEqual(await find("docs"), ["docs/a.md", "docs/c.html", "docs/deep/[id].md", "docs/deep/b.mdx"]);
	assert.deepEqual(await find("docs/deep/[id].md", "./docs/a.md", "docs/*.md"), ["docs/a.md", "docs/deep/[id].md"]);
	assert.deepEqual(await find(join(dir, "docs/a.md")), ["docs/a.md"]);
});

test("a pattern that matches nothing, or no document, is an error that names it", async (context) => {
	const dir = await makeDocs(context);
	await assert.rejects(
		findDocuments(["docs/a.md", "doc/**/*.md"], dir),
		(error) => error instanceof NoDocuments && /"doc\/\*\*\/\*\.md"/.test(error.message),
	);
	await assert.rejects(findDocuments(["docs/d.txt"], dir), /names no document/);
});

test("what is not UTF-8 is told as a problem of its first line", async (context) => {
	const dir = await makeDocs(context);
	await writeFile(join(dir, "docs/a.md"), Buffer.from([0x61, 0xff]));
	assert.deepEqual((await readDocument(join(dir, "docs/a.md"), dir)).problems, [{ line: 1, message: "It is not UTF-8." }]);
});
