import { defineConfig } from "playwright/test";
import { chromiumLaunch } from "./e2e/chromium-launch.ts";

/** End-to-end: the real server, engine and Chromium. e2e/server-fixture.ts starts one server for all of it. */
export default defineConfig({
	testDir: "e2e",
	testMatch: "**/*.e2e.ts",
	outputDir: "test-results",
	timeout: 60_000,
	expect: { timeout: 15_000 },
	fullyParallel: false,
	workers: 1,
	// Against the clock of a busy machine; what needed it is told as flaky.
	retries: process.env.CI === "true" ? 1 : 0,
	forbidOnly: true,
	reporter: [["list"]],
	globalSetup: "./e2e/global-setup.ts",
	use: {
		browserName: "chromium",
		screenshot: "only-on-failure",
		trace: "retain-on-failure",
		launchOptions: chromiumLaunch,
	},
});
