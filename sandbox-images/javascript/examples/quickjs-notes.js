// The workspace is all of the world that this program has. It can write there and read again; every way out is refused.
import * as std from "std";
import * as os from "os";

const notes = std.open("notes.txt", "w");
for (const [day, weather] of ["sand", "more sand", "a storm of sand"].entries()) notes.printf("day %d: %s\n", day + 1, weather);
notes.close();

console.log(std.loadFile("notes.txt"));

/** What the host of this module answers: an error's name, or none. */
function attempt(what, action) {
	const result = action();
	console.log(`${what.padEnd(28)} ${result < 0 ? std.strerror(-result) : "done"}`);
}

attempt("make a folder", () => os.mkdir("folder"));
attempt("step out of the workspace", () => os.mkdir("../folder"));
attempt("open the list of accounts", () => os.open("/etc/passwd", os.O_RDONLY));
attempt("link to it and follow", () => os.symlink("/etc/passwd", "accounts"));
attempt("link upwards", () => os.symlink("../../etc", "up") || os.open("up/passwd", os.O_RDONLY));

const [names] = os.readdir(".");
console.log(`\nHere now: ${names.filter((name) => !name.startsWith(".")).sort().join(", ")}`);
