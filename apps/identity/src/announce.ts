import { nameOf } from '@cups/contracts';
import type { CentreChanged } from '@cups/contracts/gen/cups/identity/v1/CentreChanged.ts';
import { messageType } from '@cups/contracts/proto';
import type { NewEvent } from '@cups/store';
import { toCentre } from './convert.ts';
import type { Centre } from './domain/centres.ts';

/** What cups.centres is told of a centre: the topic is compacted, the last event of a code is the whole truth. */
export function centreChanged(centre: Centre): NewEvent {
  const data = messageType<CentreChanged>('cups.identity.v1.CentreChanged').encode({ centre: toCentre(centre) });
  return {
    topic: 'cups.centres',
    key: centre.code,
    type: 'cups.identity.v1.CentreChanged',
    subject: nameOf('centres', centre.code),
    sequenced: true,
    data,
  };
}
