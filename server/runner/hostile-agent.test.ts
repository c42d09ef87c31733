import { testHostileAgents } from "./hostile-suite.ts";

testHostileAgents("container");
