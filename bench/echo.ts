import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import type { handleUnaryCall, UntypedServiceImplementation } from '@grpc/grpc-js';
import { loadService } from '@cups/contracts/proto';

/** Echo server of the raw drivers: a gRPC method and an HTTP path with fixed responses. */

export interface EchoOrder {
  /** A GetSubmissionResponse; `answers` is base64. */
  submission: { content: { answers: string } };
  /** Response of the HTTP path. */
  text: string;
}

process.on('message', ({ submission, text }: EchoOrder) => {
  const answers = Buffer.from(submission.content.answers, 'base64');
  const response = { ...submission, content: { ...submission.content, answers } };
  const grpc = new Server();
  const GetSubmission: handleUnaryCall<unknown, unknown> = (_call, callback) => callback(null, response);
  grpc.addService(loadService('cups.intake.v1.IntakeService'), { GetSubmission } as UntypedServiceImplementation);
  const http = createServer((request, answer) => {
    request.resume();
    request.on('end', () => {
      answer.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
      answer.end(text);
    });
  });
  grpc.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (_error, grpcPort) => {
    http.listen(0, '127.0.0.1', () => process.send!({ grpcPort, httpPort: (http.address() as AddressInfo).port }));
  });
});
process.on('disconnect', () => process.exit(0));
