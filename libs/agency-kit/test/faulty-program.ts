import { runFaulty } from './faulty-agency.ts';
import type { AgencyFault } from './faulty-agency.ts';

/**
 * A faulty agency as a program that can be killed: `node faulty-program.ts <fault>`, with the variables of the
 * examples.
 */

const setting = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is missing`);
  return value;
};

await runFaulty(
  {
    agency: setting('CUPS_AGENCY'),
    brokers: setting('KAFKA_BROKERS'),
    caFile: setting('KAFKA_CA_FILE'),
    passwordFile: setting('KAFKA_PASSWORD_FILE'),
  },
  process.argv[2] as AgencyFault,
);
