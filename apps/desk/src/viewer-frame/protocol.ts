/**
 * Messages between the desk and the frame that draws documents. The frame has an origin of its own, so both sides
 * check only who sent a message, and the desk trusts nothing in one.
 */

/** A text in Romanian, and in the applicant's language if it differs. */
export type SheetText = readonly [ro: string, second?: string];

/** The sheet that is printed before a document, which itself stays unmarked. Plain texts. */
export interface CoverSheet {
  /** Display name of the centre. */
  centre: string;
  title: SheetText;
  lead: SheetText;
  /** Printed in a frame above all facts, such as that the result is replaced. */
  warnings: readonly SheetText[];
  facts: readonly (readonly [name: SheetText, value: string])[];
  /** A QR code: `size` modules a side, and the path of the dark ones. */
  qr?: { size: number; path: string } | undefined;
}

/** From the desk to the frame. */
export type FrameCommand =
  /** `sheet`: whatever prints the frame prints this sheet first. */
  | { type: 'show'; bytes: ArrayBuffer; mediaType: string; sheet: CoverSheet | undefined }
  | { type: 'page'; by: 1 | -1 }
  | { type: 'zoom'; by: 1 | -1 }
  | { type: 'rotate' }
  /** Prints all pages, after the sheet, if any. */
  | { type: 'print'; sheet: CoverSheet | undefined };

/** From the frame to the desk. */
export type FrameEvent =
  | { type: 'started' }
  | { type: 'shown'; page: number; pages: number }
  | { type: 'failed' }
  /** A key pressed inside the frame, `KeyboardEvent.code`. */
  | { type: 'key'; code: string };
