import { CENTRES_TOPIC, toCentrePayload } from '@cups/agency-contract';
import type { CentreChanged } from '@cups/agency-contract';
import type { NewEvent } from '@cups/store';
import type { Centre } from './domain/centres.ts';

/** The border to those who read cups.centres, agencies among them: compacted, the last message of a code is the whole truth. */

/** What others may know of a centre. */
function toCentreChanged(centre: Centre, status: CentreChanged['status']): CentreChanged {
  const { code, name, kind, district, timeZone } = centre;
  const changed: CentreChanged = { code, names: { ro: name }, kind, timeZone, status };
  if (district !== undefined) changed.district = district;
  return changed;
}

/** The centre as an event of the store; undefined while it has not opened, because agencies get nothing from it. */
export function toCentreEvent(centre: Centre): NewEvent | undefined {
  const { status } = centre;
  if (status === 'planned' || status === 'training') return undefined;
  const changed = toCentreChanged(centre, status);
  const { key, type, subject, dataschema, datacontenttype, value } = toCentrePayload(changed);
  return {
    topic: CENTRES_TOPIC,
    key,
    type,
    subject,
    sequenced: true,
    contentType: datacontenttype,
    extra: { dataschema },
    data: value,
  };
}
