import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { produceRaw, eventually } from '@cups/testing';
import { ulid } from 'ulid';
import { contactOf, happened, startNotifications } from './harness.ts';

let n: Awaited<ReturnType<typeof startNotifications>>;
beforeAll(async () => void (n = await startNotifications()));
afterAll(() => n.stop());

const refused = (reason: string) => expect.objectContaining({ reason }) as unknown as Error;
const ready = { ref: { state: 'STATE_READY' } };

/** Header fields and decoded text of a mail. */
function readMail(id: string) {
  const raw = readFileSync(join(n.config.mailDir, `${id}.eml`), 'utf8');
  const end = raw.indexOf('\r\n\r\n');
  const [head, body] = [raw.slice(0, end), raw.slice(end + 4)];
  const encoding = /^Content-Transfer-Encoding: (.*)$/im.exec(head)?.[1];
  const quoted = body
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  const text =
    encoding === 'base64' ? Buffer.from(body, 'base64').toString() : Buffer.from(quoted, 'latin1').toString();
  const subject = /^Subject: ([^]*?)\r\n(?! )/im.exec(head)?.[1] ?? '';
  return { head, text, subject };
}

describe('a filed application', () => {
  test('of a person with e-mail: one mail, two writes, the tracking number in its text only', async () => {
    const id = n.application(contactOf('ana@example.md'));
    await n.say(happened(id, 1, 'ApplicationSubmitted'));
    const thread = await n.thread(id, ({ notices }) => notices[0]?.state === 'sent');
    expect(thread.revision).toBe(2);
    expect(thread.timer).toBeNull();
    const mail = readMail(`${id}-1`);
    expect(mail.head).toContain(`Message-ID: <${id}-1@cups.example>`);
    expect(mail.head).toContain('To: ana@example.md');
    expect(mail.head).toContain('Auto-Submitted: auto-generated');
    expect(mail.head).not.toMatch(/ABCD|Exemplu/);
    expect(mail.text).toContain('ABCD-EFGH-JKMN-PX');
    expect(mail.text).toContain('20.12.2026');
    expect(statSync(join(n.config.mailDir, `${id}-1.eml`)).mode & 0o077).toBe(0);
  });

  test('of a person with nothing: a slip, one write, no mail', async () => {
    const id = n.application(contactOf('', { language: 'ru' }));
    await n.say(happened(id, 1, 'ApplicationSubmitted'));
    const thread = await n.thread(id);
    expect(thread).toMatchObject({ revision: 1, notices: [{ channel: 'slip', state: 'sent', language: 'ru' }] });
    const { html } = await n.desk().getSlip({ name: `notices/${id}-1` });
    expect(html).toContain('<html lang="ru">');
    expect(html).toContain('<p class="number">ABCD-EFGH-JKMN-PX</p>');
    expect(() => readMail(`${id}-1`)).toThrow('ENOENT');
  });

  test('that goes its whole way: each change that concerns the person is told once, in order', async () => {
    const id = n.application(contactOf('ana@example.md', { language: 'en', state: 'STATE_DOCUMENTS_REQUESTED' }));
    await n.say(
      happened(id, 1, 'ApplicationSubmitted'),
      happened(id, 2, 'ApplicationInProgress'),
      happened(id, 3, 'DocumentsRequested', { answerBy: '2026-12-05' }),
      happened(id, 4, 'DocumentsSupplied'),
      happened(id, 5, 'ApplicationDecided', ready),
      happened(id, 6, 'ResultHandedOver'),
      happened(id, 7, 'ApplicationClosed'),
      happened(id, 8, 'ResultChanged', { revoked: true }),
    );
    const thread = await n.thread(
      id,
      ({ lastSeqs, notices }) => lastSeqs?.['applications'] === 8 && notices.every(({ state }) => state === 'sent'),
    );
    expect(thread.notices.map(({ kind }) => kind)).toEqual([
      'application-submitted',
      'documents-requested',
      'result-ready',
      'result-revoked',
    ]);
    expect(readMail(`${id}-3`).text).toContain('05.12.2026');
    const { notices } = await n.desk().listNotices({ application: `applications/${id}` });
    expect(notices.map(({ name }) => name)).toEqual([1, 3, 5, 8].map((seq) => `notices/${id}-${seq}`));
    expect(notices[2]).toMatchObject({
      kind: 'result-ready',
      channel: 'CHANNEL_EMAIL',
      state: 'NOTICE_STATE_SENT',
      language: 'en',
      subject: 'The result of your application is ready',
      failCause: '',
    });
    expect(notices[2]?.sendTime).not.toBeNull();
  });

  test('of which the news is older than a week: nothing is said, and it is counted', async () => {
    const id = n.application(contactOf('ana@example.md'));
    const time = new Date(Date.now() - 8 * 86_400_000);
    await n.say(happened(id, 1, 'ApplicationSubmitted', {}, { time }));
    expect(await n.thread(id)).toMatchObject({ notices: [], lastSeqs: { applications: 1 } });
  });
});

describe('counting', () => {
  test('repeats change nothing', async () => {
    const id = n.application(contactOf('', {}));
    const [first, second] = [happened(id, 1, 'ApplicationSubmitted'), happened(id, 2, 'ApplicationDecided', ready)];
    await n.say(first, first, second, first, second, second);
    const last = happened(id, 3, 'ResultHandedOver');
    await n.say(last);
    const thread = await n.thread(id, ({ lastSeqs }) => lastSeqs?.['applications'] === 3);
    expect(thread.notices.map(({ kind }) => kind)).toEqual(['application-submitted', 'result-ready']);
    expect(thread.revision).toBe(3);
  });

  test('a gap makes its subject wait; others flow, and what waited follows in order', async () => {
    const [id, other] = [n.application(contactOf('')), n.application(contactOf(''))];
    await n.say(happened(id, 1, 'ApplicationSubmitted'), happened(id, 3, 'ApplicationDecided', ready));
    await n.say(happened(other, 1, 'ApplicationSubmitted'));
    await n.thread(other);
    expect((await n.thread(id)).lastSeqs).toEqual({ applications: 1 });
    await n.say(happened(id, 2, 'DocumentsRequested', { answerBy: '2026-12-05' }));
    const thread = await n.thread(id, ({ lastSeqs }) => lastSeqs?.['applications'] === 3);
    expect(thread.notices.map(({ kind }) => kind)).toEqual([
      'application-submitted',
      'documents-requested',
      'result-ready',
    ]);
  });

  test('an event of a later release is counted and says nothing', async () => {
    const id = n.application(contactOf(''));
    const later = { ...happened(id, 2, 'ApplicationInProgress'), type: 'cups.intake.v1.ApplicationPassedOn' };
    await n.say(happened(id, 1, 'ApplicationSubmitted'), later, happened(id, 3, 'ApplicationDecided', ready));
    const thread = await n.thread(id, ({ lastSeqs }) => lastSeqs?.['applications'] === 3);
    expect(thread.notices).toHaveLength(2);
  });

  test('what is no event of an application is stored as refused, without its content', async () => {
    const id = ulid();
    const about = happened(id, 1, 'ApplicationSubmitted');
    const collection = n.store.collection<{ _id: string; cause: string; count: number }>('refusals');
    const causes = { cause: { $ne: 'SEQUENCE_GAP' } };
    const counted = async () => (await collection.find(causes).toArray()).reduce((sum, { count }) => sum + count, 0);
    const before = await counted();
    await n.say(
      { ...about, subject: `applications/${ulid()}` },
      { ...about, sequence: null },
      { ...about, subject: 'centres/CU-001' },
      { ...about, data: Buffer.from([0xff, 0xff, 0xff]) },
    );
    await produceRaw({ brokers: n.config.kafkaBrokers, prefix: n.config.prefix }, 'cups.applications', [
      { key: id, value: 'canary-rubbish' },
    ]);
    await eventually(async () => (await counted()) === before + 5);
    expect(JSON.stringify(await collection.find().toArray())).not.toContain('canary');
    expect(await n.threads.get(id, { scope: 'service' })).toBeUndefined();
  });
});

describe('a forged event with the next sequence', () => {
  const withdrawn = (id: string, more: object = {}) =>
    happened(id, 2, 'ApplicationWithdrawn', { fromState: 'STATE_SUBMITTED' }, more);
  const forged: [string, (id: string) => ReturnType<typeof happened>][] = [
    ['of another source', (id) => withdrawn(id, { source: '/cups/agency-bridge' })],
    ['of a type of another service', (id) => withdrawn(id, { type: 'cups.agencybridge.v1.DeliveryCancelled' })],
    ['under the key of another application', (id) => withdrawn(id, { key: ulid() })],
    [
      'in the name of another centre',
      (id) =>
        happened(id, 2, 'ApplicationWithdrawn', { ref: { centre: 'centres/CU-099' }, fromState: 'STATE_SUBMITTED' }),
    ],
  ];
  test.each(forged)('%s tells the person nothing, is refused, and does not hide the true one', async (_what, forge) => {
    const id = n.application(contactOf(''));
    const collection = n.store.collection<{ _id: string; count: number }>('refusals');
    const counted = async () => (await collection.find().toArray()).reduce((sum, { count }) => sum + count, 0);
    await n.say(happened(id, 1, 'ApplicationSubmitted'));
    await n.thread(id, ({ lastSeqs }) => lastSeqs?.['applications'] === 1);
    const before = await counted();
    await n.say(forge(id));
    await eventually(async () => (await counted()) === before + 1);
    await n.say(happened(id, 2, 'ApplicationDecided', ready));
    const thread = await n.thread(id, ({ lastSeqs }) => lastSeqs?.['applications'] === 2);
    expect(thread.notices.map(({ kind }) => kind)).toEqual(['application-submitted', 'result-ready']);
  });
});

describe('intake', () => {
  test('away: the notice waits and goes out when intake is back; other subjects flow, later events too', async () => {
    const [id, other] = [n.application('unavailable'), n.application(contactOf(''))];
    await n.say(happened(id, 1, 'ApplicationSubmitted'), happened(other, 1, 'ApplicationSubmitted'));
    await n.thread(other);
    const waiting = await n.thread(id);
    expect(waiting.notices[0]).toMatchObject({ state: 'compose', failCause: 'intake-away' });
    const { notices } = await n.desk().listNotices({ application: `applications/${id}` });
    expect(notices[0]).toMatchObject({ state: 'NOTICE_STATE_PENDING', text: '', failCause: '' });
    await expect(n.desk().getSlip({ name: `notices/${id}-1` })).rejects.toEqual(refused('NOT_FOUND'));
    await n.say(happened(id, 2, 'ApplicationDecided', ready));
    await n.thread(id, ({ lastSeqs }) => lastSeqs?.['applications'] === 2);
    n.answers.set(id, contactOf('ana@example.md', { state: 'STATE_READY' }));
    const done = await n.thread(id, (thread) => thread.notices.every(({ state }) => state === 'sent'));
    expect(done.notices).toHaveLength(2);
    expect(done.timer).toBeNull();
    expect(readMail(`${id}-1`).text).toContain('Ana Exemplu');
    expect(readMail(`${id}-2`).text).toContain('Ana Exemplu');
  });

  test('back after a result was given and revoked: the person hears of the revocation, and of no result', async () => {
    const id = n.application('unavailable');
    await n.say(happened(id, 1, 'ApplicationDecided', ready));
    expect((await n.thread(id)).notices[0]).toMatchObject({ kind: 'result-ready', state: 'compose' });
    const revokeTime = { seconds: '1796000000', nanos: 0 };
    n.answers.set(id, contactOf('ana@example.md', { state: 'STATE_READY', decision: { approved: true, revokeTime } }));
    await n.say(happened(id, 2, 'ResultChanged', { ...ready, revoked: true }));
    const done = await n.thread(id, (thread) => thread.notices.length === 2 && thread.timer === null);
    expect(done.notices.map(({ kind, state, failCause }) => [kind, state, failCause])).toEqual([
      ['result-ready', 'failed', 'overtaken'],
      ['result-revoked', 'sent', undefined],
    ]);
    expect(() => readMail(`${id}-1`)).toThrow('ENOENT');
  });

  test('back after it was away: its first answer wakes all notices that wait for it, whoever left them', async () => {
    const slow = await startNotifications({ retryMs: 60_000 });
    try {
      const ids = [1, 2, 3].map(() => slow.application('unavailable'));
      await slow.say(...ids.map((id) => happened(id, 1, 'ApplicationSubmitted')));
      for (const id of ids) {
        const { notices } = await slow.thread(id);
        expect(notices[0]).toMatchObject({ state: 'compose', failCause: 'intake-away' });
      }
      for (const id of ids) slow.answers.set(id, contactOf(''));
      const other = slow.application(contactOf(''));
      await slow.say(happened(other, 1, 'ApplicationSubmitted'));
      // Each would wait for a minute.
      for (const id of ids) await slow.thread(id, ({ notices }) => notices[0]?.state === 'sent');
      expect(slow.log.lines).toContainEqual(expect.objectContaining({ event: 'notices-woken', count: 3 }));
    } finally {
      await slow.stop();
    }
  });

  test('that does not know the application: the notice fails with a code', async () => {
    const id = n.application('unknown');
    await n.say(happened(id, 1, 'ApplicationSubmitted'));
    expect((await n.thread(id)).notices[0]).toMatchObject({ state: 'failed', failCause: 'application-unknown' });
    const { notices } = await n.desk().listNotices({ application: `applications/${id}` });
    expect(notices[0]).toMatchObject({ state: 'NOTICE_STATE_FAILED', failCause: 'application-unknown' });
  });
});

describe('whose notices', () => {
  test('500 random looks from random centres: one sees its own and only its own', async () => {
    const centres = ['centres/CU-001', 'centres/CU-002', 'centres/CU-003', 'centres/CU-018'];
    const owners = new Map<string, string>();
    for (let i = 0; i < 20; i++) owners.set(n.application(contactOf('')), centres[i % 4] as string);
    await n.say(...[...owners].map(([id, centre]) => happened(id, 1, 'ApplicationSubmitted', { ref: { centre } })));
    for (const id of owners.keys()) await n.thread(id);
    const desks = centres.map((centre) => ({ centre, desk: n.desk(centre) }));
    let own = 0;
    for (let i = 0; i < 500; i++) {
      const [id, owner] = [...owners][Math.floor(Math.random() * owners.size)] as [string, string];
      const { centre, desk } = desks[Math.floor(Math.random() * 4)] as (typeof desks)[number];
      const look =
        i % 2 ? desk.listNotices({ application: `applications/${id}` }) : desk.getSlip({ name: `notices/${id}-1` });
      if (centre === owner) own += (await look) ? 1 : 0;
      else await expect(look).rejects.toEqual(refused('NOT_FOUND'));
    }
    expect(own).toBeGreaterThan(50);
  });

  test('an absent application and an absent notice are NOT_FOUND, malformed names are refused', async () => {
    const id = n.application(contactOf(''));
    await n.say(happened(id, 1, 'ApplicationSubmitted'));
    await n.thread(id);
    await expect(n.desk().listNotices({ application: `applications/${ulid()}` })).rejects.toEqual(refused('NOT_FOUND'));
    await expect(n.desk().getSlip({ name: `notices/${id}-2` })).rejects.toEqual(refused('NOT_FOUND'));
    await expect(n.desk().getSlip({ name: 'notices/x' })).rejects.toEqual(refused('NOT_FOUND'));
    await expect(n.desk().listNotices({ application: 'applications/1' })).rejects.toEqual(refused('INVALID_ARGUMENT'));
  });

  test('is not for supervisors, support, or other services', async () => {
    const application = `applications/${ulid()}`;
    for (const role of ['supervisor', 'support'] as const)
      await expect(n.desk(undefined, role).listNotices({ application })).rejects.toEqual(refused('PERMISSION_DENIED'));
    await expect(n.desk(undefined, 'specialist', 'intake').listNotices({ application })).rejects.toEqual(
      refused('PERMISSION_DENIED'),
    );
  });
});

test('an agency that asks 40 times in a minute: three mails, one notice that waits, and it is the newest', async () => {
  const words = { ro: 'Achitați.\n\nhttps://fals.example/x', ru: '', en: '' };
  const documentRequest = {
    id: 'm',
    answerBy: '2026-12-30',
    message: words,
    documents: [{ kind: 'x', note: 'Original' }],
  };
  const state = 'STATE_DOCUMENTS_REQUESTED';
  const id = n.application(contactOf('ana@example.md', { state, documentRequest }));
  await n.say(
    ...Array.from({ length: 40 }, (_, index) =>
      happened(id, index + 1, 'DocumentsRequested', { ref: { state }, answerBy: '2026-12-30' }),
    ),
  );
  const told = ({ notices }: { notices: { state: string }[] }) => notices.filter((one) => one.state === 'sent').length;
  const thread = await n.thread(id, (one) => one.lastSeqs?.['applications'] === 40 && told(one) === 3);
  expect(thread.notices.map(({ id: notice }) => notice)).toEqual([`${id}-1`, `${id}-2`, `${id}-3`, `${id}-40`]);
  expect(thread.notices[3]).toMatchObject({ state: 'compose', held: true, replaces: 36 });
  expect(thread.timer!.due.getTime()).toBeGreaterThan(Date.now() + 86_000_000);
  expect(readMail(`${id}-3`).text).toMatch(/\r\n> Achitați\. \[link\]\r\n> – Original\r\n\r\n/);
  expect(() => readMail(`${id}-4`)).toThrow('ENOENT');
  const scrape = await fetch(`http://127.0.0.1:${n.service.httpPort}/metrics`).then((answer) => answer.text());
  expect(scrape).toMatch(/cups_notices_total\{[^}]*outcome="held"[^}]*\} 37/);
  const { notices } = await n.desk().listNotices({ application: `applications/${id}` });
  expect(notices[3]).toMatchObject({ state: 'NOTICE_STATE_PENDING' });
});

test('result, code, validity and reasons reach the mail and the slip', async () => {
  const decision = {
    approved: true,
    resultNumber: 'R-1',
    verificationCode: 'K7Q2',
    validUntil: '2027-02-24',
    correctReason: { ro: 'Greșeală de scriere.', ru: '', en: '' },
    revokeReason: { ro: 'Eliberat din eroare.', ru: '', en: '' },
  };
  const course = (id: string) => [
    happened(id, 1, 'ApplicationDecided', ready),
    happened(id, 2, 'ResultChanged', { ...ready, revoked: false }),
    happened(id, 3, 'ResultChanged', { ...ready, revoked: true }),
  ];
  const mail = n.application(contactOf('ana@example.md', { decision }));
  const paper = n.application(contactOf('', { decision }));
  await n.say(...course(mail), ...course(paper));
  for (const id of [mail, paper])
    await n.thread(id, ({ notices }) => notices.length === 3 && notices.every(({ state }) => state === 'sent'));
  const slip = async (notice: number) => (await n.desk().getSlip({ name: `notices/${paper}-${notice}` })).html;
  for (const text of [readMail(`${mail}-1`).text, await slip(1), readMail(`${mail}-2`).text, await slip(2)]) {
    expect(text).toContain('Codul de verificare: K7Q2.');
    expect(text).toContain('Numărul rezultatului: R-1.');
    expect(text).toContain('Rezultatul este valabil până la 24.02.2027.');
  }
  expect(readMail(`${mail}-2`).text).toContain('> Greșeală de scriere.');
  expect(await slip(2)).toContain('<blockquote>Greșeală de scriere.</blockquote>');
  expect(readMail(`${mail}-3`).text).toContain('> Eliberat din eroare.');
  expect(await slip(3)).toContain('<blockquote>Eliberat din eroare.</blockquote>');
});

test('a hostile name stays a name: in the slip, in the mail and its headers', async () => {
  const personName = '<script>alert(1)</script>\r\nBcc: evil@example.md';
  const paper = n.application(contactOf('', { personName, centreName: '<img src=x>' }));
  const mail = n.application(contactOf('ana@example.md', { personName }));
  await n.say(happened(paper, 1, 'ApplicationSubmitted'), happened(mail, 1, 'ApplicationSubmitted'));
  await n.thread(paper);
  await n.thread(mail, ({ notices }) => notices[0]?.state === 'sent');
  const { html } = await n.desk().getSlip({ name: `notices/${paper}-1` });
  expect(html).not.toMatch(/<script|<img/);
  expect(html).toContain('&#60;script&#62;');
  expect(readMail(`${mail}-1`).head).not.toMatch(/^Bcc|evil/im);
});

test('the log holds no address, name, tracking number or text', () => {
  expect(n.log.text()).toContain('"event":"notice"');
  expect(n.log.text()).toContain('personal-data-read');
  expect(n.log.text()).not.toMatch(/example\.md|Exemplu|ABCD|naștere|Bună/);
});
