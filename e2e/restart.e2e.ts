import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { clipboardPermissions, Playground } from "./page-objects/playground.ts";
import { connectionComplaints, expect, test } from "./page-objects/test.ts";
import { type ServerProcess, startSandglass } from "./server-process.ts";

/** A small server of its own, whose parts are killed and whose bounds are met: one sandbox at a time, three runs a minute. */

let server: ServerProcess;

async function freePort(): Promise<number> {
	const probe = createServer().listen(0, "127.0.0.1");
	await once(probe, "listening");
	const { port } = probe.address() as AddressInfo;
	probe.close();
	await once(probe, "close");
	return port;
}

test.beforeAll(async () => {
	test.setTimeout(180_000);
	// A port of its own: a gateway that is started again must be found where it was.
	server = await startSandglass({
		env: {
			PORT: String(await freePort()),
			LOG_LEVEL: "silent",
			SANDGLASS_MAX_LEASES: "1",
			SANDGLASS_POOL_CEILING: "2",
			SANDGLASS_VISITOR_RUNS_PER_MINUTE: "3",
			SANDGLASS_RECONNECT_GRACE_MS: "2000",
		},
	});
});
test.afterAll(async () => server.stop());

const waitingCode = 'print("heard", input("? "))\n';

test.describe("kill -9", () => {
	test.use({ allowedComplaints: connectionComplaints });

	for (const part of ["gateway", "runner"] as const) {
		test(`of the ${part} in mid-run: the page says whose fault it is, keeps the text, and runs again`, async ({ playground }) => {
			await playground.open(server.url);
			await playground.runCode(waitingCode, "?");
			const pid = server.pids()[part];
			if (pid === undefined) throw new Error(`There is no ${part}.`);
			process.kill(pid, "SIGKILL");
			await playground.expectStatus("Server");
			await playground.expectStatus(/nothing you wrote is gone\. Run it again\./i, { timeout: 30_000 });
			await playground.expectKept(waitingCode);
			await expect(async () => {
				await playground.run.click();
				await expect(playground.output).toContainText("?", { timeout: 3_000 });
			}).toPass({ timeout: 30_000 });
			await playground.answer("again");
			await expect(playground.output).toContainText("heard again");
			await playground.expectFinished();
		});
	}
});

test("a full server tells each visitor how many are ahead, and serves them in turn", async ({ browser }) => {
	const visitors = await Promise.all(
		["first", "second", "third"].map(async (name) => {
			const context = await browser.newContext({ permissions: clipboardPermissions });
			return { name, context, playground: new Playground(await context.newPage()) };
		}),
	);
	const expectations = ["Running", "Waiting: you are next", "Waiting: 1 ahead of you"];
	for (const { playground } of visitors) {
		await playground.open(server.url);
		await playground.write(waitingCode);
	}
	for (const [place, { playground }] of visitors.entries()) {
		await playground.run.click();
		await playground.expectStatus(expectations[place] ?? "");
	}
	for (const { name, context, playground } of visitors) {
		await expect(playground.output).toContainText("?");
		await playground.answer(name);
		await expect(playground.output).toContainText(`heard ${name}`);
		await playground.expectFinished();
		// Who stays keeps the sandbox for a while; who leaves gives it to the next at once.
		await context.close();
	}
});

test("who waits can give up, and nobody waits behind who is gone", async ({ playground, browser }) => {
	const context = await browser.newContext({ permissions: clipboardPermissions });
	const other = new Playground(await context.newPage());
	await other.open(server.url);
	await other.write('print("my turn")\n');
	await playground.open(server.url);
	await playground.runCode(waitingCode, "?");
	await other.run.click();
	await other.expectStatus("Waiting: you are next");
	await other.stop.click();
	await other.expectStatus("Stopped by you.");
	await other.run.click();
	await other.expectStatus("Waiting: you are next");
	await playground.page.close();
	await expect(other.output).toContainText("my turn");
	await other.expectFinished();
	await context.close();
});

test("a visitor's quota is told in words, and the next run is theirs again later", async ({ playground }) => {
	await playground.open(server.url);
	await playground.write("print('run')\n");
	for (let run = 1; run <= 3; run++) {
		await playground.run.click();
		await playground.expectFinished();
		await expect(playground.output).toContainText("run");
	}
	await playground.run.click();
	await playground.expectStatus(/That were many runs in a short time\. Run it again in about \d+ s\./);
	await playground.expectKept("print('run')\n");
	await expect(playground.run).toBeEnabled();
});
