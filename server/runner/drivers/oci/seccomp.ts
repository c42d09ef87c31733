import { z } from "zod";

/**
 * Docker's form of a system-call filter as the OCI runtime specification's. They differ in how they name processors (Docker maps the machine's
 * to those that its kernel runs besides) and in Docker's conditions, which ours does not use: a rule with one is refused, for a filter that
 * is not understood whole may be weaker than it reads.
 */

const Argument = z.strictObject({ index: z.int(), value: z.number(), valueTwo: z.number().optional(), op: z.string() });

const Rule = z.strictObject({
	comment: z.string().optional(),
	names: z.array(z.string()).min(1),
	action: z.string(),
	errnoRet: z.int().optional(),
	args: z.array(Argument).nullish(),
});

const Profile = z.strictObject({
	comment: z.string().optional(),
	defaultAction: z.string(),
	defaultErrnoRet: z.int().optional(),
	archMap: z.array(z.strictObject({ architecture: z.string(), subArchitectures: z.array(z.string()).nullish() })),
	syscalls: z.array(Rule),
});

/** https://github.com/opencontainers/runtime-spec/blob/main/config-linux.md#seccomp */
export interface OciSeccomp {
	readonly defaultAction: string;
	readonly defaultErrnoRet?: number;
	readonly architectures: readonly string[];
	readonly syscalls: readonly {
		readonly names: readonly string[];
		readonly action: string;
		readonly errnoRet?: number;
		readonly args?: readonly z.infer<typeof Argument>[];
	}[];
}

const architectureNames: Readonly<Partial<Record<NodeJS.Architecture, string>>> = { x64: "SCMP_ARCH_X86_64", arm64: "SCMP_ARCH_AARCH64" };

/** A machine has one profile or two, and each sandbox asks. */
const translated = new Map<string, OciSeccomp>();

/** The filter for this machine; throws as `ociSeccomp` does. */
export function machineSeccomp(dockerProfile: string): OciSeccomp {
	const known = translated.get(dockerProfile) ?? ociSeccomp(dockerProfile);
	translated.set(dockerProfile, known);
	return known;
}

/**
 * The filter for a machine of that architecture.
 * @throws Error for a profile of another form, with a condition of Docker's, or without that architecture
 */
export function ociSeccomp(dockerProfile: string, architecture: NodeJS.Architecture = process.arch): OciSeccomp {
	const profile = Profile.parse(JSON.parse(dockerProfile));
	const entry = profile.archMap.find((it) => it.architecture === architectureNames[architecture]);
	if (entry === undefined) throw new Error(`the system-call filter says nothing of ${architecture}`);
	return {
		defaultAction: profile.defaultAction,
		...(profile.defaultErrnoRet === undefined ? {} : { defaultErrnoRet: profile.defaultErrnoRet }),
		architectures: [entry.architecture, ...(entry.subArchitectures ?? [])],
		syscalls: profile.syscalls.map(({ names, action, errnoRet, args }) => ({
			names,
			action,
			...(errnoRet === undefined ? {} : { errnoRet }),
			...(args == null || args.length === 0 ? {} : { args }),
		})),
	};
}
