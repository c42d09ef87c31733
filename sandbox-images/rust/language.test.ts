import { languageContract } from "../language-contract.ts";

languageContract({
	id: "rust",
	faulty: { content: "fn main() {\n    zero();\n}\n", says: /error\[E0425\][\s\S]*main\.rs:2:5/ },
	severalFiles: [
		{ name: "main.rs", content: 'mod second;\nfn main() {\n    println!("{}", second::word());\n}\n' },
		{ name: "second.rs", content: 'pub fn word() -> &\'static str {\n    "together"\n}\n' },
	],
});
