import { Problem } from '@cups/problem';
import { BROWSER_PROVIDER_NAMES } from './signin/browser-providers.ts';
import type { StaffRepository } from './staff.ts';
import type { StoredOperator } from './store.ts';

/** A provider that authenticates operators without pages of its own. */
export interface IdentityProvider {
  name: string;
  /** Label of the sign-in button. */
  displayName: { ro: string; ru: string; en: string };
  /** Whether the sign-in page lists the operators. False for providers of real identities. */
  listsOperators: boolean;
  /**
   * Returns the operator that the proof identifies. For the local provider the proof is an operator ID.
   * @throws Problem UNAUTHENTICATED
   */
  signIn(proof: string): Promise<StoredOperator>;
}

/** The local test provider. It needs no password, so {@link checkProviders} rejects it in production. */
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
      if (!operator || operator.status === 'former')
        throw new Problem({
          reason: 'UNAUTHENTICATED',
          message: 'The operator is unknown or no longer works here.',
        });
      return operator;
    },
  };
}

/** @throws Error for an unknown provider, or for the local provider in production */
export function checkProviders(names: readonly string[], environment: string): void {
  const unknown = names.find((name) => name !== 'local' && !BROWSER_PROVIDER_NAMES.includes(name));
  if (unknown !== undefined)
    throw new Error(`IDENTITY_PROVIDERS contains "${unknown}", which is not a known provider.`);
  if (names.includes('local') && environment === 'production') {
    throw new Error('The identity provider "local" is not allowed in production.');
  }
}

/** Returns the configured providers without pages of their own, by name. */
export const openProviders = (
  names: readonly string[],
  staff: Pick<StaffRepository, 'get'>,
): Map<string, IdentityProvider> => new Map(names.includes('local') ? [['local', localProvider(staff)]] : []);
