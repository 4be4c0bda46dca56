import { refuseTheRest } from "./backend.ts";
import "./unary.ts";
import "./binary.ts";
import "./reduce.ts";
import "./shape.ts";
import "./gather.ts";
import "./matmul.ts";
import "./conv.ts";
import "./image.ts";

/* Importing this module registers every lowering, and an error for every other kernel. */
refuseTheRest();
