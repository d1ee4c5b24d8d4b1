/** A pattern that could be tried in more ways than this is refused: it runs over what people write, at every submission. */
const MAX_MATCH_PATHS = 10_000;

/**
 * What keeps the pattern of a form from being matched in bounded time, or undefined. A bounded one is anchored at both ends,
 * says how often each part may come ({m,n}), repeats no group, and looks neither around nor back.
 */
export function validatePattern(pattern: string): string | undefined {
  if (!/^\^[^]*\$$/.test(pattern)) return 'must begin with ^ and end with $';
  if (/\\[1-9k]|\(\?[^:]/.test(pattern)) return 'must not look around or back';
  // Escapes and classes each stand for one symbol: what is left are groups, alternatives and repetitions.
  const skeleton = pattern
    .replaceAll(/\\(?:[pPu]\{[^}]*\}|[^])/g, 'x')
    .replaceAll(/\[[^\]]*\]/g, 'x')
    .replaceAll('(?:', '(');
  if (/[*+]|\{\d+,\}/.test(skeleton)) return 'must say how often each part may come: {m,n}';
  if (/\)\{/.test(skeleton)) return 'must not repeat a group';
  let matchPaths = 1;
  for (const [token, min, max] of skeleton.matchAll(/\{(\d+)(?:,(\d+))?\}|[?|]/g)) {
    matchPaths *= token.startsWith('{') ? Number(max ?? min) - Number(min) + 1 : 2;
  }
  return matchPaths > MAX_MATCH_PATHS ? 'may match in too many ways' : undefined;
}

/** All patterns of a form, wherever they stand. */
export function collectPatterns(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const { pattern, patternProperties } = schema as { pattern?: unknown; patternProperties?: object };
  const inside = Object.values(schema).flatMap(collectPatterns);
  return [...(typeof pattern === 'string' ? [pattern] : []), ...Object.keys(patternProperties ?? {}), ...inside];
}
