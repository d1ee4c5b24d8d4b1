import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '@cups/testing';
import { shareBridge } from './bridge.ts';
import type { Bridge } from './bridge.ts';
import { documentEvent, documentOf, newApplication, submissionOf } from './world.ts';

let bridge: Bridge;
beforeAll(async () => void (bridge = await shareBridge()));
afterAll(async () => {
  bridge.world.documents.setUnavailable(false);
  await bridge.stop();
});

type Document = ReturnType<typeof documentOf>;

/** Creates an application with these documents, which the fake service has. */
function withCopies(make: (application: string) => Document[]) {
  const application = newApplication();
  const documents = make(application.name);
  for (const document of documents) bridge.world.documents.known.set(document.name, document);
  const submission = submissionOf(application.name);
  submission.content!.evidence = documents.map(({ name }) => ({
    kind: 'identity-document',
    originalSeen: true,
    copy: name,
    copySha256: 'a'.repeat(64),
  }));
  bridge.world.submissions.set(`${application.name}/submissions/1`, submission);
  return { ...application, documents };
}

/** Creates the event of a submission that was filed some minutes ago. */
function filedMinutesAgo(application: { submitted(): { time: Date } }, minutes: number) {
  const event = application.submitted();
  return Object.assign(event, { time: new Date(Date.now() - minutes * 60_000) }) as never;
}

const releasesOf = (delivery: string) =>
  bridge.world.documents.released.filter((request) => request.delivery === delivery);

async function evidenceSent(delivery: string): Promise<Record<string, unknown>[]> {
  await bridge.requests.until(() => bridge.requestsOf(delivery).length > 0);
  const [request] = bridge.requestsOf(delivery);
  return (JSON.parse(request!.data.toString()) as { evidence: Record<string, unknown>[] }).evidence;
}

/** Resolves when documents was asked `count` times about a delivery. */
const untilReleased = (delivery: string, count: number) =>
  eventually(async () => releasesOf(delivery).length >= count && releasesOf(delivery));

const idOf = (name: string) => name.slice('documents/'.length);

test('sends checked and refused copies at once, with the facts of the check and the path to fetch', async () => {
  const application = withCopies((name) => [
    documentOf(name),
    documentOf(name, { scan: 'SCAN_NOT_SCANNED', pages: 0, mediaType: 'image/jpeg' }),
    documentOf(name, { state: 'STATE_REFUSED', refusal: 'PDF_SCRIPT' }),
    documentOf(name, { state: 'STATE_ERASED' }),
  ]);
  const [first, second, third, fourth] = application.documents;
  await bridge.produceEvents(application.submitted());
  const common = { kind: 'identity-document', originalSeen: true };
  expect(await evidenceSent(application.delivery)).toEqual([
    {
      ...common,
      copy: `/agency/v1/documents/${idOf(first!.name)}`,
      copyState: 'available',
      copySha256: 'b'.repeat(64),
      copyBytes: 1234,
      copyMediaType: 'application/pdf',
      copyPages: 2,
      copyScan: 'clean',
    },
    {
      ...common,
      copy: `/agency/v1/documents/${idOf(second!.name)}`,
      copyState: 'available',
      copySha256: 'b'.repeat(64),
      copyBytes: 1234,
      copyMediaType: 'image/jpeg',
      copyScan: 'not-scanned',
    },
    { ...common, copy: `/agency/v1/documents/${idOf(third!.name)}`, copyState: 'refused' },
    { ...common, copy: `/agency/v1/documents/${idOf(fourth!.name)}`, copyState: 'refused' },
  ]);
  expect(releasesOf(application.delivery)).toMatchObject([
    {
      agency: 'agencies/asp',
      documents: application.documents.map(({ name }) => ({ name, uploadSha256: 'a'.repeat(64) })),
    },
  ]);
});

test('calls documents for no submission without copies, and keeps a mark of an earlier release', async () => {
  const application = newApplication();
  const submission = submissionOf(application.name);
  submission.content!.evidence = [{ kind: 'identity-document', originalSeen: true, copy: 'copies/17' }];
  bridge.world.submissions.set(`${application.name}/submissions/1`, submission);
  await bridge.produceEvents(application.submitted());
  expect(await evidenceSent(application.delivery)).toEqual([
    { kind: 'identity-document', originalSeen: true, copy: 'copies/17' },
  ]);
  expect(releasesOf(application.delivery)).toEqual([]);
});

test.each(['DocumentChecked', 'DocumentRefused'] as const)('waits for a copy until %s arrives', async (type) => {
  const application = withCopies((name) => [documentOf(name, { state: 'STATE_CHECKING' })]);
  const [document] = application.documents;
  await bridge.produceEvents(application.submitted());
  await untilReleased(application.delivery, 1);
  expect(bridge.requestsOf(application.delivery)).toEqual([]);
  const waiting = /^agency_bridge_deliveries_waiting_for_copies\{[^}]*\} [1-9]/m;
  await eventually(async () => waiting.test(await bridge.scrape()));

  const state = type === 'DocumentChecked' ? 'STATE_READY' : 'STATE_REFUSED';
  bridge.world.documents.known.set(document!.name, { ...document!, state });
  await bridge.produceEvents(documentEvent(type, document!.name, application.name));
  expect(await evidenceSent(application.delivery)).toMatchObject([
    { copyState: type === 'DocumentChecked' ? 'available' : 'refused' },
  ]);
});

test('sends nothing if the application is withdrawn while its copies are coming', async () => {
  const application = withCopies((name) => [documentOf(name, { state: 'STATE_UPLOADING' })]);
  const [document] = application.documents;
  await bridge.produceEvents(application.submitted());
  await untilReleased(application.delivery, 1);
  await bridge.produceEvents(application.withdrawn());
  expect(await bridge.deliveryEventTypes(application.delivery, 1)).toEqual(['DeliveryCancelled']);
  bridge.world.documents.known.set(document!.name, { ...document!, state: 'STATE_READY' });
  const other = withCopies((name) => [documentOf(name)]);
  await bridge.produceEvents(
    documentEvent('DocumentChecked', document!.name, application.name),
    documentEvent('DocumentErased', document!.name, application.name),
    other.submitted(),
  );
  await evidenceSent(other.delivery);
  expect(bridge.requestsOf(application.delivery)).toEqual([]);
});

test('keeps the order: a later submission waits for the copies of the first', async () => {
  const application = withCopies((name) => [documentOf(name, { state: 'STATE_CHECKING' })]);
  const [document] = application.documents;
  bridge.world.submissions.set(
    `${application.name}/submissions/2`,
    submissionOf(application.name, 2, { answersRequest: 'asp-asks' }),
  );
  await bridge.produceEvents(application.submitted(), application.supplied(2, 'asp-asks'));
  await eventually(async () => (await bridge.delivery(application.delivery)).submission === 2);
  expect(bridge.requestsOf(application.delivery)).toEqual([]);
  bridge.world.documents.known.set(document!.name, { ...document!, state: 'STATE_READY' });
  await bridge.produceEvents(documentEvent('DocumentChecked', document!.name, application.name));
  await bridge.requests.until(() => bridge.requestsOf(application.delivery).length === 2);
  const types = bridge.requestsOf(application.delivery).map(({ type }) => type);
  expect(types).toEqual(['md.cups.application.submitted.v1', 'md.cups.application.documents-supplied.v1']);
});

test('sends an application with what is coming 15 minutes after it was filed, and logs it', async () => {
  const application = withCopies((name) => [documentOf(name, { state: 'STATE_UPLOADING' }), documentOf(name)]);
  await bridge.produceEvents(filedMinutesAgo(application, 16));
  const evidence = await evidenceSent(application.delivery);
  expect(evidence[0]).toEqual({
    kind: 'identity-document',
    originalSeen: true,
    copy: `/agency/v1/documents/${idOf(application.documents[0]!.name)}`,
    copyState: 'coming',
  });
  expect(evidence[1]).toMatchObject({ copyState: 'available' });
  const resource = `${application.id}-asp`;
  await eventually(async () =>
    bridge.world.log.lines.some(
      (line) => line['event'] === 'delivery-sent-incomplete' && line['resource'] === resource,
    ),
  );
});

test('waits while documents is unavailable, then sends without it and releases the copies later', async () => {
  const waiting = withCopies((name) => [documentOf(name)]);
  const late = withCopies((name) => [documentOf(name)]);
  bridge.world.documents.setUnavailable(true);
  await bridge.produceEvents(waiting.submitted(), filedMinutesAgo(late, 16));
  expect(await evidenceSent(late.delivery)).toMatchObject([{ copyState: 'coming' }]);
  await eventually(async () => bridge.world.log.lines.some((line) => line['event'] === 'documents-unavailable'));
  expect(bridge.requestsOf(waiting.delivery)).toEqual([]);
  expect(releasesOf(late.delivery)).toEqual([]);

  bridge.world.documents.setUnavailable(false);
  await untilReleased(late.delivery, 1);
  expect(await evidenceSent(waiting.delivery)).toMatchObject([{ copyState: 'available' }]);
  expect(bridge.requestsOf(late.delivery)).toHaveLength(1);
});
