import type { ConsumerAccount } from './gaps.ts';
import { idOf } from './names.ts';
import type { Consumer, Inventory, SetAsideEvent, StoredDocument } from './inventory.ts';
import { findWithoutFacts } from './references.ts';

/** What each consumer has counted of each subject, beside what its producer has published. */

interface ComparedSubject {
  consumer: Consumer;
  subject: string;
  topic: string;
  account: ConsumerAccount;
}

/** Returns every subject at every consumer with a non-empty store. An empty one is not restored yet, or has nothing to count. */
export function buildAccounts(inventory: Inventory, prefix: string): ComparedSubject[] {
  const { applications, deliveries, threads, records, published, facts } = inventory;
  const withoutFacts = new Set(findWithoutFacts(applications.values(), facts));
  const byApplication = new Map([...deliveries.values()].map((one) => [one.application ?? '', one]));
  const subjects = new Set([...published.keys(), ...[...applications.keys()].map((id) => `applications/${id}`)]);
  const all: ComparedSubject[] = [];
  for (const subject of subjects) {
    if (!subject.startsWith('applications/')) continue;
    const producer = applications.get(idOf(subject));
    const isFiled = inventory.filed.has(subject) || (producer?.submissions?.length ?? 0) > 0;
    const delivery = byApplication.get(subject);
    const of = (consumer: Consumer, counted = 0) => {
      const account = buildAccount(inventory, consumer, subject, { counted, producer });
      all.push({ consumer, subject, topic: `${prefix}cups.applications`, account });
    };
    // The bridge counts no events of a discarded draft.
    if (deliveries.size > 0 && (isFiled || delivery)) of('agency-bridge', delivery?.lastSeqs?.[subject]);
    // Documents counts no events: without the facts of an application, it reads all of them.
    if (records.size > 0 && isFiled && withoutFacts.has(idOf(subject))) of('documents');
    if (threads.size > 0) of('notifications', threads.get(idOf(subject))?.lastSeqs?.['applications']);
  }
  const ofDeliveries = new Set([...published.keys(), ...[...deliveries.keys()].map((id) => `deliveries/${id}`)]);
  for (const subject of ofDeliveries) {
    if (!subject.startsWith('deliveries/')) continue;
    // An application that intake lacks is reported as missing.
    const application = applications.get(idOf(subject).split('-')[0]!);
    if (!application) continue;
    const counted = application.lastSeqs?.[subject] ?? 0;
    const account = buildAccount(inventory, 'intake', subject, { counted, producer: deliveries.get(idOf(subject)) });
    all.push({ consumer: 'intake', subject, topic: `${prefix}cups.deliveries`, account });
  }
  return [...all, ...accountsOfMandates(inventory, prefix)];
}

/** Intake ends copies of mandates after their term, so one that is missing counts only while its mandate is active. */
function accountsOfMandates(inventory: Inventory, prefix: string): ComparedSubject[] {
  const { applications, mandates, copies, published } = inventory;
  if (applications.size === 0) return [];
  return [...published].flatMap(([subject, events]) => {
    if (!subject.startsWith('mandates/')) return [];
    const producer = mandates.get(idOf(subject));
    const copy = copies.get(idOf(subject));
    if (!copy && producer?.state !== 'active') return [];
    const first = Math.min(...events.map(({ sequence }) => sequence));
    // A copy that a read has created has counted no event yet; of one that is gone, only what Kafka has can be read.
    const counted = Math.max(copy?.lastSeqs?.[subject] ?? 0, first - 1);
    const account = buildAccount(inventory, 'intake', subject, { counted, producer });
    return [{ consumer: 'intake' as const, subject, topic: `${prefix}cups.mandates`, account }];
  });
}

function buildAccount(
  { published, aside }: Inventory,
  consumer: Consumer,
  subject: string,
  { counted, producer }: { counted: number; producer: StoredDocument | undefined },
): ConsumerAccount {
  const kept = aside[consumer].get(subject) ?? [];
  const numbers = (kind: SetAsideEvent['kind']) =>
    kept.filter((one) => one.kind === kind).map(({ sequence }) => sequence);
  return {
    counted,
    given: producer?.eventSeq ?? 0,
    published: published.get(subject) ?? [],
    outbox: (producer?.outbox ?? []).flatMap(({ sequence, topic = '' }) =>
      // Entries for the journal have a sequence of their own.
      sequence === null || topic.startsWith('cups.journal.') ? [] : [sequence],
    ),
    parked: numbers('gap'),
    held: numbers('held'),
  };
}
