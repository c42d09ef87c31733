import { test } from "node:test";
import { testPrespawn } from "./prespawn-suite.ts";
import { hasRuntime, runsc } from "./test-sandbox.ts";

if (hasRuntime(runsc)) testPrespawn(runsc);
else test("a program that already waits, under gVisor", { skip: "this engine lists no runsc" });
