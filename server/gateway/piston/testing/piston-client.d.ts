/** What the tests use of a client that has no types of its own. */
declare module "piston-client" {
	export default function piston(options: { server: string }): {
		runtimes(): Promise<unknown>;
		execute(language: string, code: string): Promise<unknown>;
	};
}
