import { optInWord } from "../protocol/cells.ts";
import type { SnippetPage } from "./page.ts";
import type { SandglassMethods } from "./page-events.ts";

/**
 * `<sandglass-snippet language="python">`: around a code block, or around plain text, of which it makes one. Its attributes are the block's
 * options, without `data-`. Before the script has come it shows what stands in it.
 */

export function defineSnippetElement(page: SnippetPage): void {
	class SandglassSnippet extends HTMLElement implements SandglassMethods {
		connectedCallback(): void {
			if (this.querySelector("pre") !== null) return;
			const code = document.createElement("code");
			code.className = `language-${this.getAttribute("language") ?? ""}`;
			code.textContent = withoutIndent(this.textContent ?? "");
			const pre = document.createElement("pre");
			pre.append(code);
			this.style.display = "block";
			this.replaceChildren(pre);
			page.scan();
		}

		run(): void {
			this.#methods?.run();
		}

		stop(): void {
			this.#methods?.stop();
		}

		setCode(code: string): void {
			this.#methods?.setCode(code);
		}

		getCode(): Promise<string> {
			return this.#methods?.getCode() ?? Promise.resolve("");
		}

		override focus(): void {
			this.#methods?.focus();
		}

		get #methods(): SandglassMethods | undefined {
			return this.querySelector("pre")?.sandglass;
		}
	}
	customElements.define(`${optInWord}-snippet`, SandglassSnippet);
}

function withoutIndent(text: string): string {
	const code = text.replace(/^\s*\n|\s+$/g, "");
	const indents = (code.match(/^[ \t]*(?=\S)/gm) ?? []).map((indent) => indent.length);
	return code.replace(new RegExp(`^[ \\t]{${Math.min(...indents, 99)}}`, "gm"), "");
}
