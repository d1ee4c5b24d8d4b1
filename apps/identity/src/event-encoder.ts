import { CENTRES_TOPIC, toCentrePayload } from '@cups/agency-contract';
import type { CentreChanged } from '@cups/agency-contract';
import type { NewEvent } from '@cups/store';
import type { Centre } from './domain/centres.ts';

/** Events of the compacted topic cups.centres: the last message of a code is the complete current state. */

function toCentreChanged(centre: Centre, status: CentreChanged['status']): CentreChanged {
  const { code, name, kind, district, timeZone } = centre;
  const changed: CentreChanged = { code, names: { ro: name }, kind, timeZone, status };
  if (district !== undefined) changed.district = district;
  return changed;
}

/** Returns the event for a centre, or undefined before it opens, when agencies receive nothing from it. */
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
