import { ulid } from 'ulid';
import type { ApplicationDetails, ApplicationRow, Bucket, QueuePage } from '../api/types.ts';
import { toApplicationRow } from '../application/state-texts.ts';
import type { LocalStore } from '../local-store/local-store.ts';
import type { CopySource } from './copy-source.ts';
import {
  CATALOG_KIND,
  FILE_KIND,
  MANDATES_KIND,
  ONLY,
  QUEUE_KIND,
  READ_KIND,
  STATE_KIND,
  isExpired,
  peopleOf,
  resolveFileTime,
} from './records.ts';
import type { CopiedCatalog, CopiedFile, CopiedMandates, CopiedQueue, CopiedRead, CopyState } from './records.ts';
import { classifyQuery, matchesQuery } from './search-copy.ts';

/** Most results of a search, as on the platform. */
const MAX_RESULTS = 20;

/**
 * Opens the copy in a local store. Each file that it shows is recorded first, for the report to the platform.
 * @param now the time, in any order of calls
 */
export function openCopySource(store: LocalStore, now: () => Date = () => new Date()): CopySource {
  /** @throws when the record cannot be stored: then nothing is shown */
  const recordRead = async (application: string): Promise<void> => {
    const read: CopiedRead = { id: ulid(), application, readTime: now().toISOString() };
    await store.write(READ_KIND, read.id, read);
  };
  const listFiles = async () => {
    const state = await store.read<CopyState>(STATE_KIND, ONLY);
    const files = (await store.list<CopiedFile>(FILE_KIND)).map((copied) => toDetails(copied, state));
    return files.filter(({ copyTime }) => !isExpired(copyTime, now()));
  };
  return {
    async readDetails(id) {
      const copied = await store.read<CopiedFile>(FILE_KIND, id);
      if (!copied) return undefined;
      const details = toDetails(copied, await store.read<CopyState>(STATE_KIND, ONLY));
      if (isExpired(details.copyTime, now())) return undefined;
      await recordRead(details.application.name);
      return details;
    },

    async readQueue(bucket) {
      const copied = await store.read<CopiedQueue>(QUEUE_KIND, ONLY);
      if (!copied || isExpired(copied.copyTime, now())) return undefined;
      const { page, copyTime } = copied;
      const applications = bucket === 'today' ? page.applications : toBucket(bucket, await listFiles());
      return toQueuePage(page, applications, copyTime);
    },

    async readCatalog(centre) {
      const copied = await store.read<CopiedCatalog>(CATALOG_KIND, ONLY);
      return copied?.centre === centre ? copied.catalog : undefined;
    },

    async listPersonMandates(idnp) {
      const copied = await store.read<CopiedMandates>(MANDATES_KIND, ONLY);
      if (!copied || isExpired(copied.copyTime, now())) return undefined;
      const at = now().toISOString();
      return copied.mandates.filter(({ person, expireTime }) => person.idnp === idnp && expireTime > at);
    },

    async search(query) {
      const kind = classifyQuery(query);
      if (!kind) return undefined;
      const found = (await listFiles()).filter(({ application }) => matchesQuery(application, kind, query));
      const shown = newestFirst(found).slice(0, MAX_RESULTS);
      for (const { application } of shown) await recordRead(application.name);
      const state = await store.read<CopyState>(STATE_KIND, ONLY);
      const copyTime = shown[0]?.copyTime ?? state?.checkTime;
      if (copyTime === undefined) return undefined;
      return { applications: shown.map(toApplicationRow), kind, more: found.length > shown.length, copyTime };
    },

    async lookUpPerson(idnp) {
      const own = newestFirst((await listFiles()).filter(({ application }) => peopleOf(application).includes(idnp)));
      const last = own.find(({ application }) => application.applicant?.idnp === idnp);
      for (const { application } of own) await recordRead(application.name);
      const { applicant, contact, updateTime } = last?.application ?? {};
      return {
        applications: own.filter(({ application }) => (application.buckets ?? []).length > 0).map(toApplicationRow),
        ...(applicant && { person: applicant }),
        ...(contact && { contact }),
        ...(updateTime !== undefined && { personTime: updateTime }),
      };
    },
  };
}

type CopiedDetails = ApplicationDetails & { copyTime: string };

const newestFirst = (files: readonly CopiedDetails[]): CopiedDetails[] =>
  [...files].sort((one, other) => other.application.id.localeCompare(one.application.id));

/** Notices and delivery are not in the copy. */
function toDetails(copied: CopiedFile, state: CopyState | undefined): CopiedDetails {
  const { file, operators } = copied;
  return {
    ...file,
    accessCount: 0,
    operatorCount: 0,
    possibleDuplicates: [],
    operators,
    unavailableParts: ['notices', 'delivery'],
    copyTime: resolveFileTime(copied, state),
  };
}

/** Buckets other than today's are as complete as the copy. */
function toBucket(bucket: Bucket, files: readonly CopiedDetails[]): ApplicationRow[] {
  const own = files.filter(({ application }) => application.buckets?.includes(bucket));
  return own
    .map(toApplicationRow)
    .sort((one, other) => (one.sinceTime ?? one.updateTime).localeCompare(other.sinceTime ?? other.updateTime));
}

function toQueuePage(
  { nextPageToken: _noMore, ...page }: QueuePage,
  applications: ApplicationRow[],
  copyTime: string,
): QueuePage {
  return { ...page, applications, copyTime };
}
