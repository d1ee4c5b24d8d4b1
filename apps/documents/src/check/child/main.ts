import { encodeHeader, READY, readFrame } from '../frame.ts';
import { inspect } from './inspect.ts';
import type { InspectedFile } from './inspect.ts';
import { CHECK_LIMITS } from '../limits.ts';
import { Refusal } from './refusal.ts';

/**
 * The process that opens one file, and ends: `{pageSizes}` and the file on standard input, an answer on standard
 * output. It has no environment, no keys and no network, and is killed at its limits. It writes no log: nothing that
 * it says about a file is trusted as text.
 */

process.stdout.write(READY);
const { header, content } = await readFrame(process.stdin, CHECK_LIMITS.uploadBytes);
for (const part of await answer(content, (header as { pageSizes: number[] }).pageSizes)) process.stdout.write(part);
process.stdout.end();

async function answer(bytes: Buffer, pageSizes: readonly number[]): Promise<Buffer[]> {
  try {
    return accepted(await inspect(bytes, pageSizes));
  } catch (cause) {
    if (cause instanceof Refusal) return [encodeHeader({ refused: cause.code })];
    return [encodeHeader({ failed: cause instanceof Error ? cause.name : 'unknown' })];
  }
}

function accepted({ mediaType, pages, content: encoded, preview }: InspectedFile): Buffer[] {
  const sizes = { content: encoded?.length ?? 0, preview: preview?.length ?? 0 };
  const parts = [encoded, preview].filter((part) => part !== undefined);
  return [encodeHeader({ accepted: { mediaType, pages, unchanged: encoded === undefined, sizes } }), ...parts];
}
