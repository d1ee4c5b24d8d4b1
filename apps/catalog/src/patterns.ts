/** Maximum number of match paths. Patterns run on user input at every submission. */
const MAX_MATCH_PATHS = 10_000;

/**
 * Returns why a pattern cannot be matched in bounded time, or undefined.
 * A bounded pattern is anchored, has explicit repetition limits ({m,n}), and has no repeated group, lookaround or
 * back-reference.
 */
export function validatePattern(pattern: string): string | undefined {
  if (!/^\^[^]*\$$/.test(pattern)) return 'must start with ^ and end with $';
  if (/\\[1-9k]|\(\?[^:]/.test(pattern)) return 'must not use lookaround or back-references';
  // Replaces escapes and classes by one character, which leaves groups, alternatives and repetitions.
  const skeleton = pattern
    .replaceAll(/\\(?:[pPu]\{[^}]*\}|[^])/g, 'x')
    .replaceAll(/\[[^\]]*\]/g, 'x')
    .replaceAll('(?:', '(');
  if (/[*+]|\{\d+,\}/.test(skeleton)) return 'must limit each repetition: {m,n}';
  if (/\)\{/.test(skeleton)) return 'must not repeat a group';
  let matchPaths = 1;
  for (const [token, min, max] of skeleton.matchAll(/\{(\d+)(?:,(\d+))?\}|[?|]/g)) {
    matchPaths *= token.startsWith('{') ? Number(max ?? min) - Number(min) + 1 : 2;
  }
  return matchPaths > MAX_MATCH_PATHS ? 'has too many match paths' : undefined;
}

/** Returns all patterns of a form, at any depth. */
export function collectPatterns(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const { pattern, patternProperties } = schema as { pattern?: unknown; patternProperties?: object };
  const inside = Object.values(schema).flatMap(collectPatterns);
  return [...(typeof pattern === 'string' ? [pattern] : []), ...Object.keys(patternProperties ?? {}), ...inside];
}
