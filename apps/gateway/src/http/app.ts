import express from 'express';
import type { Express, NextFunction, Request, Response } from 'express';
import helmet from 'helmet';
import { isProblem, Problem } from '@cups/problem';
import type { Config } from '../config.ts';
import { serveAuth } from './auth.ts';
import type { AuthParts } from './auth.ts';
import type { Contract } from './contract.ts';
import { openExchanges } from './exchange.ts';
import type { Exchange, ExchangeParts } from './exchange.ts';
import type { Handler, Operation } from './handler.ts';
import type { Misses } from './misses.ts';
import { refuseTwice } from './guards.ts';
import { passGates } from './passage.ts';
import type { Gates } from './passage.ts';
import { SCREENS } from './page.ts';
import type { FileAnswer, Page } from './page.ts';
import { compressed } from './sparing.ts';

/** The operations of the document, bound to paths and handlers; the page of the desk and the agency contract beside them. */

export interface AppParts
  extends Gates, ExchangeParts, Pick<Config, 'trustProxy'>, Pick<AuthParts, 'identity' | 'attempts' | 'formOrigins'> {
  operations: Operation[];
  handlers: Record<string, Handler>;
  page: Page;
  contract: Contract;
  misses: Misses;
}

/** @throws Error when an operation has no handler, or a handler no operation */
export function createApp(parts: AppParts): Express {
  const { operations, handlers, limits, page, contract, misses } = parts;
  mustMatch(operations, handlers);
  const exchangeOf = openExchanges(parts);
  const app = express();
  configure(app, parts);

  const named = (req: Request, res: Response, name: string): Exchange => exchangeOf(req, res, undefined, name);

  async function answer(exchange: Exchange, operation: Operation): Promise<void> {
    try {
      const call = await passGates(exchange, operation, parts);
      await exchange.send(await handlers[operation.id]!(call));
    } catch (error) {
      if (isMiss(operation, error)) await misses.missed(exchange);
      exchange.fail(error);
    }
  }
  /** What belongs to no operation counts against its address as well. */
  async function refuse(error: unknown, req: Request, res: Response): Promise<void> {
    const exchange = exchangeOf(req, res);
    await limits.address(req, res).then(
      () => exchange.fail(error),
      (limited: unknown) => exchange.fail(limited),
    );
  }

  for (const [path, here] of inOrder(operations)) {
    const route = path.replaceAll(/\{(\w+)\}/g, ':$1');
    for (const operation of here) {
      app[operation.method](route, (req: Request, res: Response) => answer(exchangeOf(req, res, operation), operation));
    }
    app.all(route, (req: Request, res: Response) => refuse(noSuchMethod(here.map(({ method }) => method)), req, res));
  }
  /** Files of the page are counted apart: what a page loads uses up none of the requests that its clerk makes. */
  function serveFile(route: string, find: (req: Request) => Promise<FileAnswer | undefined>): void {
    app.get(route, async (req: Request, res: Response) => {
      const exchange = exchangeOf(req, res, undefined, 'page');
      try {
        await limits.page(req, res);
        const file = await find(req);
        if (!file) throw nowhere();
        exchange.sendFile(file);
      } catch (error) {
        exchange.fail(error);
      }
    });
    app.all(route, (req: Request, res: Response) => refuse(noSuchMethod(['get']), req, res));
  }
  serveAuth(app, Object.assign({}, parts, { exchangeOf: named }));
  app.all('/auth/{*path}', (req: Request, res: Response) => refuse(nowhere(), req, res));
  for (const [route, document] of SCREENS) serveFile(route, (req) => page.document(document, req));
  serveFile('/assets/:name', (req) => page.asset(String(req.params['name']), req));
  serveFile('/contract', () => Promise.resolve(contract.home));
  serveFile('/contract/{*path}', (req) => contract.file([req.params['path'] ?? []].flat().join('/'), req));
  app.use((req: Request, res: Response) => refuse(nowhere(), req, res));
  // Express knows a handler of errors by its four arguments.
  app.use((error: unknown, req: Request, res: Response, _next: NextFunction) => refuse(error, req, res));
  return app;
}

/** Whether nobody holds the tracking number that was asked for. */
const isMiss = ({ limit }: Operation, error: unknown): boolean =>
  limit === 'tracking' && isProblem(error) && error.kind === 'NOT_FOUND';

function mustMatch(operations: Operation[], handlers: Record<string, Handler>): void {
  const ids = operations.map(({ id }) => id);
  const alone = [...ids, ...Object.keys(handlers)].filter((id) => !ids.includes(id) || !Object.hasOwn(handlers, id));
  if (alone.length > 0) throw new Error(`Without handler, or without operation in the document: ${alone.join(', ')}.`);
}

function configure(app: Express, { publicOrigin, trustProxy }: AppParts): void {
  app.disable('x-powered-by');
  app.set('query parser', 'simple');
  app.set('trust proxy', trustProxy);
  app.enable('case sensitive routing');
  app.enable('strict routing');
  app.use((req: Request, _res: Response, next: NextFunction) => {
    refuseTwice(req);
    next();
  });
  app.use(compressed());
  app.use(helmet({ contentSecurityPolicy: false, strictTransportSecurity: publicOrigin.startsWith('https:') }));
}

function nowhere(): Problem {
  return new Problem({ reason: 'METHOD_NOT_FOUND', message: 'There is no such path.' });
}

function noSuchMethod(methods: Operation['method'][]): Problem {
  const allow = methods.map((method) => (method === 'get' ? 'GET, HEAD' : method.toUpperCase())).join(', ');
  return new Problem({
    reason: 'METHOD_NOT_FOUND',
    message: 'This path has no such method.',
    metadata: { allow },
  });
}

/** Operations by path. Whole paths come first: a method that /search lacks must not reach /{id}. */
function inOrder(operations: Operation[]): [path: string, operations: Operation[]][] {
  const variable = ([path]: [string, unknown]) => Number(path.includes('{'));
  return [...Map.groupBy(operations, ({ path }) => path)].sort((a, b) => variable(a) - variable(b));
}
