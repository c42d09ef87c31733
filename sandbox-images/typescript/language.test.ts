import { languageContract } from "../language-contract.ts";

languageContract({
	id: "typescript",
	faulty: { content: 'const one: number = 1;\nconst two: number = "two";\n', says: /main\.ts\(2,7\): error TS2322/ },
	severalFiles: [
		{ name: "src/main.ts", content: 'import { word } from "./words/second.ts";\nconst text: string = await word;\nconsole.log(text);\n' },
		{ name: "src/words/second.ts", content: 'export const word: Promise<string> = Promise.resolve("together");\n' },
	],
	// Both leave types out and check none.
	versions: {
		"deno-2.9": { faulty: { content: "const one: number = 1;\nconst: number = 2;\n", says: /SyntaxError[\s\S]*main\.ts:2/ } },
		"workers-2026-11-17": { faulty: { content: "const one: number = 1;\nconst: number = 2;\n", says: /SyntaxError[\s\S]*main\.ts:2/ } },
	},
});
