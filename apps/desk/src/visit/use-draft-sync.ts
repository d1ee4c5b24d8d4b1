import type { Content } from '@cups/application';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { RefObject } from 'react';
import { api, bodyOf, isTransient, ApiError } from '../api/client.ts';
import type { Application } from '../api/types.ts';
import type { Outbox, SyncStatus } from '../outbox/outbox.ts';
import { useSyncStatus } from '../outbox/use-outbox.ts';
import { useSingleFlight } from '../parts/use-single-flight.ts';
import { diffContent, pickContent, isSame, mergeDraft, toSendableContent, setOrDelete } from './model/draft-merge.ts';
import { keepApplicableAnswers, toApplicableContent } from './model/form-values.ts';
import type { FormContext, FormValues } from './model/form-values.ts';
import type { Draft, VisitStore } from './visit-store.ts';
import { useVisits } from './visits.tsx';

/** Sends the valid part of a draft 1 s after the last key, and when a screen is left. */

const DEBOUNCE_MS = 1_000;

export interface DraftSync {
  status: SyncStatus;
  /** The last rejection, until the next attempt. */
  error: ApiError | undefined;
  /** Passes changes to the outbox now. */
  flush: () => void;
  /** Also sends a draft without a name, so that the queue has a saved visit. */
  flushAll: () => void;
  /** Submits the draft. If a colleague changed it meanwhile, shows the conflicts instead. */
  submit: () => Promise<void>;
  /** From the press until the platform has responded. */
  isSubmitting: boolean;
  renew: () => void;
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
  const flush = useCallback(
    () => flushDraft(store.draft(id), latestContext.current, outbox, store),
    [id, outbox, store],
  );
  useEffect(() => {
    const timer = setTimeout(flush, DEBOUNCE_MS);
    return () => clearTimeout(timer);
  }, [flush, draft.typed, draft.conflicts, draft.service]);
  // Sends the input of the last second when the screen closes.
  useEffect(() => flush, [flush]);
  useKnownApplication(draft, outbox, store);
  const [error, setError] = useSyncError(id, status.refusal, latestContext, outbox, store);

  const put = (kind: 'submit' | 'renew' | 'withdraw') =>
    // SyncStatus reports a rejection, also after a reload.
    outbox.put({ application: id, kind, body: {} }).catch(() => undefined);
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
    flush,
    flushAll: () => flushDraft(store.draft(id), context, outbox, store, true),
    submit,
    isSubmitting: isSubmitting || status.pending.some(({ kind }) => kind === 'submit'),
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

/** Handles rejections: merges a colleague's changes, and reports all others. */
function useSyncError(
  id: string,
  refusal: ApiError | undefined,
  latestContext: RefObject<FormContext>,
  outbox: Outbox,
  store: VisitStore,
): [ApiError | undefined, (error: ApiError | undefined) => void] {
  const [error, setError] = useState<ApiError>();
  useEffect(() => {
    if (refusal) void handleError(refusal);
    async function handleError(apiError: ApiError) {
      outbox.discard(id);
      // A rejected change is sent with the next one.
      const resetSync = (current: Draft) => ({ sent: current.known && pickContent(current.known), submitting: false });
      if (apiError.reason !== 'ETAG_STALE') {
        store.change(id, (current) => withChanges(current, resetSync(current)));
        setError(apiError);
      }
      const draft = store.draft(id);
      const isStale = apiError.reason === 'ETAG_STALE' || apiError.reason === 'ACTION_NOT_ALLOWED';
      if (draft && isStale) await mergeRemoteChanges(draft, latestContext.current, outbox, store);
    }
  }, [refusal, id, latestContext, outbox, store]);
  return [error, setError];
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
  const body = sent ? diffContent(sent, content) : toCreateRequest(draft, content);
  if (Object.keys(body).length === 0) {
    if (unsent !== draft.unsent) store.change(id, (current) => withChanges(current, { unsent }));
    return;
  }
  outbox.put({ application: id, kind: sent ? 'edit' : 'create', body }).catch(() => undefined);
  store.change(id, (current) => withChanges(current, { sent: content, unsent: unsent || current.typed !== values }));
}

function toCreateRequest({ id, service, corrects }: Draft, content: Content): Record<string, unknown> {
  const body: Record<string, unknown> = { id, publicService: service };
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
  if (!draft.sent || !draft.known || outbox.syncStatus(draft.id).pending.length > 0) return true;
  const theirs = await fetchApplication(draft.id);
  const known = outbox.known(draft.id);
  if (!theirs || theirs.etag === known?.etag) return true;
  outbox.setKnown(theirs);
  mergeIntoDraft(draft, theirs, context, store);
  // A checked document changes the version of an application, not its content.
  return known !== undefined && isSame(pickContent(theirs), pickContent(known));
}

export function mergeIntoDraft(draft: Draft, theirs: Application, context: FormContext, store: VisitStore): void {
  const content = pickContent(theirs);
  store.change(draft.id, (current) => {
    const { typed, conflicts } = mergeDraft(current.typed, pickContent(current.known ?? theirs), content, context);
    return withChanges(current, { typed, conflicts, known: theirs, sent: content });
  });
}

async function fetchApplication(id: string): Promise<Application | undefined> {
  try {
    return await bodyOf(api.GET('/api/v1/applications/{id}', { params: { path: { id } } }));
  } catch (error) {
    if (isTransient(error) || error instanceof ApiError) return undefined;
    throw error;
  }
}
