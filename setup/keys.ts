import { parseArgs } from "node:util";
import { KeyFile, KeyFileError } from "../server/api-keys/key-file.ts";
import { ApiKey } from "../server/api-keys/schema.ts";
import { ConfigError, readConfig } from "../server/config.ts";

/** `npm run keys -- create --name … | list | revoke <id>`: the API keys of this server. A running server takes changes up by itself. */

const usage = `npm run keys -- create --name NAME [--runs-per-minute 120] [--seconds-per-hour 3600] [--sandboxes 8]
npm run keys -- list
npm run keys -- revoke ID`;

class UsageError extends Error {}

const say = (line: string): void => void process.stdout.write(`${line}\n`);

function wholeNumber(option: string, text: string): number {
	if (!/^[1-9][0-9]{0,8}$/.test(text)) throw new UsageError(`--${option} ${JSON.stringify(text)}: it has to be a whole number above 0.`);
	return Number(text);
}

function create(file: KeyFile, args: readonly string[]): void {
	const { values } = parseArgs({
		args: [...args],
		options: {
			name: { type: "string" },
			"runs-per-minute": { type: "string", default: "120" },
			"seconds-per-hour": { type: "string", default: "3600" },
			sandboxes: { type: "string", default: "8" },
		},
	});
	if (values.name === undefined || values.name.trim() === "") throw new UsageError("A key needs --name, for your own list.");
	const wish = ApiKey.pick({ name: true, allowance: true }).safeParse({
		name: values.name.trim(),
		allowance: {
			sandboxes: wholeNumber("sandboxes", values.sandboxes),
			runsPerMinute: wholeNumber("runs-per-minute", values["runs-per-minute"]),
			secondsPerHour: wholeNumber("seconds-per-hour", values["seconds-per-hour"]),
		},
	});
	if (!wish.success) throw new UsageError(wish.error.issues.map((it) => `${it.path.join(".")}: ${it.message}`).join("; "));
	const { token, key } = file.create(wish.data.name, wish.data.allowance, new Date());
	say(`Key ${key.id} (${key.name}). It is shown this once, and only its hash is kept:\n\n  ${token}\n`);
}

function list(file: KeyFile): void {
	const keys = file.read();
	if (keys.length === 0) say("There are no keys.");
	for (const { id, name, createdAt, allowance } of keys) {
		const { runsPerMinute, secondsPerHour, sandboxes } = allowance;
		say(`${id}  ${createdAt.slice(0, 10)}  ${runsPerMinute} runs/min, ${secondsPerHour} s/h, ${sandboxes} sandboxes  ${name}`);
	}
}

function revoke(file: KeyFile, [id, ...rest]: readonly string[]): void {
	if (id === undefined || rest.length > 0) throw new UsageError("Which key? `list` shows their ids.");
	if (!file.revoke(id)) throw new UsageError(`There is no key ${JSON.stringify(id)}; \`list\` shows those that are.`);
	say(`Key ${id} is revoked.`);
}

function main([command, ...args]: readonly string[]): void {
	const file = new KeyFile(readConfig(process.env, process.cwd()).stateDir);
	if (command === "create") create(file, args);
	else if (command === "list" && args.length === 0) list(file);
	else if (command === "revoke") revoke(file, args);
	else throw new UsageError(usage);
}

try {
	main(process.argv.slice(3));
} catch (error) {
	const isParseError = error instanceof TypeError && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS");
	if (!(error instanceof UsageError || error instanceof KeyFileError || error instanceof ConfigError || isParseError)) throw error;
	process.stderr.write(`${error.message}\n`);
	process.exitCode = 1;
}
