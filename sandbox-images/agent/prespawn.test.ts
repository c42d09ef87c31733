import { testPrespawn } from "./prespawn-suite.ts";
import { runc } from "./test-sandbox.ts";

testPrespawn(runc);
