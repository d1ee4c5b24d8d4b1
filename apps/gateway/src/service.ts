import { join } from 'node:path';
import { openBackend } from '@cups/backend';
import type { Backend, TestOverrides } from '@cups/backend';
import { toTimestamp } from '@cups/contracts/proto';
import type { RunningService } from '@cups/process';
import { COOKIE_KEY_SET, watchKeySet } from '@cups/rpc';
import type { Config } from './config.ts';
import { createAgencyTokens } from './http/agency-tokens.ts';
import { createApp } from './http/app.ts';
import { createAttemptCookie } from './http/attempt-cookie.ts';
import { createBodyReader } from './http/body-reader.ts';
import { createContractSite } from './http/contract-site.ts';
import { createJournalSite } from './http/journal-site.ts';
import { validateCookieKeys } from './http/session-cookie.ts';
import { readOpenapiDocument } from './http/openapi-document.ts';
import { startPublicServer } from './http/public-server.ts';
import { createAdmission } from './http/admission.ts';
import { createLongPolls } from './http/long-polls.ts';
import type { LongPolls } from './http/long-polls.ts';
import { createRateLimits } from './http/guards.ts';
import { createTrackingMisses } from './http/tracking-misses.ts';
import { createDeskPage } from './http/desk-page.ts';
import { Sessions } from './http/session.ts';
import type { SessionDeps } from './http/session.ts';
import { createSignOuts } from './http/sign-outs.ts';
import type { SignOuts } from './http/sign-outs.ts';
import { createChunkTurns } from './transfers/chunk-turns.ts';
import { createTransferPools } from './transfers/transfer-pool.ts';
import { openClients } from './clients.ts';
import { createOperatorNameResolver } from './operator-name-resolver.ts';
import { createOperationHandlers } from './operation-handlers.ts';

/** A desk uploads two files at once; those of a lost connection may still count. */
const MAX_UPLOADS_PER_SESSION = 6;
const MAX_DOWNLOADS_PER_SESSION = 8;

/** Starts the gateway. It is stateless, and starts without its upstream services. */
export async function createGateway(config: Config, overrides: TestOverrides = {}): Promise<RunningService> {
  const { document, operations } = readOpenapiDocument(config.openapiFile);
  const backend = openBackend({ name: 'gateway', config, overrides });
  const { now, log, metrics, tracer } = backend;
  const isDraining = () => backend.isStopping;
  const clients = openClients(backend);
  const { identity } = clients;

  // Calls to identity fail immediately while it is unavailable, so that requests do not queue up.
  const withoutWaiting = { waitForReady: false };
  const signOuts = createSignOuts({
    deleteSession: (context) => identity.deleteSession({}, context, withoutWaiting),
    now,
    log,
    metrics,
  });
  const cookieKeys = watchCookieKeys(backend);
  const sessions = createSessions(backend, { signOuts, cookieKeys }, (context, idleAt) =>
    identity.getSession({ idleExpireTime: toTimestamp(idleAt) }, context, withoutWaiting),
  );
  const attempts = createAttemptCookie(config.publicOrigin.startsWith('https:'));
  const operators = createOperatorNameResolver({
    fetchNames: (names, context) => identity.batchGetOperators({ names }, context, withoutWaiting),
    now,
  });
  const transfers = openTransferPools(backend);
  const app = createApp({
    operations,
    handlers: createOperationHandlers({
      ...clients,
      sessions,
      attempts,
      operators,
      document,
      operations,
      uploads: transfers.upload,
      downloads: transfers.download,
      isStopping: isDraining,
      turns: createChunkTurns(metrics),
      longPolls: openLongPolls(backend),
      isReady: () => !isDraining(),
    }),
    page: createDeskPage({ dir: config.deskDir, serviceWorker: config.deskServiceWorker }),
    contract: createContractSite(config.contractDir),
    journalSite: createJournalSite(clients.journal),
    sessions,
    grants: backend.keys,
    agencyTokens: createAgencyTokens({ keys: backend.keys, cookieKeys }),
    attempts,
    identity,
    formOrigins: config.signInFormOrigins,
    limits: createRateLimits(config.limits),
    misses: createTrackingMisses({ perMinute: config.limits.trackingTotal, metrics }),
    bodies: createBodyReader(Object.assign({ metrics }, config)),
    admission: createAdmission(config, metrics),
    isDraining,
    publicOrigin: config.publicOrigin,
    trustProxy: config.trustProxy,
    budgetMs: config.budgetMs,
    checkAnswers: config.checkAnswers,
    log,
    metrics,
    tracer,
  });
  const { publicHost: host, publicPort, lameDuckMs } = config;
  const { port, close } = await startPublicServer(app, { host, port: publicPort, lameDuckMs });
  backend.onShutdown('work', close);
  backend.onShutdown('outbox', () => signOuts.stop());

  return { ...(await backend.serveOperations()), port, url: config.publicOrigin || `http://localhost:${port}` };
}

function openTransferPools({ config, metrics }: Backend<Config>) {
  return createTransferPools(metrics, [
    { name: 'upload', max: config.maxUploads, maxPerOwner: MAX_UPLOADS_PER_SESSION },
    { name: 'download', max: config.maxDownloads, maxPerOwner: MAX_DOWNLOADS_PER_SESSION },
  ]);
}

/** Waits end before the server closes, which would cut them. */
function openLongPolls(backend: Backend<Config>): LongPolls {
  const longPolls = createLongPolls(backend.config, backend.metrics);
  backend.onShutdown('sources', () => longPolls.stop());
  return longPolls;
}

function watchCookieKeys({ config, log, metrics }: Backend<Config>): SessionDeps['cookieKeys'] {
  const file = config.cookieKeysFile || join(config.keysDir, COOKIE_KEY_SET);
  return watchKeySet({ file, name: 'cookie', check: validateCookieKeys, log, metrics });
}

function createSessions(
  { config, keys, now }: Backend<Config>,
  { signOuts, cookieKeys }: { signOuts: SignOuts; cookieKeys: SessionDeps['cookieKeys'] },
  fetchSession: SessionDeps['fetchSession'],
): Sessions {
  return new Sessions({
    keys,
    cookieKeys,
    signOuts,
    fetchSession,
    checkIntervalMs: config.sessionCheckMs,
    idleMs: config.sessionIdleMs,
    secure: config.publicOrigin.startsWith('https:'),
    now,
  });
}
