import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import { pino } from "pino";
import { readConfig } from "../server/config.ts";
import { type Gateway, startGateway } from "../server/gateway/gateway.ts";
import { readCatalogue } from "../server/languages/catalogue.ts";
import { test } from "./page-objects/cable.ts";
import { connectionComplaints, expect, serverUrl } from "./page-objects/test.ts";

/** The network goes, and comes back. */

test.use({ allowedComplaints: connectionComplaints });

const countingCode = `import time
for number in range(400):
    print(number, flush=True)
    time.sleep(0.01)
`;

test("a connection that breaks and comes back loses no number and doubles none", async ({ playground, cable }) => {
	await playground.open(cable.url);
	await playground.runCode(countingCode, "\n20\n");
	cable.cut();
	await playground.expectStatus("Connection lost; taking the program up again");
	cable.mend();
	await expect(playground.output).toContainText("\n200\n");
	cable.cut();
	cable.mend();
	await playground.expectFinished();
	const everyNumber = Array.from({ length: 400 }, (_, number) => `${number}\n`).join("");
	await expect.poll(() => playground.output.textContent()).toBe(everyNumber);
});

test("what is typed while the network is gone reaches the program once", async ({ playground, page, cable }) => {
	await playground.open(cable.url);
	await playground.runCode('for _ in range(3): print("heard", repr(input("? ")))\n', "?");
	await playground.answer("before");
	await expect(playground.output).toContainText("heard 'before'");
	cable.cut();
	await playground.expectStatus("Connection lost");
	await playground.answer("during");
	await expect(page.getByRole("alert").filter({ hasText: "The server cannot be reached." })).toBeVisible();
	cable.mend();
	await expect(playground.output).toContainText("heard 'during'");
	await playground.answer("after");
	await expect(playground.output).toContainText("heard 'after'");
	await playground.expectFinished();
});

test("a run that is asked for without a network starts when it is back", async ({ playground, cable }) => {
	await playground.open(cable.url);
	await playground.write('print("patience")\n');
	cable.cut();
	await playground.run.click();
	await playground.expectStatus("Connection lost; it starts when the server is back.");
	cable.mend();
	await expect(playground.output).toContainText("patience");
	await playground.expectFinished();
});

test.describe("a newer server", () => {
	let newer: Gateway;
	test.beforeAll(async () => {
		newer = await startGateway({
			config: readConfig({ PORT: "0", SANDGLASS_INSTANCE: "e2e-newer" }, "."),
			catalogue: await readCatalogue(fileURLToPath(new URL("../sandbox-images", import.meta.url))),
			runnerSocketPath: "/nonexistent/door.sock",
			secret: randomBytes(32).toString("hex"),
			build: "a-newer-build",
			page: { handleRequest: (_, response) => response.writeHead(404).end(), handleUpgrade: (_, socket) => socket.destroy() },
			log: pino({ level: "silent" }),
		});
	});
	test.afterAll(async () => newer.close());

	test("tells an old page to reload, and the work is kept", async ({ playground, page, cable }) => {
		await playground.open(cable.url);
		await playground.write("# of the old page\n");
		cable.cut();
		cable.mend(newer.url);
		const banner = page.getByRole("alert").filter({ hasText: "The server has been updated since this page was opened." });
		await expect(banner).toBeVisible();
		cable.mend(serverUrl());
		await banner.getByRole("button", { name: "Reload" }).click();
		await playground.settle();
		await expect(banner).toHaveCount(0);
		await playground.expectKept("# of the old page\n");
	});
});
