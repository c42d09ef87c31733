/** Who may import whom. Arrows run down only; `npm run check` enforces it, setup/import-walls.test.ts proves that it bites. */

/** @param {string} name @param {string} comment @param {object} from @param {object} to */
function forbid(name, comment, from, to) {
	return { name, comment, severity: "error", from, to };
}

module.exports = {
	forbidden: [
		forbid("no-circles", "A circle has no bottom.", {}, { circular: true }),
		forbid("protocol-imports-nothing", "Both ends share it.", { path: "^protocol/" }, { path: "^(app|components|server|setup|embed|bench|soak|cli|e2e|sandbox-images)/" }),
		forbid("components-only-protocol", "The page knows the protocol, not the server.", { path: "^components/" }, { path: "^(app|server|setup|embed|bench|soak|cli|e2e)/" }),
		forbid(
			"components-no-images",
			"What stands in a sandbox stays there, but for the WASI host, which a reader's browser runs as well.",
			{ path: "^components/", pathNot: "^components/browser-tier/inside/module-worker\\.ts$" },
			{ path: "^sandbox-images/" },
		),
		forbid(
			"module-worker-only-the-host",
			"Of the images it knows the WASI host.",
			{ path: "^components/browser-tier/inside/module-worker\\.ts$" },
			{ path: "^sandbox-images/", pathNot: "^sandbox-images/wasm/host/" },
		),
		forbid("app-only-components", "Routes are thin.", { path: "^(app/|proxy\\.ts)" }, { path: "^(server|setup|embed|bench|soak|cli|e2e|sandbox-images)/" }),
		forbid("embed-only-protocol", "embed.js builds alone, and carries what it imports.", { path: "^embed/", pathNot: "\\.test\\.ts$|/testing/" }, { path: "^(app|components|server|setup|bench|soak|e2e|sandbox-images)/|node_modules/" }),
		forbid("runner-knows-no-gateway", "The runner's door is narrow from both sides.", { path: "^server/runner/" }, { path: "^server/(gateway|store)/" }),
		forbid(
			"gateway-only-the-client",
			"The gateway reaches the runner through its door only.",
			{ path: "^server/gateway/", pathNot: "\\.test\\.ts$|/testing/" },
			{ path: "^server/runner/", pathNot: "^server/runner/(client|door-protocol)\\.ts$" },
		),
		forbid("languages-stand-alone", "The catalogue is data.", { path: "^server/languages/", pathNot: "\\.test\\.ts$" }, { path: "^server/(gateway|runner|store)/" }),
		forbid(
			"cli-only-protocol",
			"The command speaks to a server as anybody does.",
			{ path: "^cli/", pathNot: "\\.test\\.ts$|/testing/" },
			{ path: "^(app|components|server|setup|embed|bench|soak|e2e|sandbox-images)/" },
		),
		forbid(
			"soak-only-outside",
			"The soak uses the product as people do; of the server it knows settings and labels.",
			{ path: "^soak/" },
			{ path: "^(app|components|embed|bench|cli|sandbox-images)/|^server/(gateway|store|languages)/|^server/runner/(?!drivers/(docker-container|engine-connection)\\.ts$)" },
		),
		forbid("store-stands-alone", "The gateway uses the store, never the reverse; the runner does not know it.", { path: "^server/store/", pathNot: "\\.test\\.ts$|/testing/" }, { path: "^(app|components|embed|cli|setup|soak|server/(gateway|runner|languages))/" }),
		forbid("libsql-in-one-file", "Another library for SQLite is a change of one file.", { pathNot: "^server/store/sqlite-database\\.ts$" }, { path: "node_modules/libsql" }),
		forbid("pg-in-one-file", "Another library for PostgreSQL is a change of one file.", { pathNot: "^server/store/(postgres-database|testing/postgres-cluster)\\.ts$" }, { path: "node_modules/(@types/)?pg/" }),
		forbid("dockerode-in-one-file", "Only the engine connection touches the engine's library.", { pathNot: "^server/runner/drivers/engine-connection\\.ts$" }, { path: "node_modules/dockerode", dependencyTypesNot: ["type-only"] }),
		forbid("no-server-in-browser-code", "Node's own modules never reach the browser.", { path: "^(components|protocol|embed)/", pathNot: "\\.test\\.tsx?$|/testing/" }, { dependencyTypes: ["core"] }),
		forbid("no-unresolvable", "An import that leads nowhere.", {}, { couldNotResolve: true }),
	],
	options: {
		doNotFollow: { path: "node_modules" },
		// Examples, and programs that run in an isolate, import what is there and not here.
		exclude: { path: "^(\\.next|public|test-results)/|^sandbox-images/[a-z]+/examples/|^sandbox-images/isolate/src/" },
		tsPreCompilationDeps: true,
		tsConfig: { fileName: "tsconfig.json" },
		enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "require", "node", "default", "types"], extensions: [".ts", ".tsx", ".mjs", ".js", ".json", ".d.ts"] },
	},
};
