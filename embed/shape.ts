/**
 * Whether something from outside has the shape that we read of it. By hand: the library of the schemas alone weighs more than this script
 * may. The tests beside the callers hold these shapes against the schemas of protocol/.
 */

type Check = (value: unknown) => boolean;
/** "": a text. 0: a whole number from 0. false: yes or no. A pattern: a text like that. [it]: a list of it. An object: at least these. */
export type Shape = "" | 0 | false | RegExp | Check | readonly [Shape] | Shapes;
export interface Shapes {
	readonly [name: string]: Shape;
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
	typeof value === "object" && value !== null && !Array.isArray(value);

export function hasShape(value: unknown, shape: Shape): boolean {
	if (typeof shape === "function") return shape(value);
	if (shape instanceof RegExp) return typeof value === "string" && shape.test(value);
	if (shape === 0) return Number.isSafeInteger(value) && Number(value) >= 0;
	if (typeof shape !== "object") return typeof value === typeof shape;
	if (Array.isArray(shape)) return Array.isArray(value) && value.every((it) => hasShape(it, shape[0]));
	return isRecord(value) && Object.entries(shape).every(([name, own]) => hasShape(value[name], own));
}

/** The first name that is not of the shape, or whose value is not; undefined: all are. */
export const strangerIn = (value: Record<string, unknown>, shapes: Shapes): string | undefined =>
	Object.keys(value).find((name) => !Object.hasOwn(shapes, name) || !hasShape(value[name], shapes[name] ?? ""));
