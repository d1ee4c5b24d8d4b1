import { generateTrackingNumber } from '@cups/application';
import type { Content } from '@cups/application';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { RefObject } from 'react';
import { api, bodyOf, isTransient, ApiError } from '../api/client.ts';
import { isLineSlow } from '../api/line-speed.ts';
import type { Application } from '../api/types.ts';
import type { Outbox, SyncStatus } from '../outbox/outbox.ts';
import type { Write } from '../outbox/write.ts';
import { useSyncStatus } from '../outbox/use-outbox.ts';
import { renameCopies } from '../documents/copies.ts';
import { useAllUploads } from '../documents/use-uploads.ts';
import { isReachable } from '../session/connectivity.ts';
import { useSingleFlight } from '../parts/use-single-flight.ts';
import {
  diffContent,
  keepUndecided,
  pickContent,
  isSame,
  mergeDraft,
  toSendableContent,
  setOrDelete,
} from './model/draft-merge.ts';
import { keepApplicableAnswers, toApplicableContent, toFormValues } from './model/form-values.ts';
import type { FormContext, FormValues } from './model/form-values.ts';
import { withoutMandateName } from './model/mandate-basis.ts';
import { cancelFlush, planFlush } from './planned-flush.ts';
import type { Draft, VisitStore } from './visit-store.ts';
import { useVisits } from './visits.tsx';

/**
 * Sends the valid part of a draft 1 s after the last key, and when a screen is left; on a slow line 10 s after the last key, and
 * when the visit is left. The input is stored at each key.
 */

const DEBOUNCE_MS = 1_000;
/** On a slow line, an edit after each field would take longer than to type the next one. */
const SLOW_LINE_DEBOUNCE_MS = 10_000;
const VISITS_PATH = '/visits/';
/** Another window typed last and sends the draft, unless it was closed. */
const FOREIGN_DEBOUNCE_MS = 10_000;

/** Writes that the screen sends again from the draft, so that a rejection loses nothing. */
const RESENT_KINDS: readonly Write['kind'][] = ['create', 'edit', 'submit', 'renew', 'withdraw'];

/** Delay before a write is sent again whose application could not be read, in ms. */
const STALE_RETRY_MS = 5_000;
/** Rejections after which the next attempt is based on the version at the platform. */
const ETAG_REASONS: readonly ApiError['reason'][] = ['ETAG_STALE', 'ETAG_MISSING'];
/**
 * Rejections that another version of the application explains. A page that was locked before the answer to its first write
 * knows no version.
 */
const STALE_REASONS: readonly ApiError['reason'][] = [...ETAG_REASONS, 'ACTION_NOT_ALLOWED'];

export interface DraftSync {
  status: SyncStatus;
  /** The last rejection, until the next attempt. */
  error: ApiError | undefined;
  /** The input that it rejected. */
  rejectedValues: FormValues | undefined;
  /** Passes changes to the outbox now. */
  flush: () => void;
  /** Passes them when a screen is left. On a slow line they wait for those of the next screen. */
  flushScreen: () => void;
  /** Also sends a draft without a name, so that the queue has a saved visit. */
  flushAll: () => void;
  /** Submits the draft. If a colleague changed it meanwhile, shows the conflicts instead. */
  submit: () => Promise<void>;
  /** From the press until the platform has responded. */
  isSubmitting: boolean;
  renew: () => void;
  /** Continues with a draft that was taken without the platform and then refused. */
  reopen: () => void;
  /** Withdraws the draft at the platform. */
  withdraw: () => void;
}

export function useDraftSync(draft: Draft, context: FormContext): DraftSync {
  const { store } = useVisits();
  const { outbox, ...status } = useSyncStatus(draft.id);
  const { id } = draft;
  const latestContext = useRef(context);
  useEffect(() => {
    latestContext.current = context;
  });
  const flush = useCallback(() => {
    cancelFlush(id);
    flushDraft(store.draft(id), latestContext.current, outbox, store);
  }, [id, outbox, store]);
  useEffect(() => {
    const ownDebounce = isLineSlow() ? SLOW_LINE_DEBOUNCE_MS : DEBOUNCE_MS;
    planFlush(id, store.isTypedElsewhere(id) ? FOREIGN_DEBOUNCE_MS : ownDebounce, flush);
  }, [flush, store, id, draft.typed, draft.conflicts, draft.service]);
  // Sends the last input when the screen closes; on a slow line together with that of the next screen.
  useEffect(
    () => () => {
      if (!isLineSlow() || !location.pathname.startsWith(VISITS_PATH)) flush();
    },
    [flush],
  );
  useKnownApplication(draft, outbox, store);
  useTakenDraft(draft, status, outbox, store);
  const { error, rejectedValues, setError, handle } = useSyncError(id, status.refusal, latestContext, outbox, store);

  const put = (kind: 'submit' | 'renew' | 'withdraw') =>
    // SyncStatus reports a rejection, also after a reload. The screen is left, and shows nothing to undo.
    outbox.put({ application: id, kind, body: {}, isFinal: true }).catch(() => undefined);
  const [submit, isSubmitting] = useSingleFlight(async () => {
    // Already submitted; the page is about to show it.
    if (draft.submitting && outbox.known(id)?.submitTime) return;
    setError(undefined);
    flush();
    if (!(await mergeRemoteChanges(draft, context, outbox, store))) return;
    store.change(id, (current) => withChanges(current, { submitting: true }));
    await put('submit');
  });
  return {
    status,
    error,
    rejectedValues,
    flush,
    flushScreen() {
      if (!isLineSlow()) flush();
    },
    flushAll: () => flushDraft(store.draft(id), context, outbox, store, true),
    submit,
    isSubmitting: isSubmitting || status.pending.some(({ kind }) => kind === 'submit'),
    reopen() {
      if (status.refusal) void handle(status.refusal);
    },
    renew() {
      setError(undefined);
      void put('renew');
    },
    withdraw() {
      if (draft.sent) void put('withdraw');
    },
  };
}

/** Stores the last known application with the draft, so that edits after a reload have their ETag. */
function useKnownApplication(draft: Draft, outbox: Outbox, store: VisitStore): void {
  const { id, known } = draft;
  useEffect(() => {
    if (known && !outbox.known(id)) outbox.setKnown(known);
  }, [outbox, id, known]);
  const latest = outbox.known(id);
  useEffect(() => {
    if (latest && latest.etag !== known?.etag) store.change(id, (current) => withChanges(current, { known: latest }));
  }, [latest, id, known, store]);
}

/**
 * Takes a submitted draft at the desk once its writes survive a power cut and the platform has not answered: its receipt
 * may be shown.
 */
function useTakenDraft(draft: Draft, { pending, isStored }: SyncStatus, outbox: Outbox, store: VisitStore): void {
  const submitted = pending.find(({ kind }) => kind === 'submit');
  const { id, takenAt, submitting = false, trackingNumber = draft.known?.trackingNumber } = draft;
  const isScanUnstored = useAllUploads().some(({ record, isUnstored }) => isUnstored && record.application === id);
  const isStorable = outbox.isDurable && !isScanUnstored;
  const canTake = isStorable && submitting && takenAt === undefined && trackingNumber !== undefined;
  const time = canTake && isStored && submitted?.isOffline ? submitted.madeAt : undefined;
  useEffect(() => {
    if (time === undefined) return;
    // A draft that cannot be stored stays on the review, which says that it waits.
    store
      .commit(id, (current) => withChanges(current, { trackingNumber }))
      .then(() => store.change(id, (current) => withChanges(current, { takenAt: time })))
      .catch(() => undefined);
  }, [time, id, trackingNumber, store]);
}

/** Handles rejections: merges a colleague's changes, and reports all others. */
function useSyncError(
  id: string,
  refusal: ApiError | undefined,
  latestContext: RefObject<FormContext>,
  outbox: Outbox,
  store: VisitStore,
): {
  error: ApiError | undefined;
  rejectedValues: FormValues | undefined;
  setError: (error: ApiError | undefined) => void;
  /** Withdraws the rejected writes, and continues with the draft. */
  handle: (error: ApiError) => Promise<void>;
} {
  const [error, setError] = useState<ApiError>();
  const [rejectedValues, setRejectedValues] = useState<FormValues>();
  const handle = useCallback(
    async (apiError: ApiError) => {
      const draft = store.draft(id);
      const theirs = STALE_REASONS.includes(apiError.reason) ? await fetchApplication(id) : undefined;
      // Without the platform's version nothing is dropped: the write is sent and refused again.
      if (theirs === 'unreachable') return void setTimeout(() => outbox.retry(id), STALE_RETRY_MS);
      const { pending } = outbox.syncStatus(id);
      const isMandate = pending[0]?.kind === 'mandates';
      const withdrawn = pending.filter(({ kind }, at) => RESENT_KINDS.includes(kind) || (at === 0 && isMandate));
      outbox.withdrawWrites(
        id,
        withdrawn.map(({ key }) => key),
      );
      // A rejected change is sent with the next one.
      store.change(id, (current) =>
        withChanges(current, {
          sent: current.known && pickContent(current.known),
          submitting: false,
          takenAt: undefined,
          // The next attempt opens the draft under another number.
          trackingNumber: apiError.reason === 'TRACKING_NUMBER_TAKEN' ? undefined : current.trackingNumber,
          typed: isMandate ? withoutMandateName(current.typed) : current.typed,
        }),
      );
      if (!ETAG_REASONS.includes(apiError.reason)) setError(apiError);
      setRejectedValues(draft?.typed);
      if (!draft || !theirs) return;
      outbox.setKnown(theirs);
      mergeIntoDraft(draft, theirs, latestContext.current, store);
    },
    [id, latestContext, outbox, store],
  );
  useEffect(() => {
    if (!refusal || isDecidedElsewhere(outbox.syncStatus(id), store.draft(id))) return;
    void Promise.resolve(refusal).then(handle);
  }, [refusal, handle, id, outbox, store]);
  return { error, rejectedValues, setError, handle };
}

/**
 * Whether a person decides about the rejection among the unsent acts: of a draft whose receipt was printed, and of acts
 * that this screen does not send again. A mandate is decided at its step.
 */
function isDecidedElsewhere({ pending }: SyncStatus, draft: Draft | undefined): boolean {
  if (pending[0]?.kind === 'mandates' || draft?.takenAt !== undefined) return true;
  return pending.some(({ kind }) => kind !== 'mandates' && !RESENT_KINDS.includes(kind));
}

const withChanges = (draft: Draft, change: Partial<Draft>): Draft => Object.assign({}, draft, change);

/** Returns the values to send. In conflicts the colleague's value stays at the platform until the user chooses. */
function withoutConflicts({ typed: values, conflicts }: Draft): FormValues {
  const next = Object.assign({}, values);
  for (const { at, theirs } of conflicts) setOrDelete(next, at, theirs);
  return next;
}

function flushDraft(
  draft: Draft | undefined,
  context: FormContext,
  outbox: Outbox,
  store: VisitStore,
  includeUnnamed = false,
): void {
  // A discarded draft has nothing to send.
  if (!draft) return;
  const { id, service, sent, known, typed: values } = draft;
  if (!service || (known && known.state !== 'draft') || outbox.syncStatus(id).refusal) return;
  const content = toSendableContent(withoutConflicts(draft), context);
  const unsent =
    draft.conflicts.length > 0 ||
    !isSame(keepApplicableAnswers(content, context), toApplicableContent(values, context));
  // Looking up a service creates no draft.
  if (!sent && !includeUnnamed && !content.applicant?.idnp && !content.applicant?.familyName) return;
  const trackingNumber = draft.trackingNumber ?? generateTrackingNumber(randomBytes);
  // The platform creates documents of an application that it knows: an edit names them.
  const first = withoutCopies(content);
  const body = sent ? diffContent(sent, content) : toCreateRequest(draft, first, trackingNumber);
  if (Object.keys(body).length === 0) {
    if (unsent !== draft.unsent) store.change(id, (current) => withChanges(current, { unsent }));
    return;
  }
  outbox.put({ application: id, kind: sent ? 'edit' : 'create', body }).catch(() => undefined);
  store.change(id, (current) =>
    withChanges(current, {
      sent: sent ? content : first,
      unsent: unsent || current.typed !== values,
      ...(!sent && { trackingNumber }),
    }),
  );
  if (!sent && first !== content) flushDraft(store.draft(id), context, outbox, store);
}

const withoutCopies = (content: Content): Content => renameCopies(content as Record<string, unknown>, () => undefined);

const randomBytes = (count: number): Uint8Array => crypto.getRandomValues(new Uint8Array(count));

function toCreateRequest(
  { id, service, corrects }: Draft,
  content: Content,
  trackingNumber: string,
): Record<string, unknown> {
  const body: Record<string, unknown> = { id, publicService: service, trackingNumber };
  if (corrects) body['corrects'] = corrects;
  return Object.assign(body, content);
}

/**
 * Reads the application and merges a colleague's changes.
 * @returns whether the draft was up to date; true while the platform is unreachable, since it checks the ETag later
 */
async function mergeRemoteChanges(
  draft: Draft,
  context: FormContext,
  outbox: Outbox,
  store: VisitStore,
): Promise<boolean> {
  if (!draft.sent || !draft.known || outbox.syncStatus(draft.id).pending.length > 0 || !isReachable()) return true;
  const theirs = await fetchApplication(draft.id);
  const known = outbox.known(draft.id);
  if (!theirs || theirs === 'unreachable' || theirs.etag === known?.etag) return true;
  outbox.setKnown(theirs);
  mergeIntoDraft(draft, theirs, context, store);
  // A checked document changes the version of an application, not its content.
  return known !== undefined && isSame(pickContent(theirs), pickContent(known));
}

export function mergeIntoDraft(draft: Draft, theirs: Application, context: FormContext, store: VisitStore): void {
  const content = pickContent(theirs);
  store.change(draft.id, (current) => {
    const { typed, conflicts } = mergeDraft(current.typed, pickContent(current.known ?? theirs), content, context);
    const undecided = keepUndecided(current.conflicts, conflicts, typed, toFormValues(content, context.form));
    return withChanges(current, { typed, conflicts: [...conflicts, ...undecided], known: theirs, sent: content });
  });
}

async function fetchApplication(id: string): Promise<Application | 'unreachable' | undefined> {
  try {
    return await bodyOf(api.GET('/api/v1/applications/{id}', { params: { path: { id } } }));
  } catch (error) {
    if (isTransient(error)) return 'unreachable';
    if (error instanceof ApiError) return undefined;
    throw error;
  }
}
