import { randomBytes } from 'node:crypto';
import { END_STATES, newTrackingNumber } from '@cups/application';
import type { CreateApplicationRequest__Output as CreateRequest } from '@cups/contracts/gen/cups/intake/v1/CreateApplicationRequest.ts';
import { Problem } from '@cups/problem';
import type { Context } from '@cups/rpc';
import { ulid } from 'ulid';
import { fromContent } from '../convert/content.ts';
import * as drafts from '../domain/acts/draft.ts';
import type { NewApplication } from '../domain/acts/draft.ts';
import type { Actor } from '../domain/acts.ts';
import { withDerived } from '../domain/derived.ts';
import { inTraining } from '../neighbours.ts';
import type { Centre } from '../neighbours.ts';
import type { Parts } from './parts.ts';
import type { StoredApplication } from '../store.ts';
import type { PersonsCause } from './change.ts';
import { ownApplication } from './own.ts';

/**
 * Opens a draft at the actor's centre, with its own copy of the version of the public service that is in force.
 * @throws Problem NOT_FOUND, CENTRE_NOT_OPEN, CENTRE_PAUSED, CENTRE_CLOSED, SERVICE_NOT_FILEABLE, SERVICE_PAUSED, ACTION_NOT_ALLOWED or
 *   TRAINING_MISMATCH (of the application that it corrects), CENTRE_LIMIT_REACHED, APPLICATION_EXISTS, REQUEST_ID_REUSED,
 *   NEIGHBOUR_UNAVAILABLE, or what is wrong with its content
 */
export async function openDraft(
  parts: Parts,
  request: CreateRequest,
  { context, cause, actor }: { context: Context; cause: PersonsCause; actor: Actor },
): Promise<{ document: StoredApplication; replayed: boolean }> {
  const { applications, versions, neighbours, openApplications, hashes } = parts;
  const wish = { publicService: request.publicService, centre: actor.centre, now: actor.now };
  const [{ version, centre }, corrected] = await Promise.all([
    neighbours.fileable(wish, context),
    request.corrects ? ownApplication(applications, request.corrects, context) : undefined,
  ]);
  const training = inTraining(centre);
  if (corrected) assertCorrectable(corrected, training);
  await assertRoom(parts, actor.centre, centre);
  const copy = version.copyFor(centre);
  await versions.keep(copy);
  const draft: NewApplication = {
    id: request.applicationId || ulid(actor.now.getTime()),
    centre: actor.centre,
    centreName: centre.displayName,
    centreKind: centre.kind,
    trackingNumber: newTrackingNumber((n) => randomBytes(n)),
    version: copy,
    content: fromContent(request.content),
  };
  if (request.corrects) draft.corrects = request.corrects;
  if (training) draft.training = true;
  const made = await applications.create(withDerived(drafts.draft(draft, actor), undefined, hashes), {
    scope: { centre: actor.centre },
    cause,
    events: [],
    now: actor.now,
  });
  if (!made.replayed) openApplications.opened(actor.centre, training);
  return made;
}

function assertCorrectable({ state, training = false }: StoredApplication, inTrainingNow: boolean): void {
  if (training !== inTrainingNow) {
    const message = 'An application of a training is corrected in a training only, and a real one never in one.';
    throw new Problem({ reason: 'TRAINING_MISMATCH', message });
  }
  if (END_STATES.includes(state)) return;
  throw new Problem({
    reason: 'ACTION_NOT_ALLOWED',
    message: 'Only an application that is closed, withdrawn or expired can be corrected.',
    metadata: { state, action: 'correct' },
  });
}

async function assertRoom({ openApplications }: Parts, name: string, centre: Centre): Promise<void> {
  const { limit } = centre;
  if (limit === 0 || !(await openApplications.reached(name, inTraining(centre), limit))) return;
  throw new Problem({
    reason: 'CENTRE_LIMIT_REACHED',
    message: 'The centre has as many open applications as it may have.',
    metadata: { limit: String(limit) },
  });
}
