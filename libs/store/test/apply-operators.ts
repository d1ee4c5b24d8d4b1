import type { UpdateOperators } from '../src/documents/diff.ts';

/**
 * Applies `$set`, `$unset` and `$push` with `$each` to a plain document, as the MongoDB manual specifies. Independent
 * of the library, so that tests can compare the two.
 */
export function applyOperators(
  document: object,
  { $set = {}, $unset = {}, $push = {} }: Partial<UpdateOperators>,
): object {
  const copy = structuredClone(document) as Record<string, unknown>;
  for (const [path, value] of Object.entries($set)) parentOf(copy, path, (parent, step) => (parent[step] = value));
  for (const path of Object.keys($unset)) parentOf(copy, path, (parent, step) => delete parent[step]);
  for (const [path, { $each }] of Object.entries($push))
    parentOf(copy, path, (parent, step) => (parent[step] = [...((parent[step] as unknown[]) ?? []), ...$each]));
  return copy;
}

type Members = Record<string, unknown>;

function parentOf(root: Members, path: string, change: (parent: Members, step: string) => unknown): void {
  const steps = path.split('.');
  const last = steps.pop() as string;
  let at = root;
  for (const step of steps) at = (at[step] ??= {}) as Members;
  change(at, last);
}
