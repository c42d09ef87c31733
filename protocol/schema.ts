import * as z from "zod/mini";

/**
 * The pieces that the protocol's schemas are made of. They are zod's "mini" form, whose functions a page loads one by one: with the other form a
 * reader's browser loads all of zod, three times as much.
 */

/** Of `min` to `max` UTF-16 units. */
export const text = (max: number, min = 0) => z.string().check(z.maxLength(max), ...(min > 0 ? [z.minLength(min)] : []));
export const matching = (pattern: RegExp) => z.string().check(z.regex(pattern));
export const integer = (min: number, max: number) => z.int().check(z.minimum(min), z.maximum(max));
/** 0, 1, 2 … */
export const count = () => z.int().check(z.nonnegative());
/** 1, 2, 3 … */
export const ordinal = () => z.int().check(z.positive());
/** Of time, bytes and the like. */
export const amount = () => z.number().check(z.nonnegative());
/** Any number between, both included. */
export const within = (min: number, max: number) => z.number().check(z.minimum(min), z.maximum(max));
/** Of `min` to `max` items. */
export const list = <T extends z.core.SomeType>(item: T, max: number, min = 0) =>
	z.array(item).check(z.maxLength(max), ...(min > 0 ? [z.minLength(min)] : []));
/** With at least one item. */
export const some = <T extends z.core.SomeType>(item: T) => z.array(item).check(z.minLength(1));
