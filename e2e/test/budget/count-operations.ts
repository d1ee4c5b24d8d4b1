import { openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { loadGrpc, loadKafkajs, loadMongoose } from './drivers.ts';

/**
 * Preloaded into every service by `--import`: appends one line per operation to a file named after the service. It observes
 * the drivers, below the code of the platform, so that no operation can bypass it.
 */

type RecordOperation = (operation: string) => void;

/** Folder of the files. */
const { OPERATIONS_DIR: dir } = process.env;
const service = /apps\/([^/]+)\/src\/main\.ts$/.exec(process.argv[1] ?? '')?.[1];

if (dir && service) {
  const file = openSync(join(dir, service), 'a');
  const record: RecordOperation = (operation) => writeSync(file, `${operation}\n`);
  observeStore(record);
  observeKafka(record);
  observeCalls(record);
}

function observeStore(record: RecordOperation): void {
  const { prototype } = loadMongoose().mongo.MongoClient;
  const { connect } = prototype;
  prototype.connect = function connectObserved() {
    this.options.monitorCommands = true;
    this.on('commandStarted', ({ commandName, command }) =>
      record(`store ${describeCommand(commandName, command as Command)}`),
    );
    return connect.call(this);
  };
}

interface Command {
  [name: string]: unknown;
  filter?: { _id?: unknown };
  updates?: { q: object; u: object }[];
}

/** Returns the kind, the collection, and the names that tell commands on one collection apart. */
function describeCommand(name: string, { [name]: collection, filter = {}, updates: [update] = [] }: Command): string {
  // Each store service asks once a second for a document that does not exist.
  if (name === 'find' && filter._id === '') return 'probe';
  const names = update ? [...Object.keys(update.q), '→', ...Object.keys(update.u)] : Object.keys(filter);
  const words = typeof collection === 'string' ? [name, collection] : [name];
  return [...words, ...(names.length > 0 ? [`(${names.join(' ')})`] : [])].join(' ');
}

function observeKafka(record: RecordOperation): void {
  const { prototype } = loadKafkajs().Kafka;
  for (const role of ['producer', 'consumer', 'admin'] as const) {
    const { [role]: create } = prototype;
    prototype[role] = function createObserved(...args) {
      const part = create.apply(this, args);
      part.on(`${role}.network.request`, ({ payload }) => record(`kafka ${payload.apiName}`));
      return part;
    };
  }
}

function observeCalls(record: RecordOperation): void {
  const { prototype } = loadGrpc().Client;
  const { makeUnaryRequest, makeServerStreamRequest } = prototype;
  prototype.makeUnaryRequest = function sendObserved(path, ...rest) {
    record(`grpc ${nameOf(path)}`);
    return makeUnaryRequest.call(this, path, ...rest);
  };
  // The only method with a stream runs a bundle of calls.
  prototype.makeServerStreamRequest = function sendBundleObserved(path, serialize, deserialize, bundle, ...rest) {
    record('grpc bundle');
    for (const call of (bundle as { calls: { path: string }[] }).calls) record(`grpc bundled ${nameOf(call.path)}`);
    return makeServerStreamRequest.call(this, path, serialize, deserialize, bundle, ...rest);
  };
}

/** Returns the method of `/<service>/<method>`. */
const nameOf = (path: string): string => path.split('/').at(-1)!;
