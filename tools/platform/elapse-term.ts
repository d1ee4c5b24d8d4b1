import mongoose from 'mongoose';
import type { ElapseTerm } from '../day/silence.ts';
import type { Platform } from './platform.ts';

/**
 * Makes the legal term of one application pass on a local platform, so that a day can show what takes weeks. The services have
 * no common clock that could be moved: a moved clock would end sessions, leases and retention periods as well. So the
 * times of the one stored application move into the past, as if it had been filed earlier. The services then do the rest, and
 * its journal stays intact.
 */

/** The stored times of an application that the clock of an agency depends on. */
interface ClockedTimes {
  submitTime?: Date;
  dueDate?: string;
  dueTime?: Date;
  history: { kind: string; recordTime: Date; occurTime?: Date }[];
  timer?: { kind: string; due: Date; claimedUntil?: Date } | null;
}

interface ClockedDocument extends ClockedTimes {
  _id: string;
  revision: number;
}

const CLOCK_FIELDS = {
  revision: 1,
  submitTime: 1,
  dueDate: 1,
  dueTime: 1,
  'history.kind': 1,
  'history.recordTime': 1,
  'history.occurTime': 1,
  timer: 1,
} as const;

const DAY_MS = 86_400_000;
/** Intake writes an application a few times a second at most. */
const MAX_ATTEMPTS = 20;

/** Returns what moves applications of a platform into the past. It uses the store of intake. */
export const openElapsing =
  ({ mongoUri, mongoTls, prefix }: Pick<Platform, 'mongoUri' | 'mongoTls' | 'prefix'>): ElapseTerm =>
  async (id, days) => {
    const options = Object.assign({ dbName: `${prefix}cups-intake` }, mongoTls);
    const connection = await mongoose.createConnection(mongoUri, options).asPromise();
    try {
      const applications = connection.collection<ClockedDocument>('applications');
      for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
        const document = await applications.findOne({ _id: id }, { projection: CLOCK_FIELDS });
        if (document?.timer?.kind !== 'agency-escalation') throw new Error(`No clock of an agency runs for ${id}.`);
        const { revision } = document;
        const { modifiedCount } = await applications.updateOne(
          { _id: id, revision },
          { $set: moveBack(document, days, new Date()), $inc: { revision: 1 } },
        );
        if (modifiedCount === 1) return;
      }
      throw new Error(`The application ${id} changes too often.`);
    } finally {
      await connection.close();
    }
  };

/** Returns the changed fields by path. The timer is due now, and evaluates all passed steps. */
export function moveBack(
  { submitTime, dueDate, dueTime, history }: ClockedTimes,
  days: number,
  now: Date,
): Record<string, unknown> {
  const earlier = (time: Date): Date => new Date(time.getTime() - days * DAY_MS);
  // The journal has the hash of the submission for this entry, and of the whole row for others.
  const submit = history.findIndex(({ kind }) => kind === 'submit');
  const { recordTime, occurTime } = history[submit] ?? {};
  return {
    ...(recordTime && { [`history.${submit}.recordTime`]: earlier(recordTime) }),
    ...(occurTime && { [`history.${submit}.occurTime`]: earlier(occurTime) }),
    ...(submitTime && { submitTime: earlier(submitTime) }),
    ...(dueDate !== undefined && {
      dueDate: earlier(new Date(`${dueDate}T00:00:00Z`))
        .toISOString()
        .slice(0, 10),
    }),
    ...(dueTime && { dueTime: earlier(dueTime) }),
    timer: { kind: 'agency-escalation', due: now },
  };
}
