import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Creates a temporary folder; call `remove` at the end of the test. */
export function temporaryDir(): { dir: string; remove(): void } {
  const dir = mkdtempSync(join(tmpdir(), 'cups-test-'));
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) };
}
