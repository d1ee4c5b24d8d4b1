import { resourceName } from '@cups/contracts';
import type { IdentityServiceDefinition } from '@cups/contracts/gen/cups/identity/v1/IdentityService.ts';
import { normalizePageSize } from '@cups/contracts/node';
import type { Rpcs } from '@cups/rpc';
import { toMandate } from '../mandates/convert.ts';
import { openDetails, withoutOthers } from '../mandates/details.ts';
import { assertPeopleFindable, filterOfPerson } from '../mandates/store.ts';
import type { StoredMandate } from '../mandates/store.ts';
import { assertIdnp, parseNames } from './mandates.ts';
import type { MandateParts } from './mandates.ts';

type PersonRpcs = Pick<
  Rpcs<IdentityServiceDefinition>,
  'ExportPersonMandates' | 'ListPersonMandates' | 'EraseMandates'
>;

interface PersonPage {
  pageSize: number;
  pageToken: string;
  projection?: { _id: 1 };
}

/** RPCs about the rights of a person: their mandates at all centres, for themselves or as the representative. */
export function personMandateRpcs(parts: MandateParts): PersonRpcs {
  const { mandates, persons, mandateErasure } = parts;
  /** Erased mandates have no hashes. @throws Problem IDNP_INVALID, STORE_UNAVAILABLE */
  const listOf = async (idnp: string, { pageSize, ...page }: PersonPage) => {
    assertIdnp(idnp);
    await assertPeopleFindable(mandates);
    return mandates.list({
      scope: 'platform',
      filter: filterOfPerson(persons.hashes(idnp)),
      order: 'desc',
      pageSize: normalizePageSize(pageSize),
      tokenArguments: { person: persons.hash(idnp) },
      ...page,
    });
  };
  return {
    async ExportPersonMandates({ idnp, pageSize, pageToken }, context) {
      const page = await listOf(idnp, { pageSize, pageToken });
      for (const { _id } of page.documents) context.recordAccess(resourceName('mandates', _id));
      const found = page.documents.map((one) => viewForPerson(one, idnp, parts));
      return { mandates: await Promise.all(found), nextPageToken: page.nextPageToken };
    },

    async ListPersonMandates({ idnp, pageSize, pageToken }) {
      const page = await listOf(idnp, { pageSize, pageToken, projection: { _id: 1 } });
      const names = page.documents.map(({ _id }) => resourceName('mandates', _id));
      return { names, nextPageToken: page.nextPageToken };
    },

    async EraseMandates({ names, validateOnly }) {
      const erased = await mandateErasure.eraseNamed(parseNames(names), { validateOnly });
      return { names: erased.map((id) => resourceName('mandates', id)) };
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
