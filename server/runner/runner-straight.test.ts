import { test } from "node:test";
import { testRunner } from "./runner-suite.ts";
import { noOciRuntime } from "./testing/straight.ts";

const skip = noOciRuntime("crun");
if (skip === false) testRunner("container", "straight");
else test("the runner without an engine", { skip }, () => undefined);
