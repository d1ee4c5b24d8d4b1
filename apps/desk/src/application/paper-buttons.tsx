import type { ApplicationFile } from '../api/types.ts';

/** The papers of an application that can be printed now. */
export function PaperButtons(_props: { file: ApplicationFile }) {
  return null;
}
