import { ReverieError } from "../base/errors.ts";

/** A film that cannot be made: no encoder, or pictures that do not fit together. */
export class MediaError extends ReverieError {}
