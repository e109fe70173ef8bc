import { defineCall } from '../call/call.js';

const PROMETHEUS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

export const metricsTextCall = defineCall({
  method: 'GET',
  path: '/metrics',
  access: 'read',
  group: 'Health and operation',
  summary: 'The same for Prometheus, as text',
  answer: { contentType: PROMETHEUS_TYPE },
  handler: async ({ exchange, edge }) =>
    exchange.answer(200, PROMETHEUS_TYPE, await edge.operator.metricsText()),
});
