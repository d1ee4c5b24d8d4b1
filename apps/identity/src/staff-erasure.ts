import type { Documents } from '@cups/store';
import { eraseStaff } from './domain/staff.ts';
import { entryOfErasure } from './staff-journal.ts';
import type { StoredOperator } from './store.ts';

/**
 * Erases staff who left before a time: name, personal number, and the reasons in their history. The ID stays, because
 * applications and the journal name it. A person who returns is a new one.
 * @returns their number, at most `limit`
 */
export async function expireStaff(
  operators: Documents<StoredOperator>,
  { before, limit, now }: { before: Date; limit: number; now: Date },
): Promise<number> {
  // A read by support is no change, so it does not restart the term.
  const changedSince = { $elemMatch: { action: { $ne: 'viewed' }, time: { $gte: before } } };
  // Synthetic staff name nobody, and their seeder would restore them.
  const left = { status: 'former', synthetic: { $ne: true }, eraseTime: { $exists: false } };
  const filter = { ...left, history: { $not: changedSince } };
  const found = await operators.find(filter, { scope: 'platform', limit, projection: { _id: 1 } });
  for (const { _id } of found) {
    await operators.update(_id, { scope: 'platform', cause: {}, now }, (staff) => {
      // Somebody gave the person a position meanwhile, or another replica was faster.
      if (staff.status !== 'former' || staff.eraseTime) return { document: staff, events: [] };
      return { document: eraseStaff(staff, now), events: [entryOfErasure(_id)] };
    });
  }
  return found.length;
}
