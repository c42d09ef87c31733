import { languageContract } from "../language-contract.ts";

languageContract({
	id: "c",
	faulty: { content: "int main(void)\n{\n\treturn zero;\n}\n", says: /main\.c:3:\d+: error: .*zero/ },
	severalFiles: [
		{ name: "main.c", content: '#include <stdio.h>\n#include "second.h"\nint main(void) { puts(word()); }\n' },
		{ name: "second.h", content: "const char *word(void);\n" },
		{ name: "second.c", content: '#include "second.h"\nconst char *word(void) { return "together"; }\n' },
	],
});
