import { testRunner } from "./runner-suite.ts";

testRunner("container");
