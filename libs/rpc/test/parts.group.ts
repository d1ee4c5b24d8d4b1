/** Tests of tokens, keys and access. */
import './access.test.ts';
import './call-retry.test.ts';
import './convention.test.ts';
import './key-set.test.ts';
import './person-hash.test.ts';
import './tokens.test.ts';
import './trust.test.ts';
import './verified-tokens.test.ts';
