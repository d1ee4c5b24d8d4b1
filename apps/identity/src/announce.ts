import { CENTRES_TOPIC, toCentrePayload } from '@cups/agency-contract';
import type { CentreChanged } from '@cups/agency-contract';
import type { NewEvent } from '@cups/store';
import type { Centre } from './domain/centres.ts';

/** The border to those who read cups.centres, agencies among them: compacted, the last message of a code is the whole truth. */

/** What others may know of a centre. */
function toCentreChanged(centre: Centre): CentreChanged {
  const { code, name, kind, district, timeZone, status } = centre;
  const changed: CentreChanged = { code, names: { ro: name }, kind, timeZone, status };
  if (district !== undefined) changed.district = district;
  return changed;
}

/** The centre as an event of the store. */
export function centreChanged(centre: Centre): NewEvent {
  const { key, type, subject, dataschema, datacontenttype, value } = toCentrePayload(toCentreChanged(centre));
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
