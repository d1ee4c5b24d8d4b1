import { createRequire } from 'node:module';
import { join } from 'node:path';
import { readSetupVariable } from './test-env.ts';

/** Changes what the platform stores, where a test cannot wait for the passing of days. */

interface Connection {
  useDb(name: string): {
    collection(name: string): { updateOne(filter: object, update: object): Promise<UpdateResult> };
  };
  close(): Promise<void>;
}
interface UpdateResult {
  matchedCount: number;
}
interface Mongoose {
  createConnection(uri: string): { asPromise(): Promise<Connection> };
}

/** The driver of the platform's services. */
const loadMongoose = () =>
  createRequire(join(import.meta.dirname, '../../libs/store/src/index.ts'))('mongoose') as Mongoose;

/** Sets fields of one document of a service. @throws Error if there is no such document */
async function setFields(collection: string, id: string, fields: object): Promise<void> {
  const connection = await loadMongoose().createConnection(readSetupVariable('CUPS_DESK_STORE')).asPromise();
  try {
    const intake = connection.useDb(`${readSetupVariable('CUPS_DESK_PREFIX')}cups-intake`);
    const { matchedCount } = await intake.collection(collection).updateOne(
      { _id: id },
      // A service that has cached the document reads it again.
      { $set: fields, $inc: { revision: 1 } },
    );
    if (matchedCount !== 1) throw new Error(`${collection} has no ${id}.`);
  } finally {
    await connection.close();
  }
}

const DAY_MS = 86_400_000;

/** Lets the answer date of requested documents be yesterday. The application waits for desks without a line. */
export const passAnswerDate = ({ id }: { id: string }): Promise<void> =>
  setFields('applications', id, {
    'documentRequest.answerBy': new Date(Date.now() - DAY_MS).toISOString().slice(0, 10),
  });

/** Lets a mandate, mandates/{id}, have ended a minute ago. */
export const expireMandate = (name: string): Promise<void> =>
  setFields('mandates', name.replace('mandates/', ''), { 'facts.expireTime': new Date(Date.now() - 60_000) });

/** Lets the agency of an application have been silent for one and a half terms, as the clock of intake stores it. */
export function silenceAgency({
  id,
  agency,
  dueDate,
}: {
  id: string;
  agency: string;
  dueDate?: string;
}): Promise<void> {
  const time = new Date();
  const step = 'term-150';
  const actions = ['mail-agency', 'mark-at-desk', 'inform-supervisor', 'offer-complaint'];
  // The driver stores an undefined member as null.
  const common = dueDate === undefined ? { time, agency } : { time, agency, dueDate };
  const reminded = { ...common, step: 'unacknowledged', actions: ['remind-agency', 'mark-at-desk'] };
  return setFields('applications', id, {
    escalations: [reminded, { ...common, step, actions }],
    'queue.escalation': { step, time },
    'queue.oversight': { step, time },
    'queue.actionDate': time.toISOString().slice(0, 10),
  });
}
