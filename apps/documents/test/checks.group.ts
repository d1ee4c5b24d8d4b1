/** Tests that start a service each. */
import './checks.test.ts';
import './crashes.test.ts';
import './retention.test.ts';
