import { randomFraction } from './seeded-random.ts';

/** How an agency handles a delivery. `reply-scripts.ts` has the replies of each behaviour. */
export const BEHAVIOURS = [
  'quick',
  'slow',
  'asks-for-documents',
  'asks-twice',
  'rejects',
  'silent',
  'garbage',
  'sends-twice',
  'out-of-order',
  'decides-anyway',
  'corrects-result',
  'revokes-result',
  'passes-on',
] as const;
export type Behaviour = (typeof BEHAVIOURS)[number];

/**
 * Rules that select the behaviour of a delivery; the first match counts. `only` for all; `endings` by the last
 * characters of the application ID; `services` by service code; else `mix`, weights drawn by seed, application and
 * agency.
 */
export type Rules = {
  only?: Behaviour;
  endings: Record<string, Behaviour>;
  services: Record<string, Behaviour>;
  mix: Partial<Record<Behaviour, number>>;
};

/** Endings of the mix `demo`: the last two characters of an application ID select its behaviour. Default: quick. */
export const DEMO_ENDINGS: Record<string, Behaviour> = {
  ZQ: 'quick',
  ZS: 'slow',
  ZD: 'asks-for-documents',
  ZE: 'asks-twice',
  ZR: 'rejects',
  ZN: 'silent',
  ZB: 'garbage',
  ZT: 'sends-twice',
  ZX: 'out-of-order',
  ZA: 'decides-anyway',
  ZC: 'corrects-result',
  ZV: 'revokes-result',
  ZP: 'passes-on',
};

const NAMED_RULES: Record<string, Rules> = {
  realistic: {
    endings: {},
    services: {},
    mix: {
      quick: 50,
      slow: 20,
      'asks-for-documents': 15,
      rejects: 10,
      'sends-twice': 2,
      'out-of-order': 2,
      garbage: 1,
    },
  },
  demo: { endings: DEMO_ENDINGS, services: {}, mix: { quick: 1 } },
};

const isBehaviour = (value: unknown): value is Behaviour => BEHAVIOURS.includes(value as Behaviour);

/**
 * Parses rules: a named mix (`realistic`, `demo`), one behaviour for all, or JSON with `only`, `endings`, `services`
 * and `mix`.
 * @throws Error that names the invalid part
 */
export function parseRules(text: string): Rules {
  const namedRules =
    NAMED_RULES[text] ?? (isBehaviour(text) ? { only: text, endings: {}, services: {}, mix: {} } : undefined);
  if (namedRules) return namedRules;
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    throw new Error(`neither a named mix (${Object.keys(NAMED_RULES).join(', ')}), nor a behaviour, nor JSON`);
  }
  if (typeof given !== 'object' || given === null || Array.isArray(given)) throw new Error('the JSON is not an object');
  const { only, endings = {}, services = {}, mix = { quick: 1 }, ...others } = given as Record<string, unknown>;
  const unknown = Object.keys(others);
  if (unknown.length > 0) throw new Error(`unknown part: ${unknown.join(', ')}`);
  if (only !== undefined && !isBehaviour(only)) throw new Error('only: unknown behaviour');
  for (const [part, table] of Object.entries({ endings, services })) {
    for (const [key, value] of Object.entries(table as object)) {
      if (!isBehaviour(value)) throw new Error(`${part}.${key}: unknown behaviour`);
    }
  }
  const weights = Object.entries(mix as object);
  for (const [key, weight] of weights) {
    if (!isBehaviour(key) || typeof weight !== 'number' || !(weight >= 0))
      throw new Error(`mix.${key}: invalid behaviour or weight`);
  }
  if (!weights.some(([, weight]) => weight > 0)) throw new Error('mix: all weights are zero');
  const rules = { endings, services, mix } as Rules;
  if (only !== undefined) rules.only = only;
  return rules;
}

/** Returns the behaviour of a delivery; the same for the same arguments. */
export function resolveBehaviour(
  rules: Rules,
  seed: string,
  delivery: { application: string; agency: string; publicService: string },
): Behaviour {
  if (rules.only) return rules.only;
  const ending = Object.keys(rules.endings).find((end) => delivery.application.endsWith(end));
  if (ending !== undefined) return rules.endings[ending]!;
  if (Object.hasOwn(rules.services, delivery.publicService)) return rules.services[delivery.publicService]!;
  const weights = Object.entries(rules.mix) as [Behaviour, number][];
  const totalWeight = weights.reduce((sum, [, weight]) => sum + weight, 0);
  let remaining = randomFraction(seed, 'behaviour', delivery.application, delivery.agency) * totalWeight;
  for (const [behaviour, weight] of weights) {
    remaining -= weight;
    if (remaining < 0) return behaviour;
  }
  return 'quick';
}
