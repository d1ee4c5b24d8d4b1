import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { eventually, readTopic } from '@cups/testing';
import { ulid } from 'ulid';
import { CHUNK_BYTES } from '../src/domain/limits.ts';
import { createUpload, intakeEvent, refused, sha256, shareDocuments, someBytes, upload } from './harness.ts';
import type { Harness } from './harness.ts';

let harness: Harness;
beforeAll(async () => void (harness = await shareDocuments()));
afterAll(() => harness.stop());

const deliveryOf = (application: string, agency = 'asp'): string => `deliveries/${application}-${agency}`;

/** Files an application, as events of intake tell. */
async function fileApplication(agency = 'asp'): Promise<string> {
  const application = ulid();
  const ref = { agency: `agencies/${agency}` };
  await harness.publish(intakeEvent(application, 1, 'ApplicationSubmitted', { ref }));
  await eventually(async () => (await harness.applications.get(application, { scope: 'service' }))?.agency === agency);
  return application;
}

/** Uploads a result and waits for its check. */
async function uploadResult(delivery: string, bytes: Buffer, agency = harness.agency()): Promise<string> {
  const declared = { requestId: randomUUID(), delivery, size: bytes.length, sha256: sha256(bytes) };
  const { document } = await agency.createResultDocument(declared);
  const { name } = document!;
  for (let offset = 0; offset < bytes.length; offset += CHUNK_BYTES)
    await agency.appendResultContent({ name, offset, data: bytes.subarray(offset, offset + CHUNK_BYTES) });
  await eventually(async () => (await agency.getAgencyDocument({ name })).document?.state === 'STATE_READY');
  return name;
}

describe('ReleaseDocuments', () => {
  test('lets the agency of the delivery read the document, and no other one', async () => {
    const application = ulid();
    const bytes = someBytes(CHUNK_BYTES + 3);
    const name = await upload(harness, bytes, { application });
    const submitted = { name, uploadSha256: sha256(bytes) };
    const release = { delivery: deliveryOf(application), agency: 'agencies/asp', documents: [submitted] };
    const range = { name, offset: 0, limit: 1_000_000 };
    await expect(harness.agency().readAgencyContent(range)).rejects.toEqual(refused('NOT_FOUND'));
    for (let repeat = 0; repeat < 2; repeat += 1) {
      const { documents } = await harness.bridge().releaseDocuments(release);
      expect(documents).toMatchObject([{ name, state: 'STATE_READY', delivery: release.delivery }]);
    }
    expect((await harness.agency().readAgencyContent(range)).data.equals(bytes)).toBe(true);
    await expect(harness.agency('cnas').readAgencyContent(range)).rejects.toEqual(refused('NOT_FOUND'));
    await expect(harness.desk().deleteDocument({ name })).rejects.toEqual(refused('DOCUMENT_IN_USE'));
  });

  test('reports a document of another application, delivery or content as unknown', async () => {
    const [application, foreign] = [ulid(), ulid()];
    const bytes = someBytes(10);
    const known = await upload(harness, bytes, { application });
    const elsewhere = await upload(harness, bytes, { application: foreign });
    const digest = sha256(bytes);
    const ask = async (documents: { name: string; uploadSha256: string }[], agency = 'asp') => {
      const delivery = deliveryOf(application, agency);
      return (await harness.bridge().releaseDocuments({ delivery, agency: `agencies/${agency}`, documents })).documents;
    };
    const unknown = { state: 'STATE_REFUSED', refusal: 'DOCUMENT_UNKNOWN' };
    expect(
      await ask([
        { name: elsewhere, uploadSha256: digest },
        { name: `documents/${ulid()}`, uploadSha256: digest },
        { name: known, uploadSha256: sha256(Buffer.from('other')) },
      ]),
    ).toMatchObject([unknown, unknown, unknown]);
    expect(await ask([{ name: known, uploadSha256: digest }])).toMatchObject([{ state: 'STATE_READY' }]);
    expect(await ask([{ name: known, uploadSha256: digest }], 'cnas')).toMatchObject([unknown]);
  });

  test('binds a document whose upload is under way', async () => {
    const application = ulid();
    const bytes = someBytes(10);
    const name = await createUpload(harness, bytes, { application });
    const { documents } = await harness.bridge().releaseDocuments({
      delivery: deliveryOf(application),
      agency: 'agencies/asp',
      documents: [{ name, uploadSha256: sha256(bytes) }],
    });
    expect(documents).toMatchObject([{ state: 'STATE_UPLOADING' }]);
    await expect(harness.agency().readAgencyContent({ name, offset: 0, limit: 1 })).rejects.toEqual(
      refused('DOCUMENT_NOT_READY'),
    );
    // The agency may read it, and never write it.
    await expect(harness.agency().appendResultContent({ name, offset: 0, data: bytes })).rejects.toEqual(
      refused('NOT_FOUND'),
    );
    await expect(harness.desk().appendContent({ name, offset: 0, data: bytes })).resolves.toBeDefined();
  });
});

describe('a document of an application that is passed on', () => {
  test('is read by one agency at a time', async () => {
    const application = await fileApplication();
    const bytes = someBytes(10);
    const name = await upload(harness, bytes, { application });
    const documents = [{ name, uploadSha256: sha256(bytes) }];
    const releaseTo = (agency: string) =>
      harness.bridge().releaseDocuments({
        delivery: deliveryOf(application, agency),
        agency: `agencies/${agency}`,
        documents,
      });
    const readAs = async (agency: string) =>
      (await harness.agency(agency).readAgencyContent({ name, offset: 0, limit: 10 })).data.equals(bytes);
    await releaseTo('asp');
    expect(await readAs('asp')).toBe(true);
    // The next agency is not known here yet: the bridge repeats it.
    await expect(releaseTo('cnas')).rejects.toEqual(refused('DOCUMENT_NOT_READY'));
    await harness.publish(intakeEvent(application, 2, 'AgencyUndecided', { cause: 'circle' }));
    await eventually(() =>
      readAs('asp').then(
        () => false,
        ({ reason }: { reason: string }) => reason === 'NOT_FOUND',
      ),
    );
    await expect(harness.agency().getAgencyDocument({ name })).rejects.toEqual(refused('NOT_FOUND'));
    const ref = { agency: 'agencies/cnas' };
    await harness.publish(intakeEvent(application, 3, 'ApplicationPassedOn', { ref, formerAgency: 'agencies/asp' }));
    await eventually(() =>
      releaseTo('cnas').then(
        () => true,
        () => false,
      ),
    );
    expect(await readAs('cnas')).toBe(true);
    await expect(readAs('asp')).rejects.toEqual(refused('NOT_FOUND'));
    const result = { requestId: randomUUID(), delivery: deliveryOf(application), size: 10, sha256: sha256(bytes) };
    await expect(harness.agency().createResultDocument(result)).rejects.toEqual(refused('NOT_FOUND'));
  });
});

describe('a result', () => {
  test('is uploaded for a delivery of the own agency and accepted by a decision', async () => {
    const delivery = deliveryOf(await fileApplication());
    const bytes = someBytes(CHUNK_BYTES + 1);
    const name = await uploadResult(delivery, bytes);
    const { documents } = await harness.bridge().acceptResultDocuments({ delivery, documents: [name] });
    expect(documents).toMatchObject([{ name, purpose: 'PURPOSE_RESULT', kind: 'result', sha256: sha256(bytes) }]);
    const { data } = await harness.desk().readContent({ name, offset: 0, limit: 1_000_000 });
    expect(data.equals(bytes)).toBe(true);
    await expect(harness.desk().deleteDocument({ name })).rejects.toEqual(refused('DOCUMENT_IN_USE'));
  });

  test('is uploaded by a clerk of the agency too, who is the actor in the journal', async () => {
    const delivery = deliveryOf(await fileApplication());
    const bytes = someBytes(CHUNK_BYTES + 1);
    const name = await uploadResult(delivery, bytes, harness.clerk());
    const { documents } = await harness.bridge().acceptResultDocuments({ delivery, documents: [name] });
    expect(documents).toMatchObject([{ name, purpose: 'PURPOSE_RESULT' }]);
    const range = { name, offset: 0, limit: 1_000_000 };
    expect((await harness.clerk().readAgencyContent(range)).data.equals(bytes)).toBe(true);
    await expect(harness.clerk('cnas').readAgencyContent(range)).rejects.toEqual(refused('NOT_FOUND'));
    const entries = await readTopic(harness.infrastructure, 'cups.journal.documents');
    const ofDocument = await entries.until((all) => all.some(({ data }) => data.includes(Buffer.from(name))));
    await entries.stop();
    const [created] = ofDocument.filter(({ data }) => data.includes(Buffer.from(name)));
    expect(created!.data.includes(Buffer.from('operators/asp-clerk'))).toBe(true);
  });

  test('of another agency, or of an application that nobody filed, has no delivery', async () => {
    const declared = { requestId: randomUUID(), size: 1, sha256: sha256(Buffer.from('x')) };
    for (const delivery of [
      deliveryOf(await fileApplication('cnas')),
      deliveryOf(await fileApplication('cnas'), 'cnas'),
      deliveryOf(ulid()),
    ])
      await expect(harness.agency().createResultDocument({ ...declared, delivery })).rejects.toEqual(
        refused('NOT_FOUND'),
      );
  });

  test('is not accepted for another delivery, before its check, or if it is a scan', async () => {
    const application = await fileApplication();
    const delivery = deliveryOf(application);
    const bytes = someBytes(10);
    const name = await uploadResult(delivery, bytes);
    const scan = await upload(harness, bytes, { application });
    const unfinished = await harness
      .agency()
      .createResultDocument({ requestId: randomUUID(), delivery, size: 1, sha256: sha256(bytes) });
    const accept = (documents: string[], of = delivery) =>
      harness.bridge().acceptResultDocuments({ delivery: of, documents });
    await expect(accept([name], deliveryOf(ulid()))).rejects.toEqual(refused('RESULT_DOCUMENT_INVALID'));
    await expect(accept([scan])).rejects.toEqual(refused('RESULT_DOCUMENT_INVALID'));
    await expect(accept([`documents/${ulid()}`])).rejects.toEqual(refused('RESULT_DOCUMENT_INVALID'));
    await expect(accept([name, unfinished.document!.name])).rejects.toEqual(refused('DOCUMENT_NOT_READY'));
    const record = await harness.records.get(name.slice('documents/'.length), { scope: 'service' });
    expect(record?.acceptTime).toBeUndefined();
  });
});

describe('a filed application', () => {
  test('of another centre takes no uploads', async () => {
    const application = await fileApplication();
    const bytes = someBytes(10);
    await expect(createUpload(harness, bytes, { application, centre: 'centres/CU-002' })).rejects.toEqual(
      refused('NOT_FOUND'),
    );
    await expect(createUpload(harness, bytes, { application })).resolves.toBeDefined();
  });

  test('takes no uploads after its end', async () => {
    const application = await fileApplication();
    await harness.publish(intakeEvent(application, 2, 'ApplicationWithdrawn'));
    await eventually(async () => (await harness.applications.get(application, { scope: 'service' }))?.endTime);
    await expect(createUpload(harness, someBytes(10), { application })).rejects.toEqual(refused('ACTION_NOT_ALLOWED'));
  });
});

describe('a centre that hands over the result of another one', () => {
  test('reads its documents while it is chosen, and never a scan', async () => {
    const application = await fileApplication();
    const bytes = someBytes(20);
    const scan = await upload(harness, bytes, { application });
    const result = await uploadResult(deliveryOf(application), bytes);
    const village = harness.desk('centres/CU-002');
    const range = { name: result, offset: 0, limit: 100 };
    const isChosen = (centre: string | undefined) =>
      eventually(
        async () => (await harness.applications.get(application, { scope: 'service' }))?.collectionCentre === centre,
      );
    await harness.publish(
      intakeEvent(application, 2, 'CollectionCentreChosen', { collectionCentre: 'centres/CU-002' }),
    );
    await isChosen('centres/CU-002');
    // No decision names it yet.
    await expect(village.readContent(range)).rejects.toEqual(refused('NOT_FOUND'));
    await harness.bridge().acceptResultDocuments({ delivery: deliveryOf(application), documents: [result] });
    expect((await village.readContent(range)).data.equals(bytes)).toBe(true);
    expect((await village.getDocument({ name: result })).document).toMatchObject({ purpose: 'PURPOSE_RESULT' });
    await expect(village.getDocument({ name: scan })).rejects.toEqual(refused('NOT_FOUND'));
    await expect(village.readContent({ ...range, name: scan })).rejects.toEqual(refused('NOT_FOUND'));
    await expect(village.deleteDocument({ name: result })).rejects.toEqual(refused('NOT_FOUND'));
    expect((await village.listDocuments({ application: `applications/${application}` })).documents).toEqual([]);
    await expect(harness.desk('centres/CU-003').readContent(range)).rejects.toEqual(refused('NOT_FOUND'));
    await harness.publish(intakeEvent(application, 3, 'CollectionCentreChosen', { collectionCentre: '' }));
    await isChosen(undefined);
    await expect(village.readContent(range)).rejects.toEqual(refused('NOT_FOUND'));
    expect((await harness.desk().readContent(range)).data.equals(bytes)).toBe(true);
  });
});
