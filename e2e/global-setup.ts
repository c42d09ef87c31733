import { serverUrlVariable } from "./page-objects/test.ts";
import { startSandglass } from "./server-process.ts";

/** One real server for the whole suite. Stopping it asserts that no process, container or mount is left. */
export default async function globalSetup(): Promise<() => Promise<void>> {
	const plenty = "100000";
	const server = await startSandglass({
		env: {
			SANDGLASS_VISITOR_SESSIONS: "48",
			SANDGLASS_VISITOR_RUNS_PER_MINUTE: plenty,
			SANDGLASS_VISITOR_SECONDS_PER_HOUR: plenty,
			SANDGLASS_ADDRESS_RUNS_PER_MINUTE: plenty,
		},
		tiers: ["gvisor", "microvm", "container", "deno", "isolate", "wasm", "browser"],
		languages: ["bash", "c", "cpp", "go", "java", "javascript", "python", "ruby", "rust", "typescript"],
	});
	process.env[serverUrlVariable] = server.url;
	return () => server.stop();
}
