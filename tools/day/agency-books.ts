import { waitUntil } from './desk.ts';
import type { Desk } from './desk.ts';
import type { ExpectedApplication, Reconciliation } from './reconcile.ts';

/** The books of the agencies: each filed application has one delivery, at the agency that has access. */

/** Applications that the agencies have, by agency and by channel. */
export interface AgencyCounts {
  byAgency: Record<string, number>;
  byChannel: Record<string, number>;
}

interface Delivery {
  /** deliveries/{id} */
  name: string;
  /** applications/{id} */
  application: string;
  state: string;
}

interface DeliveryPage {
  deliveries: Delivery[];
  nextPageToken?: string;
}

/** State of the delivery of an application in this state. One that was withdrawn may have been decided before. */
const DELIVERY_STATE_OF: Readonly<Record<string, string>> = { closed: 'answered', submitted: 'sent' };
/** Maximum seconds until the bridge has stored a reminder. */
const MAX_REMINDER_WAIT_SECONDS = 20;
/** The delivery of an agency that passed the application on has ended. */
const PASSED_ON_STATE = 'cancelled';

interface AgencyBooksOptions {
  /** Channel of each agency, by code. */
  channelOf: ReadonlyMap<string, string>;
  /** Signs in an operator, such as `supervisor` or `<code>-clerk`. */
  signIn: (operator: string) => Promise<Desk>;
}

/** Compares the deliveries of the agencies with what the desks filed. */
export async function checkAgencies(
  balance: Reconciliation,
  books: readonly ExpectedApplication[],
  { channelOf, signIn }: AgencyBooksOptions,
): Promise<AgencyCounts> {
  const supervisor = await signIn('supervisor');
  const counts: AgencyCounts = { byAgency: {}, byChannel: {} };
  const agencies = new Set(books.flatMap(({ agency, formerAgencies = [] }) => [agency, ...formerAgencies]));
  for (const agency of [...agencies].sort()) {
    const wanted = new Map(expectedStates(books, agency));
    const found = await listDeliveries(supervisor, agency, wanted.size, books);
    for (const [id, states] of wanted) checkDelivery(balance, `${id}-${agency}`, states, found.get(id) ?? []);
    for (const id of found.keys()) if (!wanted.has(id)) balance.doubled.push(`a delivery of ${id} at ${agency}`);
    const count = books.filter((book) => book.agency === agency && found.has(book.id)).length;
    const channel = channelOf.get(agency) ?? 'unknown';
    counts.byAgency[agency] = count;
    counts.byChannel[channel] = (counts.byChannel[channel] ?? 0) + count;
  }
  await checkReminders(balance, books, signIn);
  return counts;
}

/** Returns the state that the delivery of each application at an agency must have; undefined for any. */
const expectedStates = (books: readonly ExpectedApplication[], agency: string): [string, string | undefined][] =>
  books.flatMap((book): [string, string | undefined][] => {
    if (book.agency === agency) return [[book.id, DELIVERY_STATE_OF[book.state]]];
    return book.formerAgencies?.includes(agency) ? [[book.id, PASSED_ON_STATE]] : [];
  });

/** Returns the deliveries of these applications at an agency, newest first, until all are found. */
async function listDeliveries(
  supervisor: Desk,
  agency: string,
  wanted: number,
  books: readonly ExpectedApplication[],
): Promise<Map<string, Delivery[]>> {
  const ours = new Set(books.map(({ id }) => id));
  const found = new Map<string, Delivery[]>();
  let pageToken = '';
  do {
    const query = new URLSearchParams({ agency, pageSize: '200', ...(pageToken && { pageToken }) });
    const { body: page } = await supervisor.call<DeliveryPage>('GET', `/deliveries?${query}`);
    for (const delivery of page.deliveries) {
      const id = delivery.application.replace('applications/', '');
      if (ours.has(id)) found.set(id, [...(found.get(id) ?? []), delivery]);
    }
    pageToken = page.nextPageToken ?? '';
  } while (pageToken !== '' && found.size < wanted);
  return found;
}

function checkDelivery(
  { lost, doubled }: Reconciliation,
  name: string,
  state: string | undefined,
  found: readonly Delivery[],
): void {
  const [first] = found;
  if (!first) return void lost.push(`delivery ${name}`);
  if (found.length > 1) doubled.push(`delivery ${name} (${found.length})`);
  if (state !== undefined && first.state !== state) lost.push(`delivery ${name}: ${state}, now ${first.state}`);
}

/** Checks that a clerk of a silent agency sees each reminder once. */
async function checkReminders(
  balance: Reconciliation,
  books: readonly ExpectedApplication[],
  signIn: AgencyBooksOptions['signIn'],
): Promise<void> {
  for (const { id, agency, reminders } of books) {
    if (reminders === undefined) continue;
    const clerk = await signIn(`${agency}-clerk`);
    const read = async () => {
      type Details = { delivery: { reminders?: unknown[] } };
      const { body } = await clerk.call<Details>('GET', `/deliveries/${id}-${agency}`);
      return body.delivery.reminders?.length ?? 0;
    };
    const enough = (count: number) => count >= reminders;
    const found = await waitUntil(read, enough, `reminders of ${id}`, MAX_REMINDER_WAIT_SECONDS).catch(read);
    if (found < reminders) balance.lost.push(`reminders of ${id}: ${found} of ${reminders}`);
    if (found > reminders) balance.doubled.push(`a reminder of ${id} (${found} of ${reminders})`);
  }
}
