// Ask for a name, then greet. QuickJS has modules of its own: "std" for files and streams, "os" for the system.
import * as std from "std";

std.out.puts("What is your name? ");
std.out.flush();
const name = (std.in.getline() ?? "").trim() || "stranger";

console.log(`Hello, ${name}!`);
console.log(`Your name has ${[...name].length} characters; backwards it is ${[...name].reverse().join("")}.`);
