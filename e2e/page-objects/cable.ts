import { CuttableProxy } from "./cuttable-proxy.ts";
import { serverUrl, test as suiteTest } from "./test.ts";

/** The suite's `test`, with a cable to the server that can be cut. */
export const test = suiteTest.extend<{ readonly cable: CuttableProxy }>({
	// biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of the fixtures out of this pattern
	cable: async ({}, use) => {
		const cable = await CuttableProxy.open(serverUrl());
		await use(cable);
		await cable.close();
	},
});
