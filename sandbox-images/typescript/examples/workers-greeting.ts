// Ask for a name, then greet. In an isolate input is waited for at the top level, as everything else is.

declare function prompt(question?: string): Promise<string | null>;

interface Person {
	readonly name: string;
}

const greet = ({ name }: Person): string => `Hello, ${name}!`;

const typed: string | null = await prompt("What is your name? ");
console.log(greet({ name: typed?.trim() || "stranger" }));
