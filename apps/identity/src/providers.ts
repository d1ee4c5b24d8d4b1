import { Problem } from '@cups/problem';
import type { CentreFile } from './domain/centres.ts';
import { syntheticOperators } from './domain/operators.ts';
import type { Operator } from './domain/operators.ts';
import { BROWSER_PROVIDERS } from './signin/open.ts';

/** Somebody who can say who signs in. MPass becomes another one. */
export interface Provider {
  name: string;
  /** What the button of the sign-in page says. */
  displayName: { ro: string; ru: string; en: string };
  /** Whom it offers on the sign-in page, by id; a provider of a real identity offers nobody. */
  offers(): Operator[];
  /** Who that id is, or undefined. */
  find(id: string): Operator | undefined;
  /** Who signs in with this proof (for the local provider: an id); UNAUTHENTICATED when nobody does. */
  signIn(proof: string): Promise<Operator>;
}

/** Where operators may be at home, by code; another Map after each change. */
export interface Places {
  centres: () => ReadonlyMap<string, CentreFile>;
  agencies: () => ReadonlyMap<string, unknown>;
}

/**
 * The local test provider: synthetic operators for every centre and agency that has a file, a new one included, without a
 * password. Throws in production: it lets anybody in.
 */
export function localProvider(environment: string, places: Places): Provider {
  if (environment === 'production')
    throw new Error('The identity provider "local" is for tests; production refuses it.');
  let seen: [centres: unknown, agencies: unknown] = [undefined, undefined];
  let operators = new Map<string, Operator>();
  const current = (): Map<string, Operator> => {
    const [centres, agencies] = [places.centres(), places.agencies()];
    if (centres !== seen[0] || agencies !== seen[1]) {
      const all = syntheticOperators(centres.values(), agencies.keys());
      operators = new Map(all.map((operator) => [operator.id, operator]));
      seen = [centres, agencies];
    }
    return operators;
  };
  return {
    name: 'local',
    displayName: {
      ro: 'Operatori de probă, fără parolă',
      ru: 'Пробные операторы, без пароля',
      en: 'Test operators, without a password',
    },
    offers: () => [...current().values()],
    find: (id) => current().get(id),
    signIn: async (id) => {
      const operator = current().get(id);
      if (!operator)
        throw new Problem({
          reason: 'UNAUTHENTICATED',
          message: 'Nobody of that name signs in here.',
        });
      return operator;
    },
  };
}

/** The providers of the configuration by name; an unknown name ends the start with one clear sentence. */
export function openProviders(names: string[], environment: string, places: Places): Map<string, Provider> {
  const unknown = names.find((name) => name !== 'local' && !BROWSER_PROVIDERS.includes(name));
  if (unknown !== undefined) throw new Error(`CUPS_IDENTITY_PROVIDERS names "${unknown}", which is not a provider.`);
  return new Map(names.includes('local') ? [['local', localProvider(environment, places)]] : []);
}
