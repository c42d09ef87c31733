import { spawnSync } from "node:child_process";
import { join } from "node:path";
import type { Logger } from "pino";

/**
 * As root, the public side runs as `nobody`: whoever takes the gateway over has no engine, no image and no secret but the one that
 * signs visitors. Where that user cannot read the project (a home folder that is closed to others), the gateway keeps its rights,
 * and the log says so.
 */
export function findGatewayUser(projectDir: string, log: Logger): { uid: number; gid: number } | null {
	if (process.getuid?.() !== 0) return null;
	const nobody = { uid: 65_534, gid: 65_534 };
	const script = `require("fs").readFileSync(${JSON.stringify(join(projectDir, "package.json"))});require("fs").accessSync(${JSON.stringify(join(projectDir, "node_modules"))})`;
	const probe = spawnSync(process.execPath, ["-e", script], { ...nobody, stdio: "ignore" });
	if (probe.status === 0) return nobody;
	log.warn(
		{ projectDir },
		"the gateway runs as root, because the user `nobody` cannot read the project's folder; move it to where others may read",
	);
	return null;
}
