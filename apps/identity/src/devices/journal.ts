import { resourceName } from '@cups/contracts';
import { createJournal } from '@cups/store';
import type { JournalEntry, NewEvent } from '@cups/store';
import type { StoredDevice } from './store.ts';

/** Entries of devices for the journal: one for each new key share and each revocation. The resource is the operator. */

const journalEntry = createJournal('identity');

type DeviceAct = Pick<JournalEntry, 'action' | 'actor' | 'ground'>;

export function entryOfDevice(
  { _id, operator, centre }: Pick<StoredDevice, '_id' | 'operator' | 'centre'>,
  act: DeviceAct,
): NewEvent {
  const resource = resourceName('operators', operator);
  return journalEntry({
    document: `devices/${_id}`,
    key: operator,
    resource,
    centre: resourceName('centres', centre),
    ...act,
    result: 'done',
  });
}
