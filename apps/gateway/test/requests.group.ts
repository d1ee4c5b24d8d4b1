/** Tests of single requests. Each file has a gateway with the fakes that it needs. */
import './access-log.test.ts';
import './agency-api.test.ts';
import './application-details.test.ts';
import './auth.test.ts';
import './bodies.test.ts';
import './catalog.test.ts';
import './conditional-responses.test.ts';
import './contract-site.test.ts';
import './convert.test.ts';
import './cross-site.test.ts';
import './desk-page.test.ts';
import './documents.test.ts';
import './json-body.test.ts';
import './openapi-document.test.ts';
import './request-validation.test.ts';
import './routes.test.ts';
import './uploads.test.ts';
