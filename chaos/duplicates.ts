/** Returns the values that occur more than once, each once. */
export function findDuplicates(all: readonly string[]): string[] {
  const seen = new Set<string>();
  const again = new Set<string>();
  for (const one of all) (seen.has(one) ? again : seen).add(one);
  return [...again];
}
