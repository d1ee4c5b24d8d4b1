/**
 * Messages between the desk and the frame that draws documents. The frame has an origin of its own, so both sides
 * check only who sent a message, and the desk trusts nothing in one.
 */

/** From the desk to the frame. */
export type FrameCommand =
  | { type: 'show'; bytes: ArrayBuffer; mediaType: string }
  | { type: 'page'; by: 1 | -1 }
  | { type: 'zoom'; by: 1 | -1 }
  | { type: 'rotate' }
  /** Prints all pages, after a sheet with these lines, if any. */
  | { type: 'print'; marks: readonly string[] };

/** From the frame to the desk. */
export type FrameEvent =
  | { type: 'started' }
  | { type: 'shown'; page: number; pages: number }
  | { type: 'failed' }
  /** A key pressed inside the frame, `KeyboardEvent.code`. */
  | { type: 'key'; code: string };
