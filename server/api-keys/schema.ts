import { z } from "zod";

/** The file of API keys. It holds no key: of each only the hash, so that who reads it can call nothing. */

/** What begins every key, so that people and secret scanners recognise one. */
export const keyPrefix = "sandglass_";

export const ApiKey = z.strictObject({
	id: z.string().regex(/^[0-9a-f]{8}$/),
	/** For the operator's own list. */
	name: z.string().min(1).max(100),
	/** SHA-256 of the whole key, in hexadecimal. A key has 256 bits of randomness, so a slow hash would add nothing. */
	sha256: z.string().regex(/^[0-9a-f]{64}$/),
	createdAt: z.iso.datetime(),
	allowance: z.strictObject({
		sandboxes: z.int().min(1).max(10_000),
		runsPerMinute: z.int().min(1).max(1_000_000),
		secondsPerHour: z.int().min(1).max(100_000_000),
	}),
});
export type ApiKey = z.infer<typeof ApiKey>;

export const ApiKeys = z.array(ApiKey).max(10_000);

export const ApiKeyFile = z.strictObject({ version: z.literal(1), keys: ApiKeys });
