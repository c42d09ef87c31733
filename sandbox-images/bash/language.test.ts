import { languageContract } from "../language-contract.ts";

languageContract({
	id: "bash",
	faulty: { content: "echo one\nif true; then\n", says: /main\.sh: line \d+: syntax error/ },
	severalFiles: [
		{ name: "main.sh", content: '. ./words/second.sh\necho "$word"\n' },
		{ name: "words/second.sh", content: "word=together\n" },
	],
	// popen and system of the programs that it calls start `sh`.
	shells: ["bash", "sh", "dash", "rbash"],
});
