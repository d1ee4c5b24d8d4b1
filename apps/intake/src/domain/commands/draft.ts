import { validateContentShape } from '@cups/application';
import type { Content } from '@cups/application';
import { assertTransition, appendHistory, recordOmittedScans } from '../command.ts';
import type { Actor, CommandResult } from '../command.ts';
import { validateCopies, validateDocumentCount, withDocuments } from '../documents.ts';
import type { Application, DocumentReference, ServiceVersion } from '../application.ts';
import { createDraftTimer } from '../draft-timer.ts';
import { countRows } from '../history.ts';
import { validateMandateName } from '../mandates.ts';
import type { MandateCopy } from '../mandates.ts';
import { assertNoViolations, assertRepeatable } from '../problems.ts';

export interface NewApplication {
  id: string;
  centre: string;
  centreName: string;
  centreKind: string;
  trackingNumber: string;
  version: ServiceVersion;
  content: Content;
  /** Documents that the content may name. */
  documents?: readonly DocumentReference[];
  /** The mandate that the content names, if the centre holds it. */
  mandate?: MandateCopy | undefined;
  corrects?: string;
  /** Set if the centre is in training mode. It never changes afterwards. */
  training?: true;
}

export interface DraftEdit {
  fields: readonly (keyof Content)[];
  update: Content;
  /** Documents that the update names and the draft does not know yet. */
  found?: readonly DocumentReference[];
  /** The mandate that the update names, if the centre holds it. */
  mandate?: MandateCopy | undefined;
}

type NewDraft = Omit<Application, 'schemaVersion' | 'revision' | 'eventSeq' | 'createTime' | 'updateTime'>;

/** Creates a draft, without the fields that the store sets. */
export function createDraft(input: NewApplication, actor: Actor): NewDraft {
  const { content, documents = [] } = input;
  const draft: NewDraft = {
    _id: input.id,
    centre: input.centre,
    centreName: input.centreName,
    centreKind: input.centreKind,
    openedBy: actor.operator,
    trackingNumber: input.trackingNumber,
    ...serviceFields(input.version),
    state: 'draft',
    ...(input.corrects === undefined ? {} : { corrects: input.corrects }),
    ...(actor.deskTime && { deskTime: actor.deskTime }),
    ...(input.training ? { training: true } : {}),
    content,
    submissions: [],
    history: [],
    deskAlerts: [],
    timer: createDraftTimer(actor.now),
  };
  const documented = withDocuments(draft, documents);
  assertNoViolations([
    ...validateContentShape(content),
    ...validateMandateName(content, input.mandate),
    ...validateCopies({ content: {} }, content.evidence ?? [], documents),
    ...validateDocumentCount(documented),
  ]);
  const { createTime: _ofTheStore, ...recorded } = recordOmittedScans({ ...documented, createTime: actor.now }, actor);
  return recorded;
}

/** Replaces the named fields of a draft. A named field that is absent in the update is cleared. */
export function editDraft(
  app: Application,
  actor: Actor,
  { fields, update, found = [], mandate }: DraftEdit,
): CommandResult {
  const state = assertTransition(app, 'edit', actor);
  const content: Content = { ...app.content };
  for (const field of fields) {
    if (update[field] === undefined) delete content[field];
    else Object.assign(content, { [field]: update[field] });
  }
  const edited = { ...app, state, content, timer: createDraftTimer(actor.now) };
  const document = fields.includes('evidence') ? withDocuments(edited, found) : edited;
  assertNoViolations([
    ...validateContentShape(content),
    ...(fields.includes('mandate') ? validateMandateName(content, mandate) : []),
    ...(fields.includes('evidence') ? validateCopies(app, content.evidence ?? [], found) : []),
    ...validateDocumentCount(document),
  ]);
  return { document, events: [] };
}

/**
 * Moves a draft to the version in force. A cost option that this version lacks is cleared.
 * @throws Problem INVALID_ARGUMENT at the limit of 100 times
 */
export function renewDraft(app: Application, actor: Actor, version: ServiceVersion): CommandResult {
  const state = assertTransition(app, 'renew', actor);
  assertRepeatable(countRows(app, ['renew']), '');
  const { costOption, ...others } = app.content;
  const offered = version.costOptions.some((option) => option.code === costOption);
  const content = offered ? app.content : others;
  const document: Application = {
    ...app,
    ...serviceFields(version),
    state,
    content,
    timer: createDraftTimer(actor.now),
  };
  return { document: appendHistory(document, app.state, 'renew', actor), events: [] };
}

function serviceFields(version: ServiceVersion) {
  return {
    publicService: version.publicService,
    serviceVersion: version.version,
    agency: version.agency,
    service: {
      versionId: version._id,
      title: version.title,
      ...(version.validTo === undefined ? {} : { validTo: version.validTo }),
    },
  };
}
