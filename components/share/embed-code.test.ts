import assert from "node:assert/strict";
import test from "node:test";
import { parse } from "parse5";
import { parseFenceInfo, splitArguments, unescapeInput } from "../../protocol/cells.ts";
import { EmbedOptions } from "../../protocol/embed.ts";
import { SnippetDraft } from "../../protocol/snippets.ts";
import { type EmbedWish, embedHtml, embedMarkdown, embedOptions, usualMaxHeightPx } from "./embed-code.ts";

const scriptTag = '<script async src="https://play.example/embed.js"></script>';

function wish(change: Partial<EmbedWish> = {}, draft: Partial<SnippetDraft> = {}): EmbedWish {
	return {
		draft: SnippetDraft.parse({ language: "python", version: "3.13", files: [{ name: "main.py", content: "print(1 < 2)\n" }], ...draft }),
		usualFileName: "main.py",
		theme: "auto",
		isReadOnly: false,
		isAutorun: false,
		maxHeightPx: usualMaxHeightPx,
		hasVersion: false,
		hasTier: false,
		hiddenFiles: new Set(),
		...change,
	};
}

interface Node {
	readonly nodeName: string;
	readonly value?: string;
	readonly attrs?: readonly { readonly name: string; readonly value: string }[];
	readonly childNodes?: readonly Node[];
}

const all = (node: Node): readonly Node[] => [node, ...(node.childNodes ?? []).flatMap(all)];
const elements = (html: string, name: string): readonly Node[] => all(parse(html) as Node).filter(({ nodeName }) => nodeName === name);
const textOf = (node: Node | undefined): string =>
	node === undefined
		? ""
		: all(node)
				.map(({ value }) => value ?? "")
				.join("");

test("without options it is the script and the block, nothing else", () => {
	assert.equal(
		embedHtml(wish(), scriptTag),
		`${scriptTag}\n<pre data-sandglass><code class="language-python">print(1 &lt; 2)\n</code></pre>`,
	);
	assert.deepEqual(embedMarkdown(wish()), { text: "```python sandglass\nprint(1 < 2)\n```", left: [] });
});

test("each option is said in each form", () => {
	const given = wish(
		{ theme: "dark", isReadOnly: true, isAutorun: true, maxHeightPx: 300, hasVersion: true, hasTier: true },
		{ title: "A title", tier: "gvisor", arguments: ["a b", "c"], stdin: 'Ada\n"x"\t\\' },
	);
	const expected = { version: "3.13", tier: "gvisor", theme: "dark", readonly: "true", autorun: "true", title: "A title", height: "300" };
	const [pre] = elements(embedHtml(given, scriptTag), "pre");
	const html = Object.fromEntries((pre?.attrs ?? []).map(({ name, value }) => [name.replace(/^data-/, ""), value]));
	const info = parseFenceInfo(embedMarkdown(given).text.split("\n")[0]?.slice(3) ?? "");
	assert.equal(info.problem, null);
	for (const [name, value] of Object.entries(expected)) {
		assert.equal(html[name], value);
		assert.equal(info.attributes.get(name), value === "true" ? "" : value);
	}
	for (const said of [html, Object.fromEntries(info.attributes)]) {
		assert.deepEqual(splitArguments(said.args ?? ""), ["a b", "c"]);
		assert.equal(unescapeInput(said.stdin ?? ""), 'Ada\n"x"\t\\');
	}
	assert.ok(EmbedOptions.safeParse(embedOptions(given)).success);
});

test("ATTACKS.md 40: nothing in a program gets out of the HTML that an author pastes", () => {
	const evil = `"'></code></pre><script>owned()</script><!-- </script> <img src=x onerror=owned()>`;
	const given = wish(
		{ hasVersion: true },
		{
			title: evil,
			arguments: [evil],
			stdin: evil,
			files: [
				{ name: "main.py", content: evil },
				{ name: evil, content: evil },
			],
		},
	);
	const html = embedHtml(given, scriptTag);
	assert.equal(elements(html, "img").length, 0);
	assert.equal(elements(html, "#comment").length, 0);
	const scripts = elements(html, "script");
	assert.equal(scripts.length, 2);
	assert.equal(textOf(elements(html, "code")[0]), evil);
	const options = JSON.parse(textOf(scripts[1]));
	assert.deepEqual(options.arguments, [evil]);
	assert.equal(options.files[0].name, evil);
});

test("a fence is longer than any in its code, and what it cannot say is told", () => {
	const given = wish(
		{},
		{
			title: `"both' quotes`,
			files: [
				{ name: "main.py", content: '"""\n```\n````\n"""' },
				{ name: "b.py", content: "" },
			],
		},
	);
	const { text, left } = embedMarkdown(given);
	assert.match(text, /^`````python sandglass\n/);
	assert.match(text, /\n`````$/);
	assert.deepEqual(left, ["the other file", "the title"]);
	const tick = embedMarkdown(wish({}, { title: "a `tick`" })).text;
	assert.match(tick, /^~~~python sandglass title="a `tick`"\nprint.*\n~~~$/);
});

test("the file that starts is the first, and hidden ones are hidden", () => {
	const files = [
		{ name: "lib.py", content: "1" },
		{ name: "main.py", content: "2" },
	];
	const given = wish({ hiddenFiles: new Set(["lib.py"]) }, { files });
	assert.deepEqual(embedOptions(given).files, [
		{ name: "main.py", content: "2" },
		{ name: "lib.py", content: "1", isHidden: true },
	]);
});
