import { expect, type Locator, type Page } from "playwright/test";

/** The playground page as a reader meets it: everything is found by its accessible name, nothing by how it is built. */

/** What the page keeps for the tab; tests compare it with what was typed. */
const workKey = "sandglass.work";

/** Programs come into the editor by a paste. */
export const clipboardPermissions = ["clipboard-read", "clipboard-write"];

export class Playground {
	readonly page: Page;
	readonly run: Locator;
	readonly stop: Locator;
	readonly language: Locator;
	readonly version: Locator;
	readonly isolation: Locator;
	readonly examples: Locator;
	readonly arguments: Locator;
	readonly theme: Locator;
	readonly editor: Locator;
	readonly terminal: Locator;
	/** The terminal's whole text, one line a line. */
	readonly output: Locator;
	readonly status: Locator;

	constructor(page: Page) {
		this.page = page;
		this.run = page.getByRole("button", { name: "Run", exact: true });
		this.stop = page.getByRole("button", { name: "Stop", exact: true });
		this.language = page.getByRole("combobox", { name: "Language" });
		this.version = page.getByRole("combobox", { name: "Version" });
		this.isolation = page.getByRole("combobox", { name: "Isolation" });
		this.examples = page.getByRole("combobox", { name: "Examples" });
		this.arguments = page.getByRole("textbox", { name: "Arguments" });
		this.theme = page.getByRole("combobox", { name: "Theme" });
		this.editor = page.getByRole("textbox", { name: "Code editor" });
		this.terminal = page.getByRole("region", { name: "Terminal" });
		this.output = page.getByRole("log", { name: "Terminal output" });
		this.status = page.getByRole("status", { name: "Program status" });
	}

	/** Opens the page and waits until it can be worked with: Monaco has come where there is room for it, and Run can be pressed. */
	async open(url = "/"): Promise<void> {
		await this.page.goto(url);
		await this.settle();
	}

	async reload(): Promise<void> {
		await this.page.reload();
		await this.settle();
	}

	async settle(): Promise<void> {
		if (this.hasMonaco) await expect(this.page.locator(".monaco-editor .view-lines")).toBeVisible();
		await expect(this.editor).toHaveCount(1);
		await expect(this.page.locator(".xterm-screen")).toBeVisible();
		await expect(this.run).toBeEnabled();
	}

	/** A narrow page has a plain text area instead. */
	get hasMonaco(): boolean {
		return (this.page.viewportSize()?.width ?? 1_280) > 640;
	}

	tab(name: string): Locator {
		return this.page.getByRole("tab", { name, exact: true });
	}

	/** Puts `text` on the clipboard and pastes it where the focus is, with the keys that do so there. */
	async paste(text: string, keys = "Control+V"): Promise<void> {
		await this.page.evaluate((copied) => navigator.clipboard.writeText(copied), text);
		await this.page.keyboard.press(keys);
	}

	/** Replaces the open file's text, as one who pastes a program over the old one. */
	async write(code: string): Promise<void> {
		await this.editor.focus();
		await this.page.keyboard.press("Control+A");
		if (code === "") await this.page.keyboard.press("Delete");
		else await this.paste(code);
		if (this.hasMonaco) await expect(this.page.locator(".view-lines")).toContainText(code.trimEnd().split("\n").at(-1)?.trim() ?? "");
		else await expect(this.editor).toHaveValue(code);
	}

	/** That the open file's text is this, as the page keeps it in this tab. */
	async expectKept(code: string): Promise<void> {
		await expect.poll(() => this.#keptCode()).toBe(code);
	}

	async #keptCode(): Promise<string> {
		// A shared program's page keeps its own.
		const { pathname } = new URL(this.page.url());
		const place = pathname.startsWith("/s/") ? `${workKey}${pathname}` : workKey;
		const text = await this.page.evaluate((key) => sessionStorage.getItem(key), place);
		const work = JSON.parse(text ?? "null");
		const workspace = work?.workspaces[work.languageId];
		return workspace?.files.find((file: { key: number }) => file.key === workspace.activeKey)?.content ?? "";
	}

	async addFile(name: string, content: string): Promise<void> {
		await this.page.getByRole("button", { name: "Add a file" }).click();
		await this.page.getByRole("textbox", { name: "New file" }).fill(name);
		await this.page.keyboard.press("Enter");
		await expect(this.tab(name)).toHaveAttribute("aria-selected", "true");
		await this.write(content);
	}

	/** Writes the code, runs it, and waits until the terminal shows `until` where that is given. */
	async runCode(code: string, until?: string | RegExp): Promise<void> {
		await this.write(code);
		await this.run.click();
		if (until !== undefined) await expect(this.output).toContainText(until);
	}

	/** Types a line into the terminal. */
	async answer(line: string): Promise<void> {
		await this.terminal.getByRole("textbox").focus();
		await this.page.keyboard.type(line);
		await this.page.keyboard.press("Enter");
	}

	async expectStatus(words: string | RegExp, options: { timeout?: number } = {}): Promise<void> {
		await expect(this.status).toContainText(words, options);
	}

	async expectExitCode(code: number): Promise<void> {
		await expect(this.status).toContainText(`Exit code${code}`);
	}

	async expectFinished(): Promise<void> {
		await this.expectStatus("Finished.");
		await this.expectExitCode(0);
	}

	/** That the page is as good as before: a program runs, asks, is answered and ends. */
	async expectRunWorks(): Promise<void> {
		await this.runCode('print("still", input("? "))\n', "?");
		await this.answer("well");
		await expect(this.output).toContainText("still well");
		await this.expectFinished();
	}
}
