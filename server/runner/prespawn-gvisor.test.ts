import { test } from "node:test";
import { testPrespawn } from "./prespawn-suite.ts";
import { lists } from "./testing/rig.ts";

if (await lists("runsc")) testPrespawn("gvisor");
else test("interpreters that wait, under gVisor", { skip: "this engine lists no runsc" }, () => undefined);
