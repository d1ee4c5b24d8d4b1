/** A pattern that could be tried in more ways than this is refused: it runs over what people write, at every submission. */
const MAX_WAYS = 10_000;

/**
 * What keeps the pattern of a form from being matched in bounded time, or undefined. A bounded one is anchored at both ends,
 * says how often each part may come ({m,n}), repeats no group, and looks neither around nor back.
 */
export function patternFault(pattern: string): string | undefined {
  if (!/^\^[^]*\$$/.test(pattern)) return 'must begin with ^ and end with $';
  if (/\\[1-9k]|\(\?[^:]/.test(pattern)) return 'must not look around or back';
  // Escapes and classes each stand for one symbol: what is left are groups, alternatives and repetitions.
  const bones = pattern
    .replaceAll(/\\(?:[pPu]\{[^}]*\}|[^])/g, 'x')
    .replaceAll(/\[[^\]]*\]/g, 'x')
    .replaceAll('(?:', '(');
  if (/[*+]|\{\d+,\}/.test(bones)) return 'must say how often each part may come: {m,n}';
  if (/\)\{/.test(bones)) return 'must not repeat a group';
  let ways = 1;
  for (const [token, least, most] of bones.matchAll(/\{(\d+)(?:,(\d+))?\}|[?|]/g)) {
    ways *= token.startsWith('{') ? Number(most ?? least) - Number(least) + 1 : 2;
  }
  return ways > MAX_WAYS ? 'may match in too many ways' : undefined;
}

/** All patterns of a form, wherever they stand. */
export function patternsOf(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const { pattern, patternProperties } = schema as { pattern?: unknown; patternProperties?: object };
  const inside = Object.values(schema).flatMap(patternsOf);
  return [...(typeof pattern === 'string' ? [pattern] : []), ...Object.keys(patternProperties ?? {}), ...inside];
}
