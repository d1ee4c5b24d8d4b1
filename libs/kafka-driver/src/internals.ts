/** The internals of kafkajs that tests of other libraries need. */
export { default as ConsumerGroup } from 'kafkajs/src/consumer/consumerGroup.js';
export { default as Decoder } from 'kafkajs/src/protocol/decoder.js';
export { default as Encoder } from 'kafkajs/src/protocol/encoder.js';
