import { test } from "node:test";
import { testPrespawn } from "./prespawn-suite.ts";
import { noOciRuntime } from "./testing/straight.ts";

const skip = noOciRuntime("crun");
if (skip === false) testPrespawn("container", "straight");
else test("waiting interpreters without an engine", { skip }, () => undefined);
