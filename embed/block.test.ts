import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type AuthorSite, startAuthorSite } from "./testing/author-site.ts";

/** What documentation tools really make of a fence, read by the script in a browser. Each mark-up is what the tool wrote, no more left out than is named. */

let site: AuthorSite;
before(async () => {
	site = await startAuthorSite();
});
after(() => site.close());

/** The codes of the blocks that were upgraded, and the class of what was taken for the block. */
async function upgraded(body: string, scriptAttributes?: string): Promise<{ code: string; block: string }[]> {
	const page = await site.open(body, scriptAttributes);
	const found = await page.evaluate(async () => {
		const blocks: { code: string; block: string }[] = [];
		for (const pre of document.querySelectorAll("pre"))
			if (pre.sandglass !== undefined) {
				const block = pre.querySelector("[data-sandglass-ui]")?.parentElement ?? pre.closest(":has(> [data-sandglass-ui])");
				blocks.push({ code: await pre.sandglass.getCode(), block: block?.getAttribute("class") ?? "" });
			}
		return blocks;
	});
	await page.close();
	return found;
}

const greeting = 'name = input("Your name? ")\n\nprint(f"Hello, {name}!")';
const loop = "for number in range(3):\n    print(number)";

const shapes: readonly (readonly [maker: string, html: string, code: string, block: string])[] = [
	["plain HTML", `<pre><code class="language-python">print(1 &lt; 2)\n</code></pre>`, "print(1 < 2)", ""],
	[
		"mdBook: commas became blanks, buttons stand in the pre",
		`<pre><div class="buttons"><button class="fa fa-copy clip-button" title="Copy to clipboard"><i class="tooltiptext"></i></button></div><code class="language-python sandglass hljs"><span class="hljs-built_in">print</span>(<span class="hljs-number">1</span>)
</code></pre>`,
		"print(1)",
		"",
	],
	["a tool that leaves the comma in the class", `<pre><code class="language-python,sandglass">print(1)\n</code></pre>`, "print(1)", ""],
	[
		"Docusaurus 3: a line is a span, its end a br",
		`<div class="language-python codeBlockContainer_Ckt0 theme-code-block" style="--prism-color:#393A34"><div class="codeBlockTitle_OeMC">main.py</div><div class="codeBlockContent_QJqH"><pre tabindex="0" class="prism-code language-python codeBlock_bY9V thin-scrollbar"><code class="codeBlockLines_e6Vv codeBlockLinesWithNumbering_o6Pm"><span class="token-line codeLine_lJS_" style="color:#393A34"><span class="codeLineNumber_Tfdd"></span><span class="codeLineContent_feaV"><span class="token plain">name </span><span class="token operator" style="color:#393A34">=</span><span class="token plain"> </span><span class="token builtin">input</span><span class="token punctuation" style="color:#393A34">(</span><span class="token string" style="color:#e3116c">"Your name? "</span><span class="token punctuation" style="color:#393A34">)</span></span><br></span><span class="token-line codeLine_lJS_" style="color:#393A34"><span class="codeLineNumber_Tfdd"></span><span class="codeLineContent_feaV"><span class="token plain" style="display:inline-block"></span></span><br></span><span class="token-line codeLine_lJS_" style="color:#393A34"><span class="codeLineNumber_Tfdd"></span><span class="codeLineContent_feaV"><span class="token keyword" style="color:#00009f">print</span><span class="token punctuation" style="color:#393A34">(</span><span class="token string-interpolation string" style="color:#e3116c">f"Hello, {name}!"</span><span class="token punctuation" style="color:#393A34">)</span></span><br></span></code></pre><div class="buttonGroup_M5ko"><button type="button" aria-label="Copy code to clipboard" class="clean-btn"><span class="copyButtonIcons_IEyt" aria-hidden="true"></span></button></div></div></div>`,
		greeting,
		"language-python codeBlockContainer_Ckt0 theme-code-block",
	],
	[
		"VitePress 1: Shiki, with the language's name and a copy button",
		`<div class="language-python vp-adaptive-theme line-numbers-mode"><button title="Copy Code" class="copy"></button><span class="lang">python</span><pre class="shiki shiki-themes github-light github-dark vp-code" tabindex="0"><code><span class="line"><span style="--shiki-light:#D73A49;--shiki-dark:#F97583;">for</span><span style="--shiki-light:#24292E;--shiki-dark:#E1E4E8;"> number </span><span style="--shiki-light:#D73A49;--shiki-dark:#F97583;">in</span><span style="--shiki-light:#005CC5;--shiki-dark:#79B8FF;"> range</span><span style="--shiki-light:#24292E;--shiki-dark:#E1E4E8;">(3):</span></span>
<span class="line"><span style="--shiki-light:#005CC5;--shiki-dark:#79B8FF;">    print</span><span style="--shiki-light:#24292E;--shiki-dark:#E1E4E8;">(number)</span></span></code></pre><div class="line-numbers-wrapper" aria-hidden="true"><span class="line-number">1</span><br><span class="line-number">2</span><br></div></div>`,
		loop,
		"language-python vp-adaptive-theme line-numbers-mode",
	],
	[
		"MkDocs Material: line numbers in a table",
		`<div class="language-python sandglass highlight"><table class="highlighttable"><tr><td class="linenos"><div class="linenodiv"><pre><span></span><span class="normal">1</span>
<span class="normal">2</span></pre></div></td><td class="code"><div><pre id="__code_1"><span></span><button class="md-clipboard md-icon" title="Copy to clipboard" data-clipboard-target="#__code_1 > code"></button><code><span class="k">for</span> <span class="n">number</span> <span class="ow">in</span> <span class="nb">range</span><span class="p">(</span><span class="mi">3</span><span class="p">):</span>
    <span class="nb">print</span><span class="p">(</span><span class="n">number</span><span class="p">)</span>
</code></pre></div></td></tr></table></div>`,
		loop,
		"language-python sandglass highlight",
	],
	[
		"Sphinx: line numbers in the code",
		`<div class="sandglass highlight-python notranslate" id="id1"><div class="highlight"><pre><span></span><span class="linenos">1</span><span class="k">for</span> <span class="n">number</span> <span class="ow">in</span> <span class="nb">range</span><span class="p">(</span><span class="mi">3</span><span class="p">):</span>
<span class="linenos">2</span>    <span class="nb">print</span><span class="p">(</span><span class="n">number</span><span class="p">)</span>
</pre></div>
</div>`,
		loop,
		"sandglass highlight-python notranslate",
	],
	[
		"Sphinx: prompts, and what was printed",
		`<div class="highlight-pycon notranslate"><div class="highlight"><pre><span></span><span class="gp">&gt;&gt;&gt; </span><span class="k">for</span> <span class="n">n</span> <span class="ow">in</span> <span class="nb">range</span><span class="p">(</span><span class="mi">2</span><span class="p">):</span>
<span class="gp">... </span>    <span class="nb">print</span><span class="p">(</span><span class="n">n</span><span class="p">)</span>
<span class="go">0</span>
<span class="go">1</span>
</pre></div>
</div>`,
		"for n in range(2):\n    print(n)",
		"highlight-pycon notranslate",
	],
	[
		"Hugo: line numbers by style alone",
		`<div class="highlight sandglass" data-version="3.13"><pre tabindex="0" style="color:#f8f8f2;background-color:#272822;-moz-tab-size:4;-o-tab-size:4;tab-size:4;"><code class="language-python" data-lang="python"><span style="display:flex;"><span style="white-space:pre;-webkit-user-select:none;user-select:none;margin-right:0.4em;padding:0 0.4em 0 0.4em;color:#7f7f7f">1</span><span><span style="color:#66d9ef">for</span> number <span style="color:#f92672">in</span> range(<span style="color:#ae81ff">3</span>):
</span></span><span style="display:flex;"><span style="white-space:pre;-webkit-user-select:none;user-select:none;margin-right:0.4em;padding:0 0.4em 0 0.4em;color:#7f7f7f">2</span><span>    print(number)
</span></span></code></pre></div>`,
		loop,
		"highlight sandglass",
	],
	[
		"Hugo: line numbers in a table",
		`<div class="highlight"><div style="color:#f8f8f2;background-color:#272822;">
<table style="border-spacing:0;padding:0;margin:0;border:0;"><tr><td style="vertical-align:top;padding:0;margin:0;border:0;">
<pre tabindex="0"><code><span style="white-space:pre;-webkit-user-select:none;user-select:none;color:#7f7f7f">1
</span><span style="white-space:pre;-webkit-user-select:none;user-select:none;color:#7f7f7f">2
</span></code></pre></td>
<td style="vertical-align:top;padding:0;margin:0;border:0;;width:100%">
<pre tabindex="0"><code class="language-python" data-lang="python"><span style="display:flex;"><span><span style="color:#66d9ef">for</span> number <span style="color:#f92672">in</span> range(<span style="color:#ae81ff">3</span>):
</span></span><span style="display:flex;"><span>    print(number)
</span></span></code></pre></td></tr></table>
</div>
</div>`,
		loop,
		"highlight",
	],
	[
		"Prism with its toolbar, line numbers and prompts",
		`<div class="code-toolbar"><pre class="language-python line-numbers command-line" tabindex="0"><span aria-hidden="true" class="command-line-prompt"><span data-user="me" data-host="here"></span></span><code class="language-python"><span class="token keyword">print</span><span class="token punctuation">(</span><span class="token number">1</span><span class="token punctuation">)</span><span aria-hidden="true" class="line-numbers-rows"><span></span></span></code></pre><div class="toolbar"><div class="toolbar-item"><button class="copy-to-clipboard-button" type="button"><span>Copy</span></button></div></div></div>`,
		"print(1)",
		"code-toolbar",
	],
	[
		"highlight.js before version 11: the language stands bare",
		`<pre><code class="hljs python"><span class="hljs-built_in">print</span>(<span class="hljs-number">1</span>)\n</code></pre>`,
		"print(1)",
		"",
	],
	[
		"highlight.js with its line numbers: a line is a row",
		`<pre><code class="language-python hljs" data-highlighted="yes"><table class="hljs-ln"><tbody><tr><td class="hljs-ln-line hljs-ln-numbers" data-line-number="1"><div class="hljs-ln-n" data-line-number="1">1</div></td><td class="hljs-ln-line hljs-ln-code" data-line-number="1"><span class="hljs-keyword">for</span> number <span class="hljs-keyword">in</span> range(3):</td></tr><tr><td class="hljs-ln-line hljs-ln-numbers" data-line-number="2"><div class="hljs-ln-n" data-line-number="2">2</div></td><td class="hljs-ln-line hljs-ln-code" data-line-number="2">    print(number)</td></tr></tbody></table></code></pre>`,
		loop,
		"",
	],
	[
		"Shiki by rehype-pretty-code",
		`<figure data-rehype-pretty-code-figure=""><pre style="--shiki-light:#24292e" tabindex="0" data-language="python" data-theme="github-dark github-light"><code data-language="python" data-theme="github-dark github-light" style="display:grid"><span data-line=""><span>for</span> number in range(3):</span>
<span data-line="">    print(number)</span></code></pre></figure>`,
		loop,
		"",
	],
	[
		"Pandoc",
		`<div class="sourceCode" id="cb1"><pre class="sourceCode python"><code class="sourceCode python"><span id="cb1-1"><a href="#cb1-1" aria-hidden="true" tabindex="-1"></a><span class="bu">print</span>(<span class="dv">1</span>)</span></code></pre></div>`,
		"print(1)",
		"sourceCode",
	],
	[
		"Jekyll",
		`<div class="language-python highlighter-rouge"><div class="highlight"><pre class="highlight"><code><span class="k">print</span><span class="p">(</span><span class="mi">1</span><span class="p">)</span>
</code></pre></div></div>`,
		"print(1)",
		"language-python highlighter-rouge",
	],
	[
		"a line that is a div, an empty one too",
		`<pre class="language-python"><code><div>a = 1</div><div></div><div>b = 2</div></code></pre>`,
		"a = 1\n\nb = 2",
		"language-python",
	],
];

for (const [maker, html, code, block] of shapes)
	test(`a fence of ${maker} is found, with its code as it was written`, async () => {
		const found = await upgraded(`<div data-sandglass>${html}</div>`);
		assert.deepEqual(found, [{ code, block }], site.said.join("\n"));
	});

test("a block is upgraded only where its author said so, by itself, around it, or by a selector", async () => {
	const plain = '<pre><code class="language-python">print(1)</code></pre>';
	assert.deepEqual(await upgraded(plain), []);
	assert.equal((await upgraded(plain, 'data-selector="pre code.language-python"')).length, 1);
	assert.equal((await upgraded(plain.replace("<code", "<code data-sandglass"))).length, 1);
	assert.equal((await upgraded(`<div class="sandglass">${plain}</div>`)).length, 1);
	assert.equal((await upgraded(`<div data-sandglass>${plain.replace("<pre", '<pre data-sandglass="false"')}</div>`)).length, 0);
	assert.deepEqual(await upgraded(plain, 'data-selector="pre >"'), []);
	assert.match(site.said.join("\n"), /data-selector="pre >" is no selector/);
});

test("a container that is no block, though its class looks like one, is left alone", async () => {
	const two = '<pre><code class="language-python">print(1)</code></pre><pre><code class="language-ruby">puts 1</code></pre>';
	const found = await upgraded(`<div class="language-switcher" data-sandglass>${two}</div>`);
	assert.deepEqual(
		found.map(({ code }) => code),
		["print(1)", "puts 1"],
	);
	assert.deepEqual(
		found.map(({ block }) => block),
		["", ""],
	);
});

test("an unknown language is told, with the block's first line, and the block stays what it was", async () => {
	const html =
		'<pre id="odd" data-sandglass><code class="language-cobol">DISPLAY "hi".</code></pre><div data-sandglass><pre><code class="language-text">out</code></pre></div>';
	const page = await site.open(html);
	assert.deepEqual(site.said.filter((it) => it.includes("Sandglass")).length, 1, site.said.join("\n"));
	assert.match(site.said.join("\n"), /no language "cobol".*#odd.*DISPLAY "hi"/);
	assert.equal(await page.evaluate(() => document.body.innerHTML.includes("data-sandglass-ui")), false);
	await page.close();
});

test("<sandglass-snippet> makes a block of its text, and takes a block that stands in it", async () => {
	const found = await upgraded(`<sandglass-snippet language="python">
		for number in range(3):
		    print(number)
	</sandglass-snippet>
	<sandglass-snippet version="3.11"><pre><code class="language-python">print(1)</code></pre></sandglass-snippet>`);
	assert.deepEqual(
		found.map(({ code }) => code),
		[loop, "print(1)"],
	);
});
