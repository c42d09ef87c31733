import { describeError, errorCodes, errorTable } from "../../protocol/errors.ts";
import { describeApi, type OpenApiOperation } from "../../protocol/openapi.ts";
import { Hourglass } from "../run-bar/brand.tsx";
import styles from "./api-reference.module.css";
import { schemaLines } from "./schema-lines.ts";

/** The page at /api: the OpenAPI document as a person reads it. It is made on the server and needs no script. */
export function ApiReference() {
	const { info, paths, components } = describeApi();
	const operations = Object.entries(paths).flatMap(([path, { get, post }]) => [
		...(post === undefined ? [] : [{ path, method: "POST", operation: post }]),
		...(get === undefined ? [] : [{ path, method: "GET", operation: get }]),
	]);
	return (
		<div className={styles.page}>
			<header className={styles.top}>
				<a className={styles.home} href="/">
					<Hourglass />
					Sandglass
				</a>
				<span className={styles.place}>HTTP interface</span>
				<a className={styles.back} href="/api/v1/openapi.json">
					OpenAPI document
				</a>
			</header>
			<main className={styles.main}>
				<h1 className={styles.title}>Run programs over HTTP</h1>
				<p className={styles.lead}>{info.description}</p>
				<p className={styles.lead}>
					With a key of the operator's, send <code>Authorization: Bearer sandglass_…</code>. Without one a call counts against your address,
					as far as the operator allows that.
				</p>
				<nav aria-label="Routes">
					<ul className={styles.routes}>
						{operations.map(({ path, method, operation }) => (
							<li key={operation.operationId}>
								<a href={`#${operation.operationId}`}>
									{operation.summary} <code>{`${method} ${path}`}</code>
								</a>
							</li>
						))}
					</ul>
				</nav>
				{operations.map(({ path, method, operation }) => (
					<Operation key={operation.operationId} path={path} method={method} operation={operation} />
				))}
				<h2 className={styles.heading}>Problems</h2>
				<dl className={styles.responses}>
					{errorCodes.map((code) => (
						<div className={styles.problem} key={code} id={code}>
							<dt>
								<code>{code}</code>, {errorTable[code].httpStatus}
							</dt>
							<dd className={styles.meaning}>{describeError(code)}</dd>
						</div>
					))}
				</dl>
				<h2 className={styles.heading}>Schemas</h2>
				{Object.entries(components.schemas).map(([name, schema]) => (
					<Schema key={name} name={name} schema={schema} />
				))}
			</main>
		</div>
	);
}

function Operation({ path, method, operation }: { path: string; method: string; operation: OpenApiOperation }) {
	const media = operation.requestBody?.content["application/json"];
	return (
		<section className={styles.operation} id={operation.operationId} aria-labelledby={`${operation.operationId}-title`}>
			<h2 className={styles.heading} id={`${operation.operationId}-title`}>
				{operation.summary}
			</h2>
			<p className={styles.route}>
				<span className={styles.method}>{method}</span> <code>{path}</code>
			</p>
			<p className={styles.text}>
				<Prose text={operation.description} />
			</p>
			{media !== undefined && (
				<>
					<p className={styles.text}>
						Takes <SchemaLinks value={media.schema} />:
					</p>
					{/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard */}
					<pre className={styles.example} tabIndex={0}>
						{JSON.stringify(media.example, null, "  ")}
					</pre>
				</>
			)}
			<dl className={styles.responses}>
				{Object.entries(operation.responses).map(([status, response]) => (
					<div className={styles.response} key={status}>
						<dt className={styles.status}>{status}</dt>
						<dd className={styles.meaning}>
							<Prose text={response.description} />{" "}
							{Object.entries(response.content ?? {}).map(([type, { schema }]) => (
								<span className={styles.media} key={type}>
									<code>{type}</code> <SchemaLinks value={schema} />
								</span>
							))}
						</dd>
					</div>
				))}
			</dl>
		</section>
	);
}

/** What stands between backticks is code. */
function Prose({ text }: { text: string }) {
	// biome-ignore lint/suspicious/noArrayIndexKey: the text never changes
	return <>{text.split("`").map((part, at) => (at % 2 === 1 ? <code key={at}>{part}</code> : part))}</>;
}

function SchemaLinks({ value }: { value: unknown }) {
	const name = /#\/components\/schemas\/(\w+)/.exec(JSON.stringify(value))?.[1];
	return name === undefined ? null : <a href={`#schema-${name}`}>{name}</a>;
}

function Schema({ name, schema }: { name: string; schema: unknown }) {
	const lines = schemaLines(schema);
	return (
		<details className={styles.schema} id={`schema-${name}`}>
			<summary className={styles.schemaName}>{name}</summary>
			<ul className={styles.fields}>
				{lines.map((line, at) => (
					// biome-ignore lint/suspicious/noArrayIndexKey: the list never changes, and two forms may have the same lines
					<li key={at} className={styles.field} style={{ marginInlineStart: `${Math.min(line.depth, 6) * 14}px` }}>
						{line.name === "" ? null : <code className={styles.fieldName}>{line.name}</code>}{" "}
						<span className={styles.type}>
							{line.type}
							{line.isRequired ? "" : ", optional"}
						</span>{" "}
						{line.description}
					</li>
				))}
			</ul>
		</details>
	);
}
