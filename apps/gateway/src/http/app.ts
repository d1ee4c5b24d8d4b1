import type { RequestListener } from 'node:http';
import express from 'express';
import type { Express, NextFunction, Request, RequestHandler, Response } from 'express';
import helmet from 'helmet';
import { isProblem, Problem } from '@cups/problem';
import type { Metrics } from '@cups/contracts';
import type { CallContext } from '@cups/rpc';
import type { Config } from '../config.ts';
import { serveAgencyToken } from './agency-token-endpoint.ts';
import type { AgencyTokenDeps } from './agency-token-endpoint.ts';
import { serveAuth } from './auth.ts';
import type { AuthDeps } from './auth.ts';
import type { ContractSite } from './contract-site.ts';
import { createEarlyRefusal } from './early-refusal.ts';
import { createExchangeFactory, createRequestMetrics } from './exchange.ts';
import type { Exchange, ExchangeDeps } from './exchange.ts';
import type { JournalSite } from './journal-site.ts';
import type { Handler, Operation } from './handler.ts';
import type { TrackingMisses } from './tracking-misses.ts';
import { assertNoDuplicateHeaders, TAKEN_NUMBER } from './guards.ts';
import { runRequestPipeline } from './request-pipeline.ts';
import type { PipelineDeps } from './request-pipeline.ts';
import { MISTYPED_ROUTES, redirectTo, SCREEN_ROUTES } from './desk-page.ts';
import type { FileResponse, DeskPage } from './desk-page.ts';
import { compressResponses } from './conditional-responses.ts';

/** Binds the operations of openapi.yaml to paths and handlers. Also serves the desk page, the agency contract and the journal. */

export interface AppDeps
  extends
    PipelineDeps,
    Omit<ExchangeDeps, 'recordEnd'>,
    Pick<Config, 'trustProxy'>,
    Pick<AuthDeps, 'attempts' | 'formOrigins'> {
  identity: AuthDeps['identity'] & AgencyTokenDeps['identity'];
  operations: Operation[];
  handlers: Record<string, Handler>;
  page: DeskPage;
  contract: ContractSite;
  journalSite: JournalSite;
  misses: TrackingMisses;
  metrics: Metrics;
}

/** @throws Error when an operation lacks a handler, or a handler lacks an operation */
export function createApp(deps: AppDeps): RequestListener {
  const recordEnd = createRequestMetrics(deps.metrics);
  const securityHeaders = helmet({
    contentSecurityPolicy: false,
    strictTransportSecurity: deps.publicOrigin.startsWith('https:'),
  });
  const app = createExpressApp(Object.assign({ recordEnd, securityHeaders }, deps));
  const refuseEarly = createEarlyRefusal(Object.assign({ recordEnd, securityHeaders }, deps));
  return (req, res) => {
    if (!refuseEarly(req, res)) app(req, res);
  };
}

function createExpressApp(deps: AppDeps & ExchangeDeps & { securityHeaders: RequestHandler }): Express {
  const { operations, handlers, limits, page, contract, journalSite, misses, securityHeaders } = deps;
  assertHandlersMatch(operations, handlers);
  const createExchange = createExchangeFactory(deps);
  const app = express();
  configure(app, deps);
  app.use(securityHeaders);

  const namedExchange = (req: Request, res: Response, name: string): Exchange =>
    createExchange(req, res, undefined, name);

  async function handle(exchange: Exchange, operation: Operation): Promise<void> {
    try {
      const request = await runRequestPipeline(exchange, operation, deps);
      await exchange.send(await runHandler(exchange, () => handlers[operation.id]!(request)));
    } catch (error) {
      if (isTrackingMiss(operation, error)) await misses.recordMiss(exchange);
      exchange.fail(error);
    }
  }
  /** Fails a request outside all operations, and counts it against its address. */
  async function refuse(error: unknown, req: Request, res: Response): Promise<void> {
    const exchange = createExchange(req, res);
    await limits.address(req, res).then(
      () => exchange.fail(error),
      (limited: unknown) => exchange.fail(limited),
    );
  }

  for (const [path, pathOperations] of groupByPath(operations)) {
    const route = path.replaceAll(/\{(\w+)\}/g, ':$1');
    for (const operation of pathOperations) {
      app[operation.method](route, (req: Request, res: Response) =>
        handle(createExchange(req, res, operation), operation),
      );
    }
    app.all(route, (req: Request, res: Response) =>
      refuse(methodNotAllowed(pathOperations.map(({ method }) => method)), req, res),
    );
  }
  /** Serves files under a rate limit of their own, so that loading the page leaves the API limit unused. */
  function serveFile(
    route: string,
    find: (req: Request, context: CallContext) => Promise<FileResponse | undefined>,
  ): void {
    app.get(route, async (req: Request, res: Response) => {
      const exchange = createExchange(req, res, undefined, 'page');
      try {
        await limits.page(req, res);
        const file = await find(req, exchange.context);
        if (!file) throw pathNotFound();
        exchange.sendFile(file);
      } catch (error) {
        exchange.fail(error);
      }
    });
    app.all(route, (req: Request, res: Response) => refuse(methodNotAllowed(['get']), req, res));
  }
  serveAgencyToken(app, Object.assign({}, deps, { createExchange: namedExchange }));
  serveAuth(app, Object.assign({}, deps, { createExchange: namedExchange }));
  app.all('/auth/{*path}', (req: Request, res: Response) => refuse(pathNotFound(), req, res));
  for (const [route, document] of SCREEN_ROUTES) serveFile(route, (req) => page.document(document, req));
  for (const [path, typed] of MISTYPED_ROUTES) serveFile(typed, (req) => Promise.resolve(redirectTo(path, req)));
  serveFile('/sw.js', (req) => page.worker(req));
  serveFile('/assets/:name', (req) => page.asset(String(req.params['name']), req));
  serveFile('/contract', () => Promise.resolve(contract.home));
  serveFile('/contract/{*path}', (req) => contract.file(pathOf(req), req));
  serveFile('/journal/{*path}', (req, context) => journalSite.file(pathOf(req), req.query, context));
  app.use((req: Request, res: Response) => refuse(pathNotFound(), req, res));
  // Express recognises an error handler by its four parameters.
  app.use((error: unknown, req: Request, res: Response, _next: NextFunction) => refuse(error, req, res));
  return app;
}

/** Returns the rest of the path, which a route names `path`. */
const pathOf = (req: Request): string => [req.params['path'] ?? []].flat().join('/');

/** Runs a handler. Its outcome adapts the limit of concurrent requests of its operation. */
async function runHandler(
  { admissionSlot }: Exchange,
  handler: () => ReturnType<Handler>,
): Promise<Awaited<ReturnType<Handler>>> {
  try {
    const response = await handler();
    admissionSlot?.recordOutcome();
    return response;
  } catch (error) {
    admissionSlot?.recordOutcome(error);
    throw error;
  }
}

/** Whether a tracking number was tried that may be a guess: an unknown one, or one that another application has. */
const isTrackingMiss = ({ limit }: Operation, error: unknown): boolean =>
  isProblem(error) &&
  (limit === 'tracking' ? error.kind === 'NOT_FOUND' : limit === 'taken-numbers' && error.reason === TAKEN_NUMBER);

function assertHandlersMatch(operations: Operation[], handlers: Record<string, Handler>): void {
  const ids = operations.map(({ id }) => id);
  const unmatched = [...ids, ...Object.keys(handlers)].filter(
    (id) => !ids.includes(id) || !Object.hasOwn(handlers, id),
  );
  if (unmatched.length > 0)
    throw new Error(`Operations without a handler, or handlers without an operation: ${unmatched.join(', ')}.`);
}

function configure(app: Express, { trustProxy }: AppDeps): void {
  app.disable('x-powered-by');
  app.set('query parser', 'simple');
  app.set('trust proxy', trustProxy);
  app.enable('case sensitive routing');
  app.enable('strict routing');
  app.use((req: Request, _res: Response, next: NextFunction) => {
    assertNoDuplicateHeaders(req);
    next();
  });
  app.use(compressResponses());
}

function pathNotFound(): Problem {
  return new Problem({ reason: 'METHOD_NOT_FOUND', message: 'Path not found.' });
}

function methodNotAllowed(methods: Operation['method'][]): Problem {
  const allow = methods.map((method) => (method === 'get' ? 'GET, HEAD' : method.toUpperCase())).join(', ');
  return new Problem({
    reason: 'METHOD_NOT_FOUND',
    message: 'The path does not support this method.',
    metadata: { allow },
  });
}

/** Groups operations by path. Literal paths come first, so that `/search` never matches `/{id}`. */
function groupByPath(operations: Operation[]): [path: string, operations: Operation[]][] {
  const variable = ([path]: [string, unknown]) => Number(path.includes('{'));
  return [...Map.groupBy(operations, ({ path }) => path)].sort((a, b) => variable(a) - variable(b));
}
