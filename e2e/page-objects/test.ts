import { test as base, expect, type Page } from "playwright/test";
import { Neighbour } from "./neighbour.ts";
import { clipboardPermissions, Playground } from "./playground.ts";

/** The suite's `test`: the server's address, a page that is watched for complaints, and a neighbour. */

export const serverUrlVariable = "SANDGLASS_E2E_URL";

export function serverUrl(): string {
	const url = process.env[serverUrlVariable];
	if (url === undefined) throw new Error("e2e/global-setup.ts has not started the server.");
	return url;
}

/** Everything the browser complains of: console errors and warnings, uncaught exceptions, violations of the content security policy. */
export function collectComplaints(page: Page): string[] {
	const complaints: string[] = [];
	page.on("console", (message) => {
		if (message.type() === "error" || message.type() === "warning") complaints.push(`${message.type()}: ${message.text()}`);
	});
	page.on("pageerror", (error) => complaints.push(`uncaught: ${error.stack ?? error.message}`));
	return complaints;
}

/** What the browser says when a connection of the page breaks. */
export const connectionComplaints =
	/WebSocket connection to .* failed|ERR_CONNECTION_(REFUSED|RESET|CLOSED|ABORTED|FAILED)|ERR_SOCKET_NOT_CONNECTED|ERR_EMPTY_RESPONSE/;

interface Fixtures {
	readonly playground: Playground;
	/** What the browser may complain of in this test: a connection that is cut on purpose is one. */
	readonly allowedComplaints: RegExp | null;
	readonly complaints: readonly string[];
}

export const test = base.extend<Fixtures, { readonly neighbour: Neighbour }>({
	// biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of the fixtures out of this pattern
	baseURL: async ({}, use) => use(serverUrl()),
	permissions: clipboardPermissions,
	allowedComplaints: [null, { option: true }],
	complaints: [
		async ({ page, allowedComplaints }, use) => {
			const complaints = collectComplaints(page);
			await use(complaints);
			const unexpected = complaints.filter((complaint) => allowedComplaints?.test(complaint) !== true);
			expect(unexpected, "the browser has nothing to complain of").toEqual([]);
		},
		{ auto: true },
	],
	playground: async ({ page }, use) => use(new Playground(page)),
	neighbour: [
		async ({ browser }, use) => {
			const neighbour = await Neighbour.moveIn(browser, serverUrl());
			await use(neighbour);
			await neighbour.moveOut();
		},
		{ scope: "worker" },
	],
});

export { clipboardPermissions, expect };
