import type { Circus } from '@jest/types';
import { TestEnvironment } from 'jest-environment-node';

/** Tells the harness that a test failed, before its hooks run: desk.ts then prints what its pages show. */
export default class FailureEnvironment extends TestEnvironment {
  handleTestEvent(event: Circus.AsyncEvent): void {
    if (event.name === 'test_start') this.global['CUPS_TEST_FAILED'] = false;
    if (event.name === 'test_fn_failure') this.global['CUPS_TEST_FAILED'] = true;
  }
}
