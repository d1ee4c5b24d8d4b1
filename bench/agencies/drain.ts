import { setTimeout as pause } from 'node:timers/promises';
import { agenciesIn } from '@cups/tools/platform';
import { nowMs, round } from '../processes.ts';
import { startBenchPlatform } from './bench-platform.ts';
import { watchApplicationTimes } from './application-times.ts';

/**
 * Stops all agencies while ten minutes' worth of applications at this rate are submitted, then measures the drain. The simulator
 * replies for all agencies from one process.
 */

const PER_SECOND = 5;
const OUTAGE_SECONDS = 600;

export async function measureDrain({ onProgress }: { onProgress: (line: string) => void }) {
  const stage = await startBenchPlatform({ onProgress, behaviour: 'quick' });
  const { platform } = stage;
  const seen = await watchApplicationTimes(platform, agenciesIn(stage.data));
  try {
    await platform.end('agency-simulator');
    const wanted = PER_SECOND * OUTAGE_SECONDS;
    const accepted: string[] = [];
    while (accepted.length < wanted) {
      const { accepted: more } = await stage.load({ kind: 'closed', level: 16, seconds: 5 });
      accepted.push(...more);
      onProgress(`${accepted.length} of ${wanted} submitted while agencies are down`);
    }
    while (accepted.some((id) => !seen.requests.has(id))) await pause(100);
    const began = nowMs();
    await platform.start('agency-simulator');
    const startedMs = nowMs() - began;
    const end = nowMs() + 300_000;
    while (nowMs() < end && accepted.some((id) => !seen.decided.has(id))) await pause(100);
    const at = accepted.flatMap((id) => seen.decided.get(id) ?? []);
    const seconds = (Math.max(...at) - began) / 1_000;
    const perSecond = round(at.length / seconds, 1);
    onProgress(
      `${at.length} of ${accepted.length} decided within ${round(seconds, 1)} s of their return: ${perSecond}/s`,
    );
    return {
      waiting: accepted.length,
      decided: at.length,
      seconds: round(seconds, 1),
      startSeconds: round(startedMs / 1_000, 1),
      perSecond,
      timesTheRateOfArrival: round(perSecond / PER_SECOND, 1),
    };
  } finally {
    await seen.stop();
    await stage.close();
  }
}
