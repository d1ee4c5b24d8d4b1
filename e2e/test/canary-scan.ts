import { closeSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Searches files for texts in five encodings: UTF-8, UTF-16LE, base64, hexadecimal, and the escapes of URLs and JSON. A text
 * that begins at any byte of a base64 group is found.
 */

/** A text in one encoding. */
interface Needle {
  /** Name of the text, such as "name". */
  text: string;
  encoding: string;
  bytes: Buffer;
}

const CHUNK_BYTES = 4 * 1024 * 1024;
/** More than the longest needle. */
const OVERLAP_BYTES = 512;

/** Returns the part of the base64 form that does not depend on the bytes around the text. @param at bytes before it, 0 to 2 */
function encodeBase64(text: Buffer, at: number): string {
  const encoded = Buffer.concat([Buffer.alloc(at), text]).toString('base64');
  const first = at === 0 ? 0 : at + 1;
  const wholeBytes = Math.floor((at + text.length) / 3) * 3;
  return encoded.slice(first, (wholeBytes / 3) * 4);
}

const escapeJson = (text: string): string =>
  text.replace(/[^\x20-\x7e]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** @param texts by name; each long enough to appear by accident nowhere, 8 bytes or more */
export function createNeedles(texts: Readonly<Record<string, string>>): Needle[] {
  return Object.entries(texts).flatMap(([name, text]) => {
    const bytes = Buffer.from(text);
    const forms: [string, string | Buffer][] = [
      ['UTF-8', bytes],
      ['UTF-16LE', Buffer.from(text, 'utf16le')],
      ...[0, 1, 2].map((at): [string, string] => ['base64', encodeBase64(bytes, at)]),
      ['hex', bytes.toString('hex')],
      ['hex', bytes.toString('hex').toUpperCase()],
    ];
    // Of ASCII, these are the text itself.
    if (encodeURIComponent(text) !== text) forms.push(['percent', encodeURIComponent(text)]);
    if (escapeJson(text) !== text) forms.push(['JSON escape', escapeJson(text)]);
    return forms.map(([encoding, form]) => ({ text: name, encoding, bytes: Buffer.from(form) }));
  });
}

/** @returns what was found in the file, such as "name in UTF-8" */
export function scanFile(file: string, needles: readonly Needle[]): string[] {
  const found = new Set<string>();
  const buffer = Buffer.alloc(CHUNK_BYTES + OVERLAP_BYTES);
  const handle = openSync(file, 'r');
  try {
    let kept = 0;
    for (;;) {
      const count = readSync(handle, buffer, kept, CHUNK_BYTES, null);
      if (count === 0) break;
      const part = buffer.subarray(0, kept + count);
      for (const { text, encoding, bytes } of needles) {
        const label = `${text} in ${encoding}`;
        if (!found.has(label) && part.includes(bytes)) found.add(label);
      }
      kept = Math.min(OVERLAP_BYTES, part.length);
      part.copyWithin(0, part.length - kept);
    }
  } finally {
    closeSync(handle);
  }
  return [...found];
}

/** @returns the files of a folder and its subfolders, relative to it */
export const listFiles = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
