// Ask for a name, then greet.
import { createInterface } from "node:readline/promises";

const terminal = createInterface({ input: process.stdin, output: process.stdout });
const name = (await terminal.question("What is your name? ")).trim() || "stranger";
terminal.close();

console.log(`Hello, ${name}!`);
console.log(`Your name has ${[...name].length} characters; backwards it is ${[...name].reverse().join("")}.`);
