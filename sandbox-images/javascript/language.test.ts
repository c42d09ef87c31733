import { languageContract } from "../language-contract.ts";

languageContract({
	id: "javascript",
	faulty: { content: "const one = 1;\nconst = 2;\n", says: /main\.js:2[\s\S]*SyntaxError/ },
	severalFiles: [
		{ name: "main.js", content: 'import { word } from "./words/second.js";\nconsole.log(word);\n' },
		{ name: "words/second.js", content: 'export const word = "together";\n' },
	],
	versions: {
		"workers-2026-11-17": { faulty: { content: "const one = 1;\nconst = 2;\n", says: /SyntaxError[\s\S]*main\.js:2/ } },
		"quickjs-wasi-2025-04": {
			versionArguments: [
				...["run", "--quiet", "--no-prompt", "--allow-read=/workspace,/usr/lib/wasi"],
				...["/usr/lib/wasi/host/main.js", "/usr/lib/wasi/qjs.wasm", "qjs", "--help"],
			],
			faulty: { content: "const one = 1;\nconst = 2;\n", says: /SyntaxError[\s\S]*main\.js:2/ },
		},
		"deno-2.9": { faulty: { content: "const one = 1;\nconst = 2;\n", says: /SyntaxError[\s\S]*main\.js:2/ } },
	},
});
