/** Tests of single RPCs. */
import './access.test.ts';
import './agency-catalog.test.ts';
import './get-catalog.test.ts';
import './get-public-service.test.ts';
import './get-public-service-version.test.ts';
import './list-public-services.test.ts';
