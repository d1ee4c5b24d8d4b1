/**
 * Comes with Ctrl-C, a supervisor's signal, the end of a terminal, or of `tools/run.mjs` when that was killed. Whoever asks
 * for it ends by itself from then on, when it has removed what it started.
 */
export function createAbortSignal(): AbortSignal {
  const controller = new AbortController();
  const abort = () => controller.abort(new Error('Called off.'));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, abort);
  process.once('disconnect', abort);
  // Listening alone would keep us from ending.
  process.channel?.unref();
  return controller.signal;
}
