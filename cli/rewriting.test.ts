import assert from "node:assert/strict";
import { chmod, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { readDocument, readSource } from "./documents/reading.ts";
import { rewriteSource, writeDocument } from "./rewriting.ts";

function rewrite(source: string, printed: string, file = "a.md", at = 0): string {
	const rewritten = rewriteSource(readSource(file, source), [{ at, printed }]);
	return "source" in rewritten ? rewritten.source : `problem: ${rewritten.problem}`;
}

test("only the output's lines change; all else stays to the byte", () => {
	const source = "\n#  Odd   spacing\t \n\n```python   sandglass\nprint(1)\n```\n\n~~~~  text   output  \nold\n~~~~   \n* * *\nlast line";
	assert.equal(rewrite(source, "new\nlines\n"), source.replace("old\n", "new\nlines\n"));
	assert.equal(rewrite(source, ""), source.replace("old\n", ""));
});

test("each line gets its container's signs, an empty one no blank at its end", () => {
	const source = "> - ```python sandglass\n>   print(1)\n>   ```\n>   ```output\n>   old\n>   ```\n";
	assert.equal(rewrite(source, "new\n\n  indented"), source.replace(">   old\n", ">   new\n>\n>     indented\n"));
});

test("the line ends of Windows stay what they are", () => {
	const source = "```js sandglass\r\na()\r\n```\r\n\r\n```output\r\nold\r\n```\r\n";
	assert.equal(rewrite(source, "new\nlines"), source.replace("old\r\n", "new\r\nlines\r\n"));
});

test("an output that holds a fence gets a longer one", () => {
	const source = "```js sandglass\na()\n```\n\n```output\nold\n```\n";
	assert.equal(rewrite(source, "```\nx\n````"), "```js sandglass\na()\n```\n\n`````output\n```\nx\n````\n`````\n");
});

test("an output is put under a block that has none, with its container's signs and line ends", () => {
	assert.equal(rewrite("```js sandglass\na()\n```\ntext\n", "1"), "```js sandglass\na()\n```\n\n```output\n1\n```\ntext\n");
	assert.equal(
		rewrite("> ~~~js sandglass\r\n> a()\r\n> ~~~\r\n", "```\n\n1"),
		"> ~~~js sandglass\r\n> a()\r\n> ~~~\r\n>\r\n> ````output\r\n> ```\r\n>\r\n> 1\r\n> ````\r\n",
	);
});

test("an output in HTML is written as text, and one is put behind the block", () => {
	const block = '<div><pre data-sandglass class="language-js">a()</pre></div>';
	const old = `${block}\n<pre class="sandglass-output"><samp class="x">old</samp></pre>\n`;
	assert.equal(rewrite(old, "<script>&amp;</script>\n1", "a.html"), old.replace("old", "&lt;script&gt;&amp;amp;&lt;/script&gt;\n1"));
	const alone = `<main>${block}</main>\n`;
	assert.equal(rewrite(alone, "\n1", "a.html"), `<main>${block}\n<pre class="sandglass-output">\n\n1</pre></main>\n`);
});

test("what would not read the same again is not written", () => {
	const nul = "```js sandglass\na()\n```\n```output\nold\n```\n";
	assert.match(rewrite(nul, "a\u0000b"), /^problem: .*line 1/);
	const unclosed = "```js sandglass\na()\n```\n```output\nold";
	assert.match(rewrite(unclosed, "new"), /^problem: .*cannot be rewritten/);
});

test("a document is replaced as a whole: its mark, its mode and a link to it stay, and nothing else is left in its folder", async (context) => {
	const dir = await mkdtemp(join(tmpdir(), "rewriting-"));
	context.after(() => rm(dir, { recursive: true }));
	const target = join(dir, "a.md");
	const source = "```js sandglass\na()\n```\n```output\nold\n```\n";
	await writeFile(target, `\uFEFF${source}`);
	await chmod(target, 0o640);
	await symlink(target, join(dir, "link.md"));
	const document = await readDocument(join(dir, "link.md"), dir);
	assert.deepEqual(await writeDocument(join(dir, "link.md"), document, rewrite(document.source, "new")), { isDone: true });
	assert.equal(await readFile(target, "utf8"), `\uFEFF${source.replace("old", "new")}`);
	assert.equal((await stat(target)).mode & 0o777, 0o640);
	assert.deepEqual((await readdir(dir)).sort(), ["a.md", "link.md"]);
});

test("a document that somebody changed meanwhile is left alone", async (context) => {
	const dir = await mkdtemp(join(tmpdir(), "rewriting-"));
	context.after(() => rm(dir, { recursive: true }));
	const path = join(dir, "a.md");
	await writeFile(path, "old");
	const document = await readDocument(path, dir);
	await writeFile(path, "theirs");
	assert.deepEqual(await writeDocument(path, document, "ours"), { isDone: false, problem: "It was changed while the check ran." });
	assert.equal(await readFile(path, "utf8"), "theirs");
});
