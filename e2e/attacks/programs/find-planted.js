// Says what of plant-node.js acts on this program.
const variables = Object.keys(process.env).filter((name) => /^(NODE_|LD_|npm_)/.test(name));
console.log("variables:", variables.join() || "none");
console.log("flags:", process.execArgv.join() || "none");
console.log("here:", require("node:fs").readdirSync(".").sort().join());
console.log("module:", typeof require);
