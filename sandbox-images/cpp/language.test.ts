import { languageContract } from "../language-contract.ts";

languageContract({
	id: "cpp",
	faulty: { content: "#include <iostream>\nint main()\n{\n\tstd::cout << zero;\n}\n", says: /main\.cpp:4:\d+: error: .*zero/ },
	severalFiles: [
		{ name: "main.cpp", content: '#include <iostream>\n#include "second.hpp"\nint main() { std::cout << word() << "\\n"; }\n' },
		{ name: "second.hpp", content: "#include <string>\nstd::string word();\n" },
		{ name: "second.cpp", content: '#include "second.hpp"\nstd::string word() { return "together"; }\n' },
	],
});
