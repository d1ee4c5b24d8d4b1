import { parseRequestId, parseResourceName, resourceName } from '@cups/contracts';
import type { IdentityServiceDefinition } from '@cups/contracts/gen/cups/identity/v1/IdentityService.ts';
import { fingerprint } from '@cups/contracts/node';
import type { Rpcs } from '@cups/rpc';
import { findResponsibleCentre } from '../domain/centre-transfers.ts';
import { revocationOf, revoke } from '../domain/mandate.ts';
import { toHeldMandate, toHeldRevocation } from '../mandates/convert.ts';
import { openDetails } from '../mandates/details.ts';
import { toChange } from '../mandates/events.ts';
import { parsePart } from '../mandates/requests.ts';
import { findByCode } from '../mandates/store.ts';
import type { StoredMandate } from '../mandates/store.ts';
import type { MandateParts } from './mandates.ts';

type IdentityRpcs = Rpcs<IdentityServiceDefinition>;

/** RPCs for the holder of a mandate's code, without a session. An unknown code is NOT_FOUND. */
export function mandateHolderRpcs(
  parts: MandateParts,
): Pick<IdentityRpcs, 'GetMandateByCode' | 'RevokeMandateByCode' | 'ResolveMandateCode'> {
  const { mandates, accessLog, now } = parts;
  return {
    async GetMandateByCode({ code }, context) {
      const found = await findByCode(mandates, code);
      await accessLog.write([`mandates/${found._id}`], 'read-details', context);
      return { mandate: await view(found, parts) };
    },

    async ResolveMandateCode({ code }) {
      return { mandate: resourceName('mandates', (await findByCode(mandates, code))._id) };
    },

    async RevokeMandateByCode({ code, requestId, scope }, context) {
      const part = parsePart(scope);
      const { _id } = await findByCode(mandates, code);
      const time = now();
      // The code is the caller: the mandate stands for it, so that no record contains the code.
      const request = {
        id: parseRequestId(requestId),
        key: `${context.method}|applicant`,
        fingerprint: fingerprint('identity', { _id, part }),
      };
      const cause = { requestId: context.requestId, traceparent: context.traceparent, request };
      const { document } = await mandates.update(_id, { scope: 'service', cause, now: time }, (mandate) =>
        toChange(revoke(mandate, part, { actor: 'applicant', request: request.id, now: time })),
      );
      context.recordAccess(`mandates/${_id}`);
      const revocation = toHeldRevocation(revocationOf(document, request.id));
      return { mandate: await view(document, parts), revocation };
    },
  };
}

async function view(mandate: StoredMandate, parts: MandateParts) {
  const { persons, now } = parts;
  const centreName = centreNameOf(mandate, parts);
  return toHeldMandate(mandate, await openDetails(persons, mandate), { centreName, now: now() });
}

/** Returns the name of the centre that acts under a mandate: the heir of a closed one. */
export function centreNameOf(
  { centre }: Pick<StoredMandate, 'centre'>,
  { centres }: Pick<MandateParts, 'centres'>,
): string {
  const code = findResponsibleCentre(parseResourceName('centres', centre), centres());
  return (code !== undefined && centres().get(code)?.name) || '';
}
