/** Writes reproducible tar archives (POSIX ustar): sorted, owned by root, dated 1970. */

/** A file, or a folder without content. */
export interface Entry {
  /** Without leading or trailing slash. */
  path: string;
  /** Permission bits. */
  mode: number;
  content?: Buffer;
}

const BLOCK = 512;
const FOLDER_MODE = 0o755;

/**
 * Returns an archive of the entries, sorted by path. Adds missing parent folders.
 * @throws Error when a path is too long, or given twice
 */
export function tar(entries: readonly Entry[]): Buffer {
  const parts: Buffer[] = [];
  for (const entry of withFolders(entries)) {
    parts.push(header(entry));
    if (entry.content) parts.push(entry.content, Buffer.alloc(padding(entry.content.length)));
  }
  parts.push(Buffer.alloc(2 * BLOCK));
  return Buffer.concat(parts);
}

/** Sorts by path, folders first. */
function withFolders(entries: readonly Entry[]): Entry[] {
  const all = new Map<string, Entry>();
  for (const entry of entries) {
    if (all.has(entry.path)) throw new Error(`${entry.path} is in the archive twice.`);
    all.set(entry.path, entry);
  }
  for (const { path } of entries) {
    for (let end = path.indexOf('/'); end > 0; end = path.indexOf('/', end + 1)) {
      const folder = path.slice(0, end);
      if (!all.has(folder)) all.set(folder, { path: folder, mode: FOLDER_MODE });
    }
  }
  return [...all.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

const padding = (length: number): number => (BLOCK - (length % BLOCK)) % BLOCK;

function header({ path, mode, content }: Entry): Buffer {
  const block = Buffer.alloc(BLOCK);
  const { prefix, name } = splitPath(content ? path : `${path}/`);
  block.write(name, 0, 100);
  block.write(octal(mode, 7), 100);
  block.write(octal(0, 7), 108); // owner
  block.write(octal(0, 7), 116); // group
  block.write(octal(content?.length ?? 0, 11), 124);
  block.write(octal(0, 11), 136); // changed at
  block.write(' '.repeat(8), 148); // the checksum field counts as blanks
  block.write(content ? '0' : '5', 156);
  block.write('ustar\x0000', 257);
  block.write(prefix, 345, 155);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${octal(sum, 6)}\0 `, 148);
  return block;
}

const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, '0');

/** A name has at most 100 bytes, and its folders 155. */
function splitPath(path: string): { prefix: string; name: string } {
  if (Buffer.byteLength(path) <= 100) return { prefix: '', name: path };
  const cut = path.indexOf('/', path.length - 101);
  const parts = { prefix: path.slice(0, cut), name: path.slice(cut + 1) };
  const fits = cut > 0 && parts.name !== '' && Buffer.byteLength(parts.prefix) <= 155;
  if (!fits || Buffer.byteLength(path) !== path.length) throw new Error(`${path} is too long for an archive.`);
  return parts;
}
