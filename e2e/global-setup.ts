import { serverUrlVariable } from "./page-objects/test.ts";
import { type StartOptions, startSandglass } from "./server-process.ts";

/** One real server for the whole suite. Stopping it asserts that no process, container or mount is left. */
export default async function globalSetup(): Promise<() => Promise<void>> {
	const plenty = "100000";
	const options: StartOptions = {
		env: {
			SANDGLASS_VISITOR_SESSIONS: "48",
			SANDGLASS_VISITOR_RUNS_PER_MINUTE: plenty,
			SANDGLASS_VISITOR_SECONDS_PER_HOUR: plenty,
			SANDGLASS_ADDRESS_RUNS_PER_MINUTE: plenty,
		},
		tiers: ["gvisor", "microvm", "container", "deno", "isolate", "wasm", "browser"],
		languages: ["bash", "c", "cpp", "go", "java", "javascript", "python", "ruby", "rust", "typescript"],
	};
	// As for a test that fails, and for all of them: an isolation that slipped when the machine was busy is judged once more.
	const server = await startSandglass(options).catch((error: unknown) => {
		if (process.env.CI !== "true") throw error;
		process.stdout.write(`again, since the first server could not be had: ${error instanceof Error ? error.message : String(error)}\n`);
		return startSandglass(options);
	});
	process.env[serverUrlVariable] = server.url;
	return () => server.stop();
}
