import { Problem, violation } from '@cups/problem';
import type { Content, HandOver, HandOverGround, Outcome } from '@cups/application';
import { assertTransition, resolveOccurTime, appendHistory } from '../command.ts';
import type { Actor, CommandResult } from '../command.ts';
import type { Application } from '../application.ts';
import { countRows } from '../history.ts';
import { assertRepeatable, invalidField } from '../problems.ts';

/** Records that a paper result, which was on its way, has arrived at the centre. */
export function confirmArrival(app: Application, actor: Actor): CommandResult {
  const state = assertTransition(app, 'confirm-arrival', actor);
  return { document: { ...withArrival(app, actor), state }, events: [{ type: 'ResultArrived' }] };
}

function withArrival(app: Application, actor: Actor): Application {
  const { awaitsArrival: _arrived, ...decision } = app.decision!;
  const arrived = { ...app, decision: { ...decision, arrivalTime: resolveOccurTime(app, actor) } };
  return appendHistory(arrived, app.state, 'confirm-arrival', actor);
}

/** A centre that may hand over the results of others. */
export interface CollectionCentre {
  /** centres/{code} */
  name: string;
  displayName: string;
  isTraining: boolean;
}

/**
 * Sets the centre where the result is collected.
 * @param centre undefined for the application's own centre
 * @throws Problem TRAINING_MISMATCH; INVALID_ARGUMENT at the limit of 100 changes
 */
export function chooseCollectionCentre(
  app: Application,
  actor: Actor,
  centre: CollectionCentre | undefined,
): CommandResult {
  assertTransition(app, 'choose-collection-centre', actor);
  const { collectionCentre, collectionCentreName: _name, ...others } = app;
  if (centre?.name === collectionCentre) return { document: app, events: [] };
  if (centre && centre.isTraining !== (app.training ?? false)) {
    const message = 'The application and its collection centre must both be for training, or neither.';
    throw new Problem({ reason: 'TRAINING_MISMATCH', message });
  }
  assertRepeatable(countRows(app, ['choose-collection-centre']), '/centre');
  const chosen: Application = centre
    ? { ...others, collectionCentre: centre.name, collectionCentreName: centre.displayName }
    : others;
  const document = appendHistory(chosen, app.state, 'choose-collection-centre', actor);
  return { document, events: [{ type: 'CollectionCentreChosen' }] };
}

/**
 * Records who collected the result or decision, with which identity document and on what ground. Fills in a missing
 * name and ground from the application. A paper result on its way has arrived, because it is handed over.
 * @param input already validated
 * @throws Problem INVALID_ARGUMENT if a represented person collects and none is represented
 */
export function handOverResult(app: Application, actor: Actor, input: HandOver): CommandResult {
  const state = assertTransition(app, 'hand-over', actor);
  const handOver: Application['handOver'] = {
    ...completeHandOver(input, app.content),
    handOverTime: resolveOccurTime(app, actor),
  };
  const { documents = [] } = app.decision ?? {};
  if (documents.length > 0) handOver.documentSha256s = documents.map(({ sha256 }) => sha256);
  const arrived = app.decision?.awaitsArrival ? withArrival(app, actor) : app;
  const document = appendHistory({ ...arrived, state, handOver }, app.state, 'hand-over', actor);
  return { document, events: [{ type: 'ResultHandedOver' }] };
}

export function confirmOutcome(app: Application, actor: Actor, outcome: Outcome): CommandResult {
  const state = assertTransition(app, 'confirm-outcome', actor);
  const document = appendHistory({ ...app, state, outcome }, app.state, 'confirm-outcome', actor);
  return { document, events: [{ type: 'ApplicationClosed', needMet: outcome.needMet }] };
}

function completeHandOver(input: HandOver, { applicant, represented }: Content): HandOver {
  const { collectedBy } = input;
  const person = collectedBy === 'represented' ? represented : collectedBy === 'applicant' ? applicant : undefined;
  if (collectedBy === 'represented' && !represented) {
    throw invalidField(violation('/collectedBy', 'ONE_OF', { choices: ['applicant', 'representative'] }));
  }
  const ground: HandOverGround = { kind: collectedBy === 'applicant' && represented ? 'represented' : 'own' };
  const handOver: HandOver = { ...input, ground: input.ground ?? ground };
  const name = [person?.givenName, person?.familyName].filter(Boolean).join(' ');
  if (handOver.collectorName === undefined && name !== '') handOver.collectorName = name;
  return handOver;
}
