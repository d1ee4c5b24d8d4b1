import { isValidIdnp } from '@cups/application';
import { isUlid, resourceName } from '@cups/contracts';
import { createPageToken, newUlid, parsePageToken } from '@cups/contracts/node';
import type { ExportPersonRequest__Output as Request } from '@cups/contracts/gen/cups/intake/v1/ExportPersonRequest.ts';
import type { ExportedApplication } from '@cups/contracts/gen/cups/intake/v1/ExportedApplication.ts';
import { fromProtoEnum } from '@cups/contracts/proto';
import { Problem, violation } from '@cups/problem';
import type { Context } from '@cups/rpc';
import { toAction, toApplication } from '../convert/application.ts';
import type { Viewer } from '../convert/application.ts';
import { toFiledSubmission } from '../convert/filed-submission.ts';
import type { ActionRecord } from '../domain/application.ts';
import { copyRolesOf, withoutOthers } from '../domain/person-copy.ts';
import { invalidField, invalidIdnp } from '../domain/problems.ts';
import type { StoredApplication } from '../store.ts';
import { countHistory, readHistory } from '../store/history-segments.ts';
import type { HistorySegments } from '../store/history-segments.ts';
import { OPS_OPERATOR, recordCopy } from '../store/person-copies.ts';
import type { CopyReason } from '../store/person-copies.ts';
import { assertSearchable, findContinued, findPersonPage } from '../store/person-export.ts';
import type { PersonPage } from '../store/person-export.ts';
import { toAccessLogEntry } from './access-log.ts';
import { toAccessCause } from './access-recording.ts';
import type { IntakeRpcs, RpcDeps } from './deps.ts';

const DEFAULT_PAGE_SIZE = 10;
const MAX_PAGE_SIZE = 20;
/** The newest accesses of an application that a copy lists. */
const MAX_ACCESSES = 1_000;
/** A page of the access log. */
const ACCESS_PAGE_SIZE = 200;
/** A response has at most 4 MiB: beside at most 0.5 MiB of other applications, one has this number of characters. */
const MAX_CHARACTERS = 1024 * 1024;
const ACTIONS_PAGE_SIZE = 200;
const EVIDENCE = /^[A-Za-z0-9](?:[A-Za-z0-9./ -]{0,38}[A-Za-z0-9])?$/;
/** The number of a person, however it is grouped. */
const PERSONAL_NUMBER = /[0-9](?:[ ./-]?[0-9]){12}/;
const ACTOR = /^[\p{L}\p{N}._@ -]{1,80}$/u;

type CopyDeps = Pick<
  RpcDeps,
  'applications' | 'history' | 'versions' | 'accessLog' | 'personCopies' | 'hashes' | 'isBackfilled' | 'now'
>;

/** The RPC behind the copy of a person's data. It shows nothing before the copy and each access are recorded. */
export function personCopyRpcs(deps: CopyDeps): Pick<IntakeRpcs, 'ExportPerson'> {
  return {
    async ExportPerson(request, context) {
      const { idnp, reason, evidence } = parseRequest(request);
      assertSearchable(deps);
      const tokenArguments = { person: deps.hashes.forPerson('applicant', idnp), reason, evidence };
      const { copy, before, from } = parsePosition(parsePageToken(request.pageToken, tokenArguments), deps.now());
      const operator = context.session?.operator ?? OPS_OPERATOR;
      if (before === undefined) {
        const actor = context.session ? {} : { actor: parseActor(request.actor) };
        const record = { operator, ...actor, reason, evidence, time: deps.now() };
        await recordCopy(deps.personCopies, copy, record, toAccessCause(context));
      }
      const pageSize = pageSizeOf(request);
      const page =
        before !== undefined && from !== undefined
          ? await findContinued(deps, { idnp, id: before })
          : await findPersonPage(deps, { idnp, before, pageSize });
      const shown = await Promise.all(page.found.map((app) => toExported(app, idnp, deps, from)));
      await recordAccesses(page.found, operator, context, deps);
      const next = continuationOf(page, shown) ?? page.next;
      return {
        copy,
        applications: shown,
        unreadable: page.unreadable.map((id) => resourceName('applications', id)),
        nextPageToken: next === undefined ? '' : createPageToken(`${copy}/${next}`, tokenArguments),
      };
    },
  };
}

/** Each application of the copy has a row in its access log. @throws Problem STORE_UNAVAILABLE */
async function recordAccesses(
  found: readonly StoredApplication[],
  operator: string,
  context: Context,
  { accessLog, now }: CopyDeps,
): Promise<void> {
  for (const { _id } of found) context.recordAccess(resourceName('applications', _id));
  if (found.length === 0) return;
  const entry = { operator, centre: context.session?.centre ?? '', kind: 'copy' as const, time: now() };
  await accessLog.write(
    found.map(({ _id }) => _id),
    { entry, cause: toAccessCause(context) },
  );
}

/** Returns where the last application of a page continues; undefined if the page has its whole history. */
function continuationOf({ found }: PersonPage, shown: readonly ExportedApplication[]): string | undefined {
  const [app, last] = [found.at(-1), shown.at(-1)];
  if (!app || !last) return undefined;
  const next = (last.earlierActions ?? 0) + (last.actions?.length ?? 0);
  return next < countHistory(app) ? `${app._id}.${next}` : undefined;
}

/** @param from number of the first action, from 0; undefined for the first page of the application */
async function toExported(
  app: StoredApplication,
  idnp: string,
  deps: CopyDeps,
  from: number | undefined,
): Promise<ExportedApplication> {
  const history = await readActions(app, from, deps);
  const shown = withoutOthers({ ...app, history }, idnp);
  const exported = {
    roles: copyRolesOf(app, idnp),
    // A desk's alerts and queue say nothing about the person that the history lacks.
    application: { ...toApplication(shown, READER(deps.now())), deskAlerts: [], moreDeskAlerts: false, buckets: [] },
    actions: shown.history.map((row) => toAction(row, shown)),
  };
  if (from !== undefined) return { ...exported, earlierActions: from };
  const [{ form }, { accesses, hasMore }] = await Promise.all([
    deps.versions.get(app.service.versionId),
    listAccesses(app._id, deps),
  ]);
  const submissions = shown.submissions.map((one) => toFiledSubmission(shown, one, form));
  return { ...exported, submissions, accesses, moreAccesses: hasMore };
}

/** Returns the actions from this number on that fit into a response, at least one. */
async function readActions(
  app: StoredApplication,
  from: number | undefined,
  { history }: { history: Pick<HistorySegments, 'read'> },
): Promise<ActionRecord[]> {
  const [first, count] = [from ?? 0, countHistory(app)];
  let characters = from === undefined ? JSON.stringify(app).length : 0;
  const actions: ActionRecord[] = [];
  for (let next = first; next < count; next += ACTIONS_PAGE_SIZE) {
    const range = { from: next, to: Math.min(next + ACTIONS_PAGE_SIZE, count) };
    for (const row of await readHistory(history, app, range)) {
      characters += JSON.stringify(row).length;
      if (characters > MAX_CHARACTERS && actions.length > 0) return actions;
      actions.push(row);
    }
  }
  return actions;
}

/** A reader who may do nothing with the application. */
const READER = (now: Date): Viewer => ({
  operator: '',
  roles: [],
  now,
  isPartyTo: () => false,
  acceptsCorrections: () => false,
  acceptsMessages: () => false,
});

async function listAccesses(id: string, { accessLog }: Pick<CopyDeps, 'accessLog'>) {
  const accesses = [];
  let pageToken = '';
  do {
    const page = await accessLog.list(id, { pageSize: ACCESS_PAGE_SIZE, pageToken });
    accesses.push(...page.entries.map(toAccessLogEntry));
    pageToken = page.nextPageToken;
  } while (pageToken !== '' && accesses.length < MAX_ACCESSES);
  return { accesses, hasMore: pageToken !== '' };
}

/** @throws Problem IDNP_INVALID, INVALID_ARGUMENT */
function parseRequest({ idnp, reason: value, evidence }: Request): {
  idnp: string;
  reason: CopyReason;
  evidence: string;
} {
  if (!isValidIdnp(idnp)) throw invalidIdnp('/idnp');
  const reason = fromProtoEnum('COPY_REASON_', value);
  if (reason === '') throw invalidField(violation('/reason', 'REQUIRED'));
  if (!EVIDENCE.test(evidence) || PERSONAL_NUMBER.test(evidence)) throw invalidField(violation('/evidence', 'PATTERN'));
  return { idnp, reason, evidence };
}

function parseActor(actor: string): string {
  if (!ACTOR.test(actor)) throw invalidField(violation('/actor', 'REQUIRED'));
  return actor;
}

/**
 * @param position of a page token: `<copy>/<last application>`, or `<copy>/<last application>.<its next action>`, which
 *   replicas of an earlier release refuse instead of leaving actions out
 */
function parsePosition(
  position: string | undefined,
  now: Date,
): { copy: string; before?: string; from?: number | undefined } {
  if (position === undefined) return { copy: newUlid(now) };
  const [copy = '', before = '', next] = position.split(/[/.]/);
  const from = next === undefined ? undefined : Number(next);
  const isNumber = from === undefined || (Number.isSafeInteger(from) && from > 0);
  if (isUlid(copy) && isUlid(before) && isNumber) return { copy, before, from };
  throw new Problem({ reason: 'PAGE_TOKEN_INVALID', message: 'The page token is invalid.' });
}

/** @throws Problem INVALID_ARGUMENT for a negative number */
function pageSizeOf({ pageSize }: Request): number {
  if (pageSize < 0) throw invalidField(violation('/pageSize', 'MINIMUM', { min: 0 }));
  return pageSize === 0 ? DEFAULT_PAGE_SIZE : Math.min(pageSize, MAX_PAGE_SIZE);
}
