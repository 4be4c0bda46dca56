/*
 * Gradients that tfjs 4.22 gets wrong or lacks, for every engine alike: they are written in ops that every backend has. The
 * head of each file says what is wrong upstream; README.md lists it all.
 */
import "./mended/broadcasts.ts";
import "./mended/convolutions.ts";
import "./mended/einsum.ts";
import "./mended/images.ts";
import "./mended/indices.ts";
import "./mended/scans.ts";
import "./mended/untouched.ts";
