import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { isAlive } from "../../../setup/process-file.ts";

/** A PostgreSQL of the test's own, from Debian's package: a folder of its own, a unix socket in it, no network. The machine's clusters are never touched. */

const installed = "/usr/lib/postgresql";
const user = "sandglass";

function findBinaries(): string {
	const versions = existsSync(installed) ? readdirSync(installed) : [];
	const newest = versions.map(Number).sort((a, b) => b - a)[0];
	if (newest === undefined) throw new Error("This test needs Debian's package postgresql, which `npm test` installs.");
	return join(installed, String(newest), "bin");
}

/** PostgreSQL refuses to run as root. */
function findOwner(): { uid: number; gid: number } | undefined {
	if (process.getuid?.() !== 0) return undefined;
	const [, uid, gid] = /^postgres:[^:]*:(\d+):(\d+):/m.exec(readFileSync("/etc/passwd", "utf8")) ?? [];
	return { uid: Number(uid ?? 65_534), gid: Number(gid ?? 65_534) };
}

function childrenOf(parent: number): number[] {
	return readdirSync("/proc").flatMap((name) => {
		if (!/^[0-9]+$/.test(name)) return [];
		try {
			const [, ofParent] = readFileSync(`/proc/${name}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
			return Number(ofParent) === parent ? [Number(name)] : [];
		} catch {
			return [];
		}
	});
}

export class PostgresCluster {
	readonly folder: string;
	readonly #bin = findBinaries();
	readonly #owner = findOwner();
	#server: ChildProcess | null = null;
	#databases = 0;

	private constructor() {
		this.folder = mkdtempSync(join(tmpdir(), "postgres-"));
		if (this.#owner !== undefined) chownSync(this.folder, this.#owner.uid, this.#owner.gid);
	}

	static async start(): Promise<PostgresCluster> {
		const cluster = new PostgresCluster();
		const { folder } = cluster;
		const init = spawnSync(join(cluster.#bin, "initdb"), ["-D", "data", "-U", user, "-A", "trust", "-E", "UTF8", "--locale=C", "-N"], {
			...cluster.#owner,
			cwd: folder,
			encoding: "utf8",
		});
		if (init.status !== 0) throw new Error(`initdb failed: ${init.stderr}`);
		await cluster.run();
		return cluster;
	}

	/** Of a database of this cluster. */
	url(database = "postgres"): string {
		return `postgresql://${user}@localhost/${database}?host=${encodeURIComponent(this.folder)}`;
	}

	/** Runs it (again), with everything on disk before a commit is answered; resolves once it takes connections. */
	async run(): Promise<void> {
		const settings = [
			"listen_addresses=",
			`unix_socket_directories=${this.folder}`,
			"fsync=on",
			"shared_buffers=16MB",
			"max_wal_size=64MB",
		];
		const server = spawn(join(this.#bin, "postgres"), ["-D", "data", ...settings.flatMap((it) => ["-c", it])], {
			...this.#owner,
			cwd: this.folder,
			stdio: ["ignore", "ignore", "pipe"],
		});
		this.#server = server;
		let printed = "";
		await new Promise<void>((resolve, reject) => {
			server.stderr?.on("data", (chunk: Buffer) => {
				printed = (printed + chunk.toString()).slice(-8_000);
				if (printed.includes("ready to accept connections")) resolve();
			});
			server.once("exit", () => reject(new Error(`PostgreSQL ended at its start: ${printed}`)));
			server.once("error", reject);
		});
	}

	async createDatabase(): Promise<string> {
		const name = `test_${++this.#databases}`;
		await this.query(`CREATE DATABASE ${name}`);
		return name;
	}

	async query(sql: string, database = "postgres"): Promise<void> {
		const client = new pg.Client({ connectionString: this.url(database) });
		await client.connect();
		try {
			await client.query(sql);
		} finally {
			await client.end();
		}
	}

	/** kill -9 for the server and every process of it, as when the power goes. */
	async kill(): Promise<void> {
		const server = this.#server;
		if (server?.pid === undefined) return;
		this.#server = null;
		const ended = once(server, "exit");
		// Stopped, it starts no further child between the look and the blow.
		server.kill("SIGSTOP");
		const children = childrenOf(server.pid);
		for (const pid of [server.pid, ...children]) process.kill(pid, "SIGKILL");
		await ended;
		while (children.some(isAlive)) await new Promise((resolve) => setImmediate(resolve));
	}

	/** Ends it in order, so that it may be run again. */
	async stop(): Promise<void> {
		const server = this.#server;
		if (server === null) return;
		this.#server = null;
		const ended = once(server, "exit");
		server.kill("SIGINT");
		await ended;
	}

	async remove(): Promise<void> {
		await this.kill();
		rmSync(this.folder, { recursive: true, force: true });
	}

	/** A folder that the server may write to. */
	makeFolder(name: string): string {
		const path = join(this.folder, name);
		mkdirSync(path);
		if (this.#owner !== undefined) chownSync(path, this.#owner.uid, this.#owner.gid);
		return path;
	}

	get owner(): { uid: number; gid: number } | undefined {
		return this.#owner;
	}
}
