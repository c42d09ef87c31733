import { readFileSync } from "node:fs";

const monaco = JSON.parse(readFileSync(new URL("./node_modules/monaco-editor/package.json", import.meta.url), "utf8"));

/** @type {import("next").NextConfig} */
const config = {
	agentRules: false,
	devIndicators: false,
	poweredByHeader: false,
	reactStrictMode: true,
	// `npm run check` checks all types at once; a build checks none again.
	typescript: { ignoreBuildErrors: true },
	// Known when the page is built and written into it: the build's name, and the folder that setup/monaco.ts copies to.
	env: {
		SANDGLASS_BUILD: process.env.SANDGLASS_BUILD ?? "",
		MONACO_PATH: `/monaco/vs-${monaco.version}`,
	},
	async headers() {
		return [{ source: "/monaco/:path*", headers: [{ key: "Cache-Control", value: "public, max-age=31536000, immutable" }] }];
	},
};

export default config;
