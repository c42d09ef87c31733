import { test } from "node:test";
import { testRunner } from "./runner-suite.ts";
import { lists } from "./testing/rig.ts";

if (await lists("runsc")) testRunner("gvisor");
else test("the runner under gVisor", { skip: "this engine lists no runsc" }, () => undefined);
