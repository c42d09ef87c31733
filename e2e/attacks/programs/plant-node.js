// Leaves, in every place that Node looks at before a program, code that says so; then shows that it acts on programs started from here.
const { execFileSync } = require("node:child_process");
const fs = require("node:fs");
const confession = "process.stdout.write('planted ');\n";
fs.mkdirSync("node_modules/colours", { recursive: true });
for (const name of ["startup.js", "node_modules/colours/index.js", "fs.js", ".node_repl.js"]) fs.writeFileSync(name, confession);
fs.writeFileSync("package.json", '{"type":"module","main":"startup.js"}');
fs.writeFileSync(".npmrc", "node-options=--require=/workspace/startup.js\n");
for (const path of ["/etc/ld.so.preload", "/usr/lib/node_modules/x.js", "/etc/x"]) {
	try {
		fs.writeFileSync(path, "x");
		console.log("written", path);
	} catch (error) {
		console.log("refused", error.code);
	}
}
process.env.NODE_OPTIONS = "--require=/workspace/startup.cjs";
fs.writeFileSync("startup.cjs", confession);
console.log("child:", execFileSync(process.execPath, ["-e", "console.log('ran')"]).toString().trim());
