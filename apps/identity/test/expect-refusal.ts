import { expect } from '@jest/globals';
import { problemWith } from './identity-world.ts';
import type { Identity } from './identity-world.ts';

/** Returns the number of sign-ins rejected for a cause. */
async function countRefusals({ httpPort }: Identity, cause: string): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${httpPort}/metrics`)).text();
  const line = new RegExp(`^cups_identity_sign_ins_refused_total\\{[^}]*cause="${cause}"[^}]*\\} (\\d+)$`, 'm');
  return Number(line.exec(text)?.[1] ?? 0);
}

/** Expects a rejection with this reason, counted once under this cause. */
export async function expectRefusal(
  identity: Identity,
  work: () => Promise<unknown>,
  cause: string,
  reason = 'SIGN_IN_REFUSED',
): Promise<void> {
  const before = await countRefusals(identity, cause);
  await expect(work()).rejects.toEqual(problemWith(reason));
  expect(await countRefusals(identity, cause)).toBe(before + 1);
}
