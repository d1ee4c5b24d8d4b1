/** An operation of the OpenAPI document, a request to it, and the RPC call that it makes. */
export type OperationRow = [
  operation: string,
  method: string,
  path: string,
  body: unknown,
  status: number,
  call: string,
  request: object,
];
