import { existsSync, readFileSync } from "node:fs";

const monaco = JSON.parse(readFileSync(new URL("./node_modules/monaco-editor/package.json", import.meta.url), "utf8"));

/** What setup/browser-runtime.ts built, before this is read; without it the tier `browser` cannot be loaded, and all else can. */
const manifestUrl = new URL("./public/browser-runtime/manifest.json", import.meta.url);
const browserRuntime = existsSync(manifestUrl) ? JSON.parse(readFileSync(manifestUrl, "utf8")) : null;

/**
 * The policy of the frame in which programs run, and of the workers in it, which are made from blobs and so inherit it. An opaque origin,
 * no connection to anywhere, no script but the frame's own and what it is handed, WebAssembly. It says nothing of who may frame it: it stands
 * inside /embed, on whatever page that is. Another site that framed it had a place to compute in that it could make for itself with fewer walls.
 */
const framePolicy = [
	"sandbox allow-scripts",
	"default-src 'none'",
	`script-src '${browserRuntime?.frameScriptHash ?? "none"}' 'wasm-unsafe-eval' blob:`,
	"worker-src blob:",
	"connect-src 'none'",
	"base-uri 'none'",
	"form-action 'none'",
].join("; ");

const keptForEver = { key: "Cache-Control", value: "public, max-age=31536000, immutable" };

/** The script that docs sites load: they may read it, and check it by its hash. */
const forAnySite = [
	{ key: "Access-Control-Allow-Origin", value: "*" },
	{ key: "Cross-Origin-Resource-Policy", value: "cross-origin" },
	{ key: "X-Content-Type-Options", value: "nosniff" },
];

/** @type {import("next").NextConfig} */
const config = {
	agentRules: false,
	devIndicators: false,
	poweredByHeader: false,
	reactStrictMode: true,
	// `npm run check` checks all types at once; a build checks none again.
	typescript: { ignoreBuildErrors: true },
	// Known when the page is built and written into it: the build's name, the folder that setup/monaco.ts copies to, what runs in browsers.
	env: {
		SANDGLASS_BUILD: process.env.SANDGLASS_BUILD ?? "",
		MONACO_PATH: `/monaco/vs-${monaco.version}`,
		BROWSER_RUNTIME: JSON.stringify(browserRuntime),
	},
	async headers() {
		return [
			{ source: "/monaco/:path*", headers: [keptForEver] },
			{ source: "/embed/v1/:path*", headers: [...forAnySite, { key: "Cache-Control", value: "public, max-age=600" }] },
			{ source: "/embed/v1/:script(embed-[0-9a-f]{16}\\.js)", headers: [keptForEver] },
			{
				source: "/browser-runtime/:path*",
				headers: [
					{ key: "Content-Security-Policy", value: framePolicy },
					// An /embed that its author sandboxed has no origin, and fetches these as a stranger does.
					{ key: "Access-Control-Allow-Origin", value: "*" },
					{ key: "Cross-Origin-Resource-Policy", value: "cross-origin" },
					keptForEver,
				],
			},
		];
	},
};

export default config;
