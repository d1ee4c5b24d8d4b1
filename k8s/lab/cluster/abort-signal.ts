/**
 * Aborts on Ctrl-C, a supervisor's signal, the end of the terminal, or the death of `tools/run.mjs`. The process then ends
 * when its caller has removed what it started.
 */
export function createAbortSignal(): AbortSignal {
  const controller = new AbortController();
  const abort = () => controller.abort(new Error('Called off.'));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, abort);
  process.once('disconnect', abort);
  // An active listener would keep the process alive.
  process.channel?.unref();
  return controller.signal;
}
