// Ask for a name, then greet. In an isolate input is waited for at the top level, as everything else is.

const name = (await prompt("What is your name? "))?.trim() || "stranger";

console.log(`Hello, ${name}!`);
console.log(`Your name has ${[...name].length} characters; backwards it is ${[...name].reverse().join("")}.`);
