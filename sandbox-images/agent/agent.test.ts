import { testAgent } from "./agent-suite.ts";
import { runc } from "./test-sandbox.ts";

testAgent(runc);
