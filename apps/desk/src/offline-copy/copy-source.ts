import { NetworkError } from '../api/client.ts';
import type {
  ApplicationDetails,
  ApplicationRow,
  Bucket,
  Catalog,
  Contact,
  Person,
  QueuePage,
  StoredMandate,
} from '../api/types.ts';

/**
 * Reads from the offline copy while the platform does not respond. This file is in the first bundle; what reads the copy
 * loads with the first refresh, or when it is needed.
 */

/** Results of a search; in the copy, with its time. */
export interface FoundApplications {
  applications: ApplicationRow[];
  kind?: 'tracking-number' | 'idnp' | 'name' | 'telephone' | 'number-part';
  more: boolean;
  copyTime?: string;
}
export type CopySearch = Required<FoundApplications>;
export interface CopyPerson {
  applications: ApplicationRow[];
  person?: Person;
  contact?: Contact;
  personTime?: string;
}

/** The copy of the signed-in operator. Undefined means that the copy has no answer. */
export interface CopySource {
  readDetails(id: string): Promise<ApplicationDetails | undefined>;
  readQueue(bucket: Bucket): Promise<QueuePage | undefined>;
  readCatalog(centre: string): Promise<Catalog | undefined>;
  listPersonMandates(idnp: string): Promise<StoredMandate[] | undefined>;
  search(query: string): Promise<CopySearch | undefined>;
  lookUpPerson(idnp: string): Promise<CopyPerson | undefined>;
}

/** What a request without a response reads instead. */
export type CopyRead<T> = (copy: CopySource) => Promise<T | undefined>;

let openSource: (() => Promise<CopySource>) | undefined;

/** Provides the copy of the signed-in operator, or takes it away: a locked screen has none. */
export function provideCopy(open: (() => Promise<CopySource>) | undefined): void {
  openSource = open;
}

/**
 * Returns the response of the platform, or what the copy has if none arrives.
 * @throws NetworkError if the copy has nothing either, and what the request throws
 */
export async function orCopy<T>(response: Promise<T>, fromCopy: CopyRead<T>): Promise<T> {
  try {
    return await response;
  } catch (error) {
    const open = openSource;
    if (!(error instanceof NetworkError) || !open) throw error;
    const copied = await open()
      .then(fromCopy)
      .catch(() => undefined);
    // The screen was locked meanwhile.
    if (copied === undefined || openSource !== open) throw error;
    return copied;
  }
}
