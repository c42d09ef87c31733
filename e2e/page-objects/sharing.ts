import { expect, type Locator, type Page } from "playwright/test";

/** A program that is given away: it asks, and shows its arguments. */
export const code = 'import sys\nname = input("name? ")\nprint("hello", name, sys.argv[1:])\n';

/** The dialogs "Share this program" and "Open a program" as a reader meets them. */
export class Sharing {
	readonly page: Page;
	readonly dialog: Locator;
	readonly link: Locator;
	readonly wholeLink: Locator;
	readonly runChoice: Locator;

	constructor(page: Page) {
		this.page = page;
		this.dialog = page.getByRole("dialog", { name: "Share this program" });
		this.link = this.dialog.getByRole("textbox", { name: "Link", exact: true });
		this.wholeLink = this.dialog.getByRole("textbox", { name: "Or a link that holds everything itself" });
		this.runChoice = this.dialog.getByRole("checkbox", { name: "Include the last run" });
	}

	async open(): Promise<void> {
		await this.page.getByRole("button", { name: "Share", exact: true }).click();
		await expect(this.dialog).toBeVisible();
	}

	async close(): Promise<void> {
		await this.page.keyboard.press("Escape");
		await expect(this.dialog).toHaveCount(0);
	}

	/** Stores what is on the page, and says where. */
	async store({ title = "", hasRun = false, stdin = "" } = {}): Promise<string> {
		await this.open();
		if (title !== "") await this.dialog.getByRole("textbox", { name: "Title" }).fill(title);
		if (stdin !== "") {
			await this.dialog.getByText("Prepared input").click();
			await this.dialog.getByRole("textbox", { name: "Typed for the reader" }).fill(stdin);
		}
		if (hasRun) await this.runChoice.check();
		await this.dialog.getByRole("button", { name: "Create a link" }).click();
		await expect(this.link).toHaveValue(/\/s\/[A-Za-z0-9_-]{22}$/);
		const link = await this.link.inputValue();
		await this.close();
		return link;
	}

	/** The link with the whole program in it. */
	async whole(): Promise<string> {
		await this.open();
		const link = await this.wholeLink.inputValue();
		await this.close();
		return link;
	}

	/** Drops files onto the page, as from the reader's desktop. */
	async drop(files: readonly { readonly name: string; readonly content: string | readonly number[] }[]): Promise<void> {
		const given = files.map(({ name, content }) => ({ name, content: typeof content === "string" ? content : [...content] }));
		const transfer = await this.page.evaluateHandle((dropped) => {
			const data = new DataTransfer();
			for (const { name, content } of dropped) {
				data.items.add(new File([typeof content === "string" ? content : Uint8Array.from(content)], name));
			}
			return data;
		}, given);
		const target = this.page.locator("main");
		await target.dispatchEvent("dragover", { dataTransfer: transfer });
		await expect(this.page.getByText("Drop files or a zip to open them")).toBeVisible();
		await target.dispatchEvent("drop", { dataTransfer: transfer });
	}
}
