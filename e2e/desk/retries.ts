import { jest } from '@jest/globals';

/**
 * A test that fails runs once more. Browsers, a whole platform and other tests share two cores, and the browser
 * has limits of its own, which a test cannot see. `npm test` lists the tests that passed the second time, and fails when there
 * are more than two: a new fault that appears now and then is not hidden.
 */
jest.retryTimes(1, { logErrorsBeforeRetry: true });
