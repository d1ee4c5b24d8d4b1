import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import type { handleUnaryCall, UntypedServiceImplementation } from '@grpc/grpc-js';
import { loadService } from '@cups/contracts/proto';

/** The other end of the raw drivers: a gRPC method and an HTTP path that answer at once with what they were given to say. */

export interface EchoOrder {
  /** A GetSubmissionResponse; its answers come as base64. */
  submission: { content: { answers: string } };
  /** What the HTTP path answers. */
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
