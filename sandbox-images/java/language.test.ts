import { languageContract } from "../language-contract.ts";

languageContract({
	id: "java",
	faulty: {
		content: "public class Main {\n\tpublic static void main(String[] args) {\n\t\tzero();\n\t}\n}\n",
		says: /Main\.java:3: error: cannot find symbol/,
	},
	severalFiles: [
		{
			name: "Main.java",
			content: "public class Main {\n\tpublic static void main(String[] args) { System.out.println(Second.word()); }\n}\n",
		},
		{ name: "Second.java", content: 'class Second {\n\tstatic String word() { return "together"; }\n}\n' },
	],
});
