import { join } from 'node:path';
import { openBackend } from '@cups/backend';
import type { Backend, Overrides } from '@cups/backend';
import { toTimestamp } from '@cups/contracts/proto';
import type { RunningService } from '@cups/process';
import { COOKIE_KEYS, followKeySet } from '@cups/rpc';
import type { Config } from './config.ts';
import { createApp } from './http/app.ts';
import { attemptCookie } from './http/auth-cookie.ts';
import { openBodies } from './http/bodies.ts';
import { openContract } from './http/contract.ts';
import { checkCookieKeys } from './http/cookie.ts';
import { readDocument } from './http/document.ts';
import { openFace } from './http/face.ts';
import { openAdmission, openLimits } from './http/guards.ts';
import { openMisses } from './http/misses.ts';
import { openPage } from './http/page.ts';
import { Sessions } from './http/session.ts';
import type { SessionParts } from './http/session.ts';
import { openSignOuts } from './http/sign-outs.ts';
import type { SignOuts } from './http/sign-outs.ts';
import { connectNeighbours } from './neighbours.ts';
import { openOperators } from './operators.ts';
import { routes } from './routes.ts';

/** The gateway: stateless; starts whether or not its neighbours are there. */
export async function createGateway(config: Config, overrides: Overrides = {}): Promise<RunningService> {
  const { document, operations } = readDocument(config.openapiFile);
  const backend = openBackend({ name: 'gateway', config, overrides });
  const { now, log, metrics } = backend;
  const draining = () => backend.isStopping;
  const neighbours = connectNeighbours(backend);
  const { identity } = neighbours;

  // Identity is never waited for when it is away: requests of others would wait behind it.
  const atOnce = { wait: false };
  const signOuts = openSignOuts({ tell: (context) => identity.deleteSession({}, context, atOnce), now, log, metrics });
  const sessions = sessionsOf(backend, signOuts, (context, idleAt) =>
    identity.getSession({ idleTime: toTimestamp(idleAt) }, context, atOnce),
  );
  const attempts = attemptCookie(config.publicOrigin.startsWith('https:'));
  const operators = openOperators({
    ask: (names, context) => identity.batchGetOperators({ names }, context, atOnce),
    now,
  });
  const app = createApp({
    operations,
    handlers: routes({ ...neighbours, sessions, attempts, operators, document, ready: () => !draining() }),
    page: openPage(config.deskDir),
    contract: openContract(config.contractDir),
    sessions,
    attempts,
    identity,
    formOrigins: config.signInFormOrigins,
    limits: openLimits(config.limits),
    misses: openMisses({ perMinute: config.limits.trackingTotal, metrics }),
    bodies: openBodies(Object.assign({ metrics }, config)),
    admit: openAdmission(config, metrics),
    draining,
    publicOrigin: config.publicOrigin,
    trustProxy: config.trustProxy,
    budgetMs: config.budgetMs,
    checkAnswers: config.checkAnswers,
    log,
    metrics,
  });
  const face = await openFace(app, {
    host: config.publicHost,
    port: config.publicPort,
    lameDuckMs: config.lameDuckMs,
  });
  backend.atStop('work', () => face.close());
  backend.atStop('outbox', () => signOuts.stop());

  const { port } = face;
  return { ...(await backend.operate()), port, url: config.publicOrigin || `http://localhost:${port}` };
}

function sessionsOf(
  { config, keys, now, log, metrics }: Backend<Config>,
  signOuts: SignOuts,
  ask: SessionParts['ask'],
): Sessions {
  const file = config.cookieKeysFile || join(config.keysDir, COOKIE_KEYS);
  return new Sessions({
    keys,
    cookieKeys: followKeySet({ file, name: 'cookie', check: checkCookieKeys, log, metrics }),
    signOuts,
    ask,
    everyMs: config.sessionCheckMs,
    idleMs: config.sessionIdleMs,
    secure: config.publicOrigin.startsWith('https:'),
    now,
  });
}
