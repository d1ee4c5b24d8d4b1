/** Explains the reads that a store's driver sends: the indexes of their plans, and the documents that they examine. */

/** The driver of a store, as far as plans need it. */
interface Driver {
  db(name: string): { command(command: object): Promise<unknown> };
  on(event: 'commandStarted', listener: (event: { command: object }) => void): unknown;
}

/** The cost of one read. */
interface QueryCost {
  /** Names of the indexes in order, each once. */
  indexes: string[];
  returned: number;
  /** Number of documents read; 0 for a count by an index alone. */
  documentsExamined: number;
}

export interface Explainer {
  /** Runs reads of the collection and returns the indexes of each filter, in the order of the commands. */
  listIndexes(reads: () => Promise<unknown>): Promise<string[][]>;
  /** Does the same, and returns what each filter examines. */
  measure(reads: () => Promise<unknown>): Promise<QueryCost[]>;
}

type Command = Record<string, unknown>;

interface Stage {
  $match?: object;
  $limit?: number;
  $unionWith?: { pipeline: Stage[] };
}

/** @param collection a collection of the driver, whose URI has `monitorCommands=true` */
export function createExplainer(collection: { collectionName: string; dbName: string }): Explainer {
  const { collectionName, dbName } = collection;
  const driver = (collection as unknown as { client: Driver }).client;
  let commands: Command[] = [];
  driver.on('commandStarted', ({ command }) => void commands.push(command as Command));
  const explainAll = async (reads: () => Promise<unknown>, verbosity: string): Promise<Explanation[]> => {
    commands = [];
    await reads();
    const queries = commands.flatMap((command) => listQueries(command, collectionName));
    const explained: Explanation[] = [];
    for (const explain of queries) {
      explained.push((await driver.db(dbName).command({ explain, verbosity })) as Explanation);
    }
    return explained;
  };
  return {
    listIndexes: async (reads) => (await explainAll(reads, 'queryPlanner')).map(indexesOf),
    async measure(reads) {
      return (await explainAll(reads, 'executionStats')).map((explained) => {
        const { nReturned: returned, totalDocsExamined: documentsExamined } = explained.executionStats;
        return { indexes: indexesOf(explained), returned, documentsExamined };
      });
    },
  };
}

interface Explanation {
  queryPlanner: { winningPlan: unknown };
  executionStats: { nReturned: number; totalDocsExamined: number };
}

/** Returns the query of a find, or a count for each filter of an aggregate. */
function listQueries(command: Command, collection: string): Command[] {
  const { find, aggregate, filter, sort, limit, projection, pipeline } = command;
  // The store's probe asks for an empty ID.
  const isProbe = (filter as Command | undefined)?.['_id'] === '';
  if (find === collection && !isProbe)
    return [{ find, filter, projection, ...(limit ? { limit } : {}), ...(sort ? { sort } : {}) }];
  return aggregate === collection ? listCounts(pipeline as Stage[], collection) : [];
}

function listCounts(pipeline: Stage[], collection: string): Command[] {
  const [first, second] = pipeline;
  const own = first?.$match ? [{ count: collection, query: first.$match, limit: second?.$limit ?? 0 }] : [];
  return [
    ...own,
    ...pipeline.flatMap(({ $unionWith }) => ($unionWith ? listCounts($unionWith.pipeline, collection) : [])),
  ];
}

function indexesOf({ queryPlanner }: Explanation): string[] {
  const names = new Set<string>();
  collectIndexNames(queryPlanner.winningPlan, names);
  return [...names].sort();
}

function collectIndexNames(plan: unknown, names: Set<string>): void {
  if (typeof plan !== 'object' || plan === null) return;
  for (const [key, value] of Object.entries(plan)) {
    if (key === 'indexName') names.add(String(value));
    else collectIndexNames(value, names);
  }
}
