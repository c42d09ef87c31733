import { mkdirSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { canInstallPackages, ensurePackages, isInstalled, type Progress } from "./debian-packages.ts";

/** PostgreSQL's programs for the tests, which run clusters of their own. */

const folder = "/etc/postgresql-common/createcluster.d";
const dropIn = join(folder, "sandglass-tests.conf");

/** Debian's package makes a cluster and starts it as it is installed, on a port that may be somebody's; for as long as we install it, it does not. */
export async function ensurePostgres(progress: Progress): Promise<void> {
	if ((await isInstalled("postgresql")) || !canInstallPackages()) return ensurePackages(["postgresql"], "the tests", progress);
	const made = mkdirSync(folder, { recursive: true });
	writeFileSync(dropIn, "create_main_cluster = false\n");
	try {
		await ensurePackages(["postgresql"], "the tests", progress);
	} finally {
		rmSync(dropIn);
		if (made !== undefined) rmdirSync(folder);
	}
}
