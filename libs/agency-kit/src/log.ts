/** Writes a log line. Fields come from a closed list and hold no content. */
export type Log = (level: 'info' | 'warn' | 'error', event: string, fields?: LogFields) => void;
export type LogFields = {
  reason?: string;
  topics?: string[];
  agencies?: string[];
  delivery?: string;
  httpPort?: number;
};
