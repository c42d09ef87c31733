import { test } from "node:test";
import { testAgent } from "./agent-suite.ts";
import { hasRuntime, runsc } from "./test-sandbox.ts";

if (hasRuntime(runsc)) testAgent(runsc);
else test("the agent under gVisor", { skip: "this engine lists no runsc" });
