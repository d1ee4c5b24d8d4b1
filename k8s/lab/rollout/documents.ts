import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { openDesk, waitUntil } from '../../../tools/day/desk.ts';
import type { Application, Desk } from '../../../tools/day/desk.ts';
import { applicationId, createContent, fileableAt } from '../../../tools/day/filings.ts';
import type { Centre, PublicService } from '../../../tools/day/filings.ts';
import { buildPdf, sha256Of, signIn, UploadClient, UploadError } from '../../../tools/day/upload-client.ts';
import { waitUntilReady } from './disruptions.ts';
import { NAMESPACE, sum } from './kube.ts';
import type { KubeClient } from './kube.ts';

/** Uploads while the pods of their way are replaced. */

/** Deployments that an upload passes. */
const UPLOAD_PATH = ['documents', 'documents-checker', 'gateway'];
const DESKS = 6;
/** The platform takes at most 6 uploads of a session at a time. */
const UPLOADS_PER_DESK = 4;
/** Such an upload takes about a minute, longer than the replacement of all pods. */
const FILE_BYTES = 256 * 1024;
const BYTES_PER_SECOND = 4 * 1024;
const UPLOAD_SECONDS = 420;
const CHECK_SECONDS = 120;
const RETRY_MS = 500;
/** Numbered after those of the load. */
const FIRST_PERSON = 900_000;

interface RunningUpload {
  desk: Desk;
  application: string;
  bytes: Buffer;
  /** documents/{id}; empty before the platform opened it. */
  name: string;
  interruptions: number;
  /** Acknowledged bytes that the platform no longer had. */
  forgotten: number;
}

/**
 * Replaces the pods of documents, its checker and the gateway while desks upload.
 * @returns the observations
 * @throws Error when an upload is lost, doubled, refused, or has other bytes
 */
export async function restartDuringUploads(
  kube: KubeClient,
  url: string,
  { centres, services }: { centres: readonly Centre[]; services: readonly PublicService[] },
): Promise<string> {
  const uploads = await openUploads(url, centres.slice(0, DESKS), services);
  const ending = Promise.all(uploads.map(({ upload, client }) => uploadToEnd(client, upload)));
  // A failure is reported once the pods are replaced.
  ending.catch(() => {});
  await delay(5_000);
  const started = performance.now();
  for (const name of UPLOAD_PATH) {
    await kube.kubectl(['rollout', 'restart', `deployment/${name}`, '-n', NAMESPACE]);
    await kube.kubectl(['rollout', 'status', `deployment/${name}`, '-n', NAMESPACE, '--timeout=180s']);
  }
  const seconds = (performance.now() - started) / 1000;
  await waitUntilReady(kube);
  await ending;
  const all = uploads.map(({ upload }) => upload);
  for (const application of new Set(all.map((one) => one.application))) await verify(application, all);
  const interruptions = sum(all.map((one) => one.interruptions));
  const forgotten = sum(all.map((one) => one.forgotten));
  return `${all.length} uploads of ${FILE_BYTES / 1024} KiB, all pods of ${UPLOAD_PATH.join(', ')} replaced within ${seconds.toFixed(0)} s: ${interruptions} interruptions, ${forgotten} acknowledged bytes forgotten; all are ready with their bytes, 0 lost, 0 doubled`;
}

async function openUploads(url: string, centres: readonly Centre[], services: readonly PublicService[]) {
  const uploads: { client: UploadClient; upload: RunningUpload }[] = [];
  for (const [index, centre] of centres.entries()) {
    const operator = `${centre.code.toLowerCase()}-specialist`;
    const desk = await openDesk(url, operator);
    const client = new UploadClient(url, await signIn(url, operator));
    const id = applicationId('ZQ');
    const service = fileableAt(services, centre)[0]!;
    const content = createContent(FIRST_PERSON + index, centre, service);
    await desk.call<Application>('POST', '/applications', { body: { id, publicService: service.code, ...content } });
    for (let n = 0; n < UPLOADS_PER_DESK; n += 1) {
      const bytes = buildPdf(FILE_BYTES, `${id} ${n}`);
      uploads.push({ client, upload: { desk, application: id, bytes, name: '', interruptions: 0, forgotten: 0 } });
    }
  }
  return uploads;
}

/** Uploads as a browser does: after an interruption it continues where the platform stored it. */
async function uploadToEnd(client: UploadClient, upload: RunningUpload): Promise<void> {
  const { application, bytes } = upload;
  const key = randomUUID();
  const end = performance.now() + UPLOAD_SECONDS * 1000;
  let acknowledged = 0;
  for (;;) {
    try {
      const path = await client.open({ application, bytes }, key);
      upload.name = `documents/${path.split('/').at(-1)!}`;
      const { offset } = await client.status(path);
      upload.forgotten += Math.max(0, acknowledged - offset);
      acknowledged = offset;
      if (offset < bytes.length) acknowledged = (await client.append(path, bytes, offset, BYTES_PER_SECOND)).offset;
      if (acknowledged === bytes.length) return;
    } catch (error) {
      if (isRefusal(error)) throw error;
      if (performance.now() > end) throw new Error(`An upload for ${application} does not end.`, { cause: error });
      upload.interruptions += 1;
      await delay(RETRY_MS);
    }
  }
}

const isRefusal = (error: unknown): boolean =>
  error instanceof UploadError && error.status < 500 && ![408, 409, 423, 429].includes(error.status);

/** @throws Error for documents of an application that are lost, doubled, or not as they were uploaded */
async function verify(application: string, all: readonly RunningUpload[]): Promise<void> {
  const uploads = all.filter((one) => one.application === application);
  const { desk } = uploads[0]!;
  type List = { documents: { name: string; state: string }[] };
  const list = async () => (await desk.call<List>('GET', `/applications/${application}/documents`)).body.documents;
  const areChecked = (found: List['documents']) => found.every(({ state }) => state !== 'checking');
  const found = await waitUntil(list, areChecked, `checks of ${application}`, CHECK_SECONDS);
  if (found.length !== uploads.length) throw new Error(`${uploads.length} uploads are ${found.length} documents.`);
  for (const { name, bytes } of uploads) {
    const state = found.find((one) => one.name === name)?.state ?? 'lost';
    if (state !== 'ready') throw new Error(`${name} is ${state}.`);
    if (sha256Of(await desk.readContent(name)) !== sha256Of(bytes)) throw new Error(`${name} has other bytes.`);
  }
}
