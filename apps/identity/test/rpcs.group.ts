/** Tests of single RPCs, against one identity. The first counts the centres, before others create some. */
import './list-centres.test.ts';
import './list-operators.test.ts';
import './batch-get-operators.test.ts';
import './switch-centre.test.ts';
import './create-session.test.ts';
import './delete-session.test.ts';
import './get-centre.test.ts';
import './issue-agency-token.test.ts';
import './get-session.test.ts';
import './suspend-operator.test.ts';
import './reinstate-operator.test.ts';
import './mandates.test.ts';
import './access-log.test.ts';
import './erased-applications.test.ts';
import './mandate-mail.test.ts';
import './mandate-sealing.test.ts';
import './staff-erasure.test.ts';
