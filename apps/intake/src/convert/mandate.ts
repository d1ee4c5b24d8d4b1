import { fromProtoEnum, fromTimestamp } from '@cups/contracts/proto';
import type { MandateFacts__Output as FactsIn } from '@cups/contracts/gen/cups/identity/v1/MandateFacts.ts';
import type { MandateRevocation__Output as RevocationIn } from '@cups/contracts/gen/cups/identity/v1/MandateRevocation.ts';
import type { KnownMandate, MandateFacts, MandateRevocation } from '../domain/mandates.ts';
import { omitEmpty } from './omit-empty.ts';

/** Converts mandates of identity. Numbers of documents are not taken: the copy has no personal data. */

/** @param now when intake reads them */
export function fromMandateFacts(wire: FactsIn, now: Date): KnownMandate {
  const { mandate, centre, training, revocations } = wire;
  const facts: MandateFacts = {
    scope: toScope(wire.scope),
    ground: fromProtoEnum('MANDATE_GROUND_', wire.ground),
    // Identity always sets the time; without one the mandate began and ended long ago.
    grantTime: fromTimestamp(wire.grantTime) ?? new Date(0),
    expireTime: fromTimestamp(wire.expireTime) ?? new Date(0),
    textVersion: wire.textVersion,
    textSha256: wire.textSha256,
    ...omitEmpty({
      application: wire.application,
      personHash: wire.personHash,
      representativeHash: wire.representativeHash,
    }),
  };
  return {
    _id: mandate.slice('mandates/'.length),
    centre,
    training,
    facts,
    revocations: revocations.map((revocation) => fromRevocation(revocation, now)),
  };
}

function fromRevocation({ scope, revokeTime, whole }: RevocationIn, now: Date): MandateRevocation {
  return { ...toScope(scope), whole, revokeTime: fromTimestamp(revokeTime) ?? now, recordTime: now };
}

const toScope = (scope: FactsIn['scope']): MandateFacts['scope'] => ({
  publicServices: scope?.publicServices ?? [],
  themes: scope?.themes ?? [],
});
