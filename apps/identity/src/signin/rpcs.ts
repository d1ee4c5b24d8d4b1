import type { IdentityServiceDefinition } from '@cups/contracts/gen/cups/identity/v1/IdentityService.ts';
import { Problem } from '@cups/problem';
import { sessionOf } from '@cups/rpc';
import type { Rpcs } from '@cups/rpc';
import type { Sessions } from '../sessions.ts';

type All = Rpcs<IdentityServiceDefinition>;

/** The calls of a sign-in by way of a browser, at a provider with pages of its own. */
export function signInRpcs({
  sessions,
}: {
  sessions: Sessions;
}): Pick<All, 'BeginSignIn' | 'CompleteSignIn' | 'BeginSignOut' | 'ContinueSignOut' | 'GetProviderMetadata'> {
  return {
    BeginSignIn: () => Promise.reject(unknownProvider()),
    CompleteSignIn: () => Promise.reject(unknownProvider()),
    ContinueSignOut: () => Promise.reject(unknownProvider()),
    GetProviderMetadata: () => Promise.reject(unknownProvider()),

    async BeginSignOut(_request, context) {
      await sessions.end(sessionOf(context).sid);
      return {};
    },
  };
}

function unknownProvider(): Problem {
  return new Problem({ reason: 'PROVIDER_UNKNOWN', message: 'There is no such identity provider.' });
}
