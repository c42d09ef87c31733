import { TestPage } from "./test-page.ts";

/**
 * A page in a process of its own that takes in all that a flooding program prints. Argument: the gateway's URL. Told "go" it says "flowing" once
 * bytes come; told "stop" it ends the program and says how many bytes came.
 */
const page = await TestPage.open(process.argv[2] ?? "");
let receivedBytes = 0;
let run = 0;
page.onOutput = (bytes) => {
	receivedBytes += bytes.length;
};
process.on("message", (message) => void (message === "go" ? start() : stop()));
process.on("disconnect", () => process.exit());
process.send?.("ready");

async function start(): Promise<void> {
	receivedBytes = 0;
	page.run(++run, "while True: print('x' * 200)");
	await page.until(() => receivedBytes > 0 || undefined, "the first bytes");
	process.send?.("flowing");
}

async function stop(): Promise<void> {
	const bytes = receivedBytes;
	page.send({ type: "stop", run });
	await page.exitOf(run);
	process.send?.(bytes);
}
