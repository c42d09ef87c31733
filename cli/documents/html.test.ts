import assert from "node:assert/strict";
import { test } from "node:test";
import { readHtml } from "./html.ts";

const read = (source: string) => readHtml("a.html", source);
const found = (source: string) =>
	read(source).blocks.map(({ line, language, code, output }) => ({ line, language, code: code.trimEnd(), output: output?.text ?? null }));

test("a block is found by its own attribute, by a word in its class, by what wraps it, and as our element", () => {
	const blocks: readonly string[] = [
		'<pre data-sandglass><code class="language-python">print(1 &lt; 2)</code></pre>',
		'<pre><code data-sandglass class="lang-python">print(1 &lt; 2)</code></pre>',
		'<pre><code class="language-python,sandglass">print(1 &lt; 2)</code></pre>',
		'<div class="language-python highlight" data-sandglass><pre><span></span><code><span class="nb">print</span>(1 &lt; 2)</code></pre></div>',
		'<div data-sandglass><p>text</p><pre><code class="language-text">no</code></pre><pre><code class="language-python">print(1 &lt; 2)</code></pre></div>',
		'<sandglass-snippet language="python"><pre>print(1 &lt; 2)</pre></sandglass-snippet>',
		'<sandglass-snippet language="Python">print(1 &lt; 2)</sandglass-snippet>',
	];
	for (const block of blocks)
		assert.deepEqual(
			found(`<!doctype html>\n<main>\n${block}\n</main>`),
			[{ line: 3, language: "python", code: "print(1 < 2)", output: null }],
			block,
		);
});

test("what did not opt in, or opted out, is left alone", () => {
	for (const block of [
		'<pre><code class="language-python">1</code></pre>',
		'<pre data-sandglass="false"><code class="language-python">1</code></pre>',
		'<pre class="sandglass-output">1</pre>',
	])
		assert.deepEqual(found(block), [], block);
});

test("the output is the next one before the next block, its first line end and mark-up left out", () => {
	const source = `<pre data-sandglass class="language-js">a()</pre>
<p>prints</p>
<pre class="sandglass-output">
<samp>1 &gt; 0</samp>
</pre>
<pre data-sandglass class="language-js">b()</pre>
<pre data-sandglass class="language-js">c()</pre>
<pre class="sandglass-output" data-pattern>…</pre>`;
	assert.deepEqual(
		found(source).map(({ output }) => output?.trim() ?? null),
		["1 > 0", null, "…"],
	);
	assert.deepEqual(
		read(source).blocks.map((block) => block.output?.isPattern),
		[false, undefined, true],
	);
	assert.equal(read(source).blocks[0]?.output?.line, 4);
});

test("line numbers, prompts and buttons inside of a block are no code", () => {
	const source =
		'<pre data-sandglass class="language-python"><span class="lineno">1 </span>a = 1<br><span class="gp">&gt;&gt;&gt; </span>b = 2<button>Copy</button></pre>';
	assert.deepEqual(found(source)[0]?.code, "a = 1\nb = 2");
});

test("attributes are read from the nearest layer, ours before others', and from a class that an info string became", () => {
	const source = `<div data-sandglass data-version="3.11" data-session="a"><pre data-sandglass-version="3.13" data-version="1">
<code class="language-python stdin=Ada">1</code></pre></div>`;
	const attributes = read(source).blocks[0]?.attributes;
	assert.deepEqual(
		["version", "session", "stdin"].map((name) => attributes?.get(name)),
		["3.13", "a", "Ada"],
	);
});

test("options as JSON are found in the block or right beside it, with their line", () => {
	const script = '<script type="application/json" data-sandglass-options>{"version":"3.11"}</script>';
	for (const source of [
		`<main>\n${script}\n<pre data-sandglass class="language-python">1</pre></main>`,
		`<main>\n<sandglass-snippet language="python">${script}<pre>1</pre></sandglass-snippet></main>`,
	])
		assert.deepEqual(read(source).blocks[0]?.json, { line: 2, text: '{"version":"3.11"}' }, source);
	assert.equal(read(`<main>${script}<p>x</p><pre data-sandglass class="language-python">1</pre></main>`).blocks[0]?.json, null);
});

test("an element that is never closed is told", () => {
	assert.match(read('<pre data-sandglass class="language-python">1').blocks[0]?.problem ?? "", /never closed/);
});

test("lines and offsets hold with the line ends of Windows", () => {
	const source =
		'<p>\r\n</p>\r\n<pre data-sandglass class="language-js">\r\na()\r\n</pre>\r\n<pre class="sandglass-output">\r\n1\r\n</pre>\r\n';
	const [block] = read(source).blocks;
	assert.deepEqual([block?.line, block?.code, block?.output?.line, block?.output?.text], [3, "a()\n", 7, "1\n"]);
	const [edit] = block?.output?.rewrite("2") ?? [];
	assert.equal(source.slice(edit?.start, edit?.end), "\r\n1\r\n");
	assert.equal(edit?.text, "\r\n2\r\n");
});
