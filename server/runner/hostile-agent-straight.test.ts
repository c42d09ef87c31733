import { test } from "node:test";
import { testHostileAgents } from "./hostile-suite.ts";
import { noOciRuntime } from "./testing/straight.ts";

const skip = noOciRuntime("crun");
if (skip === false) testHostileAgents("container", "straight");
else test("hostile agents without an engine", { skip }, () => undefined);
