import type { RefusalCode } from '../../domain/refusals.ts';

/** Thrown where a check finds why a file is refused. */
export class Refusal extends Error {
  readonly code: RefusalCode;

  constructor(code: RefusalCode) {
    super(code);
    this.code = code;
  }
}
