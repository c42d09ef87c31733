import { languageContract } from "../language-contract.ts";

languageContract({
	id: "ruby",
	faulty: { content: "puts 1\nputs (2\n", says: /main\.rb:\d+: (syntax error|.*SyntaxError)|main\.rb.*syntax errors? found/ },
	severalFiles: [
		{ name: "main.rb", content: 'require_relative "words/second"\nputs WORD\n' },
		{ name: "words/second.rb", content: 'WORD = "together"\n' },
	],
});
