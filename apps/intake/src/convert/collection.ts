import { allowedActions } from '@cups/application';
import { toProtoEnum } from '@cups/contracts/proto';
import type { Collection as CollectionOut } from '@cups/contracts/gen/cups/intake/v1/Collection.ts';
import type { Person as PersonOut } from '@cups/contracts/gen/cups/intake/v1/Person.ts';
import { etagOf } from '@cups/store';
import { findActiveGuards } from '../domain/command.ts';
import type { Application } from '../domain/application.ts';
import type { StoredRow } from '../store/application-rows.ts';
import { toState } from './application.ts';
import type { Viewer } from './application.ts';
import { toDecision, toDecisionTimes, toHandOver } from './result.ts';

/** Converts applications to what the collecting centre sees: names, result and hand-over, and nothing else. */

export function toCollection(app: Application, viewer: Viewer): CollectionOut {
  const { represented } = app.content;
  return {
    ...toCollectionRow(app, viewer),
    represented: represented ? toNames(represented) : null,
    decision: toDecision(app.decision && withoutFurtherTexts(app.decision)),
    handOver: toHandOver(app.handOver),
  };
}

export function toCollectionRow(row: StoredRow, viewer: Viewer): CollectionOut {
  const { applicant = {} } = row.content ?? {};
  return {
    name: `applications/${row._id}`,
    centre: row.centre,
    serviceTitle: row.service.title,
    state: toState(row.state),
    etag: etagOf(row),
    applicant: toNames(applicant),
    decision: toDecisionTimes(row.decision),
    allowedActions: toAllowedActions(row, viewer),
    training: row.training ?? false,
  };
}

const toNames = ({ givenName = '', familyName = '' }: { givenName?: string; familyName?: string }): PersonOut => ({
  givenName,
  familyName,
});

/** Appeal, correction and revocation are explained at the centre that filed the application. */
function withoutFurtherTexts(decision: Required<Application>['decision']): Required<Application>['decision'] {
  const { correctReason: _correct, revokeReason: _revoke, appeal: _appeal, ...shown } = decision;
  return shown;
}

/** Actions that the collecting centre has a method for. */
const COLLECTION_ACTIONS: readonly string[] = ['hand-over', 'confirm-arrival'];

const toAllowedActions = (row: StoredRow, viewer: Viewer) =>
  allowedActions(row.state, viewer.roles, findActiveGuards(row, viewer))
    .filter((action) => COLLECTION_ACTIONS.includes(action))
    .map((action) => toProtoEnum('ACTION_', action));
