/** The copy of a person's data, as a file and as a document for people. Loaded only where a copy is made. */
export { joinCopyPages } from './copy.ts';
export type { CopyReason, PersonCopy, PersonCopyPage } from './copy.ts';
export { renderCopy } from './pdf.ts';
export type { CopyFonts } from './pdf.ts';
