import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Process ids kept in files, so that what several starts share (the private engine) goes with the last of them. */

/** A zombie, which an init that reaps late leaves for a while, is dead. */
export function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		const stat = `/proc/${pid}/stat`;
		return !existsSync(stat) || !readFileSync(stat, "utf8").includes(") Z ");
	} catch (error) {
		return error instanceof Error && "code" in error && error.code === "EPERM";
	}
}

/** The pid in a file, or null when there is none or it is no number. */
export function readPid(path: string): number | null {
	try {
		const pid = Number(readFileSync(path, "utf8").trim());
		return Number.isInteger(pid) && pid > 1 ? pid : null;
	} catch {
		return null;
	}
}

/** Enters this process in `dir`; `leave` takes it out again and says whether any other living process is entered. */
export function enterUsers(dir: string): { hasOthers(): boolean; leave(): { isLast: boolean } } {
	mkdirSync(dir, { recursive: true, mode: 0o700 });
	const own = join(dir, String(process.pid));
	writeFileSync(own, "");
	const hasOthers = (): boolean => {
		const others = readdirSync(dir)
			.map(Number)
			.filter((pid) => pid !== process.pid);
		for (const pid of others) if (!isAlive(pid)) rmSync(join(dir, String(pid)), { force: true });
		return others.some(isAlive);
	};
	return {
		hasOthers,
		leave() {
			rmSync(own, { force: true });
			return { isLast: !hasOthers() };
		},
	};
}

/** Holds `path` as a lock while `work` runs; a lock whose holder is dead is taken over. Waits at most `waitMs`. */
export async function withLock<T>(path: string, waitMs: number, work: () => Promise<T>): Promise<T> {
	const deadline = Date.now() + waitMs;
	for (;;) {
		try {
			writeFileSync(path, String(process.pid), { flag: "wx" });
			break;
		} catch (error) {
			const holder = readPid(path);
			if (holder === null || !isAlive(holder)) rmSync(path, { force: true });
			else if (Date.now() > deadline) throw new Error(`${path} is held by process ${holder}`, { cause: error });
			else await new Promise((resolve) => setTimeout(resolve, 100));
		}
	}
	try {
		return await work();
	} finally {
		rmSync(path, { force: true });
	}
}
