import assert from "node:assert/strict";
import { test } from "node:test";
import { readMarkdown } from "./markdown.ts";
import { readSource } from "./reading.ts";

const lines = (...text: string[]): string => `${text.join("\n")}\n`;
const read = (source: string, file = "a.md") => readSource(file, source);
const found = (source: string, file = "a.md") =>
	read(source, file).blocks.map(({ line, language, code, output }) => ({ line, language, code, output: output?.text ?? null }));

test("a fence that opted in is found with its place and the output right under it, others are not", () => {
	const source = lines(
		"# Title",
		"",
		"```python",
		"no()",
		"```",
		"",
		"```python sandglass",
		"print(1)",
		"```",
		"",
		"```output",
		"1",
		"```",
	);
	assert.deepEqual(found(source), [{ line: 7, language: "python", code: "print(1)\n", output: "1" }]);
	assert.equal(read(source).blocks[0]?.output?.line, 12);
});

test("fences in lists, quotes, tildes and with fences inside are found, without their container's signs", () => {
	const source = lines(
		"> quote",
		"> ~~~js sandglass",
		">   let a = `",
		"> ```",
		"> `;",
		"> ~~~",
		">",
		"> ~~~ text output",
		"> one",
		"> ~~~",
		"",
		"1. item",
		"   - deeper",
		"",
		"     ````python sandglass",
		'     print("""',
		"     ```",
		'     """)',
		"     ````",
		"     ```output",
		"     ok",
		"     ```",
	);
	assert.deepEqual(found(source), [
		{ line: 2, language: "js", code: "  let a = `\n```\n`;\n", output: "one" },
		{ line: 15, language: "python", code: 'print("""\n```\n""")\n', output: "ok" },
	]);
});

test("a fence in a fence, in a comment or indented as code is text and no block", () => {
	const source = lines(
		"````md",
		"```python sandglass",
		"print(1)",
		"```",
		"````",
		"",
		"<!--",
		"```python sandglass",
		"```",
		"-->",
		"",
		"    ```python sandglass",
		"    ```",
	);
	assert.deepEqual(found(source), []);
});

test("one paragraph may stand between a block and its output; an output further away is told, not passed over", () => {
	const near = lines("```python sandglass", "print(1)", "```", "It prints:", "", "```output", "1", "```");
	assert.equal(found(near)[0]?.output, "1");
	const far = lines("```python sandglass", "print(1)", "```", "", "Well.", "", "So:", "", "```output", "1", "```");
	assert.equal(found(far)[0]?.output, null);
	assert.deepEqual(
		read(far).problems.map(({ line }) => line),
		[9],
	);
	const others = lines("```python", "print(1)", "```", "", "```output", "1", "```");
	assert.deepEqual(read(others).problems, []);
});

test("MDX is read with its components, imports and expressions; front matter and heading ids are another tool's", () => {
	const source = lines(
		"---",
		"title: {not mdx",
		"---",
		'import Tabs from "@theme/Tabs";',
		"",
		"## Heading {#an-id}",
		"",
		"<Tabs>",
		"  <TabItem value={1}>",
		"",
		"    ```python sandglass stdin='a &amp; b\\n'",
		"    print(1)",
		"    ```",
		"",
		"    ```output",
		"    1",
		"    ```",
		"  </TabItem>",
		"</Tabs>",
	);
	assert.deepEqual(found(source, "a.mdx"), [{ line: 11, language: "python", code: "print(1)\n", output: "1" }]);
	assert.equal(read(source, "a.mdx").blocks[0]?.attributes.get("stdin"), "a & b\\n");
});

test("what is no MDX is told with its line", () => {
	const [problem] = readMarkdown("a.mdx", "fine\n\n<Tabs>\n", "mdx").problems;
	assert.equal(problem?.line, 3);
	assert.match(problem?.message ?? "", /not MDX/);
});

test("a fence that is never closed is told", () => {
	assert.match(read("```python sandglass\nprint(1)\n").blocks[0]?.problem ?? "", /never closed/);
	assert.match(read("> ```python sandglass\n> print(1)\n\ntext\n").blocks[0]?.problem ?? "", /never closed/);
	assert.equal(read("```python sandglass\n```").blocks[0]?.problem, null);
});

test("blocks of HTML in Markdown count too, at their lines", () => {
	const source = lines(
		"text",
		"",
		'<pre data-sandglass><code class="language-python">print(1)',
		"",
		"print(2)",
		"</code></pre>",
		'<pre class="sandglass-output">1',
		"2</pre>",
	);
	assert.deepEqual(found(source), [{ line: 3, language: "python", code: "print(1)\n\nprint(2)\n", output: "1\n2" }]);
	assert.equal(read(source).blocks[0]?.output?.line, 7);
});

test("texts that other blocks can name are found by their id, opted in or not", () => {
	const { texts } = read(
		lines("```csv id=data file=data.csv", "1,2", "```", '<script type="text/plain" id="set-up">', "import math", "</script>"),
	);
	assert.deepEqual(texts.get("data"), { text: "1,2\n", fileName: "data.csv" });
	assert.deepEqual(texts.get("set-up"), { text: "import math", fileName: undefined });
});
