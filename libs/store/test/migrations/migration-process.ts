/** A process that migrates; migrations.test.ts kills it. It prints each log event. */
import mongoose from 'mongoose';
import { migrateUp } from '../../src/index.ts';
import { MIGRATIONS } from './fixtures.ts';

const [uri = '', database = '', batchSize = '10'] = process.argv.slice(2);
const connection = await mongoose.createConnection(uri, { dbName: database }).asPromise();
const write = (fields: object) => process.stdout.write(`${JSON.stringify(fields)}\n`);
const log = { debug: write, info: write, warn: write, error: write, child: () => log };
try {
  const db = connection.db!;
  await migrateUp({
    db,
    migrations: MIGRATIONS,
    log,
    now: () => new Date(),
    batchSize: Number(batchSize),
    leaseMs: 1_000,
  });
} finally {
  await connection.close();
}
