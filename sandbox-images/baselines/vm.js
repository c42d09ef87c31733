// Stand-in for a server that runs a visitor's code by node:vm in its own process. The arguments are the program that the visitor's code
// starts once it is out. What is secret here is made up.
const { runInNewContext } = require("node:vm");
const { randomBytes } = require("node:crypto");

globalThis.sessionKey = `made-up-${randomBytes(8).toString("hex")}`;
const visitor = `
	const out = this.constructor.constructor("return globalThis")();
	const found = out.sessionKey;
	out.process.getBuiltinModule("node:child_process").spawnSync(program[0], program.slice(1), { stdio: "inherit" });
	found;
`;

function tell(id, title, isBroken, tried, happened, why) {
	const outcome = isBroken ? "broke" : "held";
	process.stdout.write(`${JSON.stringify({ attack: { row: Number(id.slice(0, 2)), id, title, outcome, tried, happened, why } })}\n`);
}

let found = "";
let happened = "the outer process object was reached";
try {
	found = runInNewContext(visitor, { program: process.argv.slice(1) });
} catch (error) {
	happened = String(error);
}
tell(
	"41-in-process",
	"Walk out of the language's own jail",
	found !== "",
	"From the context's own global object to its constructor, to Function of the outside, to the outside's globals.",
	happened,
	"node:vm separates names, not rights; its own documentation says that it is no security mechanism.",
);
tell(
	"33-server-memory",
	"Read the server's memory",
	found === globalThis.sessionKey,
	"Reads a property of the server's global object.",
	found === "" ? "not found" : `sessionKey is ${found.slice(0, 12)}…`,
	"One process has one memory: whatever the server knows, its visitor knows.",
);
