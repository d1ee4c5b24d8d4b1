import { openDesk, waitUntil } from './desk.ts';
import type { Application, Desk } from './desk.ts';
import type { ExpectedApplication } from './reconcile.ts';

interface Erasable extends Application {
  applicant?: object;
  erasure?: { eraseTime?: string };
}

/** Maximum seconds from the request to the erasure, which waits for the service documents. */
const MAX_WAIT_SECONDS = 60;

/**
 * Erases a withdrawn application on request of its person, and waits until nobody can read its data.
 * @param desks desks by centre name
 * @returns the name of the erased application
 * @throws Error when no application is withdrawn, or its data can still be read
 */
export async function eraseOne(
  url: string,
  books: readonly ExpectedApplication[],
  desks: ReadonlyMap<string, Desk>,
): Promise<string> {
  const book = books.find(({ state }) => state === 'withdrawn');
  if (!book) throw new Error('No withdrawn application can be erased.');
  const supervisor = await openDesk(url, 'supervisor');
  const application = `applications/${book.id}`;
  await supervisor.call('POST', '/erasures', { body: { application, reason: 'no-longer-needed' } });
  const desk = desks.get(`centres/${book.centre}`)!;
  const read = async () => (await desk.call<Erasable>('GET', `/${application}`)).body;
  const erased = await waitUntil(read, ({ erasure }) => erasure?.eraseTime !== undefined, 'erasure', MAX_WAIT_SECONDS);
  if (erased.applicant) throw new Error(`${application} is erased and still names its applicant.`);
  return application;
}
