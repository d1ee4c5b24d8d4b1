import { randomUUID } from 'node:crypto';
import { ERASURE_REASONS, RESTRICTION_REASONS } from '@cups/application';
import type { Erasure__Output as Erasure } from '@cups/contracts/gen/cups/intake/v1/Erasure.ts';
import { fromTimestamp, toProtoEnum } from '@cups/contracts/proto';
import { findLeftDocuments, findMissingEntries, verifyLog } from '../data/verify-erasures.ts';
import { readPersonalNumber } from '../data/personal-number.ts';
import { UsageError } from '../errors.ts';
import { formatTable } from '../format-table.ts';
import { toResourceName } from '../resource-names.ts';
import { PAGE_SIZE, readAllPages, readPages } from './commands.ts';
import type { Command } from './commands.ts';

/** Commands about the rights of a person and the end of data. */

const dayOf = (time: Erasure['eraseTime']): string => fromTimestamp(time)?.toISOString().slice(0, 16) ?? '';

/** Lists erasures, newest first. With `--verify` it proves each by the journal, finds documents that it left, and verifies the journal. */
export const erasuresList: Command = async (platform, _names, { verify = false, journal, data = '' }) => {
  const erasures = await readAllPages(async (pageToken) => {
    const page = await platform.intake().listErasures({ pageSize: PAGE_SIZE, pageToken });
    return { rows: page.erasures, nextPageToken: page.nextPageToken };
  });
  const cells = erasures.map(({ application, cause, rule, eraseTime, topicEnds }) => [
    application,
    cause,
    rule,
    dayOf(eraseTime),
    topicEnds.map(({ topic, day }) => `${topic} ${day}`).join(', '),
  ]);
  const table = formatTable(['APPLICATION', 'CAUSE', 'RULE', 'ERASED', 'COPIES END'], cells);
  const faults = verify
    ? [
        ...(await findLeftDocuments(platform.documents(), erasures, Date.now())),
        ...(await findMissingEntries(platform.journal(), erasures, Date.now())),
        ...(await verifyLog(journal, data)),
      ]
    : [];
  const verdict = verify && faults.length === 0 ? '\nThe journal is intact and has the entries of each erasure.' : '';
  return { found: erasures, text: (erasures.length > 0 ? table : 'Nothing was erased.') + verdict, faults };
};

/** Erases an application on request of the person. */
export const dataErase: Command = async (platform, [application = ''], { reason: text, actor }) => {
  const reason = parseReason(ERASURE_REASONS, text);
  const name = toResourceName('applications', application);
  const request = { requestId: randomUUID(), name, reason: toProtoEnum('ERASURE_REASON_', reason), actor };
  const { erasure: found } = await platform.intake().eraseApplication(request);
  const state = found?.eraseTime ? 'are erased' : 'are being erased';
  return { found, text: `The personal data of ${name} ${state}.` };
};

/** Erases what the platform has about a person, whose number it asks for. */
export const dataErasePerson: Command = async (platform, _names, { reason: text, actor }) => {
  const reason = parseReason(ERASURE_REASONS, text);
  const request = { idnp: await readPersonalNumber(), reason: toProtoEnum('ERASURE_REASON_', reason), actor };
  const found = { erasures: 0, refusals: [] as string[], mandates: 0, kept: [] as string[] };
  for await (const page of readPages((pageToken) => platform.intake().erasePerson({ ...request, pageToken }))) {
    found.erasures += page.erasures.length;
    found.refusals.push(...page.refusals.map((one) => `${one.application}: ${one.refusal?.sentence?.en ?? ''}`));
    found.refusals.push(...page.applicationsOfOthers.map((name) => `${name}: it is about another person.`));
    found.mandates += page.mandates.length;
    found.kept.push(...page.keptMandates.map(toKeptLine));
  }
  const counts = `Erased: ${found.erasures} applications, ${found.mandates} mandates.`;
  return { found, text: [counts, ...listStaying([...found.refusals, ...found.kept])].join('\n') };
};

/** Finds mandates that earlier erasures on request left; erases their people with `--erase`. */
export const dataLeftMandates: Command = async (platform, _names, { erase = false }) => {
  const found = { mandates: [] as string[], kept: [] as string[] };
  const ask = (pageToken: string) => platform.intake().eraseLeftMandates({ validateOnly: !erase, pageToken });
  for await (const page of readPages(ask)) {
    found.mandates.push(...page.mandates);
    found.kept.push(...page.keptMandates.map(toKeptLine));
  }
  const [mandates, kept] = [[...new Set(found.mandates)], [...new Set(found.kept)]];
  const verb = erase ? 'erased' : 'left, erase them with --erase';
  const lines = mandates.length > 0 ? [`${mandates.length} ${verb}:`, ...mandates] : ['No erasure left a mandate.'];
  return { found: { mandates, kept }, text: [...lines, ...listStaying(kept)].join('\n') };
};

const toKeptLine = ({ mandate, application }: { mandate: string; application: string }): string =>
  `${mandate}: ${application} names it.`;

const listStaying = (lines: readonly string[]): string[] => (lines.length > 0 ? ['These stay:', ...lines] : []);

/** Restricts the processing of an application on request of the person. */
export const dataRestrict: Command = async (platform, [application = ''], { reason: text, actor }) => {
  const reason = parseReason(RESTRICTION_REASONS, text);
  const name = toResourceName('applications', application);
  const request = { requestId: randomUUID(), name, reason: toProtoEnum('RESTRICTION_REASON_', reason), actor };
  const { restriction: found } = await platform.intake().restrictProcessing(request);
  return { found, text: `The processing of ${name} is restricted: the desk only shows, withdraws and hands over.` };
};

/** Ends a restriction. */
export const dataUnrestrict: Command = async (platform, [application = ''], { actor }) => {
  const name = toResourceName('applications', application);
  await platform.intake().endRestriction({ name, actor });
  return { found: { application: name }, text: `The restriction of ${name} has ended.` };
};

function parseReason<R extends string>(reasons: readonly R[], text: string | undefined): R {
  const reason = reasons.find((one) => one === text);
  if (reason === undefined) throw new UsageError(`--reason: one of ${reasons.join(', ')}.`);
  return reason;
}
