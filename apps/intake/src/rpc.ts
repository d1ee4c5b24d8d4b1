import { ulid } from 'ulid';
import { randomBytes } from 'node:crypto';
import { fingerprint } from '@cups/contracts/node';
import type { Cause, Documents } from '@cups/store';
import { Problem } from '@cups/problem';
import {
  END_STATES,
  formCheck,
  handOverViolations,
  newTrackingNumber,
  outcomeViolations,
  shapeViolations,
} from '@cups/application';
import { isUlid, parseName, parseRequestId } from '@cups/contracts';
import { fromTimestamp } from '@cups/contracts/proto';
import { centreOf, sessionOf } from '@cups/rpc';
import type { Rpcs, Context } from '@cups/rpc';
import type { IntakeServiceDefinition } from '@cups/contracts/gen/cups/intake/v1/IntakeService.ts';
import type { CreateApplicationRequest__Output as CreateRequest } from '@cups/contracts/gen/cups/intake/v1/CreateApplicationRequest.ts';
import * as acts from './domain/acts.ts';
import type { Actor, Step } from './domain/acts.ts';
import type { Holidays } from './domain/terms.ts';
import * as convert from './convert.ts';
import type { Neighbours } from './neighbours.ts';
import { applicationId, invalid, ownApplication, reads, refuse } from './reads.ts';
import type { openCounter, StoredApplication, Versions } from './store.ts';
import { decided } from './events.ts';

export interface Parts {
  applications: Documents<StoredApplication>;
  versions: Versions;
  neighbours: Neighbours;
  holidays: Holidays;
  openApplications: ReturnType<typeof openCounter>;
  /** Secret of the fingerprints of requests. */
  secret: () => string;
  now: () => Date;
}

/** The calls of intake: each checks the shape, calls the store with a function of the domain, and answers. */
export function rpcs(parts: Parts): Rpcs<IntakeServiceDefinition> {
  const { applications, versions, neighbours, holidays, openApplications, now } = parts;

  /** One change of one application of the caller's centre: owner, known request, etag, and then the domain decides. */
  async function change(
    request: { requestId: string; name: string; etag?: string },
    context: Context,
    decide: (app: StoredApplication, actor: Actor) => Step,
    more: { occurTime?: Date | undefined; current?: StoredApplication } = {},
  ) {
    const { occurTime, current } = more;
    const cause = causeOf(request, context);
    const actor = actorOf(context, cause, now(), occurTime);
    const { document, outcome } = await applications.update(
      applicationId(request.name),
      {
        scope: { centre: actor.centre },
        cause,
        etag: request.etag || undefined,
        now: actor.now,
        current,
      },
      (app) => {
        context.look(request.name);
        return decided(app, decide(app, actor));
      },
    );
    return { application: convert.toApplication(document, actor.roles), replayed: outcome === 'replayed' };
  }

  function causeOf(request: { requestId: string }, context: Context): PersonsCause {
    const id = parseRequestId(request.requestId);
    const content = { ...request, requestId: id, etag: undefined };
    return {
      requestId: context.requestId,
      request: {
        id,
        key: `${context.method}|${context.session?.operator ?? context.caller}`,
        fingerprint: fingerprint(parts.secret(), content),
      },
      traceparent: context.traceparent,
    };
  }

  const own = (name: string, context: Context) => ownApplication(applications, name, context);

  async function open(request: CreateRequest, context: Context, cause: Cause, actor: Actor) {
    const [version, centre, corrected] = await Promise.all([
      neighbours.versionInForce(request.publicService, actor.now, context),
      neighbours.centre(actor.centre, context),
      request.corrects ? own(request.corrects, context) : undefined,
    ]);
    neighbours.assertFileable(version, centre);
    if (corrected && !END_STATES.includes(corrected.state)) {
      throw new Problem({
        reason: 'ACTION_NOT_ALLOWED',
        message: 'Only an application that is closed, withdrawn or expired can be corrected.',
        metadata: { state: corrected.state, action: 'correct' },
      });
    }
    if (centre.limit > 0 && (await openApplications.reached(actor.centre, centre.limit))) {
      throw new Problem({
        reason: 'CENTRE_LIMIT_REACHED',
        message: 'The centre has as many open applications as it may have.',
        metadata: { limit: String(centre.limit) },
      });
    }
    await versions.keep(version.copy);
    const fields = acts.draft(
      {
        id: request.applicationId || ulid(actor.now.getTime()),
        centre: actor.centre,
        centreName: centre.displayName,
        centreKind: centre.kind,
        trackingNumber: newTrackingNumber((n) => randomBytes(n)),
        version: version.copy,
        content: convert.fromContent(request.content),
        ...(request.corrects ? { corrects: request.corrects } : {}),
      },
      actor,
    );
    const made = await applications.create(fields, {
      scope: { centre: actor.centre },
      cause,
      events: [],
      now: actor.now,
    });
    if (!made.replayed) openApplications.opened(actor.centre);
    return made;
  }

  return {
    ...reads(parts),

    async CreateApplication(request, context) {
      const cause = causeOf(request, context);
      const actor = actorOf(context, cause, now());
      if (request.applicationId && !isUlid(request.applicationId)) {
        throw invalid('applicationId', 'ULID', 'Application ids are ULIDs.');
      }
      parseName('publicServices', request.publicService);
      const { document, replayed } = await open(request, context, cause, actor).catch(async (error: unknown) => {
        // A repeat is answered whatever has become of the centre, the service or the neighbours meanwhile.
        const { key, id, fingerprint: content } = cause.request;
        const earlier = await applications.findOne(
          { createRequest: `${key}|${id}` },
          { scope: { centre: actor.centre } },
        );
        if (earlier?.createFingerprint !== content) throw error;
        return { document: earlier, replayed: true };
      });
      return { application: convert.toApplication(document, actor.roles), replayed };
    },

    UpdateApplication(request, context) {
      if (!request.etag) {
        throw new Problem({ reason: 'ETAG_MISSING', message: 'An edit needs the etag.' });
      }
      const fields = convert.fromUpdateFields(request.updateFields);
      const content = convert.fromContent(request.content);
      return change(request, context, (app, actor) => acts.edit(app, actor, fields, content));
    },

    async SubmitApplication(request, context) {
      const submit = () =>
        change(
          request,
          context,
          (app, actor) => {
            const version = versions.peek(app.service.versionId);
            if (!version) throw new VersionNotRead(app.service.versionId);
            return acts.submit(app, actor, { version, holidays, answersViolations: formCheck(version.form) });
          },
          { occurTime: fromTimestamp(request.occurTime) },
        );
      return submit().catch(async (error: unknown) => {
        if (!(error instanceof VersionNotRead)) throw error;
        await versions.get(error.message);
        return submit();
      });
    },

    WithdrawApplication(request, context) {
      if (request.reason.length > 500) throw invalid('reason', 'TEXT', 'At most 500 characters.');
      return change(request, context, (app, actor) => acts.withdraw(app, actor, request.reason));
    },

    async SupplyDocuments(request, context) {
      const evidence = request.evidence.map(convert.fromEvidence);
      refuse(shapeViolations({ evidence }));
      const answers = request.answers.length > 0 ? convert.fromAnswers(request.answers) : undefined;
      const current = await own(request.name, context);
      const version = await versions.get(current.service.versionId);
      const answersViolations = formCheck(version.form);
      return change(
        request,
        context,
        (app, actor) =>
          acts.supplyDocuments(
            app,
            actor,
            { evidence, ...(answers ? { answers } : {}) },
            { holidays, answersViolations },
          ),
        { current },
      );
    },

    HandOverResult(request, context) {
      const act = convert.fromHandOver(request.handOver);
      refuse(handOverViolations(act));
      return change(request, context, (app, actor) => acts.handOver(app, actor, act));
    },

    ConfirmOutcome(request, context) {
      if (!request.outcome) throw invalid('outcome', 'REQUIRED', 'Say whether the need is met.');
      const { needMet, missing } = request.outcome;
      const outcome = { needMet, ...(missing ? { missing } : {}) };
      refuse(outcomeViolations(outcome));
      return change(request, context, (app, actor) => acts.confirmOutcome(app, actor, outcome));
    },

    async RenewApplication(request, context) {
      const app = await own(request.name, context);
      const [version, centre] = await Promise.all([
        neighbours.versionInForce(app.publicService, now(), context),
        neighbours.centre(app.centre, context),
      ]);
      neighbours.assertFileable(version, centre);
      await versions.keep(version.copy);
      return change(request, context, (current, actor) => acts.renew(current, actor, version.copy));
    },
  };
}

/** The cause of a write by a person: there is always a request. */
type PersonsCause = Cause & Required<Pick<Cause, 'request'>>;

function actorOf(context: Context, { request }: PersonsCause, now: Date, occurTime?: Date): Actor {
  // The chassis has checked that a session with a centre is there: the access table says so.
  const { operator, roles } = sessionOf(context);
  return {
    by: operator,
    roles,
    centre: centreOf(context),
    now,
    cause: request.id,
    ...(occurTime ? { occurTime } : {}),
  };
}

/** `decide` is pure: what it needs from the store is read before it is asked again. */
class VersionNotRead extends Error {
  override readonly name = 'VersionNotRead';
}
