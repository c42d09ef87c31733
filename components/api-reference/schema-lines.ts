/** A JSON schema told as lines that a person can read: names, types, bounds. Its input is the server's own document. */

export interface SchemaLine {
	/** 0: a property of the schema itself. */
	readonly depth: number;
	/** Empty for one of several forms. */
	readonly name: string;
	readonly type: string;
	readonly isRequired: boolean;
	readonly description: string;
}

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value);
const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {});
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

export function schemaLines(schema: unknown, depth = 0): SchemaLine[] {
	const fields = fieldsOf(schema);
	const required = listOf(fields.required);
	const forms = formsOf(fields).filter((form) => isFields(fieldsOf(form).properties));
	const properties = Object.entries(fieldsOf(fields.properties)).flatMap(([name, property]): SchemaLine[] => [
		{
			depth,
			name,
			type: typeText(property),
			isRequired: required.includes(name),
			description: String(fieldsOf(property).description ?? ""),
		},
		...schemaLines(property, depth + 1),
	]);
	const ofForms = forms.flatMap((form): SchemaLine[] =>
		forms.length === 1
			? schemaLines(form, depth)
			: [{ depth, name: "", type: "one form", isRequired: true, description: "" }, ...schemaLines(form, depth + 1)],
	);
	return [...properties, ...ofForms, ...(fields.items === undefined ? [] : schemaLines(fields.items, depth))];
}

/** "array of object", "integer 100–3600000", `"ok" | "degraded"`, "RunResult" */
export function typeText(schema: unknown): string {
	const fields = fieldsOf(schema);
	if (typeof fields.$ref === "string") return fields.$ref.split("/").at(-1) ?? "";
	if (fields.const !== undefined) return JSON.stringify(fields.const);
	const choices = listOf(fields.enum);
	if (choices.length > 8) return `one of ${choices.length} words`;
	if (choices.length > 0) return choices.map((it) => JSON.stringify(it)).join(" | ");
	const forms = formsOf(fields);
	if (forms.length > 0) return [...new Set(forms.map(typeText))].join(" | ");
	const type = String(fields.type ?? "any");
	if (type === "array") return `array of ${typeText(fields.items)}`;
	const fallback = fields.default === undefined || isFields(fields.default) ? "" : `, default ${JSON.stringify(fields.default)}`;
	return `${type}${bounds(fields)}${fallback}`;
}

const formsOf = (fields: Fields): readonly unknown[] => [...listOf(fields.oneOf), ...listOf(fields.anyOf)];

function bounds({ minimum, maximum, maxLength }: Fields): string {
	const largest = maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum;
	if (typeof minimum === "number" && minimum !== -Number.MAX_SAFE_INTEGER && typeof largest === "number")
		return ` ${minimum} to ${largest}`;
	return typeof maxLength === "number" ? `, at most ${maxLength} characters` : "";
}
