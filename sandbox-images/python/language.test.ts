import { languageContract } from "../language-contract.ts";

languageContract({
	id: "python",
	faulty: { content: "print('one')\nprint('two'\n", says: /File ".*main\.py", line 2[\s\S]*SyntaxError/ },
	severalFiles: [
		{ name: "main.py", content: "from words.second import word\nprint(word)\n" },
		{ name: "words/second.py", content: "word = 'together'\n" },
	],
});
