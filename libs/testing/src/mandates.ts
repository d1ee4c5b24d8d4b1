import { join } from 'node:path';
import type { Content } from '@cups/application';
import type { BatchGetMandatesRequest__Output } from '@cups/contracts/gen/cups/identity/v1/BatchGetMandatesRequest.ts';
import type { BatchGetMandatesResponse } from '@cups/contracts/gen/cups/identity/v1/BatchGetMandatesResponse.ts';
import type { MandateFacts } from '@cups/contracts/gen/cups/identity/v1/MandateFacts.ts';
import { toProtoEnum, toTimestamp } from '@cups/contracts/proto';
import { PERSON_HASH_KEY_SET, watchPersonHasher } from '@cups/rpc';
import type { Context } from '@cups/rpc';
import { idnp } from './people.ts';
import { silentLog } from './services.ts';

type MandateKind = NonNullable<Content['mandate']>['kind'];

/** Which synthetic mandate a name stands for. */
export interface SyntheticMandate {
  /** Number of the person whose affairs they are. */
  person: number;
  /** Number of the person who is present instead. */
  representative?: number;
  kind?: MandateKind;
  /** Tells mandates of the same people apart, 0 to 9,999. */
  serial?: number;
}

const PREFIX = 'mandates/01JMANDATE';
const KINDS: readonly MandateKind[] = ['own-presence', 'mpower', 'notarial', 'kinship', 'guardianship'];
const NOBODY = 'XXXXX';
const NAME = /^mandates\/01JMANDATE0([0-4])(\d{5})(\d{5}|XXXXX)\d{4}$/;
const padded = (value: number, length: number) => String(value).padStart(length, '0');

/** Returns the name of a synthetic mandate. It holds what the fake identity reports, so that nothing is granted first. */
export function syntheticMandate({ person, representative, kind, serial = 0 }: SyntheticMandate): string {
  const kindIndex = KINDS.indexOf(kind ?? 'own-presence');
  const present = representative === undefined ? NOBODY : padded(representative, 5);
  return `${PREFIX}0${kindIndex}${padded(person, 5)}${present}${padded(serial, 4)}`;
}

/** Fake mandates of identity: every synthetic mandate exists, held by the centre that asks. */
export interface FakeMandates {
  /** Facts that differ from the usual ones, by name; null for a mandate that does not exist. */
  overrides: Map<string, Partial<MandateFacts> | null>;
  /** The RPC of a fake identity. */
  batchGetMandates(request: BatchGetMandatesRequest__Output, context: Context): Promise<BatchGetMandatesResponse>;
}

/**
 * Returns fake mandates for 365 days that cover the given public services.
 * @param keysDir folder of the keys that hash people
 */
export function createFakeMandates({
  keysDir,
  publicServices,
  now = () => new Date(),
}: {
  keysDir: string;
  /** publicServices/{code} */
  publicServices: string[];
  now?: () => Date;
}): FakeMandates {
  const hasher = watchPersonHasher({ file: join(keysDir, PERSON_HASH_KEY_SET), required: false, log: silentLog });
  const hashOf = (person: string | undefined) =>
    person === undefined || person === NOBODY ? '' : (hasher.hash(idnp(Number(person))) ?? '');
  const overrides: FakeMandates['overrides'] = new Map();
  const day = 86_400_000;
  function toFacts(name: string, centre: string): MandateFacts[] {
    const [, kind, person, representative] = NAME.exec(name) ?? [];
    const override = overrides.get(name);
    if (kind === undefined || override === null) return [];
    const ground = KINDS[Number(kind)] === 'own-presence' ? 'present-and-signing' : KINDS[Number(kind)]!;
    const facts: MandateFacts = {
      mandate: name,
      centre,
      personHash: hashOf(person),
      representativeHash: hashOf(representative),
      scope: { publicServices, themes: [] },
      grantTime: toTimestamp(new Date(now().getTime() - day)),
      expireTime: toTimestamp(new Date(now().getTime() + 364 * day)),
      ground: toProtoEnum('MANDATE_GROUND_', ground) as NonNullable<MandateFacts['ground']>,
      textVersion: '1',
      textSha256: 'a'.repeat(64),
      state: 'MANDATE_STATE_ACTIVE',
      revocations: [],
      ...override,
    };
    return facts.centre === centre ? [facts] : [];
  }
  return {
    overrides,
    async batchGetMandates({ names, centre }, { session }) {
      return { mandates: names.flatMap((name) => toFacts(name, session?.centre ?? centre)) };
    },
  };
}
