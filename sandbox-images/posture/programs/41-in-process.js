// Row 41. What breaks every sandbox made of JavaScript: from any object of the outside to its constructor, to Function, to the outside.
(async () => {
	try {
		const vm = await import("node:vm");
		const outside = vm.runInNewContext('this.constructor.constructor("return globalThis")()');
		console.log("out of node:vm, into a global object with process:", typeof outside.process);
		console.log("environment there:", JSON.stringify(outside.process?.env));
		console.log("HELD:  what it reached is this sandbox, and there is nothing in it");
	} catch (error) {
		console.log("no node:vm here →", String(error).slice(0, 100));
	}
	try {
		const reached = (() => {}).constructor("return globalThis")();
		console.log("the Function constructor gives", String(reached), "with", Object.getOwnPropertyNames(reached).length, "names");
	} catch (error) {
		console.log("HELD:  no code from text →", String(error).slice(0, 100));
	}
})();
