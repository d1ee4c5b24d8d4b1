import { basename } from 'node:path';
import { isProblem } from '@cups/problem';
import { watchRegistry, yamlParser } from '@cups/registry';
import type { Log } from '@cups/contracts';
import type { RegistryParser } from '@cups/registry';
import type { Documents, NewEvent } from '@cups/store';
import schema from '../schemas/centre.schema.json' with { type: 'json' };
import { faultsOfCentre, generationAfter, hashOf } from './domain/centres.ts';
import type { Centre, CentreFile } from './domain/centres.ts';
import type { StoredCentre } from './store.ts';

interface Fault {
  file: string;
  message: string;
}

/** Makes the parser of data/centres. A file with an error gives a problem and no entry, and harms no other file. */
export function centreParser(): RegistryParser<Centre> {
  return yamlParser<CentreFile, Centre>({
    schema,
    faultsOf: faultsOfCentre,
    entryOf: (centre, text) => ({ ...centre, hash: hashOf(text) }),
  });
}

export interface Registry {
  /** All centres by code, in the order of codes; another Map after each change. */
  current(): Map<string, Centre>;
  /** Files that are refused, and centres whose file is gone. */
  problems(): Fault[];
  close(): Promise<void>;
}

/**
 * Centres from files, in service as soon as they are read; then brought to the store by content hash, where each change
 * leaves one event. What the store knows and no file names any more stays in service: a vanished file is an error.
 */
export async function openRegistry(options: {
  /** Folder of the files. */
  dir: string;
  parse: RegistryParser<Centre>;
  centres: Documents<StoredCentre>;
  announce: (centre: Centre) => NewEvent;
  now: () => Date;
  syncMs: number;
  log: Log;
  onChange: (centres: number, problems: number) => void;
}): Promise<Registry> {
  const { centres, announce, now, log } = options;
  let files = new Map<string, Centre>();
  let stored = new Map<string, StoredCentre>();
  let serving = new Map<string, Centre>();
  let fileProblems: Fault[] = [];
  /** What this process saw in a file before its present content; kept until the store has been told. */
  const before = new Map<string, string>();
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let again = false;
  let closed = false;

  const problems = (): Fault[] => {
    const named = new Set(fileProblems.map(({ file }) => file));
    const gone = [...stored.keys()].filter((code) => !files.has(code) && !named.has(`${code}.yaml`));
    return [...fileProblems, ...gone.map((code) => ({ file: `${code}.yaml`, message: 'the file is gone' }))];
  };

  const rebuild = (): void => {
    const next = new Map<string, Centre>();
    for (const code of [...new Set([...files.keys(), ...stored.keys()])].sort()) {
      const file = files.get(code);
      const known = stored.get(code);
      const newest =
        file && (!known || known.hash === file.hash || generationAfter(known, file.hash, before.get(code)));
      next.set(code, (newest ? file : known) as Centre);
    }
    serving = next;
    options.onChange(serving.size, problems().length);
  };

  const store = async (file: Centre): Promise<StoredCentre> => {
    const { code } = file;
    const first = generationAfter(undefined, file.hash, undefined);
    if (!stored.has(code) && first) {
      try {
        const event = announce(file);
        return (
          await centres.create(
            { _id: code, ...file, ...first },
            { scope: 'service', cause: {}, events: [event], now: now() },
          )
        ).document;
      } catch (error) {
        if (!isProblem(error) || error.reason !== 'ALREADY_EXISTS') throw error;
      }
    }
    const { document } = await centres.update(code, { scope: 'service', cause: {}, now: now() }, (known) => {
      const next = generationAfter(known, file.hash, before.get(code));
      if (!next) return { document: known, events: [] };
      return {
        document: { ...known, ...file, district: file.district, limits: file.limits, ...next },
        events: [announce(file)],
      };
    });
    return document;
  };

  const sync = async (): Promise<void> => {
    const read = new Map<string, StoredCentre>();
    for (let pageToken = ''; ;) {
      const page = await centres.list({
        scope: 'service',
        filter: {},
        order: 'asc',
        pageSize: 200,
        pageToken,
        fingerprintOf: 0,
      });
      for (const centre of page.documents) read.set(centre._id, centre);
      pageToken = page.nextPageToken;
      if (!pageToken) break;
    }
    stored = read;
    for (const [code, file] of files) {
      const known = stored.get(code);
      if (known?.hash !== file.hash && generationAfter(known, file.hash, before.get(code))) {
        const written = await store(file);
        stored.set(code, written);
        log.info({ event: 'centre-stored', centre: `centres/${code}`, generation: written.generation });
      }
      if (files.get(code) === file) before.delete(code);
    }
    rebuild();
  };

  const syncSoon = (delay: number): void => {
    if (closed) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (running) {
        again = true;
        return;
      }
      running = sync()
        .then(() => options.syncMs)
        .catch(() => Math.min(1_000, options.syncMs))
        .then((wait) => {
          running = undefined;
          syncSoon(again ? 0 : wait);
          again = false;
        });
    }, delay);
  };

  const watched = await watchRegistry<Centre>({
    dir: options.dir,
    pattern: '.yaml',
    parse: options.parse,
    onChange: (entries, faults) => {
      for (const [code, { hash }] of entries) {
        const earlier = files.get(code)?.hash;
        if (earlier && earlier !== hash && !before.has(code)) before.set(code, earlier);
      }
      files = new Map(entries);
      fileProblems = faults.map(({ file, message }) => ({ file: basename(file), message }));
      for (const { file, message } of fileProblems) log.error({ event: 'centre-refused', file, reason: message });
      rebuild();
      syncSoon(0);
    },
  });

  return {
    current: () => serving,
    problems,
    async close() {
      closed = true;
      clearTimeout(timer);
      watched.close();
      await running;
      clearTimeout(timer);
    },
  };
}
