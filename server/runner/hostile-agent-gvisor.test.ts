import { test } from "node:test";
import { testHostileAgents } from "./hostile-suite.ts";
import { lists } from "./testing/rig.ts";

if (await lists("runsc")) testHostileAgents("gvisor");
else test("hostile agents under gVisor", { skip: "this engine lists no runsc" }, () => undefined);
