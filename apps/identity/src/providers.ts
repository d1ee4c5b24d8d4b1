import { Problem } from '@cups/problem';
import { BROWSER_PROVIDER_NAMES } from './signin/browser-providers.ts';
import type { StaffRepository } from './staff.ts';
import type { StoredOperator } from './store.ts';

/** Somebody who can say who signs in. */
export interface IdentityProvider {
  name: string;
  /** What the button of the sign-in page says. */
  displayName: { ro: string; ru: string; en: string };
  /** Whether it lists who may sign in; a provider of a real identity does not. */
  listsOperators: boolean;
  /** Who signs in with this proof (for the local provider: an id); UNAUTHENTICATED when nobody does. */
  signIn(proof: string): Promise<StoredOperator>;
}

/** The local test provider: whoever is stored signs in without a password, so that {@link checkProviders} refuses it in production. */
function localProvider(staff: Pick<StaffRepository, 'get'>): IdentityProvider {
  return {
    name: 'local',
    displayName: {
      ro: 'Operatori de probă, fără parolă',
      ru: 'Пробные операторы, без пароля',
      en: 'Test operators, without a password',
    },
    listsOperators: true,
    signIn: async (id) => {
      const operator = await staff.get(id);
      if (!operator || operator.status === 'gone')
        throw new Problem({
          reason: 'UNAUTHENTICATED',
          message: 'Nobody of that name signs in here.',
        });
      return operator;
    },
  };
}

/**
 * Ends a start that names a provider which there is not, or the local one in production: it lets anybody in.
 * @throws Error, one sentence
 */
export function checkProviders(names: readonly string[], environment: string): void {
  const unknown = names.find((name) => name !== 'local' && !BROWSER_PROVIDER_NAMES.includes(name));
  if (unknown !== undefined) throw new Error(`CUPS_IDENTITY_PROVIDERS names "${unknown}", which is not a provider.`);
  if (names.includes('local') && environment === 'production') {
    throw new Error('The identity provider "local" is for tests; production refuses it.');
  }
}

/** The providers of the configuration that have no pages of their own, by name. */
export const openProviders = (
  names: readonly string[],
  staff: Pick<StaffRepository, 'get'>,
): Map<string, IdentityProvider> => new Map(names.includes('local') ? [['local', localProvider(staff)]] : []);
