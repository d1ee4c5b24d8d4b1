import { describe, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import {
  AclOperationTypes,
  AclPermissionTypes,
  AclResourceTypes,
  Kafka,
  logLevel,
  ResourcePatternTypes,
} from 'kafkajs';
import mongoose from 'mongoose';
import { startLocal } from '../src/index.ts';
import { withFolder } from './folder.ts';

describe('startLocal with secure', () => {
  test('accepts TLS only, and only the administrator in Kafka, also after a restart', async () => {
    await withFolder(async (folder) => {
      const local = await startLocal({ dataDir: folder, secure: true });
      const { caFile = '', admin = { username: '', password: '' } } = local.secure ?? {};
      const ca = await readFile(caFile, 'utf8');
      const kafka = (ssl: boolean | { ca: string }, sasl?: { username: string; password: string }) =>
        new Kafka({
          brokers: [local.kafkaBrokers],
          logLevel: logLevel.NOTHING,
          connectionTimeout: 2_000,
          retry: { retries: 0 },
          ssl,
          ...(sasl && { sasl: { mechanism: 'scram-sha-512', ...sasl } }),
        }).admin();
      const connectAs = async (one: ReturnType<typeof kafka>): Promise<string> => {
        try {
          await one.connect();
          await one.listTopics();
          return '';
        } catch (error) {
          return (error as Error).message;
        } finally {
          await one.disconnect();
        }
      };
      const pingWith = (options: object) => {
        const uri = local.mongoUri.replace('/?tls=true', '');
        const client = new mongoose.mongo.MongoClient(uri, { ...options, serverSelectionTimeoutMS: 2_000 });
        return client
          .db('test')
          .command({ ping: 1 })
          .then(() => true)
          .catch(() => false)
          .finally(() => client.close());
      };
      try {
        expect(await connectAs(kafka({ ca }, admin))).toBe('');
        expect(await connectAs(kafka({ ca }, { ...admin, password: 'other' }))).toMatch(/Authentication failed/);
        expect(await connectAs(kafka(true, admin))).toMatch(/self-signed certificate/);
        expect(await connectAs(kafka({ ca }))).not.toBe('');
        expect(await connectAs(kafka(false, admin))).not.toBe('');
        expect([await pingWith({ tls: true, ca }), await pingWith({ tls: true }), await pingWith({})]).toEqual([
          true,
          false,
          false,
        ]);

        const one = kafka({ ca }, admin);
        await one.connect();
        const acl = {
          resourceType: AclResourceTypes.TOPIC,
          resourceName: 'things',
          resourcePatternType: ResourcePatternTypes.LITERAL,
          principal: 'User:somebody',
          host: '*',
          operation: AclOperationTypes.READ,
          permissionType: AclPermissionTypes.ALLOW,
        };
        await one.createAcls({ acl: [acl] });
        await one.disconnect();
        await local.restartKafka();
        expect(await connectAs(kafka({ ca }, admin))).toBe('');
      } finally {
        await local.stop();
      }
    });
  });
});
