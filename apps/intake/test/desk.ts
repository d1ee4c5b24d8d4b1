import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CatalogServiceDefinition } from '@cups/contracts/gen/cups/catalog/v1/CatalogService.ts';
import type { IdentityServiceDefinition } from '@cups/contracts/gen/cups/identity/v1/IdentityService.ts';
import type { IntakeServiceDefinition } from '@cups/contracts/gen/cups/intake/v1/IntakeService.ts';
import { messageType, toTimestamp } from '@cups/contracts/proto';
import { Problem } from '@cups/problem';
import { clientFor, fakeService, keysFor, person } from '@cups/testing';
import type { Config } from '../src/config.ts';
import { readConfig } from '../src/config.ts';

/** Intake's neighbours made from their protos, and a desk that files with it. */

export const SERVICE = 'publicServices/civil-status-extract';

export async function neighbourhood() {
  const keys = keysFor();
  const open: { close(): void }[] = [];
  /** What identity says of a centre, where it is not the usual; `until` keeps its answer back. */
  const centres: Record<string, { status?: string; limit?: number; agencies?: string[]; until?: Promise<void> }> = {};
  let validTo = '';
  const catalog = await fakeService<CatalogServiceDefinition>(
    'cups.catalog.v1.CatalogService',
    {
      async GetPublicServiceVersion(request: { name: string }) {
        if (request.name !== SERVICE) throw new Problem({ reason: 'NOT_FOUND', message: 'none' });
        return { version: version(validTo), inForce: true };
      },
    } as never,
    { service: 'catalog', keys },
  );
  const identity = await fakeService<IdentityServiceDefinition>(
    'cups.identity.v1.IdentityService',
    {
      async GetCentre({ name }: { name: string }) {
        const { status = 'ACTIVE', limit = 0, agencies = ['agencies/asp'], until } = centres[name] ?? {};
        await until;
        return {
          centre: {
            name,
            displayName: name.slice(8),
            kind: 'CENTRE_KIND_TOWN_HALL',
            status: `CENTRE_STATUS_${status}`,
            agencies,
            openApplicationLimit: limit,
          },
        };
      },
    } as never,
    { service: 'identity', keys },
  );
  return {
    keys,
    centres,
    catalog,
    identity,
    open,
    endVersion: (date: string) => (validTo = date),
    async close() {
      for (const client of open) client.close();
      await Promise.all([catalog.close(), identity.close()]);
    },
  };
}
export type Neighbourhood = Awaited<ReturnType<typeof neighbourhood>>;

function version(validTo: string) {
  return {
    publicService: SERVICE,
    version: '2025-11-01',
    validFrom: '2025-11-01',
    validTo,
    title: { ro: 'Extras', ru: 'Выписка', en: 'Extract' },
    provider: 'agencies/asp',
    centreKinds: ['CENTRE_KIND_TOWN_HALL'],
    evidence: [{ kind: 'identity-document', required: true }],
    costOptions: [
      { code: 'normal', term: { amount: 10, unit: 'TERM_UNIT_WORKING_DAYS', from: 'TERM_START_SUBMISSION' } },
    ],
    formSchema: Buffer.from(
      JSON.stringify({
        type: 'object',
        additionalProperties: false,
        required: ['act'],
        properties: { act: { type: 'string', enum: ['birth', 'death'] }, note: { type: 'string', maxLength: 60_000 } },
      }),
    ),
  };
}

/** Settings of an intake for a test; its request secret lies beside the keys. */
export function configFor(
  near: Neighbourhood,
  where: { mongoUri: string; brokers: string[]; prefix: string },
  more: Partial<Config> = {},
): Config {
  mkdirSync(near.keys.dir, { recursive: true });
  const secret = join(near.keys.dir, 'intake.secret');
  writeFileSync(secret, 'a secret of the tests', { mode: 0o600 });
  return {
    ...readConfig({ REQUEST_SECRET_FILE: secret }),
    mongoUri: where.mongoUri,
    kafkaBrokers: where.brokers,
    prefix: where.prefix,
    grpcPort: 0,
    httpPort: 0,
    keysDir: near.keys.dir,
    dataDir: join(import.meta.dirname, '../../../data'),
    catalogAddress: near.catalog.address,
    identityAddress: near.identity.address,
    logLevel: 'silent',
    timerPollMs: 200,
    ...more,
  };
}

export function content(n: number, more: object = {}) {
  return {
    applicant: person(n),
    contact: { none: true },
    mandate: { kind: 'MANDATE_KIND_OWN_PRESENCE' as const },
    answers: Buffer.from('{"act":"birth"}'),
    evidence: [{ kind: 'identity-document', number: `B${n}`, originalSeen: true }],
    costOption: 'normal',
    delivery: { kind: 'DELIVERY_KIND_AT_CENTRE' as const },
    ...more,
  };
}

/** A specialist of a centre in front of an intake. */
export function desk(
  near: Neighbourhood,
  port: number,
  centre = 'CU-001',
  role: 'specialist' | 'supervisor' = 'specialist',
) {
  const { token } = near.keys.session({
    role,
    centre: `centres/${centre}`,
    operator: `operators/${centre.toLowerCase()}-${role}`,
  });
  const address = `127.0.0.1:${port}`;
  const intake = clientFor<IntakeServiceDefinition>('cups.intake.v1.IntakeService', {
    ...{ address, keys: near.keys, from: 'gateway', to: 'intake', sessionToken: token },
  });
  near.open.push(intake);
  const open = async (n = 1, more: object = {}, given: object = {}) =>
    (
      await intake.createApplication({
        requestId: randomUUID(),
        publicService: SERVICE,
        content: content(n, more),
        ...given,
      })
    ).application!;
  const submit = async (name: string) =>
    (await intake.submitApplication({ requestId: randomUUID(), name })).application!;
  return { ...intake, intake, open, submit, file: async (n = 1) => submit((await open(n)).name) };
}

/** An event of the bridge about the delivery of an application. */
export function delivered(application: string, type: string, sequence: number, fields: object = {}) {
  const id = application.slice('applications/'.length);
  const delivery = `deliveries/${id}-asp`;
  return {
    topic: 'cups.deliveries',
    key: id,
    type: `cups.agencybridge.v1.${type}`,
    subject: delivery,
    sequence,
    source: '/cups/agency-bridge',
    data: messageType(`cups.agencybridge.v1.${type}`).encode({
      ref: { delivery, application, agency: 'agencies/asp', messageId: 'm', occurTime: toTimestamp(new Date()) },
      ...fields,
    }),
  };
}
