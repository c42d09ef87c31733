import { randomBytes, timingSafeEqual } from "node:crypto";
import type { Logger } from "pino";
import type { ErrorCode } from "../../protocol/errors.ts";
import type { ClientMessage } from "../../protocol/messages.ts";
import type { Connection, ConnectionHost } from "./connection.ts";
import { ReliableChannel } from "./reliable-channel.ts";
import { Session, type SessionWorld } from "./session.ts";
import type { Visitor, Visitors } from "./visitor.ts";

/**
 * All connections and all sessions, and which connection has which session. A session without a connection lives on for the grace
 * time (PROTOCOL.md P10); what one address may keep, connected or not, is bounded.
 */

type HelloMessage = Extract<ClientMessage, { type: "hello" }>;

interface Entry {
	readonly id: string;
	readonly secret: string;
	readonly session: Session;
	readonly address: string;
	connection: Connection | null;
	graceTimer: NodeJS.Timeout | undefined;
}

/** What the handshake found out. */
export interface Guest {
	/** As addressGroup gives it. */
	readonly address: string;
	readonly visitor: Visitor;
	/** False: the visitor was made up for this handshake, and a token in `hello` is better. */
	readonly isKnown: boolean;
	/** The site whose frame it is; absent: a page of ours. */
	readonly site?: string;
}

export class SessionHub implements ConnectionHost {
	readonly #world: SessionWorld;
	readonly #visitors: Visitors;
	readonly #options: { readonly build: string; readonly graceMs: number; readonly addressConnections: number };
	readonly #log: Logger;
	readonly #guests = new Map<Connection, Guest>();
	readonly #entries = new Map<string, Entry>();
	readonly #bySession = new Map<Session, Entry>();
	#isShuttingDown = false;

	constructor(options: {
		world: SessionWorld;
		visitors: Visitors;
		build: string;
		graceMs: number;
		addressConnections: number;
		log: Logger;
	}) {
		this.#world = options.world;
		this.#visitors = options.visitors;
		this.#options = options;
		this.#log = options.log;
	}

	get connectionCount(): number {
		return this.#guests.size;
	}

	get sessionCount(): number {
		return this.#entries.size;
	}

	/** Takes a new connection in, or turns it away when its address has too many. */
	admit(connection: Connection, guest: Guest): void {
		let count = 0;
		for (const { address } of this.#guests.values()) if (address === guest.address) count++;
		this.#guests.set(connection, guest);
		if (this.#isShuttingDown) connection.fail("shuttingDown");
		else if (count >= this.#options.addressConnections) connection.fail("tooManyConnections");
	}

	greet(connection: Connection, hello: HelloMessage): Session {
		const guest = this.#guests.get(connection);
		if (guest === undefined) throw new Error("hello on a connection that was not admitted");
		const visitor = guest.isKnown ? guest.visitor : (this.#visitors.read(hello.visitorToken ?? "") ?? guest.visitor);
		const resumed = hello.resume === undefined ? null : this.#find(hello.resume);
		const entry = resumed ?? this.#open(guest, visitor);
		const older = entry.connection;
		clearTimeout(entry.graceTimer);
		entry.connection = connection;
		older?.fail("replaced");
		const { channel } = entry.session;
		channel.detach();
		connection.sendUncounted({
			type: "welcome",
			session: entry.id,
			secret: entry.secret,
			visitorToken: visitor.token,
			isResumed: resumed !== null,
			received: channel.takeReceived(),
			build: this.#options.build,
		});
		channel.attach(connection);
		return entry.session;
	}

	refused(code: ErrorCode): void {
		this.#world.observer.refused(code);
	}

	closed(connection: Connection, session: Session | null, isFinal: boolean): void {
		this.#guests.delete(connection);
		const entry = session === null ? undefined : this.#bySession.get(session);
		if (entry === undefined || entry.connection !== connection) return;
		entry.connection = null;
		entry.session.channel.detach();
		if (isFinal || this.#isShuttingDown || this.#options.graceMs === 0) this.#end(entry);
		else entry.graceTimer = setTimeout(() => this.#end(entry), this.#options.graceMs);
	}

	beat(): void {
		for (const connection of this.#guests.keys()) connection.beat();
	}

	runnerDown(): void {
		for (const { session } of this.#entries.values()) session.runnerDown();
	}

	/** Tells every page, ends every session, and cuts what is still open after `closeMs`. */
	async close(closeMs: number): Promise<void> {
		this.#isShuttingDown = true;
		const connections = [...this.#guests.keys()];
		for (const connection of connections) connection.fail("shuttingDown");
		for (const entry of [...this.#entries.values()]) this.#end(entry);
		const deadline = this.#world.now() + closeMs;
		while (this.#guests.size > 0 && this.#world.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 10));
		for (const connection of this.#guests.keys()) connection.terminate();
	}

	#find(resume: NonNullable<HelloMessage["resume"]>): Entry | null {
		const entry = this.#entries.get(resume.session);
		if (entry === undefined || !isSame(entry.secret, resume.secret)) return null;
		if (entry.session.channel.canResume(resume.received)) return entry;
		entry.connection?.fail("replaced");
		this.#end(entry);
		return null;
	}

	#open({ address, site }: Guest, visitor: Visitor): Entry {
		this.#makeRoom(address);
		const id = randomBytes(16).toString("base64url");
		const log = this.#log.child({ session: id.slice(0, 8) });
		const { now } = this.#world;
		const consumer = site === undefined ? { visitor: visitor.id, address } : { visitor: `frame:${visitor.id}`, address, site };
		const session = new Session(this.#world, consumer, (onBlocked) => new ReliableChannel({ now, onBlocked }), log);
		const entry: Entry = {
			id,
			secret: randomBytes(24).toString("base64url"),
			session,
			address,
			connection: null,
			graceTimer: undefined,
		};
		this.#entries.set(id, entry);
		this.#bySession.set(session, entry);
		return entry;
	}

	/** Sessions that wait for their page to come back count as connections do: the oldest such one of the address goes first. */
	#makeRoom(address: string): void {
		const ofAddress = [...this.#entries.values()].filter((entry) => entry.address === address);
		if (ofAddress.length < this.#options.addressConnections) return;
		const oldest = ofAddress.find((entry) => entry.connection === null);
		if (oldest !== undefined) this.#end(oldest);
	}

	#end(entry: Entry): void {
		clearTimeout(entry.graceTimer);
		this.#entries.delete(entry.id);
		this.#bySession.delete(entry.session);
		entry.session.end();
	}
}

function isSame(secret: string, given: string): boolean {
	const [left, right] = [Buffer.from(secret), Buffer.from(given)];
	return left.length === right.length && timingSafeEqual(left, right);
}
