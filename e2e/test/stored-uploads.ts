import { sha256Of } from '@cups/tools/upload-client';
import type { UploadRecord } from '@cups/tools/resumed-upload';

/** Compares what browsers received about their uploads with what their desks see. */

/** A document as its desk sees it. */
export interface DeskDocument {
  /** documents/{id}. */
  name: string;
  state: string;
  /** SHA-256 of the bytes that a download returns; undefined without content. */
  downloaded: string | undefined;
}

/** Returns acknowledged uploads that are lost, and documents that exist twice; one sentence each. */
export function findLostOrDoubled(uploads: readonly UploadRecord[], documents: readonly DeskDocument[]): string[] {
  const violations: string[] = [];
  const byName = new Map(documents.map((document) => [document.name, document]));
  const opened = new Set<string>();
  for (const { key, paths, bytes, acknowledged, regressions } of uploads) {
    const report = (what: string): void => void violations.push(`${key}: ${what}`);
    const names = [...paths].map((path) => `documents/${path.slice(-26)}`);
    for (const name of names) opened.add(name);
    if (names.length > 1) report('one key opened several documents');
    if (acknowledged < bytes.length) report(`ended at ${acknowledged} of ${bytes.length} bytes`);
    for (const offset of regressions) report(`acknowledged bytes are lost from ${offset} on`);
    const document = byName.get(names[0] ?? '');
    if (!document) report('the document does not exist');
    else if (document.state !== 'ready') report(`the document is ${document.state}`);
    // PDFs are stored byte for byte.
    else if (document.downloaded !== sha256Of(bytes)) report('the document has other bytes');
  }
  for (const { name } of documents) if (!opened.has(name)) violations.push(`${name}: no browser opened it`);
  return violations;
}
