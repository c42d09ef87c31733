using Workerd = import "/workerd/workerd.capnp";

# One worker of ours, which loads each program as an isolate of its own. No service here reaches anything: no network, no disk.
const config :Workerd.Config = (
	services = [
		(name = "supervisor", worker = .supervisor),
		(name = "internet", network = (allow = [])),
	],
	sockets = [(name = "runs", http = (), service = "supervisor")],
);

const supervisor :Workerd.Worker = (
	modules = [
		(name = "supervisor.js", esModule = embed "supervisor.js"),
		(name = "program-runner.txt", text = embed "program-runner.js"),
	],
	compatibilityDate = "2026-11-17",
	compatibilityFlags = ["no_nodejs_compat", "no_nodejs_compat_v2"],
	bindings = [(name = "LOADER", workerLoader = ())],
);
