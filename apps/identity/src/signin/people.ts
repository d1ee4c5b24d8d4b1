import type { Operator } from '../domain/operators.ts';
import type { Provider } from '../providers.ts';

/** Who the people are whom a provider recognises. */
export interface People {
  /** The operator of an IDNP; undefined when nobody invited that person, or they are gone. */
  find(person: string): Promise<Operator | undefined>;
  /** The IDNP of an operator, by id. */
  personOf(operator: string): Promise<string | undefined>;
}

/** Interim: the synthetic operators. */
export function peopleOf(providers: ReadonlyMap<string, Provider>): People {
  const offered = () => [...providers.values()].flatMap((provider) => provider.offers());
  return {
    find: (person) => Promise.resolve(offered().find(({ id }) => syntheticIdnp(id) === person)),
    personOf: (operator) => Promise.resolve(syntheticIdnp(operator)),
  };
}
const RANGE = 10_000_000;
export function syntheticIdnp(id: string, attempt = 0): string {
  const first12 = `29009${String(hashOf(`${id}#${attempt}`) % RANGE).padStart(7, '0')}`;
  const sum = [...first12].reduce((total, digit, at) => total + Number(digit) * [7, 3, 1][at % 3]!, 0);
  return `${first12}${sum % 10}`;
}
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
