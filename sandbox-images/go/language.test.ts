import { languageContract } from "../language-contract.ts";

languageContract({
	id: "go",
	versionArguments: ["version"],
	faulty: { content: "package main\n\nfunc main() {\n\tzero()\n}\n", says: /main\.go:4:\d+: undefined: zero/ },
	severalFiles: [
		{ name: "main.go", content: 'package main\n\nimport "fmt"\n\nfunc main() { fmt.Println(word()) }\n' },
		{ name: "second.go", content: 'package main\n\nfunc word() string { return "together" }\n' },
	],
});
