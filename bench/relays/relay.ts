import { existsSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";

/**
 * A relay that knows no protocol: what comes in on a Unix socket goes on to another, and back. With "-" for the other it sends back itself, for
 * whoever stands at the end.
 */

const [listenPath = "", targetPath = "-"] = process.argv.slice(2);
if (listenPath === "" || existsSync(listenPath)) throw new Error("a path for a new socket is needed");

function join(from: Socket, to: Socket): void {
	from.on("data", (bytes) => to.write(bytes));
	from.on("close", () => to.destroy());
	from.on("error", () => to.destroy());
}

createServer((client) => {
	const target = targetPath === "-" ? client : connect(targetPath);
	join(client, target);
	if (target !== client) join(target, client);
}).listen(listenPath, () => process.send?.("listening"));
process.on("disconnect", () => process.exit(0));
