import { randomBytes } from 'node:crypto';
import { END_STATES, generateTrackingNumber } from '@cups/application';
import { newUlid } from '@cups/contracts/node';
import type { CreateApplicationRequest__Output as CreateRequest } from '@cups/contracts/gen/cups/intake/v1/CreateApplicationRequest.ts';
import { isProblem, Problem } from '@cups/problem';
import type { Context } from '@cups/rpc';
import { fromContent } from '../convert/content.ts';
import * as drafts from '../domain/commands/draft.ts';
import type { NewApplication } from '../domain/commands/draft.ts';
import { assertCentreOfGrant } from '../domain/command.ts';
import type { Actor } from '../domain/command.ts';
import { isErased } from '../domain/data-end.ts';
import { erasedProblem, restrictedProblem } from '../domain/problems.ts';
import { withDerivedFields } from '../domain/derived-fields.ts';
import { isInTraining } from '../clients.ts';
import type { Centre } from '../clients.ts';
import type { RpcDeps } from './deps.ts';
import { entriesOfOpening, withJournalSalt } from '../journal.ts';
import { isNumberTaken } from '../store.ts';
import type { StoredApplication } from '../store.ts';
import type { RequestCause } from './change.ts';
import { getCentreApplication } from './caller.ts';
import { findMandate } from './mandates.ts';
import { findNewDocuments } from './new-documents.ts';

/**
 * Opens a draft at the actor's centre, with a copy of the service version in force.
 * @throws Problem NOT_FOUND, CENTRE_MISMATCH, CENTRE_NOT_OPEN, CENTRE_PAUSED, CENTRE_CLOSED, SERVICE_NOT_FILEABLE, SERVICE_PAUSED,
 * CENTRE_LIMIT_REACHED, APPLICATION_EXISTS, TRACKING_NUMBER_TAKEN, REQUEST_ID_REUSED, UPSTREAM_UNAVAILABLE; ACTION_NOT_ALLOWED or
 * TRAINING_MISMATCH for the application that it corrects; INVALID_ARGUMENT for its content
 */
export async function openDraft(
  deps: RpcDeps,
  request: CreateRequest,
  { context, cause, actor }: { context: Context; cause: RequestCause; actor: Actor },
): Promise<{ document: StoredApplication; replayed: boolean }> {
  const { applications, versions, clients, openApplications, hashes } = deps;
  assertCentreOfGrant(actor);
  const filingRequest = { publicService: request.publicService, centre: actor.centre, now: actor.now };
  const [{ version, centre }, corrected] = await Promise.all([
    clients.resolveFiling(filingRequest, context),
    request.corrects ? getCentreApplication(applications, request.corrects, context) : undefined,
  ]);
  const training = isInTraining(centre);
  if (corrected) assertCorrectable(corrected, training);
  await assertBelowLimit(deps, actor.centre, centre);
  const copy = version.createCopy(centre);
  await versions.save(copy);
  const id = request.applicationId || newUlid(actor.now);
  const content = fromContent(request.content);
  const [documents, mandate] = await Promise.all([
    findNewDocuments(deps, { _id: id }, content.evidence ?? [], context),
    findMandate(deps, content, context),
  ]);
  const draft: NewApplication = {
    id,
    centre: actor.centre,
    centreName: centre.displayName,
    centreKind: centre.kind,
    trackingNumber: request.trackingNumber || generateTrackingNumber((n) => randomBytes(n)),
    version: copy,
    content,
    documents,
    mandate,
  };
  if (request.corrects) draft.corrects = request.corrects;
  if (training) draft.training = true;
  const opened = withJournalSalt(withDerivedFields(drafts.createDraft(draft, actor), undefined, hashes));
  const created = await applications
    .create(opened, {
      scope: { centre: actor.centre },
      cause,
      events: entriesOfOpening(opened, actor),
      now: actor.now,
    })
    .catch(async (error: unknown) => {
      const isDuplicate = isProblem(error) && error.reason === 'APPLICATION_EXISTS';
      const isTaken = isDuplicate && (await isNumberTaken(applications, opened));
      throw isTaken ? trackingNumberTaken() : error;
    });
  if (!created.replayed) openApplications.recordOpened(actor.centre, training);
  return created;
}

/** The same for a number of the caller's centre and of another one: only the holder of a number may know about it. */
const trackingNumberTaken = (): Problem =>
  new Problem({ reason: 'TRACKING_NUMBER_TAKEN', message: 'The tracking number is taken.' });

function assertCorrectable(app: StoredApplication, isTrainingNow: boolean): void {
  const { state, training = false } = app;
  if (isErased(app)) throw erasedProblem();
  if (app.restriction) throw restrictedProblem({ state, action: 'correct' });
  if (training !== isTrainingNow) {
    const message = 'The application and its correction must both be for training, or neither.';
    throw new Problem({ reason: 'TRAINING_MISMATCH', message });
  }
  if (END_STATES.includes(state)) return;
  throw new Problem({
    reason: 'ACTION_NOT_ALLOWED',
    message: 'Only closed, withdrawn or expired applications can be corrected.',
    metadata: { state, action: 'correct' },
  });
}

async function assertBelowLimit({ openApplications }: RpcDeps, name: string, centre: Centre): Promise<void> {
  const { limit } = centre;
  if (limit === 0 || !(await openApplications.isLimitReached(name, isInTraining(centre), limit))) return;
  throw new Problem({
    reason: 'CENTRE_LIMIT_REACHED',
    message: 'The centre has reached its limit of open applications.',
    metadata: { limit: String(limit) },
  });
}
