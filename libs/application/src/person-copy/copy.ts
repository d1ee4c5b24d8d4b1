import type { AccessKind, HistoryKind } from '../vocabularies.ts';
import type { State } from '../lifecycle.ts';
import type { Text } from '../texts/text.ts';

/**
 * The copy of a person's data: the shape of the file `copy.json`, as far as the document for people shows it. The file has
 * all members that the gateway sends (`PersonCopyPage` in openapi.yaml).
 */

export type CopyReason = 'person-request' | 'authority-request' | 'court';

type LocalizedText = Partial<Text>;
/** Content whose members the document lists as they are. */
type Json = Readonly<Record<string, unknown>>;

export interface CopiedSubmission {
  name: string;
  submitTime: string;
  answers?: Json;
  formSchema?: Json;
}

export interface CopiedApplication {
  roles: readonly ('applicant' | 'represented')[];
  application: {
    id: string;
    centre: string;
    agency: string;
    state: State;
    serviceTitle?: LocalizedText;
    trackingNumber?: string;
    createTime: string;
    /** Set if it was opened without a line. */
    deskTime?: { time: string };
    restriction?: { restrictTime?: string };
    applicant?: CopiedPerson;
    represented?: CopiedPerson;
    contact?: { email?: string; phone?: string };
    answers?: Json;
    evidence?: readonly { kind: string; number?: string }[];
    notes?: readonly { text: string; occurTime?: string; recordTime?: string }[];
    messages?: readonly { author?: string; text: string; sendTime: string }[];
    complaints?: readonly {
      text: LocalizedText;
      prepareTime: string;
      answer?: { text?: string; recordTime: string };
    }[];
  };
  history: readonly {
    kind: HistoryKind;
    recordTime: string;
    actor: string;
    agencyText?: LocalizedText;
    deskTime?: { time: string };
  }[];
  submissions: readonly CopiedSubmission[];
  recipients: readonly string[];
  accesses: readonly { operator: string; accessTime: string; kind: AccessKind; centre?: string }[];
  moreAccesses?: boolean;
  notices: readonly {
    notice: { createTime: string; sendTime?: string; channel?: string; subject?: string; text?: string };
    emailAddress?: string;
  }[];
  documents: readonly {
    name: string;
    kind: string;
    purpose: string;
    state: string;
    createTime: string;
    sha256?: string;
    mediaType?: string;
    uploadSha256: string;
    expireTime?: string;
  }[];
  /** Number of actions that former pages have; absent on the first page of the application. */
  earlierActions?: number;
  journal?: { pages: readonly { checkpoint: string; entries: readonly object[] }[] };
}

export interface CopiedPerson {
  idnp?: string;
  givenName?: string;
  familyName?: string;
  birthDate?: string;
}

export interface CopiedMandate {
  name: string;
  centre: string;
  state: string;
  grantTime: string;
  expireTime: string;
  text?: { language: string; text?: string };
  revocations: readonly { revokeTime?: string; receipt: string }[];
}

export interface CopiedTerm {
  category: string;
  days?: number;
  source: string;
  end: string;
}

/** A page, as the gateway sends it. */
export interface PersonCopyPage {
  copy: string;
  applications: readonly CopiedApplication[];
  unreadable: readonly string[];
  mandates?: readonly CopiedMandate[];
  retention?: readonly CopiedTerm[];
  operators?: readonly { name: string; displayName: string }[];
  unavailableParts?: readonly string[];
  nextPageToken?: string;
}

/** What `copy.json` contains. */
export interface PersonCopy extends Omit<Required<PersonCopyPage>, 'nextPageToken'> {
  reason: CopyReason;
  /** Number of the written request. */
  evidence: string;
  /** RFC 3339. */
  createTime: string;
}

/** Joins the parts of applications whose histories continue on later pages. */
function joinApplications(parts: readonly CopiedApplication[]): CopiedApplication[] {
  const joined: CopiedApplication[] = [];
  for (const { earlierActions, ...part } of parts) {
    const last = joined.at(-1);
    const continues = earlierActions !== undefined && last?.application.id === part.application.id;
    if (continues) joined.splice(-1, 1, { ...last, history: [...last.history, ...part.history] });
    else joined.push(part);
  }
  return joined;
}

/** Joins the pages of a copy. @throws Error without a page */
export function joinCopyPages(
  pages: readonly PersonCopyPage[],
  { reason, evidence, createTime }: Pick<PersonCopy, 'reason' | 'evidence' | 'createTime'>,
): PersonCopy {
  const [first] = pages;
  if (!first) throw new Error('A copy has at least one page.');
  const names = new Map(pages.flatMap(({ operators = [] }) => operators.map((one) => [one.name, one])));
  return {
    copy: first.copy,
    reason,
    evidence,
    createTime,
    applications: joinApplications(pages.flatMap(({ applications }) => applications)),
    unreadable: pages.flatMap(({ unreadable }) => unreadable),
    mandates: first.mandates ?? [],
    retention: first.retention ?? [],
    operators: [...names.values()],
    unavailableParts: [...new Set(pages.flatMap(({ unavailableParts = [] }) => unavailableParts))],
  };
}

/** Returns the newest checkpoint of the journal in the copy, a signed note; undefined without one. */
export function newestCheckpoint({ applications }: Pick<PersonCopy, 'applications'>): string | undefined {
  const notes = applications.flatMap(({ journal }) => journal?.pages.map(({ checkpoint }) => checkpoint) ?? []);
  const sizeOf = (note: string) => Number(note.split('\n')[1] ?? 0);
  return notes.sort((one, other) => sizeOf(other) - sizeOf(one))[0];
}
