import { refuseTheRest } from "./backend.ts";
import "./unary.ts";
import "./binary.ts";
import "./reduce.ts";
import "./scan.ts";
import "./shape.ts";
import "./gather.ts";
import "./scatter.ts";
import "./matmul.ts";
import "./conv.ts";
import "./conv3d.ts";
import "./depthwise.ts";
import "./pool.ts";
import "./resize.ts";
import "./blocks.ts";
import "./einsum.ts";

/* Importing this module registers every lowering, and an error for every other kernel. */
refuseTheRest();
