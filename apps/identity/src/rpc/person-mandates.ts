import { resourceName } from '@cups/contracts';
import type { IdentityServiceDefinition } from '@cups/contracts/gen/cups/identity/v1/IdentityService.ts';
import { normalizePageSize } from '@cups/contracts/node';
import type { Rpcs } from '@cups/rpc';
import { toMandate } from '../mandates/convert.ts';
import { openDetails, withoutOthers } from '../mandates/details.ts';
import { assertPeopleFindable, filterOfPerson } from '../mandates/store.ts';
import type { StoredMandate } from '../mandates/store.ts';
import { assertIdnp } from './mandates.ts';
import type { MandateParts } from './mandates.ts';

type PersonRpcs = Pick<Rpcs<IdentityServiceDefinition>, 'ExportPersonMandates'>;

/** RPCs about the rights of a person: their mandates at all centres, for themselves or as the representative. */
export function personMandateRpcs(parts: MandateParts): PersonRpcs {
  const { mandates, persons } = parts;
  return {
    async ExportPersonMandates({ idnp, pageSize, pageToken }, context) {
      assertIdnp(idnp);
      await assertPeopleFindable(mandates);
      const page = await mandates.list({
        scope: 'platform',
        filter: filterOfPerson(persons.hashes(idnp)),
        order: 'desc',
        pageSize: normalizePageSize(pageSize),
        pageToken,
        tokenArguments: { person: persons.hash(idnp) },
      });
      for (const { _id } of page.documents) context.recordAccess(resourceName('mandates', _id));
      const found = page.documents.map((one) => viewForPerson(one, idnp, parts));
      return { mandates: await Promise.all(found), nextPageToken: page.nextPageToken };
    },
  };
}

/** Returns a mandate for the copy of the data of one of its people. The address of its code may be the other one's. */
async function viewForPerson(mandate: StoredMandate, idnp: string, { persons, now }: MandateParts) {
  const details = withoutOthers(await openDetails(persons, mandate), idnp);
  const shown = toMandate(mandate, details, now());
  if (details.representative === undefined || !shown.supportingCode) return shown;
  return { ...shown, supportingCode: { ...shown.supportingCode, address: '' } };
}
