import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Name of the child's bundle, in the folder of the service's bundle. */
const BUNDLE = 'check-child.mjs';

/** Returns the program of the child: its source file, or its bundle beside the bundle of the service. */
export function findChildProgram(): string {
  const source = join(import.meta.dirname, 'child', 'main.ts');
  return existsSync(source) ? source : join(import.meta.dirname, BUNDLE);
}
